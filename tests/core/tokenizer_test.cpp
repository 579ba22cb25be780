// Tokenizers against other implementations: llama.cpp's vectors, transformers' ids for the real model.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tokenizer_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

struct Vector {
  std::string text;
  std::vector<TokenId> ids;
};

/// llama.cpp's test-tokenizer-0 files: texts between separators, a line of ids for each.
std::vector<Vector> read_vectors(const std::string& stem) {
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  const std::string texts = read_file(stem + ".inp");
  std::istringstream lines(read_file(stem + ".out"));
  std::vector<Vector> vectors;
  for (std::size_t at = 0; at <= texts.size();) {
    const std::size_t end = std::min(texts.find(kSeparator, at), texts.size());
    Vector vector{texts.substr(at, end - at), {}};
    std::string line;
    if (!std::getline(lines, line)) break;
    std::istringstream numbers(line);
    for (TokenId id; numbers >> id;) vector.ids.push_back(id);
    vectors.push_back(vector);
    at = end + kSeparator.size();
  }
  return vectors;
}

}  // namespace

TEST_CASE("tokenizer: a GGUF vocabulary gives llama.cpp's ids for its test vectors") {
  for (const char* name : {"gpt-2", "llama-spm", "phi-3"}) {
    const auto path = shared_file(std::string("tokenizers/ggml-vocab-") + name + ".gguf");
    if (!path) {
      WARN("skipped: no shared data");
      return;
    }
    const Tokenizer tokenizer = tokenizer_of_gguf(*path);
    const std::vector<Vector> vectors = read_vectors(*path);
    REQUIRE(vectors.size() > 40);
    for (const Vector& vector : vectors) {
      CAPTURE(name, vector.text);
      CHECK(tokenizer.encode(vector.text) == vector.ids);
      CHECK(tokenizer.decode(vector.ids) == vector.text);
    }
  }
}

TEST_CASE("tokenizer: SmolLM2's file gives transformers' ids") {
  const auto reference = shared_file("reference/smollm2_q4_1.json");
  const auto model = model_file("SmolLM2-135M-Instruct.Q4_1.gguf");
  if (!reference || !model) {
    WARN("skipped: no shared data or no model");
    return;
  }
  const Tokenizer tokenizer = tokenizer_of_gguf(*model);
  const auto json = nlohmann::json::parse(read_file(*reference));
  for (const auto& [text, ids] : json["tokenise"].get<std::vector<std::pair<std::string, std::vector<TokenId>>>>()) {
    CAPTURE(text);
    CHECK(tokenizer.encode(text, {.parse_special = true}) == ids);
    CHECK(tokenizer.decode(ids, true) == text);
  }
  for (const auto& prompt : json["prompts"]) {
    const auto text = prompt["text"].get<std::string>();
    CAPTURE(text);
    CHECK(tokenizer.encode(text, {.parse_special = true}) == prompt["ids"].get<std::vector<TokenId>>());
    CHECK(tokenizer.decode(prompt["greedy_ids"].get<std::vector<TokenId>>(), true) ==
          prompt["greedy_text"].get<std::string>());
  }
  CHECK(tokenizer.eos() == 2);
  CHECK(tokenizer.is_end_of_generation(2));
  CHECK(tokenizer.is_end_of_generation(0));
  CHECK_FALSE(tokenizer.is_end_of_generation(1));
}
