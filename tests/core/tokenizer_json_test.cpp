// tokenizer.json against Hugging Face's tokenizers, on tiny vocabularies in the shapes that repositories use.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tokenizer_tools.h"

using namespace wick;
using namespace wick::test;
using Json = nlohmann::json;

namespace {

const std::string kGolden = WICK_TESTS_DIR "/golden/tokenizers/";

std::string tokenizer_json(const std::string& name) { return read_file(kGolden + name + ".json"); }

Tokenizer golden_tokenizer(const std::string& name) {
  return Tokenizer::from_json(tokenizer_json(name), name + ".json");
}

/// The message of the Error that a changed tokenizer.json gives.
template <class Change>
std::string error_of(const std::string& name, const Change& change) {
  Json json = Json::parse(tokenizer_json(name));
  change(json);
  try {
    Tokenizer::from_json(json.dump(), "t.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

bool contains_replacement(const std::string& text) { return text.find("\uFFFD") != std::string::npos; }

}  // namespace

TEST_CASE("tokenizer.json: every text has Hugging Face's ids, and the ids its text") {
  const Json golden = Json::parse(read_file(kGolden + "cases.json"));
  const auto texts = golden["texts"].get<std::vector<std::string>>();
  for (const auto& [name, result] : golden["results"].items()) {
    const Tokenizer tokenizer = golden_tokenizer(name);
    CAPTURE(name);
    CHECK(tokenizer.encode("Hello world", {.add_special = true}) == result["around"].get<std::vector<TokenId>>());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Json& expected = result["cases"][i];
      CAPTURE(texts[i]);
      const std::vector<TokenId> ids = tokenizer.encode(texts[i], {.parse_special = true});
      CHECK(ids == expected[0].get<std::vector<TokenId>>());
      CHECK(tokenizer.encode(texts[i]) == expected[1].get<std::vector<TokenId>>());
      if (expected[2].is_null()) continue;
      // What does not decode to whole characters has many ways to be shown.
      if (const auto decoded = expected[2].get<std::string>(); !contains_replacement(decoded)) {
        CHECK(tokenizer.decode(ids) == decoded);
      }
    }
  }
}

TEST_CASE("tokenizer.json: ends of text come from the post-processor or from their names") {
  const Tokenizer llama3 = golden_tokenizer("llama3");
  CHECK(llama3.bos() == llama3.find("<|begin_of_text|>"));
  CHECK(llama3.eos() == llama3.find("<|end_of_text|>"));
  CHECK(llama3.is_end_of_generation(llama3.find("<|im_end|>")));
  CHECK_FALSE(llama3.is_end_of_generation(llama3.find("<|im_start|>")));
  const Tokenizer llama2 = golden_tokenizer("llama2");
  CHECK(llama2.bos() == 1);
  CHECK(llama2.eos() == 2);
  CHECK(llama2.strips_leading_space());
  const Tokenizer qwen2 = golden_tokenizer("qwen2");
  CHECK(qwen2.bos() == -1);
  CHECK(qwen2.eos() == qwen2.find("<|im_end|>"));
}

TEST_CASE("tokenizer.json: special tokens show only when asked for, user-defined ones always") {
  const Tokenizer tokenizer = golden_tokenizer("smollm");
  const std::vector<TokenId> ids = tokenizer.encode("<|im_start|>x<tool>", {.parse_special = true});
  REQUIRE(ids.size() == 3);
  CHECK(tokenizer.is_special(ids[0]));
  CHECK_FALSE(tokenizer.is_special(ids[2]));
  CHECK(tokenizer.decode(ids) == "x<tool>");
  CHECK(tokenizer.decode(ids, true) == "<|im_start|>x<tool>");
  CHECK(tokenizer.piece(ids[0]).empty());
  CHECK(tokenizer.piece(-1).empty());
  CHECK(tokenizer.piece(1 << 20).empty());
}

TEST_CASE("tokenizer.json: what is not supported is named") {
  const auto error = [](const std::string& name, const char* pointer, const Json& value) {
    return error_of(name, [&](Json& json) { json[Json::json_pointer(pointer)] = value; });
  };
  CHECK(error("gpt2", "/model/type", "Unigram") == "t.json: the model type 'Unigram' is not supported, only BPE is");
  CHECK(error("gpt2", "/normalizer", {{"type", "Lowercase"}}) == "t.json: the normalizer Lowercase is not supported");
  CHECK(error("gpt2", "/pre_tokenizer/type", "Whitespace") == "t.json: the pre-tokeniser Whitespace is not supported");
  CHECK(error("llama3", "/pre_tokenizer/pretokenizers/0/pattern/Regex", "x+") ==
        "t.json: the pre-tokeniser's expression is not supported: x+");
  CHECK(error("gpt2", "/model/vocab", 5) == "t.json: model.vocab is not an object");
  CHECK(error("gpt2", "/model/vocab/x", -1) == "t.json: token 'x' has the id -1, expected a number below 2097152");
  CHECK(error("gpt2", "/model/vocab/x", 1u << 30) ==
        "t.json: token 'x' has the id 1073741824, expected a number below 2097152");
  CHECK(error("gpt2", "/model/merges/0", "a") == "t.json: merge 'a' is not two tokens with a space between");
  CHECK(error("gpt2", "/model/merges/0", 1) == "t.json: merge 0 is neither a string nor a pair of strings");
  CHECK(error("gpt2", "/model/merges/0", "q zz") == "t.json: merge 0 names 'zz', which is not in the vocabulary");
  CHECK(error("llama2", "/model/unk_token", "none") == "t.json: model.unk_token 'none' is not in the vocabulary");
  CHECK(error("gpt2", "/added_tokens/0/content", nullptr) == "t.json: added_tokens[].content is not a string");
  CHECK(error_of("gpt2", [](Json& json) { json.erase("model"); }) == "t.json: tokenizer.json.model is missing");
  CHECK_THROWS_WITH(Tokenizer::from_json("{", "t.json"), "t.json: not a JSON object");
  CHECK_THROWS_WITH(Tokenizer::from_json("[]", "t.json"), "t.json: not a JSON object");
  CHECK_THROWS_WITH(Tokenizer::from_json("{\"a\": \"\xff\"}", "t.json"), "t.json: not a JSON object");
}

TEST_CASE("tokenizer.json: a normalizer cannot make a text grow past all bounds") {
  Json json = Json::parse(tokenizer_json("gpt2"));
  const Json twice = {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aa"}};
  json["normalizer"] = {{"type", "Sequence"}, {"normalizers", std::vector<Json>(30, twice)}};
  const Tokenizer tokenizer = Tokenizer::from_json(json.dump(), "t.json");
  CHECK_THROWS_WITH(tokenizer.encode("aaaa"), "the tokenizer's normalizer makes the text more than 16 times longer");
}

TEST_CASE("tokenizer.json: any bytes survive a byte-level vocabulary and one with byte tokens") {
  for (const char* name : {"gpt2", "smollm", "llama3", "llama2"}) {
    const Tokenizer tokenizer = golden_tokenizer(name);
    CAPTURE(name);
    Numbers numbers(7);
    for (int round = 0; round < 300; ++round) {
      std::string bytes;
      for (std::uint64_t i = numbers.below(40); i > 0; --i) {
        // Half of them from a few that make whitespace, words and broken characters likely.
        bytes += numbers.below(2) ? static_cast<char>(numbers.below(256))
                                  : "  \n\te'sT1\xE3\x81\x82\xF0\x9F"[numbers.below(14)];
      }
      CAPTURE(round);
      CHECK(tokenizer.decode(tokenizer.encode(bytes)) == bytes);
    }
  }
}
