// What a wrong model file is told: the file, the tensor or key, what was expected and what was found.
#include <catch2/catch.hpp>

#include "core/error.h"
#include "models/tiny_model.h"

using namespace wick;
using namespace wick::test;

namespace {

const char* const kArchitectures[] = {"llama", "smollm3", "qwen2", "qwen3", "phi3"};

/// A safetensors file of zeros beside a config.json, with the names and shapes of a model of 1 block.
struct Folder {
  TemporaryFolder folder;
  nlohmann::ordered_json config{
      {"model_type", "llama"},          {"num_hidden_layers", 1},   {"hidden_size", 32},
      {"intermediate_size", 64},        {"num_attention_heads", 4}, {"num_key_value_heads", 2},
      {"max_position_embeddings", 512}, {"vocab_size", 96},         {"rms_norm_eps", 1e-5}};

  std::string error(const std::string& text = {}) {
    write_file(folder / "config.json", text.empty() ? config.dump() : text);
    std::filesystem::copy(WICK_TESTS_DIR "/golden/llama/llama-gqa/model.safetensors", folder / "model.safetensors",
                          std::filesystem::copy_options::overwrite_existing);
    std::string error =
        error_of([&] { LlamaLoader(ModelFiles::open(folder / ""), Device::cpu(1), Precision::fast).finish(); });
    const std::size_t at = error.find("model.safetensors");
    return at == std::string::npos ? error : error.substr(at);
  }
};

}  // namespace

TEST_CASE("loader: a model of each architecture loads and predicts") {
  for (const std::string architecture : kArchitectures) {
    INFO(architecture);
    CHECK(loading_error(tiny_model(architecture)).empty());
  }
}

TEST_CASE("loader: a missing tensor is named, whichever it is") {
  for (const std::string architecture : kArchitectures) {
    const TinyModel whole = tiny_model(architecture);
    for (const auto& [name, entry] : whole.tensors) {
      // A model without an output matrix uses its embedding, one without biases has none.
      if (name == "output.weight" || name.ends_with(".bias")) continue;
      TinyModel model = whole;
      model.tensors.erase(name);
      INFO(architecture << " without " << name);
      const std::string error = loading_error(model);
      CHECK(error.starts_with("tiny.gguf: "));
      CHECK(error.find('\n') == std::string::npos);
      CHECK(error.find("'" + name + "'") != std::string::npos);
    }
  }
}

TEST_CASE("loader: the embedding stands for a missing output matrix only where the model says so") {
  const TemporaryFolder folder;
  const std::filesystem::path tied = WICK_TESTS_DIR "/golden/llama/llama-tied";
  for (const char* name : {"model.safetensors", "tokenizer.json"})
    if (std::filesystem::exists(tied / name)) std::filesystem::copy(tied / name, folder / name);
  auto config = nlohmann::ordered_json::parse(read_text(*open_file((tied / "config.json").string())));
  const auto load = [&] {
    write_file(folder / "config.json", config.dump());
    return error_of([&] { LlamaLoader(ModelFiles::open(folder / ""), Device::cpu(1), Precision::fast); });
  };
  CHECK(load() == "");
  config["tie_word_embeddings"] = false;
  CHECK(load().find("tensor 'lm_head.weight' is missing") != std::string::npos);
}

TEST_CASE("loader: a wrong shape is named with what was expected and found") {
  for (const std::string architecture : kArchitectures) {
    const TinyModel whole = tiny_model(architecture);
    for (const auto& [name, entry] : whole.tensors) {
      if (name == "token_embd.weight") continue;  // says how large the vocabulary is
      TinyModel model = whole;
      std::vector<Index> shape = entry.shape;
      shape.front() += 1;
      model.add(name, shape, 1);
      INFO(architecture << ' ' << name);
      const std::string error = loading_error(model);
      CHECK(error.starts_with("tiny.gguf: tensor '" + name + "' has shape ["));
      CHECK(error.find(std::to_string(shape.front())) != std::string::npos);
      CHECK(error.find("expected [" + std::to_string(entry.shape.front())) != std::string::npos);
    }
  }
}

TEST_CASE("loader: a bias that only some projections have is an error") {
  TinyModel model = tiny_model("qwen2");
  model.tensors.erase("blk.1.attn_k.bias");
  CHECK(loading_error(model) == "tiny.gguf: 2 of the 3 projections of block 1 have a bias");
}

