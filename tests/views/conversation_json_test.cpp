// What is written of a conversation is read again, and what others wrote is read as far as it goes.
#include "views/chat/conversation_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "views/conversations.h"

namespace wick::views {
namespace {

std::string error_of(const std::string& text) {
  try {
    conversation_from_json(text, "x.json");
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST_CASE("conversation file: all of a conversation comes back") {
  const Conversation conversation = test::answered();
  CHECK(conversation_from_json(conversation_file(conversation), "x") == conversation);
  const Conversation empty = create_conversation("", 5);
  CHECK(conversation_from_json(conversation_file(empty), "x") == empty);
}

TEST_CASE("conversation file: the first line has all but the notes on tokens") {
  Conversation conversation = test::answered();
  const std::string text = conversation_file(conversation);
  const std::string first = first_line_only(text.substr(0, text.find('\n')));
  CHECK(first.find("probab") == std::string::npos);
  for (auto& [id, turn] : conversation.turns) turn.tokens = {};
  CHECK(conversation_from_json(first, "x") == conversation);
  CHECK(first_line_only("{\"turns\":[]}").empty());
}

TEST_CASE("conversation file: numbers of a float survive, numbers that are none become 0") {
  Conversation conversation = test::answered();
  std::vector<TokenNote>& notes = conversation.turns.at("a1").tokens.edit();
  notes[0].probability = 1.17549435e-38f;
  notes[0].entropy = 0.1f;
  CHECK(conversation_from_json(conversation_file(conversation), "x") == conversation);
  notes[0].entropy = std::numeric_limits<float>::quiet_NaN();
  const Conversation read = conversation_from_json(conversation_file(conversation), "x");
  CHECK(read.turns.at("a1").tokens[0].entropy == 0);
}

TEST_CASE("conversation file: bytes that are no UTF-8 are replaced, not refused") {
  Conversation conversation = test::answered();
  conversation.turns.at("a1").tokens.edit()[1].alternatives[0].text = "\xE4\xB8";
  const Conversation read = conversation_from_json(conversation_file(conversation), "x");
  CHECK(read.turns.at("a1").tokens[1].alternatives[0].text == "\uFFFD");
}

TEST_CASE("conversation file: notes that do not fit their text are left out, the text stays") {
  const auto notes_of = [](const std::string& notes) {
    const std::string text = R"({"turns": [{"id": "a", "parent": null, "role": "user", "text": "four"}], "notes": )";
    return conversation_from_json(text + notes + "}", "x").turns.at("a").tokens.size();
  };
  CHECK(notes_of(R"({"a": [[1, 0, 0.5, 1.5, []], [2, 4, 1.0000001, 0, [[3, "x", 0.25]]]]})") == 2);
  for (const char* notes :
       {R"([])", R"({"b": []})", R"({"a": {}})", R"({"a": [[1, 5, 0.5, 1, []]]})",
        R"({"a": [[1, 2, 0.5, 1, []], [1, 1, 0.5, 1, []]]})", R"({"a": [[-1, 0, 0.5, 1, []]]})",
        R"({"a": [[1, 0, -0.5, 1, []]]})", R"({"a": [[1, 0, 0.5, 1, [[1, 2, 3]]]]})", R"({"a": [[1, 0, 0.5, 1]]})",
        R"({"a": [[1e9, 0, 0.5, 1, []]]})", R"({"a": [[18446744073709551615, 0, 0.5, 1, []]]})"}) {
    INFO(notes);
    CHECK(notes_of(notes) == 0);
  }
}

TEST_CASE("conversation file: what the web page exports is read") {
  const Conversation read = conversation_from_json(R"({
    "id": "c", "title": "Tea", "named": true, "created": 1, "updated": 9, "system": "be brief",
    "chosen": {"": "q", "q": "a"},
    "turns": [
      {"id": "q", "parent": null, "role": "user", "text": "tea?", "created": 2},
      {"id": "a", "parent": "q", "role": "assistant", "text": "yes", "created": 3, "token_ids": [1, 2], "firstWordMs": 12.5,
       "stats": {"prompt_tokens": 5, "reused_tokens": 1, "prompt_ms": 2.5, "generated_tokens": 2, "generate_ms": 7,
                 "stop_reason": "end", "context_used": 7, "context_size": 100}},
      {"id": "b", "parent": "q", "role": "assistant", "text": "no", "created": 4, "problem": "stopped"}]})",
                                                   "x");
  CHECK(read.title == "Tea");
  CHECK(read.named);
  CHECK(read.updated == 9);
  REQUIRE(path_of(read).size() == 2);
  CHECK(path_of(read)[1]->text == "yes");
  CHECK(read.turns.at("a").stats == AnswerStats{5, 1, 2, 0, 2.5, 7, 12.5});
  CHECK(read.turns.at("b").problem == "stopped");
  CHECK(versions_of(read, "a") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("conversation file: what goes out as JSON is read again, without alternatives") {
  Conversation conversation = test::answered();
  const auto json = nlohmann::json::parse(to_json(conversation));
  CHECK(json["turns"][0]["parent"].is_null());
  CHECK(json["turns"][1]["token_ids"].size() == conversation.turns.at("a1").tokens.size());
  for (auto& [id, turn] : conversation.turns) turn.tokens = {};
  CHECK(conversation_from_json(to_json(conversation), "x") == conversation);
}

TEST_CASE("conversation file: what wick chat saves is read, and a bare list of messages") {
  const std::string list =
      R"([{"role": "system", "content": "s"}, {"role": "user", "content": "hi\nyou"}, {"role": "assistant", "content": "a"}])";
  for (const std::string& text : {R"({"model": "m", "messages": )" + list + "}", list}) {
    const Conversation read = import_conversation(text, "x.json", 77);
    CHECK(read.title == "hi");
    CHECK(read.system == "s");
    CHECK(read.updated == 77);
    REQUIRE(path_of(read).size() == 2);
    CHECK(path_of(read)[1]->role == "assistant");
    CHECK(messages_to(read, path_of(read)[1]->id).size() == 3);
  }
  CHECK(error_of(R"([{"role": "user"}])") == "x.json: message 1 needs a text 'role' and a text 'content'");
  CHECK(error_of(R"([{"role": "tool", "content": ""}])") ==
        "x.json: message 1 has the role 'tool', expected system, user or assistant");
}

TEST_CASE("conversation file: an imported one is a new one") {
  const std::string text = conversation_file(test::answered());
  const Conversation one = import_conversation(text, "x", 5), two = import_conversation(text, "x", 5);
  CHECK(one.id != two.id);
  CHECK(one.id.size() == 32);
  CHECK(one.updated == test::answered().updated);
}

TEST_CASE("conversation file: turns without their parents, loops and doubles are left out") {
  const auto turn = [](const std::string& id, const std::string& parent) {
    return R"({"id": ")" + id + R"(", "parent": )" + parent + R"(, "role": "user", "text": "t"})";
  };
  const std::string text = "{\"turns\": [" + turn("a", "null") + "," + turn("b", "\"a\"") + "," + turn("a", "\"b\"") +
                           "," + turn("c", "\"gone\"") + "," + turn("d", "\"e\"") + "," + turn("e", "\"d\"") +
                           R"(, 7, {"id": "f", "parent": null, "role": "tool", "text": "t"}],
                             "chosen": {"a": "c", "": "b", "x": 5}})";
  const Conversation read = conversation_from_json(text, "x");
  CHECK(read.turns.size() == 2);
  CHECK(path_of(read).size() == 2);
  CHECK(read.title == "t");
}

TEST_CASE("conversation file: versions of one time keep their order and the newest shows") {
  const Conversation read = conversation_from_json(
      R"({"turns": [{"id": "z", "parent": null, "role": "user", "text": "1", "created": 1e300},
                    {"id": "m", "parent": null, "role": "user", "text": "2", "created": 1e300},
                    {"id": "a", "parent": null, "role": "user", "text": "3", "created": 1e300}]})",
      "x");
  CHECK(versions_of(read, "m") == std::vector<std::string>{"z", "m", "a"});
  CHECK(path_of(read)[0]->id == "a");
  CHECK(conversation_from_json(conversation_file(read), "x") == read);
}

