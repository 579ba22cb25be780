#pragma once
// A conversation with a model's own template.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "models/generator.h"

namespace wick {

struct Message {
  std::string role;  // "system", "user", "assistant", or what the template knows
  std::string content;
};

/// Messages from a list of {"role", "content"}. Throws Error, naming the text it came from, for anything else.
std::vector<Message> messages_from_json(const nlohmann::ordered_json& list, std::string_view source);

/// Writes the next message of a conversation. The whole conversation is given each time; what the cache still holds of
/// it is not read again, so a second turn reads only the new tokens, and editing an earlier message reads from there.
class Chat {
 public:
  /// Throws Error if the model has no chat template.
  explicit Chat(std::shared_ptr<const LanguageModel> model, Index context = 0);

  /// Begins the assistant's answer to `messages`. If the last message is the assistant's own it is continued.
  /// `variables` go to the template too (enable_thinking, tools, ...). Throws Error as Generator::start does.
  void reply(const std::vector<Message>& messages, GenerateOptions options,
             const nlohmann::ordered_json& variables = {});
  GenerationStep step();
  void cancel() { generator_.cancel(); }
  Generator& generator() { return generator_; }
  const Generator& generator() const { return generator_; }

  /// The text that the model reads for these messages.
  std::string prompt(const std::vector<Message>& messages, const nlohmann::ordered_json& variables = {}) const;
  /// Its tokens. Where it begins with an earlier answer's conversation, that answer has the tokens that the model
  /// drew: a text has many tokenisations, and another one would have to be read again.
  std::vector<TokenId> encode(const std::vector<Message>& messages, const nlohmann::ordered_json& variables = {}) const;

 private:
  std::vector<TokenId> encode_text(std::string_view text) const;

  Generator generator_;
  /// A conversation up to the end of an answer, as text and as the tokens that were read and drawn, the end token not
  /// among them.
  struct Said {
    std::string text;
    std::vector<TokenId> ids;
  };
  std::string text_;        // of the last prompt and its answer so far
  std::vector<Said> said_;  // the last answers of all branches, oldest first
};

}  // namespace wick
