#pragma once
// From a template's source to tokens, with trim_blocks and lstrip_blocks applied.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wick::jinja {

enum class TokenKind : std::uint8_t {
  text,         // between the tags
  print_begin,  // {{
  print_end,
  block_begin,  // {%
  block_end,
  name,
  string,  // its value, escapes resolved
  integer,
  real,
  symbol,  // operators and brackets
  end,
};

struct Place {
  int line = 1;
  int column = 1;  // in bytes, from 1
};

struct Token {
  TokenKind kind;
  std::string value;
  Place place;
};

/// Throws Error("LINE:COLUMN: ...") for what is not a token. The last token is always `end`.
std::vector<Token> tokenize(std::string_view source);

}  // namespace wick::jinja
