#pragma once
// A conversation for the tests of what keeps and shows them.
#include "views/chat/conversation.h"

namespace wick::views::test {

/// A question with two answers, the older of which shows.
inline Conversation answered() {
  Conversation conversation = create_conversation("be brief\nand kind\n", 1'000'000'000'000);
  const auto add = [&](std::string id, std::string parent, std::string role, std::string text) -> Turn& {
    return add_turn(conversation, {.id = std::move(id),
                                   .parent = std::move(parent),
                                   .role = std::move(role),
                                   .text = std::move(text),
                                   .created = conversation.updated + 1,
                                   .tokens = {},
                                   .stats = {},
                                   .problem = {}});
  };
  add("q", "", "user", "What is tea?");
  Turn& first = add("a1", "q", "assistant", "A drink, dear.\n");
  first.tokens = {{7, 0, 0.25f, 1.5f, {{7, "A", 0.25f}, {9, "Tea", 0.125f}}}, {8, 1, 1e-9f, 0, {{1, "\" \n", 1}}}};
  first.stats = AnswerStats{10, 3, 2, 49152, 40.5, 90, 41};
  add("a2", "q", "assistant", "Leaves").problem = "stopped";
  choose_turn(conversation, "a1");
  return conversation;
}

}  // namespace wick::views::test
