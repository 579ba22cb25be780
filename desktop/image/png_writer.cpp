#include "image/png_writer.h"

#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <exception>
#include <span>

#include "core/error.h"
#include "core/formats/atomic_file.h"

namespace wick {
namespace {

int colour_type(Index channels) {
  switch (channels) {
    case 1:
      return PNG_COLOR_TYPE_GRAY;
    case 3:
      return PNG_COLOR_TYPE_RGB;
    case 4:
      return PNG_COLOR_TYPE_RGB_ALPHA;
    default:
      throw Error("png: a picture of {} channels, expected 1, 3 or 4", channels);
  }
}

class PngWriter {
 public:
  PngWriter() : png_(png_create_write_struct(PNG_LIBPNG_VER_STRING, this, fail, nullptr)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw Error(ErrorKind::memory, "png: no memory to write it");
    }
  }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }

  std::vector<std::byte> write(const ImageView& image) {
    if (!write_rows(image, colour_type(image.channels))) {
      throw Error(ErrorKind::memory, fmt::format("png: cannot be written: {}", error_.data()));
    }
    return std::move(bytes_);
  }

 private:
  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    PngWriter& self = *static_cast<PngWriter*>(png_get_error_ptr(png));
    std::snprintf(self.error_.data(), self.error_.size(), "%s", message);
    png_longjmp(png, 1);
  }

  static void take(png_structp png, png_bytep first, std::size_t count) {
    PngWriter& self = *static_cast<PngWriter*>(png_get_io_ptr(png));
    try {
      const auto more = std::as_bytes(std::span(first, count));
      self.bytes_.insert(self.bytes_.end(), more.begin(), more.end());
      return;
    } catch (const std::exception&) {  // may not leave through libpng
    }
    png_error(png, "no memory");
  }
  static void flush(png_structp) {}

  // In this, nothing that has a destructor may live: an error jumps out of libpng.
  bool write_rows(const ImageView& image, int type) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    constexpr int kBits = 8;
    constexpr int kLevel = 3;  // with one filter, a third of the time that libpng takes by itself, for 7 % more bytes
    png_set_write_fn(png_, this, take, flush);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), kBits,
                 type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, kLevel);
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_write_info(png_, info_);
    for (Index y = 0; y < image.height; ++y) png_write_row(png_, image.row(y));
    png_write_end(png_, info_);
    return true;
  }

  std::vector<std::byte> bytes_;
  std::array<char, 200> error_{};
  png_structp png_;
  png_infop info_ = nullptr;
};

}  // namespace

std::vector<std::byte> png_of(const ImageView& image) {
  check_image_size("png", image.width, image.height);
  return PngWriter().write(image);
}

void write_png(const std::string& path, const ImageView& image) {
  AtomicFile file(path);
  file.write(png_of(image));
  file.commit();
}

}  // namespace wick
