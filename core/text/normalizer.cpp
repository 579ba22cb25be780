#include "core/text/normalizer.h"

#include "core/error.h"
#include "core/text/unicode.h"

namespace wick::text {

std::string replace_all(std::string_view text, std::string_view pattern, std::string_view content) {
  std::string result;
  result.reserve(text.size());
  std::size_t at = 0;
  while (!pattern.empty()) {
    const std::size_t found = text.find(pattern, at);
    if (found == std::string_view::npos) break;
    result += text.substr(at, found - at);
    result += content;
    at = found + pattern.size();
  }
  return result += text.substr(at);
}

std::string Normalizer::operator()(std::string_view text) const {
  const std::size_t most = text.size() * kMostGrowth + kMostExtra;
  std::string result(text);
  for (const NormalizerStep& step : steps) {
    if (result.empty()) break;
    switch (step.kind) {
      case NormalizerStep::Kind::nfc:
        result = to_nfc(result);
        break;
      case NormalizerStep::Kind::prepend:
        result.insert(0, step.content);
        break;
      case NormalizerStep::Kind::replace:
        result = replace_all(result, step.pattern, step.content);
        break;
    }
    if (result.size() > most)
      throw Error("the tokenizer's normalizer makes the text more than {} times longer", kMostGrowth);
  }
  return result;
}

}  // namespace wick::text
