#include "core/text/bpe.h"

#include <bit>

#include "core/error.h"
#include "core/text/byte_alphabet.h"
#include "core/text/unicode.h"

namespace wick::text {
namespace {

std::uint64_t pair_of(TokenId left, TokenId right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

}  // namespace

void MergeTable::reserve(std::size_t merges) {
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(std::bit_ceil(std::max<std::size_t>(merges, 8) * 2), Slot{0, {}});
  for (const Slot& slot : old) {
    if (slot.merge.rank != Merge::kNone) slots_[slot_of(slot.pair)] = slot;
  }
}

std::size_t MergeTable::slot_of(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  const std::uint64_t hash = pair * 0x9E3779B97F4A7C15u;  // Fibonacci hashing: the high bits are the mixed ones
  auto slot = static_cast<std::size_t>(hash >> 32) & mask;
  while (slots_[slot].merge.rank != Merge::kNone && slots_[slot].pair != pair) slot = (slot + 1) & mask;
  return slot;
}

void MergeTable::add(TokenId left, TokenId right, Merge merge) {
  if ((count_ + 1) * 2 > slots_.size()) reserve(slots_.size());
  Slot& slot = slots_[slot_of(pair_of(left, right))];
  if (slot.merge.rank != Merge::kNone) return;
  slot = {pair_of(left, right), merge};
  ++count_;
}

Merge MergeTable::find(TokenId left, TokenId right) const {
  if (count_ == 0 || left < 0 || right < 0) return {};
  return slots_[slot_of(pair_of(left, right))].merge;
}

void BytePairModel::prepare(const Vocabulary& vocabulary, bool byte_fallback) {
  bytes_.fill(-1);
  if (units == BpeUnits::characters) {
    if (byte_fallback) bytes_ = byte_tokens(vocabulary);
    return;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    bytes_[byte] = vocabulary.find(to_alphabet({&text, 1}));
  }
}

void BytePairModel::add_characters(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols) const {
  bool after_unknown = false;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t length = decode_utf8(word, at).length;
    const std::string_view character = word.substr(at, length);
    TokenId id = vocabulary.find_plain(character);
    const auto has_token = [&](char byte) { return bytes_[static_cast<unsigned char>(byte)] >= 0; };
    if (id < 0 && std::all_of(character.begin(), character.end(), has_token)) {
      for (std::size_t i = 0; i < length; ++i) {
        symbols.add(bytes_[static_cast<unsigned char>(character[i])], at + i, 1);
      }
      after_unknown = false;
    } else {
      const bool is_unknown = id < 0;
      if (is_unknown) id = unknown;
      if (id >= 0 && !(is_unknown && after_unknown && fuse_unknown)) symbols.add(id, at, length);
      after_unknown = is_unknown;
    }
    at += length;
  }
}

void BytePairModel::encode(const Vocabulary& vocabulary, std::string_view word, SymbolList& symbols,
                           std::vector<TokenId>& ids) const {
  if (whole_words_first) {
    const TokenId whole = vocabulary.find_plain(units == BpeUnits::bytes ? to_alphabet(word) : std::string(word));
    if (whole >= 0) return ids.push_back(whole);
  }
  symbols.clear();
  if (units == BpeUnits::characters) {
    add_characters(vocabulary, word, symbols);
  } else {
    for (std::size_t i = 0; i < word.size(); ++i) {
      TokenId id = bytes_[static_cast<unsigned char>(word[i])];
      if (id < 0) id = unknown;
      if (id >= 0) symbols.add(id, i, 1);
    }
  }
  symbols.merge([&](const Symbol& left, const Symbol& right) { return merges.find(left.id, right.id); });
  symbols.for_each([&](const Symbol& symbol) { ids.push_back(symbol.id); });
}

std::pair<std::string_view, std::string_view> split_merge(std::string_view merge) {
  const std::size_t space = merge.find(' ', 1);
  if (space == std::string_view::npos || space + 1 >= merge.size()) {
    throw Error("merge '{}' is not two tokens with a space between", merge);
  }
  return {merge.substr(0, space), merge.substr(space + 1)};
}

void add_merge(MergeTable& table, const Vocabulary& vocabulary, std::size_t rank, std::string_view left,
               std::string_view right) {
  const auto id_of = [&](std::string_view text) {
    const TokenId id = vocabulary.find(text);
    if (id < 0) throw Error("merge {} names '{}', which is not in the vocabulary", rank, text);
    return id;
  };
  const TokenId left_id = id_of(left);
  const TokenId right_id = id_of(right);
  const TokenId joined = id_of(std::string(left) + std::string(right));
  table.add(left_id, right_id, {static_cast<std::uint32_t>(rank), joined});
}

}  // namespace wick::text
