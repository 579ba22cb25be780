#pragma once
// UTF-8 as it comes, invalid bytes included, and the few properties of characters that tokenizers ask for.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wick::text {

constexpr char32_t kReplacement = 0xFFFD;

/// One step through a text that should be UTF-8.
struct Utf8Step {
  enum class Kind : std::uint8_t {
    valid,
    invalid,    // code is U+FFFD, length the maximal subpart (Unicode 15, section 3.9): what Python replaces at once
    truncated,  // as invalid, but more bytes after the end of the text could make it a character
  };
  char32_t code;
  std::uint8_t length;  // bytes, at least 1
  Kind kind;
};

/// The character at byte `at`, which is inside the text.
Utf8Step decode_utf8(std::string_view text, std::size_t at);
/// Appends a character below 0x110000 that is no surrogate.
void append_utf8(std::string& text, char32_t code);
/// The text with every invalid sequence replaced by U+FFFD, as Python's bytes.decode(errors="replace").
std::string replace_invalid(std::string_view text);

/// What a pre-tokeniser's pattern can tell apart.
enum class CharClass : std::uint8_t {
  other,
  letter,  // \p{L}
  number,  // \p{N}
  space,   // \s: White_Space
};
CharClass class_of(char32_t code);
inline bool is_space(char32_t code) { return class_of(code) == CharClass::space; }

/// Canonical composition (NFC, Unicode Annex 15). Invalid bytes stay as they are and compose with nothing.
std::string to_nfc(std::string_view text);

}  // namespace wick::text
