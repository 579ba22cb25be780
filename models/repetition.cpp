#include "models/repetition.h"

#include <algorithm>
#include <cctype>

namespace wick {
namespace {

constexpr std::size_t kLongestRound = 4;   // texts
constexpr std::size_t kLongestPiece = 16;  // tokens
constexpr std::size_t kLeastRun = 8, kKeptOfRun = 2;

std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) letters += static_cast<char>(std::tolower(byte));
  }
  return letters;
}

/// How many equal pieces of `size` tokens come one after another at the beginning.
std::size_t run_of(std::span<const TokenId> tokens, std::size_t size) {
  std::size_t run = 1;
  const auto piece = tokens.begin();
  const auto is_same = [&](std::span<const TokenId> next) { return std::equal(next.begin(), next.end(), piece); };
  while ((run + 1) * size <= tokens.size() && is_same(tokens.subspan(run * size, size))) ++run;
  return run;
}

}  // namespace

bool RepeatedText::add(std::string_view text) {
  texts_.push_back(letters_of(text));
  if (texts_.size() > 3 * kLongestRound) texts_.pop_front();
  for (std::size_t round = 1; round <= kLongestRound; ++round) {
    std::size_t same = 0;  // texts that were said a round before, from the newest back
    while (same + round < texts_.size() && *(texts_.rbegin() + static_cast<std::ptrdiff_t>(same)) ==
                                               *(texts_.rbegin() + static_cast<std::ptrdiff_t>(same + round))) {
      ++same;
    }
    if (same > round) return true;  // a whole round again, and the next one has begun
  }
  return false;
}

std::vector<TokenId> without_loops(std::span<const TokenId> tokens) {
  std::vector<TokenId> kept;
  while (!tokens.empty()) {
    std::size_t keep = 1, skip = 1;
    for (std::size_t size = 1; size <= std::min(kLongestPiece, tokens.size()); ++size) {
      const std::size_t run = run_of(tokens, size);
      if (run < kLeastRun) continue;
      keep = kKeptOfRun * size;
      skip = run * size;
      break;
    }
    kept.insert(kept.end(), tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(keep));
    tokens = tokens.subspan(skip);
  }
  return kept;
}

}  // namespace wick
