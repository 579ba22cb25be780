#include "core/text/unicode.h"

#include <algorithm>
#include <array>

#include "core/text/unicode_tables.h"

namespace wick::text {
namespace {

using Kind = Utf8Step::Kind;

constexpr char32_t kDirect = 0x300;  // classes below are looked up at once

CharClass search_class(char32_t code) {
  const std::span<const ClassRange> ranges = class_ranges();
  const auto found = std::lower_bound(ranges.begin(), ranges.end(), code,
                                      [](const ClassRange& range, char32_t value) { return range.last < value; });
  return found != ranges.end() && found->first <= code ? found->kind : CharClass::other;
}

/// The bytes that may follow a lead byte. The bounds of the first rule out overlong forms, surrogates and what is
/// above U+10FFFF (Unicode 15, table 3-7).
struct Lead {
  std::uint8_t length;  // 0: never begins a character
  std::uint8_t low, high;
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0xC2 || byte > 0xF4) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte < 0xF0) return {3, std::uint8_t(byte == 0xE0 ? 0xA0 : 0x80), std::uint8_t(byte == 0xED ? 0x9F : 0xBF)};
  return {4, std::uint8_t(byte == 0xF0 ? 0x90 : 0x80), std::uint8_t(byte == 0xF4 ? 0x8F : 0xBF)};
}

}  // namespace

Utf8Step decode_utf8(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) { return static_cast<std::uint8_t>(text[at + offset]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1, Kind::valid};
  const Lead lead = lead_of(first);
  if (lead.length == 0) return {kReplacement, 1, Kind::invalid};
  char32_t code = first & (0x7Fu >> lead.length);
  for (std::uint8_t i = 1; i < lead.length; ++i) {
    if (at + i == text.size()) return {kReplacement, i, Kind::truncated};
    const std::uint8_t low = i == 1 ? lead.low : 0x80;
    const std::uint8_t high = i == 1 ? lead.high : 0xBF;
    if (byte(i) < low || byte(i) > high) return {kReplacement, i, Kind::invalid};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {code, lead.length, Kind::valid};
}

void append_utf8(std::string& text, char32_t code) {
  const auto push = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xC0 | code >> 6);
    push(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    push(0xE0 | code >> 12);
    push(0x80 | (code >> 6 & 0x3F));
    push(0x80 | (code & 0x3F));
  } else {
    push(0xF0 | code >> 18);
    push(0x80 | (code >> 12 & 0x3F));
    push(0x80 | (code >> 6 & 0x3F));
    push(0x80 | (code & 0x3F));
  }
}

std::string replace_invalid(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    if (step.kind == Kind::valid) {
      result += text.substr(at, step.length);
    } else {
      append_utf8(result, kReplacement);
    }
    at += step.length;
  }
  return result;
}

CharClass class_of(char32_t code) {
  static const auto direct = [] {
    std::array<CharClass, kDirect> classes{};
    for (char32_t c = 0; c < kDirect; ++c) classes[c] = search_class(c);
    return classes;
  }();
  return code < kDirect ? direct[code] : search_class(code);
}

}  // namespace wick::text
