// What a GGUF file's metadata and a llama2.c file say about a tokenizer, on vocabularies made by hand.
#include <catch2/catch.hpp>
#include <cstring>

#include "core/error.h"
#include "core/text/byte_alphabet.h"
#include "core/text/vocabulary.h"
#include "tokenizer_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

using Strings = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Ids = std::vector<TokenId>;

/// A byte-level vocabulary: <|bos|>, <|im_end|>, <tool>, the 256 bytes, then what the merges make.
Metadata byte_level(const std::string& pre, const Strings& merges = {}) {
  Strings tokens = {"<|bos|>", "<|im_end|>", "<tool>"};
  Integers kinds = {3, 3, 4};
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    tokens.push_back(text::to_alphabet({&text, 1}));
    kinds.push_back(1);
  }
  for (std::string merge : merges) {
    tokens.push_back(merge.erase(merge.find(' '), 1));
    kinds.push_back(1);
  }
  Metadata metadata;
  metadata.file = "m.gguf";
  metadata.values["tokenizer.ggml.model"] = std::string("gpt2");
  metadata.values["tokenizer.ggml.pre"] = pre;
  metadata.values["tokenizer.ggml.tokens"] = tokens;
  metadata.values["tokenizer.ggml.token_type"] = kinds;
  metadata.values["tokenizer.ggml.merges"] = merges;
  metadata.values["tokenizer.ggml.bos_token_id"] = std::int64_t{0};
  metadata.values["tokenizer.ggml.eos_token_id"] = std::int64_t{1};
  return metadata;
}

/// A SentencePiece vocabulary: <unk>, <s>, </s>, the bytes, then these with falling scores.
Metadata sentencepiece(const Strings& pieces) {
  Strings tokens = {"<unk>", "<s>", "</s>"};
  Integers kinds = {2, 3, 3};
  std::vector<double> scores(259, 0.0);
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(fmt::format("<0x{:02X}>", byte));
    kinds.push_back(6);
  }
  for (const std::string& piece : pieces) {
    scores.push_back(-static_cast<double>(tokens.size()));
    tokens.push_back(piece);
    kinds.push_back(1);
  }
  Metadata metadata;
  metadata.file = "m.gguf";
  metadata.values["tokenizer.ggml.model"] = std::string("llama");
  metadata.values["tokenizer.ggml.tokens"] = tokens;
  metadata.values["tokenizer.ggml.token_type"] = kinds;
  metadata.values["tokenizer.ggml.scores"] = scores;
  return metadata;
}

Strings pieces_of(const Tokenizer& tokenizer, std::string_view text, EncodeOptions options = {}) {
  Strings pieces;
  for (TokenId id : tokenizer.encode(text, options)) pieces.push_back(tokenizer.piece(id, true));
  return pieces;
}

