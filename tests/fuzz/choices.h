#pragma once
// What a fuzzer of calls chooses by its bytes.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

namespace wick::fuzz {

/// Bytes that a fuzzer chooses, zeros after the last.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ >= size_; }
  unsigned byte() { return at_ < size_ ? data_[at_++] : 0; }
  float number() {
    std::array<std::uint8_t, sizeof(float)> bytes;
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(byte());
    return std::bit_cast<float>(bytes);
  }
  /// The bytes before the next zero, which is passed over.
  std::string text() {
    std::string text;
    while (const unsigned next = byte()) text.push_back(static_cast<char>(next));
    return text;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

}  // namespace wick::fuzz
