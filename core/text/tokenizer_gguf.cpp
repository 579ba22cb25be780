// Tokenizers from GGUF's tokenizer.ggml.* metadata, with llama.cpp's defaults where a key is missing.
#include <algorithm>
#include <cctype>

#include "core/text/tokenizer_data.h"

namespace wick {
namespace {

using text::SplitRule;
using text::TokenKind;

/// What tokenizer.ggml.pre stands for.
struct PreTokenizerName {
  std::string_view name;
  SplitRule rule;
  bool single_digits = false;
  bool whole_words_first = false;  // and a beginning token by default: both are Llama 3's
  bool nfc = false;                // as the model's own tokenizer.json asks for, though llama.cpp leaves it out
};

constexpr PreTokenizerName kPreTokenizers[] = {
    {.name = "default", .rule = SplitRule::gpt2},
    {.name = "gpt-2", .rule = SplitRule::gpt2},
    {.name = "gpt2", .rule = SplitRule::gpt2},
    {.name = "phi-2", .rule = SplitRule::gpt2},
    {.name = "mpt", .rule = SplitRule::gpt2},
    {.name = "olmo", .rule = SplitRule::gpt2},
    {.name = "jais", .rule = SplitRule::gpt2},
    {.name = "roberta-bpe", .rule = SplitRule::gpt2},
    {.name = "smollm", .rule = SplitRule::gpt2, .single_digits = true},
    {.name = "starcoder", .rule = SplitRule::gpt2, .single_digits = true},
    {.name = "refact", .rule = SplitRule::gpt2, .single_digits = true},
    {.name = "command-r", .rule = SplitRule::gpt2, .single_digits = true},
    {.name = "codeshell", .rule = SplitRule::gpt2, .single_digits = true},
    {.name = "llama-bpe", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "llama3", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "llama-v3", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "falcon3", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "falcon-h1", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "pixtral", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "midm-2.0", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "lfm2", .rule = SplitRule::llama3, .whole_words_first = true},
    {.name = "smaug-bpe", .rule = SplitRule::llama3},
    {.name = "dbrx", .rule = SplitRule::llama3},
    {.name = "qwen2", .rule = SplitRule::qwen2, .nfc = true},
    {.name = "deepseek-r1-qwen", .rule = SplitRule::qwen2},
    {.name = "stablelm2", .rule = SplitRule::qwen2},
    {.name = "megrez", .rule = SplitRule::qwen2},
};

const PreTokenizerName& pre_tokenizer_of(const Metadata& metadata) {
  const auto name = metadata.get_or<std::string>("tokenizer.ggml.pre", "default");
  for (const PreTokenizerName& known : kPreTokenizers) {
    if (known.name == name) return known;
  }
  throw Error("{}: tokenizer.ggml.pre is '{}', a pre-tokeniser that is not supported", metadata.file, name);
}

TokenKind kind_of(std::int64_t value) {
  if (value < 1 || value > 6) throw Error("tokenizer.ggml.token_type has {}, expected 1 to 6", value);
  return static_cast<TokenKind>(value);
}

void read_vocabulary(Tokenizer::Data& data, const Metadata& metadata) {
  const auto& tokens = metadata.get<std::vector<std::string>>("tokenizer.ggml.tokens");
  const bool has_kinds = metadata.has("tokenizer.ggml.token_type");
  static const std::vector<std::int64_t> kNoKinds;
  const auto& kinds = has_kinds ? metadata.get<std::vector<std::int64_t>>("tokenizer.ggml.token_type") : kNoKinds;
  in_file(metadata.file, [&] {
    if (has_kinds && kinds.size() != tokens.size()) {
      throw Error("tokenizer.ggml.token_type has {} entries, tokenizer.ggml.tokens {}", kinds.size(), tokens.size());
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      TokenKind kind = has_kinds ? kind_of(kinds[i]) : TokenKind::normal;
      const bool is_byte = text::parse_byte_token(tokens[i]) >= 0;
      if (kind == TokenKind::byte && !is_byte) throw Error("byte token {} is '{}', expected <0xNN>", i, tokens[i]);
      if (!has_kinds && is_byte && !data.byte_alphabet) kind = TokenKind::byte;
      data.vocabulary.add(tokens[i], kind);
    }
  });
}

/// The token that a key names, or `fallback` if the vocabulary has it; -1 for none.
TokenId token_of(const Tokenizer::Data& data, const Metadata& metadata, const std::string& name,
                 TokenId fallback = -1) {
  const std::string key = "tokenizer.ggml." + name + "_token_id";
  if (!metadata.has(key)) return data.vocabulary.contains(fallback) ? fallback : -1;
  const auto id = metadata.get<std::int64_t>(key);
  if (id < -1 || id >= data.vocabulary.size()) {
    // Writers mark "none" with the largest number of their integer type.
    if (id == 0xFFFFFFFF) return -1;
    throw Error("{}: {} is {}, the vocabulary has {} tokens", metadata.file, key, id, data.vocabulary.size());
  }
  return static_cast<TokenId>(id);
}

void read_byte_level(Tokenizer::Data& data, const Metadata& metadata) {
  const PreTokenizerName& pre = pre_tokenizer_of(metadata);
  if (pre.nfc) data.normalizer.steps.push_back({.kind = text::NormalizerStep::Kind::nfc});
  if (pre.single_digits) data.pre_tokenizer.rules.push_back(SplitRule::single_digits);
  data.pre_tokenizer.rules.push_back(pre.rule);
  const auto& merges = metadata.get<std::vector<std::string>>("tokenizer.ggml.merges");
  text::BytePairModel model;
  model.whole_words_first = pre.whole_words_first;
  model.unknown = token_of(data, metadata, "unknown");
  if (model.unknown >= 0 && data.vocabulary.kind(model.unknown) != TokenKind::unknown) model.unknown = -1;
  model.merges.reserve(merges.size());
  in_file(metadata.file, [&] {
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
      const auto [left, right] = text::split_merge(merges[rank]);
      text::add_merge(model.merges, data.vocabulary, rank, left, right);
    }
  });
  model.prepare(data.vocabulary, false);
  data.model = std::move(model);
}

void read_sentencepiece(Tokenizer::Data& data, const Metadata& metadata) {
  using Step = text::NormalizerStep;
  const auto& scores = metadata.get<std::vector<double>>("tokenizer.ggml.scores");
  if (static_cast<Index>(scores.size()) != data.vocabulary.size()) {
    throw Error("{}: tokenizer.ggml.scores has {} entries, tokenizer.ggml.tokens {}", metadata.file, scores.size(),
                data.vocabulary.size());
  }
  const bool prefix = metadata.get_or<bool>("tokenizer.ggml.add_space_prefix", true);
  if (prefix) data.normalizer.steps.push_back({.kind = Step::Kind::prepend, .content = " "});
  data.normalizer.steps.push_back(
      {.kind = Step::Kind::replace, .pattern = " ", .content = std::string(text::kSpaceMark)});
  data.strips_leading_space = prefix;
  text::ScoreModel model;
  model.unknown = token_of(data, metadata, "unknown", 0);
  model.prepare(data.vocabulary, scores);
  data.model = std::move(model);
  data.split_at_marks_if_same();
}

bool is_phi3(const Metadata& metadata) {
  auto name = metadata.get_or<std::string>("general.name", "");
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name.find("phi-3") != std::string::npos || name.find("phi3") != std::string::npos;
}

/// GGUF cannot say that Phi-3's markers take the whitespace after them, as its tokenizer.json does.
void add_phi3_tokens(Tokenizer::Data& data) {
  for (Index i = 0; i < data.vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const std::string_view token = data.vocabulary.text(id);
    const bool is_marker = token.starts_with("<|") && token != "<|endoftext|>";
    if (!is_marker && token != "</s>") continue;
    const bool special = data.vocabulary.kind(id) == TokenKind::control;
    data.added.add(token, {.id = id, .special = special, .strip_right = true});
  }
}

}  // namespace

