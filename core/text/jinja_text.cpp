#include "core/text/jinja_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace wick::jinja {
namespace {

bool is_line_end(char32_t code) {
  return (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

/// Python escapes in a repr what would not show: control, format, surrogate, private-use and other space characters.
bool is_printable(char32_t code) {
  struct Range {
    char32_t first, last;
  };
  static constexpr Range kHidden[] = {
      {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x600, 0x605},   {0x61C, 0x61C},   {0x6DD, 0x6DD},
      {0x70F, 0x70F},   {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
      {0x3000, 0x3000}, {0xD800, 0xF8FF}, {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF}};
  for (const Range& range : kHidden) {
    if (code >= range.first && code <= range.last) return code >= 0xE0100 && code <= 0xE01EF;
  }
  return true;
}

std::size_t previous_character(std::string_view text, std::size_t at) {
  do --at;
  while (at > 0 && continues_character(text[at]));
  return at;
}

constexpr std::size_t kShort = 32;  // a needle up to so long is compared at each place

/// The search of Knuth, Morris and Pratt (1977): where `wanted` begins in `text`, or the text's size.
template <class Iterator>
std::size_t linear_search(const Iterator& text, std::size_t size, const Iterator& wanted, std::size_t length) {
  std::vector<std::size_t> border(length);  // of each prefix: its longest proper prefix that is also its end
  const auto at = [](const Iterator& begin, std::size_t i) { return begin[static_cast<std::ptrdiff_t>(i)]; };
  for (std::size_t i = 1, matched = 0; i < length; ++i) {
    while (matched > 0 && at(wanted, i) != at(wanted, matched)) matched = border[matched - 1];
    if (at(wanted, i) == at(wanted, matched)) ++matched;
    border[i] = matched;
  }
  for (std::size_t i = 0, matched = 0; i < size; ++i) {
    while (matched > 0 && at(text, i) != at(wanted, matched)) matched = border[matched - 1];
    if (at(text, i) == at(wanted, matched)) ++matched;
    if (matched == length) return i + 1 - length;
  }
  return size;
}

template <class Drop>
std::string_view strip_if(std::string_view text, bool left, bool right, Drop drop) {
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (left && begin < end) {
    const std::size_t next = next_character(text, begin);
    if (!drop(text.substr(begin, next - begin))) break;
    begin = next;
  }
  while (right && end > begin) {
    const std::size_t before = previous_character(text, end);
    if (before < begin || !drop(text.substr(before, end - before))) break;
    end = before;
  }
  return text.substr(begin, end - begin);
}

/// The text without its underscores; false where Python allows none.
bool drop_underscores(std::string_view text, std::string& digits) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
    } else if (i == 0 || i + 1 == text.size() || !std::isalnum(static_cast<unsigned char>(text[i - 1])) ||
               !std::isalnum(static_cast<unsigned char>(text[i + 1]))) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::size_t character_count(std::string_view text) {
  std::size_t count = !text.empty() && continues_character(text[0]) ? 1 : 0;
  for (char byte : text) count += continues_character(byte) ? 0 : 1;
  return count;
}

std::size_t next_character(std::string_view text, std::size_t at) {
  if (at < text.size()) ++at;
  while (at < text.size() && continues_character(text[at])) ++at;
  return at;
}

std::size_t byte_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at = next_character(text, at);
  return at;
}

std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from) {
  if (wanted.size() <= kShort) return text.find(wanted, from);
  if (from > text.size() || wanted.size() > text.size() - from) return text.npos;
  const std::size_t rest = text.size() - from;
  const std::size_t found =
      linear_search(text.begin() + static_cast<std::ptrdiff_t>(from), rest, wanted.begin(), wanted.size());
  return found == rest ? text.npos : from + found;
}

std::size_t rfind_text(std::string_view text, std::string_view wanted) {
  if (wanted.size() <= kShort) return text.rfind(wanted);
  if (wanted.size() > text.size()) return text.npos;
  const std::size_t found = linear_search(text.rbegin(), text.size(), wanted.rbegin(), wanted.size());
  return found == text.size() ? text.npos : text.size() - found - wanted.size();
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = next_character(text, at);
    result.push_back(text.substr(at, next - at));
    at = next;
  }
  return result;
}

char32_t decode_character(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(character[i])); };
  const char32_t lead = character.empty() ? 0xFF : byte(0);
  if (character.size() == 1 && lead < 0x80) return lead;
  if (character.size() == 2 && lead >= 0xC2 && lead < 0xE0) return (lead & 0x1F) << 6 | (byte(1) & 0x3F);
  if (character.size() == 3 && lead >= 0xE0 && lead < 0xF0) {
    return (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  }
  if (character.size() == 4 && lead >= 0xF0 && lead < 0xF5) {
    return (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  }
  return 0xFFFD;
}

void append_character(std::string& text, char32_t code) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

bool is_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000;
}

std::string_view strip(std::string_view text, bool left, bool right) {
  return strip_if(text, left, right, [](std::string_view character) { return is_space(decode_character(character)); });
}

std::string_view strip(std::string_view text, bool left, bool right, std::string_view set) {
  const auto drop = characters(set);
  return strip_if(text, left, right, [&](std::string_view character) {
    return std::find(drop.begin(), drop.end(), character) != drop.end();
  });
}

std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = next_character(text, at);
    if (!is_line_end(decode_character(text.substr(at, next - at)))) {
      at = next;
      continue;
    }
    if (text[at] == '\r' && next < text.size() && text[next] == '\n') ++next;
    lines.push_back(text.substr(start, (keep_ends ? next : at) - start));
    start = at = next;
  }
  if (start < text.size()) lines.push_back(text.substr(start));
  return lines;
}

