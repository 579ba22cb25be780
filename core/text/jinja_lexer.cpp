#include "core/text/jinja_lexer.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

/// All line ends as \n, and one at the very end dropped, as jinja2 does by default.
std::string normalize_newlines(std::string_view source) {
  std::string result;
  result.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
      result += '\n';
    } else {
      result += source[i];
    }
  }
  if (!result.empty() && result.back() == '\n') result.pop_back();
  return result;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

class Lexer {
 public:
  explicit Lexer(std::string source) : source_(std::move(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) text_then_tag();
    add(TokenKind::end, {}, at_);
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return std::string_view(source_).substr(at_); }
  bool starts(std::string_view text) const { return rest().substr(0, text.size()) == text; }

  Place place(std::size_t at) {
    for (; placed_ < at; ++placed_) {
      if (source_[placed_] == '\n') {
        ++line_;
        line_start_ = placed_ + 1;
      }
    }
    return {line_, static_cast<int>(at - line_start_) + 1};
  }

  [[noreturn]] void fail(std::size_t at, const std::string& what) {
    const auto line = std::count(source_.begin(), source_.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    const std::size_t newline = at == 0 ? std::string::npos : source_.rfind('\n', at - 1);
    throw Error("{}:{}: {}", line, at - (newline == std::string::npos ? 0 : newline + 1) + 1, what);
  }

  void add(TokenKind kind, std::string value, std::size_t at) {
    tokens_.push_back({kind, std::move(value), place(at)});
  }

  /// The text up to the next tag, shortened as the tag's sign or lstrip_blocks asks, then the tag.
  void text_then_tag() {
    const std::size_t begin = at_;
    std::size_t open = source_.find('{', at_);
    while (open != std::string::npos && open + 1 < source_.size() &&
           std::string_view("{%#").find(source_[open + 1]) == std::string_view::npos) {
      open = source_.find('{', open + 1);
    }
    if (open == std::string::npos || open + 1 >= source_.size()) {
      add(TokenKind::text, source_.substr(begin), begin);
      at_ = source_.size();
      return;
    }
    const char kind = source_[open + 1];
    at_ = open + 2;
    const char sign = take_sign();
    const std::string_view text =
        shorten(std::string_view(source_).substr(begin, open - begin), begin, sign, kind != '{');
    if (!text.empty()) add(TokenKind::text, std::string(text), begin);
    if (kind == '#') {
      skip_comment(open);
    } else if (kind == '{') {
      add(TokenKind::print_begin, {}, open);
      tag(open, "}}", TokenKind::print_end);
    } else if (!raw_section()) {
      add(TokenKind::block_begin, {}, open);
      tag(open, "%}", TokenKind::block_end);
    }
  }

  char take_sign() {
    if (!starts("-") && !starts("+")) return 0;
    return source_[at_++];
  }

  /// `text` begins at byte `begin` of the source and ends where a tag opens.
  std::string_view shorten(std::string_view text, std::size_t begin, char sign, bool is_block) const {
    if (sign == '-') return strip(text, false, true);
    if (sign == '+' || !is_block) return text;
    const std::size_t newline = text.rfind('\n');
    const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    const bool at_line_start = line > 0 || begin == 0 || source_[begin - 1] == '\n';
    return at_line_start && strip(text.substr(line), true, false).empty() ? text.substr(0, line) : text;
  }

  void skip_space() { at_ += rest().size() - strip(rest(), true, false).size(); }

  /// Past the end of a block tag or comment: -%} takes all whitespace along, %} one newline, +%} none.
  bool close(std::string_view end) {
    const std::size_t start = at_;
    const char sign = take_sign();
    if (!starts(end)) {
      at_ = start;
      return false;
    }
    at_ += end.size();
    if (sign == '-') {
      skip_space();
    } else if (sign == 0 && end != "}}" && starts("\n")) {
      ++at_;
    }
    return true;
  }

  void skip_comment(std::size_t open) {
    const std::size_t end = source_.find("#}", at_);
    if (end == std::string::npos) fail(open, "this comment is never closed");
    const char before = end > at_ ? source_[end - 1] : '\0';
    at_ = before == '-' || before == '+' ? end - 1 : end;
    close("#}");
  }

  /// {% raw %} ... {% endraw %} becomes one text token. Returns false, nothing taken, if this is another tag.
  bool raw_section() {
    const std::size_t start = at_;
    skip_space();
    if (!starts("raw")) return at_ = start, false;
    at_ += 3;
    skip_space();
    const bool strips = starts("-%}");
    if (!strips && !starts("%}")) return at_ = start, false;
    at_ += strips ? 3 : 2;
    if (strips) skip_space();
    const std::size_t begin = at_;
    for (std::size_t open = source_.find("{%", at_); open != std::string::npos; open = source_.find("{%", open + 1)) {
      at_ = open + 2;
      const char sign = take_sign();
      skip_space();
      if (!starts("endraw")) continue;
      at_ += 6;
      skip_space();
      if (!close("%}")) continue;
      const auto text = shorten(std::string_view(source_).substr(begin, open - begin), begin, sign, true);
      if (!text.empty()) add(TokenKind::text, std::string(text), begin);
      return true;
    }
    fail(start, "missing the end of this raw section");
  }

  void tag(std::size_t open, std::string_view end, TokenKind end_kind) {
    std::string brackets;  // open ones; inside them "}}" closes dicts
    while (true) {
      skip_space();
      if (at_ >= source_.size()) fail(open, "this tag is never closed");
      const std::size_t at = at_;
      // A sign before the end belongs to it: {{ a -}} (but }} has no +}}).
      const bool plus = starts("+") && end == "}}";
      if (brackets.empty() && !plus && close(end)) return add(end_kind, {}, at);
      token(brackets);
    }
  }

  void token(std::string& brackets) {
    const char c = source_[at_];
    if (is_name_start(c)) {
      std::size_t last = at_;
      while (last < source_.size() && is_name_part(source_[last])) ++last;
      add(TokenKind::name, source_.substr(at_, last - at_), at_);
      at_ = last;
    } else if (is_digit(c)) {
      number();
    } else if (c == '\'' || c == '"') {
      string();
    } else {
      symbol(brackets);
    }
  }

  std::size_t digits_from(std::size_t at) const {  // 1_000
    while (at < source_.size() && (is_digit(source_[at]) || (source_[at] == '_' && at + 1 < source_.size() &&
                                                             is_digit(source_[at - 1]) && is_digit(source_[at + 1])))) {
      ++at;
    }
    return at;
  }

  void number() {
    const std::size_t begin = at_;
    if (source_[begin] == '0' && begin + 2 < source_.size()) {
      const char letter = static_cast<char>(source_[begin + 1] | 0x20);
      const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
      if (base != 0) {
        std::size_t last = begin + 2;
        while (last < source_.size() && is_name_part(source_[last])) ++last;
        return integer(begin, last, base);
      }
    }
    std::size_t last = digits_from(begin);
    bool is_real = false;
    const bool after_point = begin > 0 && source_[begin - 1] == '.';  // rows.0.1 is two subscripts
    if (!after_point && last + 1 < source_.size() && source_[last] == '.' && is_digit(source_[last + 1])) {
      is_real = true;
      last = digits_from(last + 1);
    }
    if (!after_point && last < source_.size() && (source_[last] | 0x20) == 'e') {
      std::size_t power = last + 1;
      if (power < source_.size() && (source_[power] == '+' || source_[power] == '-')) ++power;
      if (power < source_.size() && is_digit(source_[power])) {
        is_real = true;
        last = digits_from(power);
      }
    }
    if (!is_real) return integer(begin, last, 10);
    std::string value = source_.substr(begin, last - begin);
    std::erase(value, '_');
    at_ = last;
    add(TokenKind::real, std::move(value), begin);
  }

  void integer(std::size_t begin, std::size_t last, int base) {
    std::int64_t value = 0;
    if (!parse_integer(std::string_view(source_).substr(begin, last - begin), base, value)) {
      fail(begin, "this is no integer of 64 bits");
    }
    at_ = last;
    add(TokenKind::integer, std::to_string(value), begin);
  }

  void string() {
    const std::size_t begin = at_;
    const char mark = source_[at_++];
    std::string value;
    while (true) {
      if (at_ >= source_.size()) fail(begin, "this string is never closed");
      const char c = source_[at_++];
      if (c == mark) break;
      if (c != '\\') {
        value += c;
      } else if (at_ >= source_.size()) {
        fail(begin, "this string is never closed");
      } else {
        escape(value);
      }
    }
    add(TokenKind::string, std::move(value), begin);
  }

  /// What follows a backslash, as Python reads it; an unknown escape keeps its backslash.
  void escape(std::string& value) {
    static constexpr std::string_view kLetters = "abfnrtv\\'\"";
    static constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
    const char c = source_[at_++];
    if (const auto found = kLetters.find(c); found != std::string_view::npos) {
      value += kMeanings[found];
    } else if (c == 'x' || c == 'u' || c == 'U') {
      code_escape(value, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c >= '0' && c <= '7') {
      int code = c - '0';
      for (int i = 0; i < 2 && at_ < source_.size() && source_[at_] >= '0' && source_[at_] <= '7'; ++i) {
        code = code * 8 + (source_[at_++] - '0');
      }
      append_character(value, static_cast<char32_t>(code));
    } else if (c == 'N') {
      fail(at_ - 2, "characters by name are not supported");
    } else if (c != '\n') {
      value += '\\';
      value += c;
    }
  }

  void code_escape(std::string& value, std::size_t digits) {
    std::int64_t code = 0;
    const std::string_view text = rest().substr(0, digits);
    const bool good = text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
    if (!good || !parse_integer(text, 16, code) || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      fail(at_ - 2, "this escape is no character");
    }
    append_character(value, static_cast<char32_t>(code));
    at_ += digits;
  }

  void symbol(std::string& brackets) {
    static constexpr std::string_view kSymbols[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                    "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                    ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};
    for (std::string_view candidate : kSymbols) {
      if (!starts(candidate)) continue;
      balance(candidate[0], brackets);
      add(TokenKind::symbol, std::string(candidate), at_);
      at_ += candidate.size();
      return;
    }
    fail(at_, fmt::format("unexpected character '{}'", rest().substr(0, next_character(rest(), 0))));
  }

  void balance(char c, std::string& brackets) {
    if (c == '(' || c == '[' || c == '{') brackets += c == '(' ? ')' : c == '[' ? ']' : '}';
    if (c != ')' && c != ']' && c != '}') return;
    if (brackets.empty() || brackets.back() != c) fail(at_, fmt::format("unexpected '{}'", c));
    brackets.pop_back();
  }

  std::string source_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  std::size_t placed_ = 0;  // line_ and line_start_ are of this byte
  int line_ = 1;
  std::size_t line_start_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(normalize_newlines(source)).run(); }

}  // namespace wick::jinja
