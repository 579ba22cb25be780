// The laws of a conversation.
#include "models/chat.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "models/tiny_model.h"

using namespace wick;
using namespace wick::test;

namespace {

GenerateOptions drawn(Index max_tokens, std::uint64_t seed = 1) {
  GenerateOptions options;
  options.sampling.seed = seed;
  options.max_tokens = max_tokens;
  return options;
}

std::string answer(Chat& chat, const std::vector<Message>& messages, GenerateOptions options) {
  chat.reply(messages, std::move(options));
  std::string text;
  while (!chat.generator().finished()) text += chat.step().text;
  return text;
}

Index new_tokens(const Chat& chat) {
  return chat.generator().stats().prompt_tokens - chat.generator().stats().reused_tokens;
}

}  // namespace

TEST_CASE("chat: the prompt is the template's, special tokens and all") {
  const Chat chat(tiny());
  CHECK(chat.prompt({{"user", "hi"}}) == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
  CHECK(chat.encode({{"user", "hi"}}).front() == kTurn);
  // Continuing the assistant's own message leaves its turn open.
  CHECK(chat.prompt({{"user", "hi"}, {"assistant", "Well"}}) ==
        "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nWell");
}

TEST_CASE("chat: a next turn reads only the new tokens, whatever the model said") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Chat chat(tiny());
    std::vector<Message> messages{{"system", "be random"}, {"user", "hello"}};
    // A random model says no text: bytes become U+FFFD, and no tokenizer would make its tokens of them again.
    messages.push_back({"assistant", answer(chat, messages, drawn(30, seed))});
    messages.push_back({"user", "more"});
    answer(chat, messages, drawn(5, seed));
    const std::string added = "<|im_end|>\n<|im_start|>user\nmore<|im_end|>\n<|im_start|>assistant\n";
    const Index unread = 1;  // the last drawn token
    CHECK(new_tokens(chat) <=
          static_cast<Index>(tiny()->tokenizer.encode(added, {.parse_special = true}).size()) + unread);
    answer(chat, messages, drawn(5, seed + 1));  // the same question again
    CHECK(new_tokens(chat) == 1);
  }
}

TEST_CASE("chat: going from branch to branch reads only what is new, whatever the model said") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Chat chat(tiny(), 4096);
    const Message question{"user", "hello"};
    // Answers of a random model, drawn again; each is gone on from later.
    std::vector<std::vector<Message>> branches;
    for (std::uint64_t version = 0; version < 3; ++version) {
      branches.push_back({question, {"assistant", answer(chat, {question}, drawn(30, 10 * seed + version))}});
      if (version > 0) CHECK(new_tokens(chat) == 1);
    }
    const std::string added = "<|im_end|>\n<|im_start|>user\nmore<|im_end|>\n<|im_start|>assistant\n";
    const Index more = static_cast<Index>(tiny()->tokenizer.encode(added, {.parse_special = true}).size());
    for (int turn = 0; turn < 3; ++turn) {
      for (std::vector<Message>& branch : branches) {
        branch.push_back({"user", "more"});
        const std::string text = answer(chat, branch, drawn(10, seed));
        CHECK(new_tokens(chat) <= more + 1);  // and the last drawn token
        branch.push_back({"assistant", text});
      }
    }
  }
}

TEST_CASE("chat: an edit of an earlier message reads from there on") {
  Chat chat(tiny());
  std::vector<Message> messages{{"user", "first message"}};
  messages.push_back({"assistant", answer(chat, messages, drawn(10))});
  messages.push_back({"user", "second message"});
  answer(chat, messages, drawn(10));
  messages[0].content = "first massage";
  answer(chat, messages, drawn(10));
  const std::string same = "<|im_start|>user\nfirst m";
  CHECK(chat.generator().stats().reused_tokens ==
        static_cast<Index>(tiny()->tokenizer.encode(same, {.parse_special = true}).size()));
  const std::vector<TokenId> edited = chat.generator().tokens();
  Chat fresh(tiny());
  answer(fresh, messages, drawn(10));
  CHECK(fresh.generator().tokens() == edited);
}

TEST_CASE("chat: an answer that is cut short can be continued where it ended") {
  Chat chat(tiny());
  const std::vector<Message> messages{{"user", "hello"}};
  const std::string begun = answer(chat, messages, drawn(8));
  answer(chat, {messages[0], {"assistant", begun}}, drawn(8));
  CHECK(new_tokens(chat) <= 1);
}

TEST_CASE("chat: a cancelled answer leaves a conversation that goes on") {
  Chat chat(tiny());
  std::vector<Message> messages{{"user", "hello"}};
  chat.reply(messages, drawn(50));
  std::string text;
  for (int i = 0; i < 5; ++i) text += chat.step().text;
  chat.cancel();
  CHECK(chat.step().stopped == StopReason::cancelled);
  messages.push_back({"assistant", text});
  messages.push_back({"user", "and?"});
  answer(chat, messages, drawn(5));
  CHECK(chat.generator().stats().reused_tokens > 0);
}

TEST_CASE("chat: a conversation that cannot be is refused") {
  Chat chat(tiny(), 64);
  CHECK(error_of([&] { chat.reply({}, {}); }) == "the conversation is empty");
  CHECK(error_of([&] { chat.reply({{"user", std::string(100, 'x')}}, {}); }).starts_with("the prompt has "));
  TinyModel plain = tiny_model();
  plain.metadata.erase("tokenizer.chat_template");
  CHECK(error_of([&] { Chat(load_model(plain)); }) ==
        "tiny llama: the model has no chat template; it can continue a text, but not chat");
}

TEST_CASE("chat: a template that fails says where, and the conversation stays") {
  TinyModel model = tiny_model();
  model.metadata["tokenizer.chat_template"] = std::string(
      "{% if messages[0].role != 'user' %}{{ raise_exception('users first') }}{% endif %}{{ messages[0].content }}");
  Chat chat(load_model(model));
  answer(chat, {{"user", "hello"}}, drawn(3));
  const std::vector<TokenId> before = chat.generator().tokens();
  CHECK(error_of([&] { chat.reply({{"system", "x"}}, drawn(3)); }).find("users first") != std::string::npos);
  CHECK(chat.generator().tokens() == before);
  TinyModel broken = tiny_model();
  broken.metadata["tokenizer.chat_template"] = std::string("{% for %}");
  CHECK(loading_error(broken).find("chat template") != std::string::npos);
}