Tokenizer Tokenizer::from_gguf(const Metadata& metadata) {
  const auto& kind = metadata.get<std::string>("tokenizer.ggml.model");
  auto data = std::make_shared<Data>();
  data->byte_alphabet = kind == "gpt2";
  if (kind != "gpt2" && kind != "llama") {
    throw Error("{}: tokenizer.ggml.model is '{}', expected 'gpt2' or 'llama'", metadata.file, kind);
  }
  read_vocabulary(*data, metadata);
  kind == "gpt2" ? read_byte_level(*data, metadata) : read_sentencepiece(*data, metadata);
  data->add_tokens_by_kind();
  if (is_phi3(metadata)) add_phi3_tokens(*data);

  const bool sentencepiece = kind == "llama";
  data->bos = token_of(*data, metadata, "bos", sentencepiece ? 1 : -1);
  data->eos = token_of(*data, metadata, "eos", sentencepiece ? 2 : -1);
  const bool begins = sentencepiece || pre_tokenizer_of(metadata).whole_words_first;
  if (data->bos >= 0 && metadata.get_or<bool>("tokenizer.ggml.add_bos_token", begins)) data->before = {data->bos};
  if (data->eos >= 0 && metadata.get_or<bool>("tokenizer.ggml.add_eos_token", false)) data->after = {data->eos};
  const TokenId more[] = {token_of(*data, metadata, "eot"), token_of(*data, metadata, "eom")};
  data->find_ends(more);
  return Tokenizer(std::move(data));
}

}  // namespace wick
