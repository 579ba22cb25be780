#include "core/text/vocabulary.h"

#include <algorithm>
#include <functional>

#include "core/error.h"

namespace wick::text {
namespace {

constexpr std::size_t kFewestSlots = 1024;
constexpr std::size_t kMaxBytes = UINT32_MAX;  // of all tokens

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

TokenId Vocabulary::add(std::string_view text, TokenKind kind) {
  if (size() == kMaxTokens) throw Error("a vocabulary of more than {} tokens", kMaxTokens);
  if (text.size() > kMaxBytes - texts_.size()) throw Error("a vocabulary of more than {} bytes", kMaxBytes);
  const auto id = static_cast<TokenId>(size());
  entries_.push_back({static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size()), kind});
  texts_ += text;
  longest_ = std::max(longest_, text.size());
  if (entries_.size() * 2 > slots_.size()) {
    grow();
  } else if (!text.empty()) {
    TokenId& slot = slots_[slot_of(text)];
    if (slot < 0) slot = id;
  }
  return id;
}

void Vocabulary::grow() {
  slots_.assign(std::max(kFewestSlots, slots_.size() * 2), -1);
  for (std::size_t id = 0; id < entries_.size(); ++id) {
    if (entries_[id].length == 0) continue;
    TokenId& slot = slots_[slot_of(text_of(entries_[id]))];
    if (slot < 0) slot = static_cast<TokenId>(id);
  }
}

/// Where a text is in the table, or the free slot where it would go.
std::size_t Vocabulary::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(text)&mask;
  while (slots_[slot] >= 0 && text_of(entries_[static_cast<std::size_t>(slots_[slot])]) != text)
    slot = (slot + 1) & mask;
  return slot;
}

std::string_view Vocabulary::text(TokenId id) const { return text_of(entries_[static_cast<std::size_t>(id)]); }

TokenId Vocabulary::find(std::string_view text) const {
  if (text.empty() || text.size() > longest_) return -1;
  return slots_[slot_of(text)];
}

TokenId Vocabulary::find_plain(std::string_view text) const {
  const TokenId id = find(text);
  return id >= 0 && (kind(id) == TokenKind::normal || kind(id) == TokenKind::user_defined) ? id : -1;
}

int parse_byte_token(std::string_view text) {
  if (text.size() != 6 || text.substr(0, 3) != "<0x" || text[5] != '>') return -1;
  const int high = hex_digit(text[3]);
  const int low = hex_digit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

ByteTokens byte_tokens(const Vocabulary& vocabulary) {
  ByteTokens tokens;
  tokens.fill(-1);
  for (Index i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    if (vocabulary.kind(id) != TokenKind::byte) continue;
    const int byte = parse_byte_token(vocabulary.text(id));
    if (byte >= 0 && tokens[static_cast<std::size_t>(byte)] < 0) tokens[static_cast<std::size_t>(byte)] = id;
  }
  return tokens;
}

}  // namespace wick::text
