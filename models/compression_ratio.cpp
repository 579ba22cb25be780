// stb's deflate, compiled once.
#include "models/transcriber.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>

namespace wick {

double compression_ratio(const std::string& text) {
  if (text.empty()) return 0;
  std::string copy = text;  // stb takes bytes that it could change
  int size = 0;
  constexpr int kQuality = 8;  // how far it looks for repetitions
  unsigned char* packed =
      stbi_zlib_compress(reinterpret_cast<unsigned char*>(copy.data()), static_cast<int>(copy.size()), &size, kQuality);
  STBIW_FREE(packed);
  return static_cast<double>(text.size()) / static_cast<double>(size);
}

}  // namespace wick
