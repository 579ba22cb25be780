// The laws of a conversation's tree.
#include "views/chat/conversation.h"

#include <catch2/catch.hpp>
#include <set>

namespace wick::views {
namespace {

/// Adds a turn whose id is its text and gives its id.
std::string say(Conversation& conversation, const std::string& parent, const std::string& text, double created = 0) {
  Turn turn;
  turn.id = turn.text = text;
  turn.parent = parent;
  turn.role = parent.empty() || conversation.turns.at(parent).role == "assistant" ? "user" : "assistant";
  turn.created = created;
  return add_turn(conversation, std::move(turn)).id;
}

std::vector<std::string> shown(const Conversation& conversation) {
  std::vector<std::string> texts;
  for (const Turn* turn : path_of(conversation)) texts.push_back(turn->text);
  return texts;
}

using Texts = std::vector<std::string>;

/// hello -> (first -> more -> fine | second)
Conversation branching() {
  Conversation conversation = create_conversation("be brief", 1000);
  say(conversation, "", "hello", 1001);
  say(conversation, "hello", "first", 1002);
  say(conversation, "first", "more", 1003);
  say(conversation, "more", "fine", 1004);
  say(conversation, "hello", "second", 1005);
  return conversation;
}

TEST_CASE("conversation: ids are 128 bits that do not come again") {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string id = new_id();
    CHECK(id.size() == 32);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 100);
}

TEST_CASE("conversation: a turn that is added shows, its versions wait") {
  Conversation conversation = branching();
  CHECK(shown(conversation) == Texts{"hello", "second"});
  CHECK(versions_of(conversation, "first") == Texts{"first", "second"});
  CHECK(versions_of(conversation, "second") == Texts{"first", "second"});
  CHECK(versions_of(conversation, "none").empty());
  choose_turn(conversation, "first");
  CHECK(shown(conversation) == Texts{"hello", "first", "more", "fine"});
  choose_turn(conversation, "none");
  CHECK(shown(conversation) == Texts{"hello", "first", "more", "fine"});
  CHECK(conversation.updated == 1005);
}

TEST_CASE("conversation: versions keep the order in which they came, whatever the clock says") {
  Conversation conversation = create_conversation("", 0);
  say(conversation, "", "z", 50);
  say(conversation, "", "a", 50);
  say(conversation, "", "m", 7);
  CHECK(versions_of(conversation, "a") == Texts{"z", "a", "m"});
}

TEST_CASE("conversation: a step over the last version changes nothing") {
  Conversation conversation = branching();
  step_version(conversation, "second", 1);
  CHECK(shown(conversation) == Texts{"hello", "second"});
  step_version(conversation, "second", -1);
  CHECK(shown(conversation).size() == 4);
  step_version(conversation, "first", -1);
  step_version(conversation, "none", 0);
  CHECK(shown(conversation).size() == 4);
}

TEST_CASE("conversation: what is removed goes with all that follows, and a version takes its place") {
  Conversation conversation = branching();
  choose_turn(conversation, "first");
  remove_turn(conversation, "first");
  CHECK(conversation.turns.size() == 2);
  CHECK(shown(conversation) == Texts{"hello", "second"});
  remove_turn(conversation, "none");
  remove_turn(conversation, "hello");
  CHECK(conversation.turns.empty());
  CHECK(conversation.chosen.empty());

  Conversation other = branching();
  say(other, "hello", "third");
  remove_turn(other, "first");  // not what shows
  CHECK(shown(other) == Texts{"hello", "third"});
  remove_turn(other, "third");
  CHECK(shown(other) == Texts{"hello", "second"});
}

TEST_CASE("conversation: the messages to a turn are its own branch's, the system prompt first") {
  Conversation conversation = branching();
  const std::vector<Message> messages = messages_to(conversation, "more");
  REQUIRE(messages.size() == 4);
  CHECK(messages[0].role == "system");
  CHECK(messages[0].content == "be brief");
  CHECK(messages[1].content == "hello");
  CHECK(messages[2].role == "assistant");
  CHECK(messages[3].content == "more");
  conversation.system = " \n";
  CHECK(messages_to(conversation, "second").size() == 2);
  CHECK(messages_to(conversation, "none").empty());
}

TEST_CASE("conversation: loops that no program made end") {
  Conversation conversation = branching();
  conversation.chosen["fine"] = "hello";
  conversation.turns.at("hello").parent = "fine";
  choose_turn(conversation, "first");
  CHECK(path_of(conversation).size() == conversation.turns.size());
  CHECK(messages_to(conversation, "fine").size() == conversation.turns.size() + 1);
  remove_turn(conversation, "more");
  CHECK(conversation.turns.empty());
}

TEST_CASE("conversation: the title is the first line, cut at a word and never in a character") {
  CHECK(title_of("") == "New conversation");
  CHECK(title_of(" \n\t ") == "New conversation");
  CHECK(title_of("  one line \r\nanother") == "one line");
  CHECK(title_of("\u00A0\u3000wide\u2003") == "wide");
  CHECK(title_of(std::string(48, 'x')) == std::string(48, 'x'));
  CHECK(title_of(std::string(49, 'x')) == "xxxxxxxxxxxxxxxxxxxxxxxx…");
  CHECK(title_of("What does the second law of thermodynamics mean for a heat pump") ==
        "What does the second law of thermodynamics mean…");
  std::string word;
  for (int i = 0; i < 60; ++i) word += "é";
  CHECK(title_of(word) == word.substr(0, 48) + "…");
}

TEST_CASE("conversation: the first message names it until a person does") {
  Conversation conversation = create_conversation("", 0);
  CHECK(conversation.title == "New conversation");
  say(conversation, "", "hello there");
  CHECK(conversation.title == "hello there");
  say(conversation, "hello there", "answer");
  CHECK(conversation.title == "hello there");
  conversation.title = "Mine";
  conversation.named = true;
  say(conversation, "", "again");
  CHECK(conversation.title == "Mine");
}

}  // namespace
}  // namespace wick::views
