#pragma once
// The tokens of an answer: where they stand in its text, and what is said of one.
#include <optional>
#include <string>
#include <string_view>

#include "views/chat/conversation.h"

namespace wick::views {

/// Bytes of Turn::text that a token wrote.
struct TokenPlace {
  std::size_t begin = 0, end = 0;
};
TokenPlace place_of_token(const Turn& turn, std::size_t token);
/// The token that wrote a byte; nothing for a byte that none did. Tokens without text are passed over.
std::optional<std::size_t> token_at(const Turn& turn, std::size_t byte);
/// The next token with text in a direction, the same one where there is none.
std::size_t step_token(const Turn& turn, std::size_t token, int step);

/// A token as words: white space that would not show is named.
std::string token_words(std::string_view text);
/// Bits of information that the token brought.
double surprise_of(const TokenNote& note);

/// What the inspector lists: the alternatives, with the token itself among them.
struct TokenChoices {
  std::vector<Alternative> list;
  std::size_t chosen = 0;  // place of the token itself
  double rest = 0;         // probability of all others together
};
TokenChoices choices_of(const Turn& turn, std::size_t token);

/// The part of an answer that a model thinks before it speaks, between <think> and </think>.
struct Thinking {
  std::size_t begin = 0, end = 0;  // bytes of the thoughts without their marks; none where begin == end
  std::size_t answer = 0;          // byte where the answer begins
  bool open = false;               // the model still thinks
  bool any() const { return open || end > begin; }
};
Thinking thinking_of(std::string_view text);

}  // namespace wick::views
