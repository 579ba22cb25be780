#include "wasm/wick.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "models/bench/bench.h"
#include "models/chat.h"

using Json = nlohmann::ordered_json;

struct wick_engine {
  wick::Device device;
};

struct wick_loader {
  std::unique_ptr<wick::LanguageModelLoader> loader;
  std::shared_ptr<const wick::LanguageModel> model;  // once all is loaded
};

struct wick_chat {
  wick::Chat chat;
  wick::GenerationStep last;
};

struct wick_bench {
  wick::Device device;
  wick::Peaks peaks;
  std::vector<wick::BenchCase> cases;
  std::size_t next = 0;
};

namespace {

// One thread calls, so the last error and the last text are the process's.
std::string last_text;
std::string last_error;
wick::ErrorKind last_kind = wick::ErrorKind::input;

/// Runs `work` and turns what it throws into `failed` and a message.
template <class Result, class Work>
Result guarded(Result failed, Work&& work) {
  try {
    return work();
  } catch (const wick::Error& e) {
    last_kind = e.kind();
    last_error = e.what();
  } catch (const std::bad_alloc&) {
    last_kind = wick::ErrorKind::memory;
    last_error = "not enough memory";
  } catch (const std::exception& e) {
    last_kind = wick::ErrorKind::input;
    last_error = e.what();
  }
  return failed;
}

/// What a caller's handle or pointer points to.
template <class T>
T& given(T* pointer, const char* what) {
  if (!pointer) throw wick::Error("no {} was given", what);
  return *pointer;
}

int32_t give_text(std::string text) {
  last_text = std::move(text);
  return static_cast<int32_t>(last_text.size());
}

int32_t give_json(const Json& json) { return give_text(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

class HostSource final : public wick::ByteSource {
 public:
  explicit HostSource(const wick_source& source) : source_(source), name_(source.name ? source.name : "file") {
    if (!source.read) throw wick::Error("{}: the source has no read function", name_);
  }
  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return source_.size; }
  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > size() || into.size() > size() - offset) {
      throw wick::Error("{}: bytes {} to {} were asked for, the file has {}", name_, offset, offset + into.size(),
                        size());
    }
    constexpr std::size_t kLargestRead = std::size_t{16} << 20;
    for (std::size_t at = 0; at < into.size(); at += kLargestRead) {
      const std::size_t count = std::min(kLargestRead, into.size() - at);
      if (source_.read(source_.user, offset + at, into.data() + at, static_cast<std::uint32_t>(count)) != 0) {
        throw wick::Error(wick::ErrorKind::io,
                          fmt::format("{}: the file can no longer be read; was it moved or changed?", name_));
      }
    }
  }

 private:
  wick_source source_;
  std::string name_;
};

Json parse(const char* text, const char* what) {
  Json json = Json::parse(text ? text : "", nullptr, false);
  if (json.is_discarded()) throw wick::Error("{}: not valid JSON", what);
  return json;
}

std::vector<wick::Message> parse_messages(const char* text) {
  return wick::messages_from_json(parse(text, "messages"), "messages");
}

template <class T>
void read_option(const Json& json, const char* key, T& value) {
  if (!json.contains(key) || json[key].is_null()) return;
  if (!json[key].is_number()) throw wick::Error("options: '{}' must be a number", key);
  const double number = json[key].get<double>();
  if constexpr (std::is_integral_v<T>) {
    constexpr double kMost = std::min(9007199254740992.0, static_cast<double>(std::numeric_limits<T>::max()));
    if (!(number >= static_cast<double>(std::numeric_limits<T>::min()) && number <= kMost))
      throw wick::Error("options: '{}' is out of range", key);
  }
  value = static_cast<T>(number);
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

/// The rows whose names contain one of the texts, all if there are none.
void keep_wanted(std::vector<wick::BenchCase>& cases, const Json& texts) {
  if (!texts.is_array()) throw wick::Error("options: 'rows' must be a list of texts");
  for (const Json& text : texts)
    if (!text.is_string()) throw wick::Error("options: 'rows' must be a list of texts");
  std::erase_if(cases, [&](const wick::BenchCase& c) {
    return !texts.empty() && std::none_of(texts.begin(), texts.end(), [&](const Json& text) {
      return c.name.find(text.get_ref<const std::string&>()) != std::string::npos;
    });
  });
}

}  // namespace

