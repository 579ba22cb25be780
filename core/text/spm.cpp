#include "core/text/spm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text/unicode.h"

namespace wick::text {

void ScoreModel::prepare(const Vocabulary& vocabulary, std::span<const double> scores) {
  bytes_ = byte_tokens(vocabulary);
  const auto score = [&](std::size_t id) { return std::isnan(scores[id]) ? -INFINITY : scores[id]; };
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score(a) > score(b); });
  ranks_.resize(scores.size());
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && score(order[i]) < score(order[i - 1])) ++rank;
    ranks_[order[i]] = rank;
  }
}

void ScoreModel::encode(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols,
                        std::vector<TokenId>& ids) const {
  symbols.clear();
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t length = decode_utf8(word, at).length;
    symbols.add(vocabulary.find_plain(word.substr(at, length)), at, length);
    at += length;
  }
  symbols.merge([&](const Symbol& left, const Symbol& right) -> Merge {
    const TokenId id = vocabulary.find_plain(word.substr(left.begin, left.length + right.length));
    return id < 0 ? Merge{} : Merge{ranks_[static_cast<std::size_t>(id)], id};
  });
  symbols.for_each([&](const Symbol& symbol) {
    if (symbol.id >= 0) return ids.push_back(symbol.id);
    for (char byte : word.substr(symbol.begin, symbol.length)) {
      const TokenId id = bytes_[static_cast<unsigned char>(byte)];
      if (id >= 0) {
        ids.push_back(id);
      } else if (unknown >= 0) {
        return ids.push_back(unknown);  // one for the whole character
      }
    }
  });
}

}  // namespace wick::text
