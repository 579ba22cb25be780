#pragma once
// Tables of the Unicode character database, in order of code points. Made by make_unicode_tables.py.
#include <cstdint>
#include <span>

#include "core/text/unicode.h"

namespace wick::text {

/// Characters of one class; what no range holds is `other`.
struct ClassRange {
  char32_t first, last;
  CharClass kind;
};
std::span<const ClassRange> class_ranges();

/// Characters with the same canonical combining class, which is not 0.
struct CombiningRange {
  char32_t first, last;
  std::uint8_t combining_class;
};
std::span<const CombiningRange> combining_ranges();

/// A canonical mapping of one step; `second` is 0 for a single character. Hangul syllables follow from arithmetic.
struct Decomposition {
  char32_t code, first, second;
  bool composes;  // first + second give code again
};
std::span<const Decomposition> decompositions();

/// Characters that can change under NFC, by themselves or after another one.
struct CodeRange {
  char32_t first, last;
};
std::span<const CodeRange> not_surely_nfc();

}  // namespace wick::text
