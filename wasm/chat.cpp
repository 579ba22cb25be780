// Of wick.h: conversations.
#include "wasm/chat.h"

#include "wasm/handles.h"

using namespace wick::host;

namespace {

std::vector<wick::Message> parse_messages(const char* text) {
  return wick::messages_from_json(parse(text, "messages"), "messages");
}

wick::GenerateOptions parse_options(const Json& json) {
  wick::GenerateOptions options;
  if (!json.is_object()) throw wick::Error("options: expected an object");
  wick::SamplingOptions& s = options.sampling;
  read_option(json, "temperature", s.temperature);
  read_option(json, "top_k", s.top_k);
  read_option(json, "top_p", s.top_p);
  read_option(json, "min_p", s.min_p);
  read_option(json, "typical_p", s.typical_p);
  read_option(json, "repeat_penalty", s.repeat_penalty);
  read_option(json, "presence_penalty", s.presence_penalty);
  read_option(json, "frequency_penalty", s.frequency_penalty);
  read_option(json, "repeat_last_n", s.repeat_last_n);
  read_option(json, "seed", s.seed);
  read_option(json, "max_tokens", options.max_tokens);
  read_option(json, "alternatives", options.alternatives);
  for (const Json& stop : json.value("stop", Json::array())) {
    if (!stop.is_string()) throw wick::Error("options: 'stop' must hold texts");
    options.stop.push_back(stop.get<std::string>());
  }
  for (const Json& bias : json.value("logit_bias", Json::array())) {
    if (!bias.is_array() || bias.size() != 2 || !bias[0].is_number_integer() || !bias[1].is_number()) {
      throw wick::Error("options: 'logit_bias' must hold pairs of a token id and a number");
    }
    const auto id = bias[0].get<std::int64_t>();
    if (id < 0 || id > std::numeric_limits<wick::TokenId>::max()) {
      throw wick::Error("options: 'logit_bias' names token {}, which does not exist", id);
    }
    s.logit_bias.emplace_back(static_cast<wick::TokenId>(id), bias[1].get<float>());
  }
  return options;
}

}  // namespace

extern "C" {

wick_chat* wick_chat_new(wick_loader* loader, int32_t context) {
  return guarded<wick_chat*>(
      nullptr, [&] { return new wick_chat{wick::Chat(loaded(loader, &wick_loader::language, "chat"), context), {}}; });
}

void wick_chat_free(wick_chat* chat) { delete chat; }

int32_t wick_chat_info(wick_chat* chat) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    Json info = given(chat, "chat").chat.generator().model().info();
    info["context"] = given(chat, "chat").chat.generator().context();
    return give_json(info);
  });
}

int32_t wick_chat_count(wick_chat* chat, const char* messages_json) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    return static_cast<int32_t>(given(chat, "chat").chat.encode(parse_messages(messages_json)).size());
  });
}

int32_t wick_chat_count_text(wick_chat* chat, const char* text) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Tokenizer& tokenizer = given(chat, "chat").chat.generator().model().tokenizer;
    return static_cast<int32_t>(tokenizer.encode(&given(text, "text")).size());
  });
}

int32_t wick_chat_reply(wick_chat* chat, const char* messages_json, const char* options_json) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const Json options = parse(options_json, "options");
    wick::GenerateOptions parsed = parse_options(options);
    given(chat, "chat")
        .chat.reply(parse_messages(messages_json), std::move(parsed), options.value("variables", Json::object()));
    return 0;
  });
}

int32_t wick_chat_step(wick_chat* handle, wick_step* result) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    auto& [chat, last] = given(handle, "chat");
    wick_step& step = given(result, "step");
    last = chat.step();
    const wick::Generator& generator = chat.generator();
    const wick::GenerationStats& stats = generator.stats();
    step.state = last.stopped != wick::StopReason::none ? WICK_DONE : last.drawn ? WICK_DRAWN : WICK_READING;
    step.text_bytes = give_text(last.text);
    step.token = last.token;
    step.probability = last.probability;
    step.prompt_tokens = static_cast<int32_t>(stats.prompt_tokens);
    step.prompt_left = static_cast<int32_t>(generator.prompt_left());
    step.reused_tokens = static_cast<int32_t>(stats.reused_tokens);
    step.generated_tokens = static_cast<int32_t>(stats.generated_tokens);
    step.context_used = static_cast<int32_t>(generator.context_used());
    step.context_size = static_cast<int32_t>(generator.context());
    step.prompt_ms = stats.prompt_ms;
    step.generate_ms = stats.generate_ms;
    return step.state;
  });
}

int32_t wick_chat_token(wick_chat* chat) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const auto& [session, last] = given(chat, "chat");
    const wick::Tokenizer& tokenizer = session.generator().model().tokenizer;
    const auto entry = [&](wick::TokenId id, float probability) {
      return Json{{"id", id}, {"text", id < 0 ? "" : tokenizer.piece(id, true)}, {"probability", probability}};
    };
    Json json = entry(last.token, last.probability);
    json["top"] = Json::array();
    for (const wick::TokenProbability& other : last.alternatives)
      json["top"].push_back(entry(other.id, other.probability));
    return give_json(json);
  });
}

int32_t wick_chat_stop_reason(wick_chat* chat) {
  return guarded<int32_t>(
      WICK_ERROR, [&] { return give_text(wick::to_string(given(chat, "chat").chat.generator().stop_reason())); });
}

void wick_chat_cancel(wick_chat* chat) {
  if (chat) chat->chat.cancel();
}

}  // extern "C"
