#include "core/text/byte_alphabet.h"

#include <array>

#include "core/text/unicode.h"

namespace wick::text {
namespace {

constexpr bool prints_as_itself(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD && byte <= 0xFF);
}

struct Alphabet {
  std::array<char32_t, 256> characters{};
  std::array<std::int16_t, 0x144> bytes{};  // -1: not of the alphabet

  constexpr Alphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      characters[byte] = prints_as_itself(byte) ? byte : next++;
      bytes[characters[byte]] = static_cast<std::int16_t>(byte);
    }
  }
};
constexpr Alphabet kAlphabet;

}  // namespace

std::string to_alphabet(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (char byte : bytes) append_utf8(text, kAlphabet.characters[static_cast<unsigned char>(byte)]);
  return text;
}

std::string from_alphabet(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    if (step.code < kAlphabet.bytes.size() && kAlphabet.bytes[step.code] >= 0) {
      bytes += static_cast<char>(kAlphabet.bytes[step.code]);
    } else {
      bytes += text.substr(at, step.length);
    }
    at += step.length;
  }
  return bytes;
}

}  // namespace wick::text
