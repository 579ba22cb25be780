// LlamaConfig from the config.json of a Hugging Face repository.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/llama_config.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

/// Fields of config.json, with the file's name in every complaint.
class Fields {
 public:
  Fields(const Json& json, const std::string& file) : json_(json), file_(file) {
    if (!json.is_object()) throw Error("{}: expected a JSON object", file);
  }

  bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }
  Index count(const char* key) const {
    if (!has(key)) throw Error("{}: '{}' is missing", file_, key);
    return count_or(key, 0);
  }
  Index count_or(const char* key, Index fallback) const {
    if (!has(key)) return fallback;
    const Json& value = json_[key];
    if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > (1 << 30)) {
      throw Error("{}: '{}' is {}, expected a count", file_, key, value.dump());
    }
    return value.get<Index>();
  }
  double positive_or(const char* key, double fallback) const {
    if (!has(key)) return fallback;
    const Json& value = json_[key];
    if (!value.is_number() || !(value.get<double>() > 0))
      throw Error("{}: '{}' is {}, expected a positive number", file_, key, value.dump());
    return value.get<double>();
  }
  bool flag_or(const char* key, bool fallback) const {
    return has(key) && json_[key].is_boolean() ? json_[key].get<bool>() : fallback;
  }
  std::string text_or(const char* key, const char* fallback) const {
    return has(key) && json_[key].is_string() ? json_[key].get<std::string>() : fallback;
  }
  std::vector<double> numbers(const char* key) const {
    std::vector<double> result;
    if (!has(key) || !json_[key].is_array()) return result;
    for (const Json& value : json_[key]) {
      if (!value.is_number()) throw Error("{}: '{}' must hold numbers", file_, key);
      result.push_back(value.get<double>());
    }
    return result;
  }
  const Json& operator[](const char* key) const { return json_[key]; }

 private:
  const Json& json_;
  const std::string& file_;
};

RopeScaling read_scaling(const Fields& config, const std::string& file, double context) {
  RopeScaling s;
  s.original_context = config.positive_or("original_max_position_embeddings", context);
  // `rope_parameters` is the newer name and may hold rope_theta as well.
  const char* key = config.has("rope_scaling") ? "rope_scaling" : "rope_parameters";
  if (!config.has(key)) return s;
  const Fields scaling(config[key], file);
  const std::string kind = scaling.text_or("rope_type", scaling.text_or("type", "default").c_str());
  s.factor = scaling.positive_or("factor", 1);
  s.original_context = scaling.positive_or("original_max_position_embeddings", s.original_context);
  if (scaling.has("attention_factor")) s.attention_factor = scaling.positive_or("attention_factor", 1);
  if (kind == "default") return s;
  if (kind == "linear") {
    s.kind = RopeScaling::Kind::linear;
  } else if (kind == "llama3") {
    s.kind = RopeScaling::Kind::llama3;
    s.low_frequency_factor = scaling.positive_or("low_freq_factor", 1);
    s.high_frequency_factor = scaling.positive_or("high_freq_factor", 4);
    if (s.low_frequency_factor >= s.high_frequency_factor)
      throw Error("{}: rope scaling's low_freq_factor must be below its high_freq_factor", file);
  } else if (kind == "yarn") {
    s.kind = RopeScaling::Kind::yarn;
    s.beta_fast = scaling.positive_or("beta_fast", 32);
    s.beta_slow = scaling.positive_or("beta_slow", 1);
    s.truncate = scaling.flag_or("truncate", true);
  } else if (kind == "longrope" || kind == "su") {
    s.kind = RopeScaling::Kind::longrope;
    s.short_factors = scaling.numbers("short_factor");
    s.long_factors = scaling.numbers("long_factor");
  } else {
    throw Error("{}: rope scaling '{}' is not supported", file, kind);
  }
  return s;
}

void read_layers(LlamaConfig& c, const Fields& config) {
  const auto count = static_cast<std::size_t>(std::clamp<Index>(c.layers, 0, 1000));
  c.layer_turns.assign(count, true);
  c.layer_windows.assign(count, c.window > 0);
  if (c.architecture == "smollm3") {
    const std::vector<double> listed = config.numbers("no_rope_layers");
    const Index interval = config.count_or("no_rope_layer_interval", 4);
    for (std::size_t i = 0; i < count; ++i) {
      c.layer_turns[i] =
          i < listed.size() ? listed[i] != 0 : interval == 0 || (static_cast<Index>(i) + 1) % interval != 0;
    }
  }
  if (config.has("layer_types") && config["layer_types"].is_array()) {
    for (std::size_t i = 0; i < std::min(count, config["layer_types"].size()); ++i) {
      c.layer_windows[i] = c.window > 0 && config["layer_types"][i] == "sliding_attention";
    }
  } else if (c.architecture == "qwen2" || c.architecture == "qwen3") {  // the first max_window_layers see everything
    const auto full = static_cast<std::size_t>(config.count_or("max_window_layers", c.layers));
    for (std::size_t i = 0; i < std::min(full, count); ++i) c.layer_windows[i] = false;
  }
}

}  // namespace

LlamaConfig LlamaConfig::from_huggingface(const Json& json, const std::string& file) {
  const Fields config(json, file);
  LlamaConfig c;
  const std::string type = config.text_or("model_type", "");
  static constexpr const char* kKnown[] = {"llama", "mistral", "smollm3", "qwen2", "qwen3", "phi3"};
  if (std::none_of(std::begin(kKnown), std::end(kKnown), [&](const char* name) { return type == name; })) {
    throw Error("{}: model_type '{}' is not supported; this build runs llama, mistral, smollm3, qwen2, qwen3 and phi3",
                file, type);
  }
  c.architecture = type == "mistral" ? "llama" : type;
  c.layers = config.count("num_hidden_layers");
  c.dim = config.count("hidden_size");
  c.hidden = config.count("intermediate_size");
  c.heads = config.count("num_attention_heads");
  c.kv_heads = config.count_or("num_key_value_heads", c.heads);
  c.head_dim = config.count_or("head_dim", c.heads > 0 ? c.dim / c.heads : 0);
  c.vocab = config.count("vocab_size");
  c.context = config.count_or("max_position_embeddings", 2048);
  c.norm_eps = config.positive_or("rms_norm_eps", 1e-6);
  c.tied = config.flag_or("tie_word_embeddings", true);
  const std::string activation = config.text_or("hidden_act", "silu");
  if (activation != "silu") throw Error("{}: hidden_act '{}' is not supported, expected silu", file, activation);
  // Qwen and SmolLM3 state a window that they use only if told to.
  const bool windows = config.flag_or("use_sliding_window", type == "mistral" || type == "phi3");
  c.window = windows ? config.count_or("sliding_window", 0) : 0;

  c.validate_sizes(file);

  const double context = static_cast<double>(c.context);
  double base = config.positive_or("rope_theta", 10000);
  if (config.has("rope_parameters")) base = Fields(config["rope_parameters"], file).positive_or("rope_theta", base);
  const double partial = config.positive_or("partial_rotary_factor", 1);
  if (partial > 1) throw Error("{}: 'partial_rotary_factor' is {}, expected at most 1", file, partial);
  const Index rotary = static_cast<Index>(static_cast<double>(c.head_dim) * partial);
  c.rope = make_rope(rotary, base, RopePairs::halves, read_scaling(config, file, context), context, file);
  read_layers(c, config);
  c.validate(file);
  return c;
}

}  // namespace wick