TEST_CASE("loader: metadata that makes no sense is named") {
  struct Case {
    const char* key;
    MetaValue value;
    const char* error;
  };
  const Case cases[] = {
      {"general.architecture", std::string("bert"),
       "architecture 'bert' is not supported; this build runs llama, smollm3, qwen2, qwen3 and phi3"},
      {"llama.block_count", std::int64_t{0}, "number of layers is 0"},
      {"llama.block_count", std::int64_t{3}, "tensor 'blk.2.attn_norm.weight'"},
      {"llama.block_count", std::int64_t{-1}, "'llama.block_count' is -1"},
      {"llama.block_count", std::int64_t{1} << 62, "'llama.block_count' is 4611686018427387904"},
      {"llama.block_count", std::string("two"), "'llama.block_count'"},
      {"llama.embedding_length", std::int64_t{1} << 29, "embedding length is 536870912"},
      {"llama.embedding_length", std::int64_t{64}, "'token_embd.weight' has shape [264, 32], expected [264, 64]"},
      {"llama.feed_forward_length", std::vector<std::int64_t>{64, 32}, "differs between layers"},
      {"llama.attention.head_count", std::int64_t{0}, "number of heads is 0"},
      {"llama.attention.head_count_kv", std::int64_t{3}, "4 heads cannot share 3 kv heads evenly"},
      {"llama.attention.head_count_kv", std::int64_t{0}, "number of kv heads is 0"},
      {"llama.attention.key_length", std::int64_t{1 << 20}, "head dimension is 1048576"},
      {"llama.attention.value_length", std::int64_t{4}, "keys of 8 and values of 4"},
      {"llama.rope.dimension_count", std::int64_t{10}, "rotary dimension 10 does not fit heads of 8"},
      {"llama.rope.dimension_count", std::int64_t{7}, "rotary dimension is 7, expected an even number from 2 to"},
      {"llama.rope.freq_base", -1.0, "'llama.rope.freq_base' is -1, expected a positive number"},
      {"llama.rope.scaling.type", std::string("spiral"), "rope scaling 'spiral' is not supported"},
      {"llama.context_length", std::int64_t{0}, "context length is 0"},
      {"llama.attention.layer_norm_rms_epsilon", std::nan(""), "norm epsilon is nan"},
      {"llama.attention.layer_norm_rms_epsilon", 2.0, "norm epsilon is 2"},
      {"llama.expert_count", std::int64_t{8}, "a mixture of experts (8 experts) is not supported"},
      {"tokenizer.ggml.model", std::string("rwkv"), "tokenizer.ggml.model is 'rwkv'"},
      {"tokenizer.chat_template", std::int64_t{5}, "'tokenizer.chat_template'"},
      {"tokenizer.chat_template", std::string("{{ 1 +"), "chat template"},
  };
  for (const Case& c : cases) {
    TinyModel model = tiny_model();
    model.metadata[c.key] = c.value;
    const std::string error = loading_error(model);
    INFO(c.key << ": " << error);
    CHECK(error.starts_with("tiny.gguf"));
    CHECK(error.find(c.error) != std::string::npos);
    CHECK(error.find('\n') == std::string::npos);
  }
}

TEST_CASE("loader: a key that a model cannot do without is named") {
  for (const char* key : {"general.architecture", "llama.block_count", "llama.embedding_length", "llama.context_length",
                          "llama.attention.layer_norm_rms_epsilon", "tokenizer.ggml.tokens", "tokenizer.ggml.scores"}) {
    TinyModel model = tiny_model();
    model.metadata.erase(key);
    INFO(key);
    CHECK(loading_error(model).find(key) != std::string::npos);
  }
  TinyModel model = tiny_model();
  model.metadata.erase("tokenizer.ggml.model");
  CHECK(loading_error(model) == "tiny.gguf: the model has no tokenizer; name one with --tokenizer");
}

TEST_CASE("loader: a tokenizer larger than the model is refused, a smaller one serves") {
  TinyModel model = tiny_model();
  model.add("token_embd.weight", {200, 32}, 1);
  model.add("output.weight", {200, 32}, 1);
  CHECK(loading_error(model).find("the tokenizer has 264 tokens, the model 200") != std::string::npos);
  model.add("token_embd.weight", {300, 32}, 1);
  model.add("output.weight", {300, 32}, 1);
  CHECK(loading_error(model).empty());
}