TEST_CASE("conversation file: what is no conversation is refused in words") {
  CHECK(error_of("") == "x.json: cannot be read as a conversation: it is not valid JSON");
  CHECK(error_of("{\"turns\": [") == "x.json: cannot be read as a conversation: it is not valid JSON");
  CHECK(error_of("{}") == "x.json: cannot be read as a conversation: it has neither 'turns' nor 'messages'");
  CHECK(error_of("7") == "x.json: cannot be read as a conversation: it has neither 'turns' nor 'messages'");
  CHECK(error_of(R"({"version": 2, "turns": []})") ==
        "x.json: is of version 2, this program reads 1: a newer one wrote it");
  CHECK(error_of(std::string(1 << 20, '[')) == "x.json: cannot be read as a conversation: it is not valid JSON");
  CHECK(error_of(std::string(1 << 20, '[') + std::string(1 << 20, ']')).starts_with("x.json: message 1 needs"));
}

TEST_CASE("conversation file: Markdown is the path that shows") {
  CHECK(to_markdown(test::answered()) ==
        "# What is tea?\n\n> be brief\n> and kind\n\n**You**\n\nWhat is tea?\n\n**Answer**\n\nA drink, dear.\n");
}

TEST_CASE("conversation file: its name has the title's letters and digits") {
  Conversation conversation;
  const auto name = [&](const std::string& title) {
    conversation.title = title;
    return file_name_of(conversation, "json");
  };
  CHECK(name("What is 2 + 2?") == "what-is-2-2.json");
  CHECK(name("../Ärger: 世界") == "ärger-世界.json");
  CHECK(name("…\x80") == "untitled.json");
  CHECK(name(std::string(300, 'x')).size() == 85);
}

}  // namespace
}  // namespace wick::views
