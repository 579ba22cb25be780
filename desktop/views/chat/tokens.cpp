#include "views/chat/tokens.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace wick::views {
namespace {

constexpr std::string_view kOpen = "<think>", kClose = "</think>", kBlank = " \t\r\n";

}  // namespace

TokenPlace place_of_token(const Turn& turn, std::size_t token) {
  const std::size_t size = turn.text.size(), begin = std::min(turn.tokens[token].begin, size);
  const std::size_t end = token + 1 < turn.tokens.size() ? std::min(turn.tokens[token + 1].begin, size) : size;
  return {begin, std::max(begin, end)};
}

std::optional<std::size_t> token_at(const Turn& turn, std::size_t byte) {
  const auto after = std::ranges::upper_bound(turn.tokens, byte, {}, &TokenNote::begin);
  if (after == turn.tokens.begin() || byte >= turn.text.size()) return std::nullopt;
  return static_cast<std::size_t>(after - turn.tokens.begin()) - 1;
}

std::size_t step_token(const Turn& turn, std::size_t token, int step) {
  const auto count = static_cast<std::ptrdiff_t>(turn.tokens.size());
  for (auto at = static_cast<std::ptrdiff_t>(token) + step; at >= 0 && at < count; at += step) {
    const TokenPlace place = place_of_token(turn, static_cast<std::size_t>(at));
    if (place.end > place.begin) return static_cast<std::size_t>(at);
  }
  return token;
}

std::string token_words(std::string_view text) {
  if (text.empty()) return "(nothing yet)";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first != std::string_view::npos)
    return std::string(text.substr(first, text.find_last_not_of(kBlank) + 1 - first));
  const bool lines = text.find_first_not_of("\n") == std::string_view::npos;
  std::string words;
  for (std::size_t i = 0; i < text.size(); ++i) words += lines ? "⏎" : "␣";
  return words;
}

double surprise_of(const TokenNote& note) {
  return std::max(0.0, -std::log2(std::max<double>(note.probability, 1e-12)));
}

TokenChoices choices_of(const Turn& turn, std::size_t token) {
  const TokenNote& note = turn.tokens[token];
  TokenChoices choices{.list = note.alternatives};
  const auto itself = std::ranges::find(choices.list, note.id, &Alternative::id);
  choices.chosen = static_cast<std::size_t>(itself - choices.list.begin());
  if (itself == choices.list.end()) {
    const TokenPlace place = place_of_token(turn, token);
    choices.list.push_back({note.id, turn.text.substr(place.begin, place.end - place.begin), note.probability});
  }
  double told = 0;
  for (const Alternative& each : choices.list) told += each.probability;
  choices.rest = std::max(0.0, 1 - told);
  return choices;
}

Thinking thinking_of(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
  if (!text.substr(first).starts_with(kOpen)) return {};
  const std::size_t begin = std::min(text.find_first_not_of(kBlank, first + kOpen.size()), text.size());
  const std::size_t close = text.find(kClose, first + kOpen.size());
  if (close == std::string_view::npos) return {begin, text.size(), text.size(), true};
  const std::size_t last = close == 0 ? 0 : text.find_last_not_of(kBlank, close - 1) + 1;
  const std::size_t answer = std::min(text.find_first_not_of(kBlank, close + kClose.size()), text.size());
  return {std::min(begin, close), std::max(std::min(begin, close), last), answer, false};
}

}  // namespace wick::views
