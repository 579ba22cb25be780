// GIF and BMP by stb's decoders: small formats, that their own libraries would read no better.
#include <algorithm>
#include <cstring>
#include <memory>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#include <stb/stb_image.h>

#include "image/decoders.h"

namespace wick {
namespace {

/// The file's bytes, as stb asks for them.
struct Reading {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
  bool passed_end = false;  // stb makes up zeros there and says nothing

  static Reading& of(void* user) { return *static_cast<Reading*>(user); }

  static int read(void* user, char* into, int count) {
    Reading& self = of(user);
    const std::size_t some = std::min(static_cast<std::size_t>(count), self.bytes.size() - self.at);
    if (some == 0) self.passed_end = true;
    std::memcpy(into, self.bytes.data() + self.at, some);
    self.at += some;
    return static_cast<int>(some);
  }
  static void skip(void* user, int count) {
    Reading& self = of(user);
    const std::size_t most = count < 0 ? self.at : self.bytes.size() - self.at;
    const auto some = std::min(static_cast<std::size_t>(count < 0 ? -static_cast<std::int64_t>(count) : count), most);
    self.at = count < 0 ? self.at - some : self.at + some;
  }
  static int ended(void* user) { return of(user).at == of(user).bytes.size(); }
};

constexpr stbi_io_callbacks kCalls{Reading::read, Reading::skip, Reading::ended};
constexpr int kRgba = 4;

}  // namespace

DecodedImage read_by_stb(const EncodedImage& file) {
  Reading header{file.bytes}, reading{file.bytes};
  int width = 0, height = 0, channels = 0;
  if (stbi_info_from_callbacks(&kCalls, &header, &width, &height, &channels) == 0) {
    throw Error("{}: not a picture that can be read: {}", file.name, stbi_failure_reason());
  }
  file.check_size(width, height);
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_callbacks(&kCalls, &reading, &width, &height, &channels, kRgba), stbi_image_free);
  if (!pixels) throw Error("{}: not a picture that can be read: {}", file.name, stbi_failure_reason());
  const std::size_t bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * kRgba;
  DecodedImage out{{width, height, kRgba, {pixels.get(), pixels.get() + bytes}}, 1, {}};
  if (reading.passed_end) out.broken = "cut off: a part of it is missing";
  return out;
}

}  // namespace wick
