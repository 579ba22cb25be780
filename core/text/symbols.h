#pragma once
// The merging that both kinds of BPE share: join the best pair of neighbours until none is left.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/text/tokenizer.h"

namespace wick::text {

/// What two neighbours become. The lowest rank goes first, the leftmost of equals.
struct Merge {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t rank = kNone;
  TokenId id = -1;
};

/// A piece of the text between merges: a link of a list over the array that holds it.
struct Symbol {
  TokenId id;            // -1: not in the vocabulary
  std::uint32_t begin;   // bytes from the start of the text
  std::uint32_t length;  // 0: merged into its left neighbour
  std::uint32_t left, right;
};

/// Symbols under merging, with a heap of the pairs that can merge: n log n for any text, and no memory after the first.
class SymbolList {
 public:
  static constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();

  void clear() { symbols_.clear(); }
  void add(TokenId id, std::size_t begin, std::size_t length) {
    const auto index = static_cast<std::uint32_t>(symbols_.size());
    if (index > 0) symbols_.back().right = index;
    symbols_.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(length),
                        index > 0 ? index - 1 : kEnd, kEnd});
  }

  /// `find(left, right)` gives the Merge of two symbols.
  template <class Find>
  void merge(const Find& find) {
    candidates_.clear();
    for (std::uint32_t right = 1; right < symbols_.size(); ++right) consider(right - 1, right, find);
    std::make_heap(candidates_.begin(), candidates_.end(), Later{});
    while (!candidates_.empty()) {
      std::pop_heap(candidates_.begin(), candidates_.end(), Later{});
      const Candidate best = candidates_.back();
      candidates_.pop_back();
      if (is_stale(best)) continue;
      join(best);
      const Symbol& joined = symbols_[best.left];
      if (joined.left != kEnd && consider(joined.left, best.left, find)) push();
      if (joined.right != kEnd && consider(best.left, joined.right, find)) push();
    }
  }

  /// Calls `visit(symbol)` for what is left, in order.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (const Symbol& symbol : symbols_) {
      if (symbol.length > 0) visit(symbol);
    }
  }

 private:
  struct Candidate {
    std::uint32_t rank;
    std::uint32_t left, right;
    std::uint32_t length;  // of both; a neighbour that grew makes the candidate stale
    TokenId id;
  };
  struct Later {
    bool operator()(const Candidate& a, const Candidate& b) const {
      return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
    }
  };

  void push() { std::push_heap(candidates_.begin(), candidates_.end(), Later{}); }

  template <class Find>
  bool consider(std::uint32_t left, std::uint32_t right, const Find& find) {
    const Merge merge = find(symbols_[left], symbols_[right]);
    if (merge.rank == Merge::kNone) return false;
    candidates_.push_back({merge.rank, left, right, symbols_[left].length + symbols_[right].length, merge.id});
    return true;
  }

  bool is_stale(const Candidate& candidate) const {
    const Symbol& left = symbols_[candidate.left];
    const Symbol& right = symbols_[candidate.right];
    return left.length == 0 || right.length == 0 || left.length + right.length != candidate.length;
  }

  void join(const Candidate& candidate) {
    Symbol& left = symbols_[candidate.left];
    Symbol& right = symbols_[candidate.right];
    left.id = candidate.id;
    left.length = candidate.length;
    left.right = right.right;
    right.length = 0;
    if (left.right != kEnd) symbols_[left.right].left = candidate.left;
  }

  std::vector<Symbol> symbols_;
  std::vector<Candidate> candidates_;
};

}  // namespace wick::text