std::vector<std::string_view> split_whitespace(std::string_view text, std::int64_t limit, bool from_right) {
  std::vector<std::string_view> words;
  text = strip(text, !from_right, from_right);
  while (!text.empty()) {
    if (limit >= 0 && static_cast<std::int64_t>(words.size()) >= limit) {
      words.push_back(text);  // with the whitespace at its far end, as Python has it
      break;
    }
    std::size_t at = from_right ? text.size() : 0;
    if (from_right) {
      for (std::size_t before = at; at > 0; at = before) {
        before = previous_character(text, at);
        if (is_space(decode_character(text.substr(before, at - before)))) break;
      }
      words.push_back(text.substr(at));
      text = strip(text.substr(0, at), false, true);
    } else {
      for (std::size_t next = 0; at < text.size(); at = next) {
        next = next_character(text, at);
        if (is_space(decode_character(text.substr(at, next - at)))) break;
      }
      words.push_back(text.substr(0, at));
      text = strip(text.substr(at), true, false);
    }
  }
  if (from_right) std::reverse(words.begin(), words.end());
  return words;
}

std::vector<std::string_view> split_at(std::string_view text, std::string_view separator, std::int64_t limit,
                                       bool from_right) {
  std::vector<std::string_view> parts;
  while (limit < 0 || static_cast<std::int64_t>(parts.size()) < limit) {
    const std::size_t at = from_right ? rfind_text(text, separator) : find_text(text, separator);
    if (at == std::string_view::npos) break;
    parts.push_back(from_right ? text.substr(at + separator.size()) : text.substr(0, at));
    text = from_right ? text.substr(0, at) : text.substr(at + separator.size());
  }
  parts.push_back(text);
  if (from_right) std::reverse(parts.begin(), parts.end());
  return parts;
}

std::string quote(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char mark = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string result(1, mark);
  for (std::string_view character : characters(text)) {
    const char32_t code = decode_character(character);
    const auto number = static_cast<std::uint32_t>(code);
    if (code == static_cast<char32_t>(mark) || code == '\\') {
      result += '\\';
      result += character;
    } else if (code == '\n') {
      result += "\\n";
    } else if (code == '\r') {
      result += "\\r";
    } else if (code == '\t') {
      result += "\\t";
    } else if (is_printable(code)) {
      result += character;
    } else if (code < 0x100) {
      result += fmt::format("\\x{:02x}", number);
    } else if (code < 0x10000) {
      result += fmt::format("\\u{:04x}", number);
    } else {
      result += fmt::format("\\U{:08x}", number);
    }
  }
  return result += mark;
}

std::string format_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  // The shortest digits that read back, from fmt; their layout is Python's: an exponent from 1e16 up and below 1e-4.
  std::string digits;
  int point = 0;  // the number is 0.DIGITS * 10^point
  const std::string shortest = fmt::format("{}", std::abs(value));
  const std::size_t exponent_at = shortest.find('e');
  const std::string mantissa = shortest.substr(0, exponent_at);
  for (char c : mantissa) {
    if (c != '.') digits += c;
  }
  point = static_cast<int>(std::min(mantissa.find('.'), mantissa.size()));
  if (exponent_at != std::string::npos)
    point += static_cast<int>(std::strtol(shortest.c_str() + exponent_at + 1, nullptr, 10));
  const std::size_t zeros = digits.find_first_not_of('0');
  digits.erase(0, zeros);
  point -= static_cast<int>(zeros);
  digits.erase(digits.find_last_not_of('0') + 1);

  const auto count = static_cast<int>(digits.size());
  std::string result = value < 0 ? "-" : "";
  if (point > 16 || point < -3) {
    result += digits.substr(0, 1);
    if (count > 1) result += "." + digits.substr(1);
    return result + fmt::format("e{}{:02}", point > 0 ? '+' : '-', std::abs(point - 1));
  }
  if (point <= 0) return result + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count <= point) return result + digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  return result + digits.substr(0, static_cast<std::size_t>(point)) + "." +
         digits.substr(static_cast<std::size_t>(point));
}

bool parse_real(std::string_view text, double& value) {
  std::string digits;
  if (!drop_underscores(strip(text, true, true), digits) || digits.empty()) return false;
  const std::string word = lower(digits[0] == '+' || digits[0] == '-' ? digits.substr(1) : digits);
  const bool named = word == "inf" || word == "infinity" || word == "nan";
  if (!named && digits.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  value = std::strtod(digits.c_str(), &end);
  return end == digits.c_str() + digits.size();
}

bool parse_integer(std::string_view text, int base, std::int64_t& value) {
  std::string digits;
  if (!drop_underscores(strip(text, true, true), digits) || digits.empty()) return false;
  const bool negative = digits[0] == '-';
  std::size_t at = negative || digits[0] == '+' ? 1 : 0;
  const auto prefixed = [&](char letter) {
    return at + 2 < digits.size() && digits[at] == '0' && (digits[at + 1] | 0x20) == letter;
  };
  if ((base == 16 && prefixed('x')) || (base == 8 && prefixed('o')) || (base == 2 && prefixed('b'))) at += 2;
  if (at == digits.size()) return false;
  value = 0;
  for (; at < digits.size(); ++at) {
    const char c = digits[at];
    const int digit = c >= '0' && c <= '9'                     ? c - '0'
                      : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (c | 0x20) - 'a' + 10
                                                               : 99;
    if (digit >= base) return false;
    const std::int64_t signed_digit = negative ? -digit : digit;
    if (__builtin_mul_overflow(value, static_cast<std::int64_t>(base), &value)) return false;
    if (__builtin_add_overflow(value, signed_digit, &value)) return false;
  }
  return true;
}

}  // namespace wick::jinja
