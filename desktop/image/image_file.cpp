#include "image/image_file.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "image/decoders.h"
#include "image/orientation.h"

namespace wick {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::string_view start;
  DecodedImage (*read)(const EncodedImage&);
};

constexpr std::array kFormats{Format{"\xFF\xD8\xFF"sv, read_jpeg}, Format{"\x89PNG\r\n\x1A\n"sv, read_png},
                              Format{"RIFF"sv, read_webp}, Format{"GIF8"sv, read_by_stb}, Format{"BM"sv, read_by_stb}};

/// What other pictures are called that people have, and that are not read.
std::string_view unread_format(std::string_view start) {
  if (start.size() >= 12 && start.substr(4, 4) == "ftyp") return start.substr(8, 4) == "avif" ? "AVIF" : "HEIC";
  if (start.starts_with("II*\0"sv) || start.starts_with("MM\0*"sv)) return "TIFF";
  return {};
}

const Format& format_of(const std::string& name, std::string_view start) {
  for (const Format& format : kFormats) {
    if (start.starts_with(format.start)) return format;
  }
  if (const std::string_view other = unread_format(start); !other.empty()) {
    throw Error("{}: {} pictures cannot be read: save it as JPEG or PNG", name, other);
  }
  throw Error("{}: not a picture that can be read (JPEG, PNG, WebP, GIF, BMP)", name);
}

/// All of a file, without a copy where it lies in memory.
class Bytes {
 public:
  explicit Bytes(const ByteSource& source) : bytes_(source.view(0, source.size())) {
    if (source.size() == 0) throw Error("{}: the picture is empty", source.name());
    if (!bytes_.empty()) return;
    if (source.size() > kMostBytes) {
      throw Error("{}: {} bytes are too many for a picture", source.name(), source.size());
    }
    copy_.resize(static_cast<std::size_t>(source.size()));
    source.read(0, copy_);
    bytes_ = copy_;
  }
  std::span<const std::byte> get() const { return bytes_; }

 private:
  static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
  std::vector<std::byte> copy_;
  std::span<const std::byte> bytes_;
};

/// RGB, where nothing of RGBA is transparent.
void drop_needless_alpha(Image& image) {
  if (image.channels != 4) return;
  std::vector<std::uint8_t>& pixels = image.pixels;
  for (std::size_t i = 3; i < pixels.size(); i += 4) {
    if (pixels[i] != 255) return;
  }
  for (std::size_t from = 0, to = 0; from < pixels.size(); from += 4, to += 3)
    std::copy_n(&pixels[from], 3, &pixels[to]);
  pixels.resize(pixels.size() / 4 * 3);
  image.channels = 3;
}

}  // namespace

Picture read_image(const ByteSource& source, Index most_pixels, const ImageProgress& progress) {
  const Bytes bytes(source);
  constexpr std::size_t kStart = 16;
  const auto start = bytes.get().first(std::min(kStart, bytes.get().size()));
  const Format& format = format_of(source.name(), {reinterpret_cast<const char*>(start.data()), start.size()});
  DecodedImage decoded = format.read({source.name(), bytes.get(), most_pixels, progress});
  drop_needless_alpha(decoded.image);
  Picture picture{upright(std::move(decoded.image), decoded.orientation), {}};
  if (!decoded.broken.empty()) picture.broken = fmt::format("{}: {}", source.name(), decoded.broken);
  return picture;
}

}  // namespace wick
