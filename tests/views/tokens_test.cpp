#include "views/chat/tokens.h"

#include <catch2/catch.hpp>

#include "views/chat/sampling_presets.h"

namespace wick::views {
namespace {

Turn turn_of(const std::vector<std::string>& pieces) {
  Turn turn;
  turn.role = "assistant";
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    turn.tokens.edit().push_back(
        {static_cast<TokenId>(i), turn.text.size(), 0.5F, 1, {{static_cast<TokenId>(i), pieces[i], 0.5F}}});
    turn.text += pieces[i];
  }
  return turn;
}

TEST_CASE("tokens: a byte belongs to the token that wrote it; tokens without text are passed over") {
  const Turn turn = turn_of({"there", " lived", "", " an"});
  CHECK(token_at(turn, 0) == 0U);
  CHECK(token_at(turn, 4) == 0U);
  CHECK(token_at(turn, 5) == 1U);
  CHECK(token_at(turn, 11) == 3U);
  CHECK_FALSE(token_at(turn, turn.text.size()));
  CHECK(place_of_token(turn, 2).begin == place_of_token(turn, 2).end);
  CHECK(place_of_token(turn, 3).end == turn.text.size());
  CHECK(step_token(turn, 1, 1) == 3);
  CHECK(step_token(turn, 3, -1) == 1);
  CHECK(step_token(turn, 0, -1) == 0);
}

TEST_CASE("tokens: text before the first token, and notes past the end, are nobody's") {
  Turn turn = turn_of({"a", "b"});
  turn.text = "My own: " + turn.text;
  for (TokenNote& note : turn.tokens.edit()) note.begin += 8;
  CHECK_FALSE(token_at(turn, 3));
  CHECK(token_at(turn, 8) == 0U);
  turn.text.resize(8);
  CHECK(place_of_token(turn, 1).begin == 8);
  CHECK(place_of_token(turn, 1).end == 8);
  CHECK_FALSE(token_at(Turn{}, 0));
}

TEST_CASE("tokens: white space has a name") {
  CHECK(token_words(" had") == "had");
  CHECK(token_words("\n\n") == "⏎⏎");
  CHECK(token_words("  ") == "␣␣");
  CHECK(token_words("") == "(nothing yet)");
}

TEST_CASE("tokens: the token itself is among its choices, and the rest is what they leave") {
  Turn turn = turn_of({"x"});
  turn.tokens.edit()[0].alternatives = {{7, "y", 0.25F}, {8, "z", 0.125F}};
  turn.tokens.edit()[0].probability = 0.0625F;
  const TokenChoices choices = choices_of(turn, 0);
  REQUIRE(choices.list.size() == 3);
  CHECK(choices.chosen == 2);
  CHECK(choices.list[2].text == "x");
  CHECK(choices.rest == Approx(0.5625));
  CHECK(surprise_of(turn.tokens[0]) == Approx(4));
  turn.tokens.edit()[0].probability = 0;
  CHECK(surprise_of(turn.tokens[0]) < 50);
}

TEST_CASE("tokens: thoughts stand between their marks, closed or not") {
  CHECK_FALSE(thinking_of("Hello <think>").any());
  const std::string text = "<think>\nhmm\n</think>\n\nYes.";
  const Thinking closed = thinking_of(text);
  CHECK(text.substr(closed.begin, closed.end - closed.begin) == "hmm");
  CHECK(text.substr(closed.answer) == "Yes.");
  CHECK_FALSE(closed.open);
  const Thinking open = thinking_of("<think>\nhm");
  CHECK(open.open);
  CHECK(open.begin == 8);
  CHECK(open.answer == 10);
  CHECK_FALSE(thinking_of("<think>\n\n</think>\n\nYes.").any());
  CHECK(thinking_of("<think>\n\n</think>\n\nYes.").answer == 19);
  CHECK(thinking_of("").answer == 0);
  CHECK(thinking_of("<think></think>").answer == 15);
}

TEST_CASE("sampling: presets are found again, a change makes none") {
  SamplingOptions options;
  for (int i = 0; i < 3; ++i) {
    take_preset(options, i);
    CHECK(preset_of(options) == i);
  }
  set_track(sampling_tracks()[2], options, 17);
  CHECK(options.top_k == 17);
  CHECK(preset_of(options) == -1);
  CHECK(track_words(sampling_tracks()[0], 0) == "greedy");
  CHECK(track_words(sampling_tracks()[0], 0.7F) == "0.70");
  CHECK(track_words(sampling_tracks()[2], 40) == "40");
}

}  // namespace
}  // namespace wick::views
