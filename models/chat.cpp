#include "models/chat.h"

#include <algorithm>
#include <functional>

#include "core/error.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSaid = 64;

std::string token_text(const Tokenizer& tokenizer, TokenId id) {
  return id < 0 ? std::string() : tokenizer.piece(id, true);
}

}  // namespace

std::vector<Message> messages_from_json(const nlohmann::ordered_json& list, std::string_view source) {
  if (!list.is_array()) throw Error("{}: expected a list of messages", source);
  std::vector<Message> messages;
  for (const auto& entry : list) {
    const auto member = [&](const char* key) {
      const auto found = entry.is_object() ? entry.find(key) : entry.end();
      if (found == entry.end() || !found->is_string())
        throw Error("{}: message {} needs a text '{}'", source, messages.size() + 1, key);
      return found->get<std::string>();
    };
    messages.push_back({member("role"), member("content")});
  }
  return messages;
}

Chat::Chat(std::shared_ptr<const LanguageModel> model, Index context) : generator_(std::move(model), context) {
  if (!generator_.model().chat_template)
    throw Error("{}: the model has no chat template; it can continue a text, but not chat", generator_.model().name);
}

std::string Chat::prompt(const std::vector<Message>& messages, const Json& variables) const {
  if (messages.empty()) throw Error("the conversation is empty");
  const LanguageModel& model = generator_.model();
  const bool continues = messages.back().role == "assistant";
  Json context = variables.is_object() ? variables : Json::object();
  context["messages"] = Json::array();
  for (std::size_t i = 0; i + (continues ? 1 : 0) < messages.size(); ++i) {
    context["messages"].push_back({{"role", messages[i].role}, {"content", messages[i].content}});
  }
  context["add_generation_prompt"] = true;
  context["bos_token"] = token_text(model.tokenizer, model.tokenizer.bos());
  context["eos_token"] = token_text(model.tokenizer, model.tokenizer.eos());
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the constructor refused a model without one.
  return model.chat_template->render(context) + (continues ? messages.back().content : "");
}

std::vector<TokenId> Chat::encode(const std::vector<Message>& messages, const Json& variables) const {
  return encode_text(prompt(messages, variables));
}

std::vector<TokenId> Chat::encode_text(std::string_view text) const {
  const Tokenizer& tokenizer = generator_.model().tokenizer;
  std::vector<const Said*> begun;
  for (const Said& said : said_) {
    if (text.starts_with(said.text)) begun.push_back(&said);
  }
  std::sort(begun.begin(), begun.end(), [](const Said* a, const Said* b) { return a->text.size() > b->text.size(); });
  for (const Said* said : begun) {
    const std::vector<TokenId> rest = tokenizer.encode(text.substr(said->text.size()), {.parse_special = true});
    // Only a special token ends a word for certain.
    if (!rest.empty() && !tokenizer.is_special(rest.front())) continue;
    std::vector<TokenId> ids = said->ids;
    ids.insert(ids.end(), rest.begin(), rest.end());
    return ids;
  }
  return tokenizer.encode(text, {.parse_special = true});
}

void Chat::reply(const std::vector<Message>& messages, GenerateOptions options, const Json& variables) {
  std::string text = prompt(messages, variables);
  generator_.start(encode_text(text), std::move(options));
  text_ = std::move(text);
}

GenerationStep Chat::step() {
  if (generator_.finished()) return generator_.step();
  GenerationStep step = generator_.step();
  text_ += step.text;
  if (step.stopped == StopReason::end || step.stopped == StopReason::max_tokens) {
    Said said{text_, generator_.tokens()};
    if (step.stopped == StopReason::end) said.ids.pop_back();
    std::erase_if(said_, [&](const Said& other) { return other.text == said.text; });
    if (said_.size() == kMostSaid) said_.erase(said_.begin());
    said_.push_back(std::move(said));
  }
  return step;
}

}  // namespace wick
