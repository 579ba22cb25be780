#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "image/decoders.h"
#include "image/orientation.h"

namespace wick {
namespace {

class Png {
 public:
  explicit Png(const EncodedImage& file)
      : file_(file), png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error(ErrorKind::memory, fmt::format("{}: no memory to read the PNG", file_.name));
    }
  }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
  ~Png() { png_destroy_read_struct(&png_, &info_, nullptr); }

  DecodedImage read() {
    if (!read_header()) throw Error("{}: not a PNG that can be read: {}", file_.name, error_.data());
    file_.check_size(png_get_image_width(png_, info_), png_get_image_height(png_, info_));
    if (!prepare()) throw Error("{}: not a PNG that can be read: {}", file_.name, error_.data());
    DecodedImage out;
    out.orientation = exif_orientation(exif());
    out.image =
        blank_image(png_get_image_width(png_, info_), png_get_image_height(png_, info_), png_get_channels(png_, info_));
    if (read_rows(out.image.pixels.data())) return out;
    if (rows_read_ == 0) {
      throw Error("{}: the PNG is cut off or damaged at its very start: {}", file_.name, error_.data());
    }
    // An interlaced one has been gone through several times by then, each time with more of its pixels.
    out.broken = broken_from(rows_read_ % out.image.height, out.image.height, error_.data());
    return out;
  }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    Png& self = *static_cast<Png*>(png_get_error_ptr(png));
    std::snprintf(self.error_.data(), self.error_.size(), "%s", message);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}

  static void give(png_structp png, png_bytep into, std::size_t count) {
    Png& self = *static_cast<Png*>(png_get_io_ptr(png));
    if (count > self.file_.bytes.size() - self.at_) png_error(png, "the file ends too early");
    std::memcpy(into, self.file_.data() + self.at_, count);
    self.at_ += count;
  }

  // In these, nothing that has a destructor may live: an error jumps out of libpng.
  bool read_header() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, give);
    constexpr std::size_t kAtOnce = 256;  // bytes: of a file that is cut off, no more than these are lost
    png_set_compression_buffer_size(png_, kAtOnce);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // larger ones are refused with a better message
    png_read_info(png_, info_);
    return true;
  }

  /// Eight bits, no palette, no grey.
  bool prepare() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_gray_to_rgb(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows(std::uint8_t* pixels) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    const std::size_t row_bytes = png_get_rowbytes(png_, info_), rows = png_get_image_height(png_, info_);
    for (int pass = 0; pass < passes_; ++pass) {
      for (std::size_t y = 0; y < rows; ++y, ++rows_read_) {
        file_.tell(static_cast<Index>(y), static_cast<Index>(rows));
        png_read_row(png_, pixels + y * row_bytes, nullptr);
      }
    }
    return true;
  }

  std::span<const std::byte> exif() const {
    png_uint_32 count = 0;
    png_bytep first = nullptr;
    if (png_get_eXIf_1(png_, info_, &count, &first) == 0) return {};
    return std::as_bytes(std::span(first, count));
  }

  const EncodedImage& file_;
  std::size_t at_ = 0;  // in the file
  std::array<char, 200> error_{};
  int passes_ = 1;
  Index rows_read_ = 0;  // of all passes
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace

DecodedImage read_png(const EncodedImage& file) { return Png(file).read(); }

}  // namespace wick
