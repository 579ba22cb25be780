#pragma once
// What happens to ordinary text before it is split: canonical composition, and spaces written as SentencePiece does.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wick::text {

/// SentencePiece's mark for a space, U+2581.
constexpr std::string_view kSpaceMark = "\u2581";

struct NormalizerStep {
  enum class Kind : std::uint8_t { nfc, prepend, replace };
  Kind kind;
  std::string pattern{};  // replace: what to look for
  std::string content{};  // prepend, replace: what to put there
};

/// Steps one after another. An empty text stays empty. Throws Error for steps that let a text grow past all bounds.
struct Normalizer {
  static constexpr std::size_t kMostGrowth = 16;
  static constexpr std::size_t kMostExtra = 1024;

  std::vector<NormalizerStep> steps;

  std::string operator()(std::string_view text) const;
};

/// Every `pattern`, from the left, replaced; an empty pattern is never found.
std::string replace_all(std::string_view text, std::string_view pattern, std::string_view content);

}  // namespace wick::text