std::string error_of(const Metadata& metadata) {
  try {
    Tokenizer::from_gguf(metadata);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

/// SentencePiece's BPE as llama2.c does it: the best of all pairs, again and again.
Ids encode_slowly(const Tokenizer& tokenizer, const std::vector<double>& scores, std::string_view normalized) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < normalized.size();) {
    std::size_t end = at + 1;
    while (end < normalized.size() && (static_cast<unsigned char>(normalized[end]) & 0xC0) == 0x80) ++end;
    parts.emplace_back(normalized.substr(at, end - at));
    at = end;
  }
  while (true) {
    std::size_t best = parts.size();
    double best_score = -1e30;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const TokenId id = tokenizer.find(parts[i] + parts[i + 1]);
      if (id < 0 || tokenizer.is_special(id) || scores[static_cast<std::size_t>(id)] <= best_score) continue;
      best = i;
      best_score = scores[static_cast<std::size_t>(id)];
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  Ids ids;
  for (const std::string& part : parts) {
    if (const TokenId id = tokenizer.find(part); id >= 0) {
      ids.push_back(id);
    } else {
      for (char byte : part) {
        ids.push_back(tokenizer.find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte))));
      }
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("tokenizer: each name of a pre-tokeniser splits by its expression") {
  const Strings merges = {"1 2", "12 3", "! \u010A", "\u0120 a", "' S"};
  struct Case {
    const char* pre;
    const char* text;
    Strings pieces;
  };
  const Case cases[] = {
      {"gpt-2", "123 a!\n'S", {"123", " a", "!", "\n", "'", "S"}},
      {"default", "123", {"123"}},
      {"smollm", "123 a!\n'S", {"1", "2", "3", " a", "!", "\n", "'", "S"}},
      {"llama-bpe", "123 a!\n'S", {"123", " a", "!\n", "'S"}},
      {"llama3", "1123", {"1", "12", "3"}},
      {"smaug-bpe", "123", {"123"}},
      {"qwen2", "123 a!\n'S", {"1", "2", "3", " a", "!\n", "'S"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.pre, c.text);
    CHECK(pieces_of(Tokenizer::from_gguf(byte_level(c.pre, merges)), c.text) == c.pieces);
  }
}

TEST_CASE("tokenizer: qwen2 composes its text, Llama 3 takes whole words first") {
  CHECK(Tokenizer::from_gguf(byte_level("qwen2")).encode("e\u0301") ==
        Tokenizer::from_gguf(byte_level("qwen2")).encode("\u00E9"));
  Metadata metadata = byte_level("llama-bpe");
  std::get<Strings>(metadata.values["tokenizer.ggml.tokens"]).push_back("word");
  std::get<Integers>(metadata.values["tokenizer.ggml.token_type"]).push_back(1);
  CHECK(pieces_of(Tokenizer::from_gguf(metadata), "word") == Strings{"word"});
  metadata.values["tokenizer.ggml.pre"] = std::string("smaug-bpe");
  CHECK(pieces_of(Tokenizer::from_gguf(metadata), "word") == Strings{"w", "o", "r", "d"});
}

TEST_CASE("tokenizer: special tokens are found only when asked for, user-defined ones always, the longest first") {
  Metadata metadata = byte_level("gpt-2");
  std::get<Strings>(metadata.values["tokenizer.ggml.tokens"]).push_back("<|im_end|>+");
  std::get<Integers>(metadata.values["tokenizer.ggml.token_type"]).push_back(3);
  const Tokenizer tokenizer = Tokenizer::from_gguf(metadata);
  CHECK(tokenizer.encode("<|im_end|>", {.parse_special = true}) == Ids{1});
  CHECK(tokenizer.encode("<|im_end|>+<|im_end|>", {.parse_special = true}) == Ids{259, 1});
  CHECK(tokenizer.encode("<|im_end|>").size() == 10);
  CHECK(tokenizer.encode("<tool>") == Ids{2});
  CHECK(tokenizer.decode(Ids{1, 2}) == "<tool>");
}

TEST_CASE("tokenizer: the file says which tokens go around a text") {
  struct Case {
    const char* pre;
    std::vector<std::pair<const char*, bool>> flags;
    Strings pieces;
  };
  const Case cases[] = {
      {"gpt-2", {}, {"x"}},
      {"llama-bpe", {}, {"<|bos|>", "x"}},
      {"llama-bpe", {{"add_bos_token", false}}, {"x"}},
      {"gpt-2", {{"add_bos_token", true}, {"add_eos_token", true}}, {"<|bos|>", "x", "<|im_end|>"}},
  };
  for (const Case& c : cases) {
    Metadata metadata = byte_level(c.pre);
    for (const auto& [key, value] : c.flags) metadata.values[std::string("tokenizer.ggml.") + key] = value;
    const Tokenizer tokenizer = Tokenizer::from_gguf(metadata);
    CHECK(pieces_of(tokenizer, "x", {.add_special = true}) == c.pieces);
    CHECK(pieces_of(tokenizer, "x") == Strings{"x"});
  }
  const Tokenizer llama = Tokenizer::from_gguf(sentencepiece({"\u2581"}));
  CHECK(llama.encode("", {.add_special = true}) == Ids{1});
  CHECK(llama.eos() == 2);
}

TEST_CASE("tokenizer: generation ends at eos, at the tokens that the file names, and at known names") {
  Metadata metadata = byte_level("gpt-2");
  metadata.values["tokenizer.ggml.eos_token_id"] = std::int64_t{5};
  metadata.values["tokenizer.ggml.eot_token_id"] = std::int64_t{6};
  const Tokenizer tokenizer = Tokenizer::from_gguf(metadata);
  for (TokenId id : {1, 5, 6}) CHECK(tokenizer.is_end_of_generation(id));
  for (TokenId id : {-1, 0, 2, 7}) CHECK_FALSE(tokenizer.is_end_of_generation(id));
}

TEST_CASE("tokenizer: SentencePiece puts a space before a text and after each special token") {
  Metadata metadata = sentencepiece({"\u2581", "a", "b", "\u2581a"});
  const Tokenizer tokenizer = Tokenizer::from_gguf(metadata);
  CHECK(pieces_of(tokenizer, "a</s>b", {.parse_special = true}) == Strings{" a", "</s>", " ", "b"});
  CHECK(tokenizer.decode(tokenizer.encode("a b")) == "a b");
  CHECK(tokenizer.decode(tokenizer.encode(" a")) == " a");
  CHECK(pieces_of(tokenizer, "a\u00E9") == Strings{" a", "\xC3", "\xA9"});
  CHECK(pieces_of(tokenizer, "<0x41>").size() == 7);
  metadata.values["tokenizer.ggml.add_space_prefix"] = false;
  const Tokenizer without = Tokenizer::from_gguf(metadata);
  CHECK(pieces_of(without, "a") == Strings{"a"});
  CHECK(without.decode(without.encode(" a")) == " a");
}

TEST_CASE("tokenizer: Phi-3's markers take the whitespace after them") {
  Metadata metadata = sentencepiece({"\u2581", "a", "<|user|>"});
  std::get<Integers>(metadata.values["tokenizer.ggml.token_type"])[261] = 3;
  CHECK(pieces_of(Tokenizer::from_gguf(metadata), "<|user|>\na", {.parse_special = true}).size() == 4);
  metadata.values["general.name"] = std::string("Phi-3-mini");
  CHECK(pieces_of(Tokenizer::from_gguf(metadata), "<|user|>\na", {.parse_special = true}) ==
        Strings{"<|user|>", " ", "a"});
}

TEST_CASE("tokenizer: scores are followed as by searching for the best pair again and again") {
  const auto path = shared_file("tokenizers/ggml-vocab-llama-spm.gguf");
  if (!path) {
    WARN("skipped: no shared data");
    return;
  }
  const Metadata metadata = open_checkpoint(*path).metadata;
  const Tokenizer tokenizer = Tokenizer::from_gguf(metadata);
  const auto& scores = metadata.get<std::vector<double>>("tokenizer.ggml.scores");
  Numbers numbers(11);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    std::string marked = "\u2581";
    for (std::uint64_t i = 1 + numbers.below(30); i > 0; --i) {
      const char* parts[] = {" ", "a", "e", "th", "ing", "   ", "1", "\n", "\u00E9", "\u65E5", "\U0001F98A", "<"};
      const std::string part = parts[numbers.below(std::size(parts))];
      text += part;
      for (char byte : part) marked += byte == ' ' ? "\u2581" : std::string(1, byte);
    }
    CAPTURE(text);
    CHECK(tokenizer.encode(text) == encode_slowly(tokenizer, scores, marked));
    CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  }
}

TEST_CASE("tokenizer: a llama2.c file encodes as llama2.c does") {
  const auto path = shared_file("llama/tok512.bin");
  if (!path) {
    WARN("skipped: no shared data");
    return;
  }
  const Tokenizer tokenizer = Tokenizer::from_llama2c(*open_file(*path), 512);
  CHECK(tokenizer.size() == 512);
  CHECK(tokenizer.bos() == 1);
  CHECK(tokenizer.eos() == 2);
  std::vector<double> scores(512);
  const std::string bytes = read_file(*path);
  for (std::size_t id = 0, at = 4; id < 512; ++id) {
    float score = 0;
    std::int32_t length = 0;
    std::memcpy(&score, &bytes[at], 4);
    std::memcpy(&length, &bytes[at + 4], 4);
    scores[id] = static_cast<double>(score);
    at += 8 + static_cast<std::size_t>(length);
  }
  const std::string story = read_file(*shared_file("reference/stories260K_t0_n200.txt"));
  REQUIRE(story.size() > 100);
  const Ids ids = tokenizer.encode(story, {.add_special = true});
  Ids expected = encode_slowly(tokenizer, scores, " " + story);
  expected.insert(expected.begin(), 1);
  CHECK(ids == expected);
  CHECK(tokenizer.decode(ids) == story);
  CHECK(tokenizer.decode(tokenizer.encode("\xFF\u65E5 <s>")) == "\xFF\u65E5 <s>");
}

TEST_CASE("tokenizer: a long run of one letter takes time in proportion") {
  const Tokenizer byte_pairs = Tokenizer::from_gguf(byte_level("gpt-2", {"a a", "aa aa", "aaaa aaaa"}));
  const Tokenizer scores = Tokenizer::from_gguf(sentencepiece({"\u2581", "a", "aa", "aaaa", "aaaaaaaa"}));
  const std::string text(1 << 20, 'a');  // hours, were it quadratic
  CHECK(byte_pairs.encode(text).size() == text.size() / 8);
  CHECK(scores.encode(text).size() == text.size() / 8 + 1);
}

TEST_CASE("tokenizer: an error names the file, the key and what is wrong") {
  const auto changed = [](Metadata metadata, const std::string& key, MetaValue value) {
    metadata.values["tokenizer.ggml." + key] = std::move(value);
    return error_of(metadata);
  };
  const Metadata good = byte_level("gpt-2", {"a b"});
  CHECK(error_of(good) == "none");
  CHECK(error_of(Metadata{}) == ": metadata 'tokenizer.ggml.model' is missing");
  CHECK(changed(good, "model", std::string("t5")) ==
        "m.gguf: tokenizer.ggml.model is 't5', expected 'gpt2' or 'llama'");
  CHECK(changed(good, "pre", std::string("novel")) ==
        "m.gguf: tokenizer.ggml.pre is 'novel', a pre-tokeniser that is not supported");
  CHECK(changed(good, "token_type", Integers{1}) ==
        "m.gguf: tokenizer.ggml.token_type has 1 entries, tokenizer.ggml.tokens 260");
  CHECK(changed(good, "token_type", Integers(260, 9)) == "m.gguf: tokenizer.ggml.token_type has 9, expected 1 to 6");
  CHECK(changed(good, "token_type", Integers(260, 6)) == "m.gguf: byte token 0 is '<|bos|>', expected <0xNN>");
  CHECK(changed(good, "merges", Strings{"ab"}) == "m.gguf: merge 'ab' is not two tokens with a space between");
  CHECK(changed(good, "merges", Strings{"a c"}) == "m.gguf: merge 0 names 'ac', which is not in the vocabulary");
  CHECK(changed(good, "eos_token_id", std::int64_t{260}) ==
        "m.gguf: tokenizer.ggml.eos_token_id is 260, the vocabulary has 260 tokens");
  CHECK(changed(sentencepiece({}), "scores", std::vector<double>{1.0}) ==
        "m.gguf: tokenizer.ggml.scores has 1 entries, tokenizer.ggml.tokens 259");
  const SourcePtr cut = memory_source("tok.bin", std::vector<std::byte>(40));
  CHECK_THROWS_AS(Tokenizer::from_llama2c(*cut, 512), Error);
  CHECK_THROWS_AS(Tokenizer::from_llama2c(*cut, 0), Error);
}

TEST_CASE("vocabulary: a text keeps its first id, and byte tokens are no plain text") {
  text::Vocabulary vocabulary;
  for (int i = 0; i < 5000; ++i) vocabulary.add(std::to_string(i), text::TokenKind::normal);
  CHECK(vocabulary.add("7", text::TokenKind::normal) == 5000);
  CHECK(vocabulary.add("", text::TokenKind::unused) == 5001);
  CHECK(vocabulary.add("<0x41>", text::TokenKind::byte) == 5002);
  for (int i = 0; i < 5000; ++i) REQUIRE(vocabulary.find(std::to_string(i)) == i);
  CHECK(vocabulary.find("5000") == -1);
  CHECK(vocabulary.find("") == -1);
  CHECK(vocabulary.find("<0x41>") == 5002);
  CHECK(vocabulary.find_plain("<0x41>") == -1);
  CHECK(text::byte_tokens(vocabulary)[0x41] == 5002);
  CHECK(text::parse_byte_token("<0x4G>") == -1);
  CHECK(text::parse_byte_token("<0xfF>") == 255);
}
