// Any bytes as a picture: one with all its pixels, which goes through what is done to a picture, or an Error.
#include <cstdlib>

#include "core/image/resize.h"
#include "image/image_file.h"
#include "image/png_writer.h"
#include "read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr wick::Index kMostPixels = 1 << 18;  // a small file may be a large picture of one colour
  try {
    const auto source = wick::fuzz::source_of("a picture", data, size);
    const wick::Picture picture = wick::read_image(*source, kMostPixels);
    const wick::Image& image = picture.image;
    if (image.width * image.height > kMostPixels || (image.channels != 3 && image.channels != 4)) std::abort();
    if (static_cast<wick::Index>(image.pixels.size()) != image.width * image.height * image.channels) std::abort();
    wick::resize(image, {32, 24});
    wick::png_of(image);
  } catch (const wick::Error&) {
  }
  return 0;
}
