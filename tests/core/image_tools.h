#pragma once
// Pictures that tests make, the same as tests/golden/make_image.py makes.
#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image/mask.h"

namespace wick::test {

inline nlohmann::json image_golden(const std::string& file) {
  return nlohmann::json::parse(std::ifstream(std::string(WICK_TESTS_DIR "/golden/image/") + file));
}

inline std::vector<std::uint8_t> noise(Index count) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return values;
}

inline Image noise_image(ImageSize size, Index channels = 3) {
  return {size.width, size.height, channels, noise(size.width * size.height * channels)};
}

/// Squares of noise, of which `density` in 256 are in the mask.
inline Mask noise_mask(ImageSize size, Index square, int density) {
  Mask mask(size);
  const Index across = (size.width + square - 1) / square, down = (size.height + square - 1) / square;
  const std::vector<std::uint8_t> squares = noise(across * down);
  for (Index y = 0; y < size.height; ++y) {
    for (Index x = 0; x < size.width; ++x) {
      mask.row(y)[x] = squares[static_cast<std::size_t>(y / square * across + x / square)] < density;
    }
  }
  return mask;
}

inline ImageSize size_of(const nlohmann::json& pair) { return {pair.at(0), pair.at(1)}; }

/// FNV-1a, as the goldens have it.
inline std::string fingerprint(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0xCBF29CE484222325;
  for (const std::uint8_t byte : bytes) value = (value ^ byte) * 0x100000001B3;
  return fmt::format("{:016x}", value);
}

inline std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

/// Compares bytes with a golden's: all of them where it has them, else by their fingerprint.
inline void check_bytes(std::span<const std::uint8_t> bytes, const nlohmann::json& golden) {
  if (golden.contains("hex")) CHECK(hex(bytes) == golden.at("hex").get<std::string>());
  CHECK(fingerprint(bytes) == golden.at("hash").get<std::string>());
}

}  // namespace wick::test
