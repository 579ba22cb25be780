// Hugging Face's tokenizer.json: the pieces that models of the LLaMA family are made of. What is not known is an error,
// never a guess.
#include "core/text/tokenizer_json.h"

#include <nlohmann/json.hpp>

#include "core/formats/binary_reader.h"
#include "core/text/tokenizer_data.h"

namespace wick {
namespace {

using text::TokenKind;
using namespace text::json;

/// The tokens of model.vocab and of added_tokens by id.
std::vector<std::string> token_texts(const Json& model, const Json& added) {
  const Json& vocab = member(model, "vocab", "model");
  if (!vocab.is_object()) throw Error("model.vocab is not an object");
  const auto limit = static_cast<std::size_t>(text::kMaxTokens);
  std::vector<std::string> texts;
  const auto put = [&](const Json& id, const std::string& token) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= limit) {
      throw Error("token '{}' has the id {}, expected a number below {}", shown(token), id.dump(), limit);
    }
    const auto index = id.get<std::size_t>();
    if (index >= texts.size()) texts.resize(index + 1);
    texts[index] = token;
  };
  for (const auto& [token, id] : vocab.items()) put(id, token);
  for (const Json& token : added)
    put(member(token, "id", "added_tokens[]"), string_of(token, "content", "added_tokens[]"));
  return texts;
}

void read_vocabulary(Tokenizer::Data& data, const Json& model, const Json& added, bool byte_fallback) {
  for (const std::string& token : token_texts(model, added)) {
    TokenKind kind = token.empty() ? TokenKind::unused : TokenKind::normal;
    if (byte_fallback && text::parse_byte_token(token) >= 0) kind = TokenKind::byte;
    data.vocabulary.add(token, kind);
  }
}

void read_merges(text::MergeTable& table, const text::Vocabulary& vocabulary, const Json& model) {
  const Json& merges = member(model, "merges", "model");
  if (!merges.is_array()) throw Error("model.merges is not a list");
  table.reserve(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const Json& merge = merges[rank];
    if (merge.is_string()) {
      const auto [left, right] = text::split_merge(merge.get_ref<const std::string&>());
      text::add_merge(table, vocabulary, rank, left, right);
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      text::add_merge(table, vocabulary, rank, merge[0].get_ref<const std::string&>(),
                      merge[1].get_ref<const std::string&>());
    } else {
      throw Error("merge {} is neither a string nor a pair of strings", rank);
    }
  }
}

void read_model(Tokenizer::Data& data, const Json& model, const Json& added) {
  if (const std::string type = string_or(model, "type", "BPE"); type != "BPE") {
    throw Error("the model type '{}' is not supported, only BPE is", shown(type));
  }
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!string_or(model, affix, "").empty()) throw Error("model.{} is not supported", affix);
  }
  const bool byte_fallback = bool_or(model, "byte_fallback", false);
  read_vocabulary(data, model, added, byte_fallback);
  text::BytePairModel pairs;
  pairs.units = data.byte_alphabet ? text::BpeUnits::bytes : text::BpeUnits::characters;
  pairs.whole_words_first = bool_or(model, "ignore_merges", false);
  pairs.fuse_unknown = bool_or(model, "fuse_unk", false);
  if (const std::string unknown = string_or(model, "unk_token", ""); !unknown.empty()) {
    pairs.unknown = data.vocabulary.find(unknown);
    if (pairs.unknown < 0) throw Error("model.unk_token '{}' is not in the vocabulary", shown(unknown));
    data.vocabulary.set_kind(pairs.unknown, TokenKind::unknown);
  }
  read_merges(pairs.merges, data.vocabulary, model);
  pairs.prepare(data.vocabulary, byte_fallback);
  data.model = std::move(pairs);
}

void read_added_tokens(Tokenizer::Data& data, const Json& added) {
  for (const Json& token : added) {
    const std::string& content = string_of(token, "content", "added_tokens[]");
    if (bool_or(token, "single_word", false))
      throw Error("added token '{}' is single_word, which is not supported", shown(content));
    const auto id = static_cast<TokenId>(member(token, "id", "added_tokens[]").get<std::int64_t>());
    const bool special = bool_or(token, "special", false);
    if (data.vocabulary.kind(id) != TokenKind::unknown) {
      data.vocabulary.set_kind(id, special ? TokenKind::control : TokenKind::user_defined);
    }
    const text::AddedToken entry{.id = id,
                                 .special = special,
                                 .strip_left = bool_or(token, "lstrip", false),
                                 .strip_right = bool_or(token, "rstrip", false)};
    if (bool_or(token, "normalized", !special)) {
      data.added_normalized.add(data.normalizer(content), entry);
    } else {
      data.added.add(content, entry);
    }
  }
}

/// The special tokens around the sequence A of a TemplateProcessing.
void add_template(Tokenizer::Data& data, const Json& processor) {
  std::vector<TokenId>* side = &data.before;
  for (const Json& part : list_of(processor, "single", "post_processor")) {
    const Json& special = value_or_null(part, "SpecialToken");
    if (special.is_null()) {
      side = &data.after;
      continue;
    }
    const std::string& name = string_of(special, "id", "SpecialToken");
    const TokenId id = data.vocabulary.find(name);
    if (id < 0) throw Error("the post-processor adds '{}', which is not in the vocabulary", shown(name));
    side->push_back(id);
  }
}

/// What EncodeOptions::add_special adds.
void read_post_processor(Tokenizer::Data& data, const Json& processor) {
  for (const Json* part : parts_of(processor, "processors", "post_processor")) {
    const std::string& type = string_of(*part, "type", "post_processor");
    if (type == "TemplateProcessing") {
      add_template(data, *part);
    } else if (type != "ByteLevel") {
      throw Error("the post-processor {} is not supported", shown(type));
    }
  }
}

/// tokenizer.json does not name them, so what it adds to a text goes first, then the names of the family.
void find_ends_of_text(Tokenizer::Data& data) {
  constexpr std::string_view kBosNames[] = {"<s>", "<|begin_of_text|>", "<|startoftext|>", "<bos>"};
  constexpr std::string_view kEosNames[] = {"</s>", "<|end_of_text|>", "<|endoftext|>", "<eos>", "<|im_end|>"};
  data.bos = data.before.empty() ? data.find_control(kBosNames) : data.before.front();
  data.eos = data.after.empty() ? data.find_control(kEosNames) : data.after.back();
  data.find_ends();
}

void read(Tokenizer::Data& data, const Json& json) {
  static const Json kNothing = Json::array();
  const Json& model = member(json, "model", "tokenizer.json");
  const auto found = json.find("added_tokens");
  const Json& added = found == json.end() || found->is_null() ? kNothing : *found;
  if (!added.is_array()) throw Error("added_tokens is not a list");
  read_normalizer(data, value_or_null(json, "normalizer"));
  read_pre_tokenizer(data, value_or_null(json, "pre_tokenizer"));
  read_decoder(data, value_or_null(json, "decoder"));
  read_model(data, model, added);
  read_added_tokens(data, added);
  read_post_processor(data, value_or_null(json, "post_processor"));
  if (!data.byte_alphabet) data.split_at_marks_if_same();
  find_ends_of_text(data);
}

}  // namespace

Tokenizer Tokenizer::from_json(std::string_view json, const std::string& file) {
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded() || !parsed.is_object()) throw Error("{}: not a JSON object", file);
  auto data = std::make_shared<Data>();
  in_file(file, [&] { read(*data, parsed); });
  return Tokenizer(std::move(data));
}

}  // namespace wick