TEST_CASE("loader: config.json that makes no sense is named") {
  struct Case {
    const char* key;
    nlohmann::ordered_json value;
    const char* error;
  };
  const Case cases[] = {
      {"model_type", "bert", "model_type 'bert' is not supported"},
      {"model_type", 5, "model_type"},
      {"num_hidden_layers", nullptr, "'num_hidden_layers' is missing"},
      {"num_hidden_layers", "many", "'num_hidden_layers' is \"many\", expected a count"},
      {"num_hidden_layers", 1e300, "'num_hidden_layers'"},
      {"num_hidden_layers", 5000, "number of layers is 5000"},
      {"num_hidden_layers", 3, "'model.layers.2.input_layernorm.weight'"},
      {"hidden_size", -32, "'hidden_size' is -32"},
      {"hidden_size", 33, "expected [96, 33]"},
      {"num_attention_heads", 0, "number of heads is 0"},
      {"num_key_value_heads", 3, "cannot share"},
      {"vocab_size", std::uint64_t{1} << 63, "'vocab_size'"},
      {"vocab_size", 97, "'model.embed_tokens.weight' has shape [96, 32], expected [97, 32]"},
      {"rms_norm_eps", "small", "'rms_norm_eps'"},
      {"rms_norm_eps", 2, "norm epsilon is 2"},
      {"rope_theta", 0, "'rope_theta' is 0, expected a positive number"},
      {"rope_scaling", "yarn", "expected a JSON object"},
      {"rope_scaling", {{"rope_type", "spiral"}}, "rope scaling 'spiral' is not supported"},
      {"rope_scaling", {{"rope_type", "longrope"}, {"short_factor", {1, "x"}}}, "'short_factor' must hold numbers"},
      {"rope_scaling", {{"rope_type", "longrope"}, {"short_factor", {1}}, {"long_factor", {1}}}, "LongRoPE factors"},
      {"partial_rotary_factor", 100, "'partial_rotary_factor' is 100, expected at most 1"},
      {"partial_rotary_factor", 0.01, "rotary dimension is 0"},
      {"hidden_act", "gelu", "hidden_act 'gelu' is not supported, expected silu"},
  };
  Folder good;
  good.config["intermediate_size"] = 56;
  good.config["num_hidden_layers"] = 2;
  REQUIRE(good.error().empty());
  for (const Case& c : cases) {
    Folder folder;
    folder.config = good.config;
    folder.config[c.key] = c.value;
    const std::string error = folder.error();
    INFO(c.key << ": " << error);
    CHECK(error.starts_with("model.safetensors"));
    CHECK(error.find(c.error) != std::string::npos);
    CHECK(error.find('\n') == std::string::npos);
  }
  CHECK(good.error("{\"model_type\"").find("config.json: not valid JSON") != std::string::npos);
  CHECK(good.error("[1, 2]").find("expected a JSON object") != std::string::npos);
}

TEST_CASE("loader: tokenizer_config.json of any shape does no harm") {
  for (const char* text : {"[]", "5", R"({"chat_template": 5})", R"({"chat_template": [1, {"name": 5}]})",
                           R"({"chat_template": [{"name": "default", "template": 5}]})"}) {
    Folder folder;
    folder.config["intermediate_size"] = 56;
    folder.config["num_hidden_layers"] = 2;
    write_file(folder.folder / "tokenizer_config.json", text);
    INFO(text);
    CHECK(folder.error().empty());
  }
}

TEST_CASE("loader: a folder without what a model needs says what") {
  const TemporaryFolder folder;
  CHECK(error_of([&] {
          ModelFiles::open(folder / "");
        }).find("has no model.safetensors, model.safetensors.index.json or model.bin") != std::string::npos);
  std::filesystem::copy(WICK_TESTS_DIR "/golden/llama/llama-gqa/model.safetensors", folder / "model.safetensors");
  CHECK(error_of([&] {
          LlamaLoader(ModelFiles::open(folder / ""), Device::cpu(1), Precision::fast);
        }).find("config.json is missing") != std::string::npos);
}
