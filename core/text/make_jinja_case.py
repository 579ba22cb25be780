"""Writes jinja_case.cpp: Python's str.upper and str.lower as tables. Made with Python 3.11 (Unicode 14)."""

import pathlib


def runs(convert):
    """Characters that map to one other: [first, last, step, difference]."""
    result = []
    for code in range(128, 0x110000):
        image = convert(chr(code))
        if len(image) != 1 or image == chr(code):
            continue
        difference = ord(image) - code
        if result:
            run = result[-1]
            step = code - run[1]
            if run[3] == difference and (step == run[2] or (run[0] == run[1] and step <= 2)):
                run[1], run[2] = code, step
                continue
        result.append([code, code, 1, difference])
    return result


def rows(items, per_line):
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    return ",\n    ".join(lines)


def table(name, convert):
    items = [f"{{{a:#x}, {b:#x}, {step}, {d}}}" for a, b, step, d in runs(convert)]
    return f"constexpr Run {name}[] = {{\n    {rows(items, 4)}}};\n"


def expansions():
    items = []
    for code in range(128, 0x110000):
        image = chr(code).upper()
        if len(image) > 1:
            items.append(f'{{{code:#x}, U"{"".join(f"{chr(92)}U{ord(c):08x}" for c in image)}"}}')
    return f"constexpr Expansion kUpperExpansions[] = {{\n    {rows(items, 2)}}};\n"


SOURCE = """\
// Made by make_jinja_case.py; do not edit.
#include <algorithm>
#include <iterator>

#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

struct Run {  // first, first + step, ... last map to themselves plus difference
  char32_t first, last, step;
  int difference;
};

struct Expansion {
  char32_t code;
  const char32_t* image;
};

// clang-format off
TABLES// clang-format on

template <std::size_t N>
char32_t map(const Run (&runs)[N], char32_t code) {
  const Run* run = std::lower_bound(std::begin(runs), std::end(runs), code,
                                    [](const Run& r, char32_t value) { return r.last < value; });
  if (run == std::end(runs) || code < run->first || (code - run->first) % run->step != 0) return code;
  return static_cast<char32_t>(static_cast<int>(code) + run->difference);
}

char32_t ascii_upper(char32_t code) { return code >= 'a' && code <= 'z' ? code - 32 : code; }
char32_t ascii_lower(char32_t code) { return code >= 'A' && code <= 'Z' ? code + 32 : code; }

void append_upper(std::string& result, std::string_view character) {
  const char32_t code = decode_character(character);
  const auto* expansion = std::lower_bound(std::begin(kUpperExpansions), std::end(kUpperExpansions), code,
                                           [](const Expansion& e, char32_t value) { return e.code < value; });
  if (code == 0xFFFD) {
    result += character;
  } else if (code < 128) {
    append_character(result, ascii_upper(code));
  } else if (expansion != std::end(kUpperExpansions) && expansion->code == code) {
    for (const char32_t* c = expansion->image; *c; ++c) append_character(result, *c);
  } else {
    append_character(result, map(kUpper, code));
  }
}

void append_lower(std::string& result, std::string_view character) {
  const char32_t code = decode_character(character);
  if (code == 0xFFFD) {
    result += character;
  } else if (code == 0x130) {
    result += "i\\xcc\\x87";
  } else {
    append_character(result, code < 128 ? ascii_lower(code) : map(kLower, code));
  }
}

}  // namespace

bool is_letter(char32_t code) {
  if (code < 128) return ascii_upper(code) != code || ascii_lower(code) != code;
  return map(kUpper, code) != code || map(kLower, code) != code || code == 0xDF || code == 0x130;
}

std::string upper(std::string_view text) {
  std::string result;
  for (std::string_view character : characters(text)) append_upper(result, character);
  return result;
}

std::string lower(std::string_view text) {
  std::string result;
  for (std::string_view character : characters(text)) append_lower(result, character);
  return result;
}

std::string capitalize(std::string_view text) {
  const std::size_t rest = next_character(text, 0);
  return upper(text.substr(0, rest)) + lower(text.substr(rest));
}

std::string title(std::string_view text) {
  std::string result;
  bool inside = false;
  for (std::string_view character : characters(text)) {
    inside ? append_lower(result, character) : append_upper(result, character);
    inside = is_letter(decode_character(character));
  }
  return result;
}

}  // namespace wick::jinja
"""

tables = table("kUpper", str.upper) + "\n" + table("kLower", str.lower) + "\n" + expansions()
pathlib.Path(__file__).with_name("jinja_case.cpp").write_text(SOURCE.replace("TABLES", tables))