extern "C" {

int32_t wick_error_kind(void) { return static_cast<int32_t>(last_kind); }
const char* wick_error_message(void) { return last_error.c_str(); }

int32_t wick_text(char* buffer, int32_t size) {
  const std::size_t count = std::min(last_text.size(), static_cast<std::size_t>(buffer ? std::max(size, 0) : 0));
  if (count > 0) std::memcpy(buffer, last_text.data(), count);
  return static_cast<int32_t>(count);
}

wick_engine* wick_engine_new(int32_t threads) {
  return guarded<wick_engine*>(nullptr, [&] { return new wick_engine{wick::Device::cpu(threads)}; });
}

void wick_engine_free(wick_engine* engine) { delete engine; }

int32_t wick_engine_info(wick_engine* engine) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick::Device& device = given(engine, "engine").device;
    return give_json({{"version", WICK_VERSION},
                      {"device", device.describe()},
                      {"threads", device.threads()},
                      {"memory_bytes", device.bytes_in_use()}});
  });
}

void wick_engine_trim(wick_engine* engine) {
  if (engine) engine->device.trim();
}

wick_loader* wick_load_begin(wick_engine* engine, const wick_source* source, int32_t precise) {
  return guarded<wick_loader*>(nullptr, [&] {
    const wick::Device& device = given(engine, "engine").device;
    auto files = wick::ModelFiles::open(std::make_shared<HostSource>(given(source, "source")));
    const auto precision = precise ? wick::Precision::precise : wick::Precision::fast;
    return new wick_loader{std::make_unique<wick::LanguageModelLoader>(std::move(files), device, precision), nullptr};
  });
}

int32_t wick_load_step(wick_loader* loader, double progress[2]) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    auto& [steps, model] = given(loader, "loader");
    if (model) return 0;
    const bool more = steps->step();
    if (progress) {
      progress[0] = static_cast<double>(steps->bytes_done());
      progress[1] = static_cast<double>(steps->bytes_total());
    }
    if (!more) {
      model = steps->finish();
      steps.reset();
    }
    return more ? 1 : 0;
  });
}

void wick_load_free(wick_loader* loader) { delete loader; }

wick_chat* wick_chat_new(wick_loader* loader, int32_t context) {
  return guarded<wick_chat*>(nullptr, [&] {
    const auto& model = given(loader, "loader").model;
    if (!model) throw wick::Error("the model is not loaded yet");
    return new wick_chat{wick::Chat(model, context), {}};
  });
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

wick_bench* wick_bench_new(wick_engine* engine, wick_chat* chat, const char* options_json) {
  return guarded<wick_bench*>(nullptr, [&] {
    const Json options = parse(options_json, "options");
    if (!options.is_object()) throw wick::Error("options: expected an object");
    wick::BenchOptions bench;
    int threads = 0;
    read_option(options, "threads", threads);
    read_option(options, "repetitions", bench.repetitions);
    read_option(options, "seconds", bench.seconds);
    if (bench.repetitions < 1 || !(bench.seconds >= 0)) throw wick::Error("options: nothing would be measured");
    const wick::Device& own = given(engine, "engine").device;
    const wick::Device device = threads < 1 || threads == own.threads() ? own : wick::Device::cpu(threads);
    auto result = std::make_unique<wick_bench>(wick_bench{device, wick::measure_peaks(device), {}, 0});
    if (chat) {
      result->cases = wick::model_bench(chat->chat.generator().share_model(), bench);
    } else {
      result->cases = wick::attention_bench(device, result->peaks, bench);
      for (wick::BenchCase& c : wick::matmul_bench(device, result->peaks, bench)) result->cases.push_back(std::move(c));
    }
    keep_wanted(result->cases, options.value("rows", Json::array()));
    return result.release();
  });
}

void wick_bench_free(wick_bench* bench) { delete bench; }

int32_t wick_bench_info(wick_bench* bench) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    const wick_bench& b = given(bench, "bench");
    Json names = Json::array();
    for (const wick::BenchCase& c : b.cases) names.push_back(c.name);
    return give_json({{"device", b.device.describe()},
                      {"threads", b.device.threads()},
                      {"peaks", b.peaks.to_json()},
                      {"rows", names}});
  });
}

int32_t wick_bench_step(wick_bench* bench) {
  return guarded<int32_t>(WICK_ERROR, [&] {
    wick_bench& b = given(bench, "bench");
    if (b.next == b.cases.size()) return give_text("");
    return give_json(b.cases[b.next++].run().to_json());
  });
}

}  // extern "C"
