#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
// libjpeg's header needs the one above.
#include <jerror.h>
#include <jpeglib.h>

#include "image/decoders.h"
#include "image/orientation.h"

namespace wick {
namespace {

/// libjpeg's way out of an error is a jump, and its warnings say where a file is damaged.
struct Errors {
  jpeg_error_mgr base{};
  std::jmp_buf jump;
  std::array<char, JMSG_LENGTH_MAX> error{}, warning{};  // texts; the first warning alone
  Index warned_row = 0;

  static Errors& of(j_common_ptr codec) { return *reinterpret_cast<Errors*>(codec->err); }

  [[noreturn]] static void exit(j_common_ptr codec) {
    Errors& errors = of(codec);
    errors.base.format_message(codec, errors.error.data());
    std::longjmp(errors.jump, 1);
  }

  static void emit(j_common_ptr codec, int level) {
    Errors& errors = of(codec);
    if (level >= 0 || errors.warning[0] != '\0') return;
    constexpr std::array kHarmless{JWRN_EXTRANEOUS_DATA, JWRN_ADOBE_XFORM, JWRN_JFIF_MAJOR, JWRN_BOGUS_PROGRESSION};
    if (std::find(kHarmless.begin(), kHarmless.end(), errors.base.msg_code) != kHarmless.end()) return;
    errors.base.format_message(codec, errors.warning.data());
    errors.warned_row = static_cast<Index>(reinterpret_cast<j_decompress_ptr>(codec)->output_scanline);
  }
};

/// A progressive picture has some ten scans. Thousands, of a few bytes each, would take hours to decode.
void check_scans(j_common_ptr codec) {
  constexpr int kMostScans = 500;
  if (reinterpret_cast<j_decompress_ptr>(codec)->input_scan_number <= kMostScans) return;
  std::snprintf(Errors::of(codec).error.data(), JMSG_LENGTH_MAX, "it has more than %d scans", kMostScans);
  std::longjmp(Errors::of(codec).jump, 1);
}

/// Pillow's cmyk2rgb, of CMYK stored inverted as Adobe's programs do: `ink` of 255 is none.
void rgb_of_cmyk(const std::uint8_t* inks, Index count, std::uint8_t* rgb) {
  for (; count > 0; --count, inks += 4, rgb += 3) {
    const int light = inks[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - inks[c]) * light + 128;
      rgb[c] = static_cast<std::uint8_t>(std::max(light - (((product >> 8) + product) >> 8), 0));
    }
  }
}

std::span<const std::byte> exif_of(const jpeg_decompress_struct& codec) {
  constexpr std::string_view kStart("Exif\0\0", 6);
  for (const jpeg_marker_struct* marker = codec.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (data.starts_with(kStart)) return std::as_bytes(std::span(data.substr(kStart.size())));
  }
  return {};
}

/// The file up to a table or header that it ends within: libjpeg would take what it makes up beyond the end for a part
/// of it, and give up what it has read of a progressive picture before.
std::span<const std::byte> whole_segments(std::span<const std::byte> bytes) {
  const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
  constexpr std::size_t kMarker = 0xFF, kNone = 0, kRestart = 0xD0, kImageEnd = 0xD9;
  for (std::size_t at = 2; at + 1 < bytes.size();) {
    const std::size_t code = byte(at + 1);
    if (byte(at) != kMarker || code == kMarker) {
      ++at;
    } else if (code == kImageEnd) {
      break;
    } else if (code == kNone || (code >= kRestart && code < kImageEnd)) {
      at += 2;
    } else {
      if (at + 4 > bytes.size()) return bytes.first(at);
      const std::size_t end = at + 2 + (byte(at + 2) << 8 | byte(at + 3));
      if (end > bytes.size()) return bytes.first(at);
      at = end;
    }
  }
  return bytes;
}

class Jpeg {
 public:
  explicit Jpeg(const EncodedImage& file) : file_(file), bytes_(whole_segments(file.bytes)) {
    codec_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = Errors::exit;
    errors_.base.emit_message = Errors::emit;
    progress_.progress_monitor = check_scans;
  }
  Jpeg(const Jpeg&) = delete;
  Jpeg& operator=(const Jpeg&) = delete;
  ~Jpeg() { jpeg_destroy_decompress(&codec_); }

  DecodedImage read() {
    if (!read_header()) throw Error("{}: not a JPEG that can be read: {}", file_.name, errors_.error.data());
    file_.check_size(codec_.image_width, codec_.image_height);
    DecodedImage out;
    out.orientation = exif_orientation(exif_of(codec_));
    out.image = blank_image(codec_.image_width, codec_.image_height, 3);
    const bool ended_early = !read_rows(out.image.pixels.data());
    if (!ended_early && errors_.warning[0] == '\0') return out;
    const char* why = ended_early ? errors_.error.data() : errors_.warning.data();
    const Index row = ended_early ? codec_.output_scanline : errors_.warned_row;
    // Before the first row of a progressive one, all of it has been seen once or more, if coarsely.
    if (row == 0 && (ended_early || !codec_.progressive_mode)) {
      throw Error("{}: the JPEG is cut off or damaged at its very start: {}", file_.name, why);
    }
    out.broken = broken_from(row, out.image.height, why);
    return out;
  }

 private:
  // In these, nothing that has a destructor may live: an error jumps out of libjpeg.
  bool read_header() {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&codec_);
    codec_.progress = &progress_;
    jpeg_mem_src(&codec_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    constexpr unsigned int kWhole = 0xFFFF;
    jpeg_save_markers(&codec_, JPEG_APP0 + 1, kWhole);
    jpeg_read_header(&codec_, TRUE);
    return true;
  }

  bool read_rows(std::uint8_t* pixels) {
    if (setjmp(errors_.jump) != 0) return false;
    const bool has_inks = codec_.num_components == 4;
    codec_.out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&codec_);
    const std::size_t row_bytes = std::size_t{3} * codec_.output_width;
    const JSAMPARRAY inks =
        (*codec_.mem->alloc_sarray)(reinterpret_cast<j_common_ptr>(&codec_), JPOOL_IMAGE, 4 * codec_.output_width, 1);
    while (codec_.output_scanline < codec_.output_height) {
      file_.tell(static_cast<Index>(codec_.output_scanline), static_cast<Index>(codec_.output_height));
      std::uint8_t* row = pixels + codec_.output_scanline * row_bytes;
      jpeg_read_scanlines(&codec_, has_inks ? inks : &row, 1);
      if (has_inks) rgb_of_cmyk(inks[0], static_cast<Index>(codec_.output_width), row);
    }
    return true;
  }

  const EncodedImage& file_;
  std::span<const std::byte> bytes_;
  Errors errors_;
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct codec_{};
};

}  // namespace

DecodedImage read_jpeg(const EncodedImage& file) { return Jpeg(file).read(); }

}  // namespace wick
