#include "core/text/added_tokens.h"

#include <algorithm>

#include "core/text/unicode.h"

namespace wick::text {
namespace {

/// The start of the whitespace that ends at `end`, not before `from`.
std::size_t whitespace_begin(std::string_view text, std::size_t from, std::size_t end) {
  std::size_t begin = end;
  while (begin > from) {
    std::size_t previous = begin - 1;
    while (previous > from && (static_cast<unsigned char>(text[previous]) & 0xC0) == 0x80) --previous;
    if (!is_space(decode_utf8(text.substr(0, begin), previous).code)) break;
    begin = previous;
  }
  return begin;
}

std::size_t whitespace_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const Utf8Step step = decode_utf8(text, at);
    if (!is_space(step.code)) break;
    at += step.length;
  }
  return at;
}

}  // namespace

void AddedTokens::add(std::string_view text, const AddedToken& token) {
  if (text.empty()) return;
  first_bytes_.set(static_cast<unsigned char>(text[0]));
  std::uint32_t node = 0;
  for (char byte : text) {
    const auto [edge, is_new] =
        edges_.try_emplace({node, static_cast<unsigned char>(byte)}, static_cast<std::uint32_t>(nodes_.size()));
    if (is_new) nodes_.push_back(-1);
    node = edge->second;
  }
  nodes_[node] = static_cast<std::int32_t>(tokens_.size());
  tokens_.push_back(token);
}

AddedTokens::Match AddedTokens::longest_at(std::string_view text, std::size_t at, bool parse_special) const {
  Match longest{at, at, nullptr};
  std::uint32_t node = 0;
  for (std::size_t end = at; end < text.size();) {
    const auto edge = edges_.find({node, static_cast<unsigned char>(text[end])});
    if (edge == edges_.end()) break;
    node = edge->second;
    ++end;
    if (nodes_[node] < 0) continue;
    const AddedToken& token = tokens_[static_cast<std::size_t>(nodes_[node])];
    if (parse_special || !token.special) longest = {at, end, &token};
  }
  return longest;
}

AddedTokens::Match AddedTokens::next(std::string_view text, std::size_t from, bool parse_special) const {
  for (std::size_t at = from; !tokens_.empty() && at < text.size(); ++at) {
    if (!first_bytes_[static_cast<unsigned char>(text[at])]) continue;
    Match match = longest_at(text, at, parse_special);
    if (!match.token) continue;
    if (match.token->strip_left) match.begin = whitespace_begin(text, from, match.begin);
    if (match.token->strip_right) match.end = whitespace_end(text, match.end);
    return match;
  }
  return {text.size(), text.size(), nullptr};
}

}  // namespace wick::text
