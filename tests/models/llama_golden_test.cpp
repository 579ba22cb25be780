// Every architecture against PyTorch transformers on tiny random models (tests/golden/make_llama.py).
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "models/llama.h"

using namespace wick;

namespace {

const std::string kFolder = WICK_TESTS_DIR "/golden/llama/";

struct Golden {
  std::vector<TokenId> ids;
  std::vector<Index> rows;
  std::vector<std::vector<double>> logits;
};

Golden read_golden(const std::string& name) {
  const auto json = nlohmann::json::parse(read_text(*open_file(kFolder + name + ".json")));
  return {json["ids"], json["rows"], json["logits"]};
}

std::shared_ptr<const Llama> load(const std::string& path, int threads = 1) {
  return LlamaLoader(ModelFiles::open(path), Device::cpu(threads), Precision::precise).finish();
}

/// Logits of every row, fed in pieces of `piece` tokens.
std::vector<float> all_logits(const Llama& model, const std::vector<TokenId>& ids, Index piece) {
  PagedCache cache = model.make_cache(64);
  Sequence sequence(cache);
  std::vector<float> result;
  for (std::size_t at = 0; at < ids.size(); at += static_cast<std::size_t>(piece)) {
    Batch batch;
    batch.add(sequence, std::span(ids).subspan(at, std::min(ids.size() - at, static_cast<std::size_t>(piece))));
    const std::vector<float> rows = model.forward(batch, cache, LogitRows::every).to_vector<float>();
    result.insert(result.end(), rows.begin(), rows.end());
  }
  return result;
}

double largest_error(const Golden& golden, const std::vector<float>& logits) {
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < golden.rows.size(); ++i) {
    const std::size_t vocab = golden.logits[i].size();
    for (std::size_t j = 0; j < vocab; ++j) {
      const double got = logits[static_cast<std::size_t>(golden.rows[i]) * vocab + j];
      error = std::max(error, std::abs(got - golden.logits[i][j]));
      largest = std::max(largest, std::abs(golden.logits[i][j]));
    }
  }
  return error / largest;
}

const char* const kModels[] = {"llama-gqa",    "llama-tied",     "llama3-rope",  "llama-linear",
                               "llama-yarn",   "mistral-window", "qwen2-bias",   "qwen3",
                               "smollm3-nope", "phi3",           "phi3-longrope"};

}  // namespace

TEST_CASE("llama: logits equal PyTorch's for every architecture, from safetensors and from GGUF") {
  for (const std::string name : kModels) {
    const Golden golden = read_golden(name);
    for (const std::string suffix : {"", ".gguf"}) {
      // GGUF's llama architecture has no key for Mistral's window.
      if (name == "mistral-window" && suffix == ".gguf") continue;
      INFO(name << suffix);
      const auto model = load(kFolder + name + suffix);
      CHECK(largest_error(golden, all_logits(*model, golden.ids, 64)) < 1e-4);
    }
  }
}

TEST_CASE("llama: a prompt read in pieces gives the logits of the prompt read at once") {
  for (const std::string name : {"llama-gqa", "mistral-window", "phi3"}) {
    const Golden golden = read_golden(name);
    const auto model = load(kFolder + name);
    for (const Index piece : {1, 3, 17}) {
      INFO(name << " in pieces of " << piece);
      CHECK(largest_error(golden, all_logits(*model, golden.ids, piece)) < 1e-4);
    }
  }
}

TEST_CASE("llama: sequences in one batch do not see each other") {
  const Golden golden = read_golden("llama-gqa");
  const auto model = load(kFolder + "llama-gqa");
  PagedCache cache = model->make_cache(1024);
  Sequence one(cache), other(cache);
  Batch batch;
  const std::vector<TokenId> noise{5, 9, 70, 33, 8};
  batch.add(other, noise);
  batch.add(one, golden.ids);
  const Tensor logits = model->forward(batch, cache);  // [2, vocab]
  const std::vector<float> rows = logits.to_vector<float>();
  const auto& expected = golden.logits.back();
  double error = 0, largest = 0;
  for (std::size_t j = 0; j < expected.size(); ++j) {
    error = std::max(error, std::abs(rows[expected.size() + j] - expected[j]));
    largest = std::max(largest, std::abs(expected[j]));
  }
  CHECK(error / largest < 1e-4);
}
