#include "models/model_files.h"

#include <algorithm>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/text/byte_alphabet.h"
#include "models/sam_checkpoint.h"
#include "models/sam_names.h"

namespace wick {
namespace {

using Json = nlohmann::ordered_json;

Json parse_json(const ByteSource& source) {
  Json json = Json::parse(read_text(source), nullptr, false);
  if (json.is_discarded()) throw Error("{}: not valid JSON", source.name());
  return json;
}

SourcePtr sibling(const OpenSibling& open, const char* name) { return open ? open(name) : nullptr; }

/// transformers keeps one template as a string, several as a list of named ones.
std::string template_of(const Json& tokenizer_config) {
  if (!tokenizer_config.is_object() || !tokenizer_config.contains("chat_template")) return {};
  const Json& found = tokenizer_config["chat_template"];
  if (found.is_string()) return found.get<std::string>();
  if (!found.is_array()) return {};
  for (const Json& entry : found) {
    if (!entry.is_object() || !entry.contains("name") || entry["name"] != "default") continue;
    if (entry.contains("template") && entry["template"].is_string()) return entry["template"].get<std::string>();
  }
  return {};
}

void read_tokenizer_json(ModelFiles& files, const OpenSibling& open) {
  const SourcePtr source = sibling(open, "tokenizer.json");
  if (source && !files.tokenizer) files.tokenizer = Tokenizer::from_json(read_text(*source), source->name());
}

/// An object from tokens, in GPT-2's characters, to ids.
void read_vocab_json(ModelFiles& files, const ByteSource& source) {
  constexpr std::size_t kMostTokens = std::size_t{1} << 22;
  const Json tokens = parse_json(source);
  if (!tokens.is_object()) throw Error("{}: expected an object of tokens", source.name());
  for (const auto& [token, id] : tokens.items()) {
    if (!id.is_number_unsigned() || id.get<std::size_t>() >= kMostTokens) {
      throw Error("{}: token '{}' has no id", source.name(), shown(token));
    }
    const auto at = id.get<std::size_t>();
    if (at >= files.vocabulary.size()) files.vocabulary.resize(at + 1);
    files.vocabulary[at] = text::from_alphabet(token);
  }
}

/// How surely a file's name says that a model of several parts is opened by it.
int rank_of(const std::string& name) {
  return name.ends_with(".index.json") ? 2 : name.find("-00001-of-") != std::string::npos ? 1 : 0;
}

/// Transformers keeps the heads that a Whisper's times of words come from in a file beside config.json, which has them
/// for CTranslate2.
void read_alignment_heads(ModelFiles& files, const OpenSibling& open) {
  if (!files.config.is_object() || files.config.value("model_type", Json()) != "whisper") return;
  const SourcePtr source = sibling(open, "generation_config.json");
  const Json generation = source ? parse_json(*source) : Json();
  if (generation.is_object() && generation.contains("alignment_heads")) {
    files.config["alignment_heads"] = generation["alignment_heads"];
  }
}

void read_huggingface(ModelFiles& files, const OpenSibling& open) {
  if (const SourcePtr source = sibling(open, "config.json")) files.config = parse_json(*source);
  read_alignment_heads(files, open);
  if (const SourcePtr source = sibling(open, "tokenizer_config.json")) files.tokenizer_config = parse_json(*source);
  files.chat_template = template_of(files.tokenizer_config);
  if (const SourcePtr source = sibling(open, "chat_template.jinja")) files.chat_template = read_text(*source);
  read_tokenizer_json(files, open);
  if (const SourcePtr source = sibling(open, "vocab.json"); source && !files.tokenizer) read_vocab_json(files, *source);
}

/// Some Whispers have no tokenizer, but a list of tokens, in GPT-2's characters, which has no spaces, or as they are;
/// some have nothing.
void read_gguf_tokenizer(ModelFiles& files, const OpenSibling& open) {
  const Metadata& metadata = files.checkpoint.metadata;
  if (files.tokenizer) return;
  if (metadata.has("tokenizer.ggml.model")) {
    files.tokenizer = Tokenizer::from_gguf(metadata);
  } else if (metadata.has("tokenizer.ggml.tokens")) {
    files.vocabulary = metadata.get<std::vector<std::string>>("tokenizer.ggml.tokens");
    const auto has_space = [](const std::string& token) { return token.find(' ') != std::string::npos; };
    if (std::any_of(files.vocabulary.begin(), files.vocabulary.end(), has_space)) return;
    for (std::string& token : files.vocabulary) token = text::from_alphabet(token);
  } else {
    read_tokenizer_json(files, open);
  }
}

void read_ctranslate2_vocabulary(ModelFiles& files, const OpenSibling& open) {
  if (const SourcePtr source = sibling(open, "vocabulary.json")) {
    const Json list = parse_json(*source);
    if (!list.is_array()) throw Error("{}: expected a list of tokens", source->name());
    for (const Json& token : list) {
      if (!token.is_string()) throw Error("{}: token {} is no text", source->name(), files.vocabulary.size());
      files.vocabulary.push_back(text::from_alphabet(token.get<std::string>()));
    }
  } else if (const SourcePtr lines = sibling(open, "vocabulary.txt")) {
    const std::string text = read_text(*lines);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      files.vocabulary.push_back(text::from_alphabet(text.substr(at, end - at)));
      at = end + 1;
    }
  }
}

}  // namespace

ModelFiles ModelFiles::open(SourcePtr source, const OpenSibling& open, const SourcePtr& tokenizer) {
  ModelFiles files{.checkpoint = open_checkpoint(std::move(source), open),
                   .config = {},
                   .tokenizer_config = {},
                   .tokenizer = {},
                   .chat_template = {},
                   .vocabulary = {}};
  const Metadata& metadata = files.checkpoint.metadata;
  if (tokenizer) {
    std::byte first{};
    if (tokenizer->size() > 0) tokenizer->read(0, {&first, 1});
    files.tokenizer =
        first == std::byte{'{'}
            ? Tokenizer::from_json(read_text(*tokenizer), tokenizer->name())
            : Tokenizer::from_llama2c(*tokenizer, static_cast<Index>(metadata.get<std::int64_t>("llama.vocab_size")));
  }
  if (files.checkpoint.format == "safetensors") {
    read_huggingface(files, open);
  } else if (files.checkpoint.format == "ctranslate2") {
    if (const SourcePtr config = sibling(open, "config.json")) files.config = parse_json(*config);
    read_ctranslate2_vocabulary(files, open);
  } else if (files.checkpoint.format == "ggml") {
    files.vocabulary = metadata.get<std::vector<std::string>>("whisper.vocabulary");
  } else if (files.checkpoint.format == "gguf") {
    read_gguf_tokenizer(files, open);
    files.chat_template = metadata.get_or<std::string>("tokenizer.chat_template", "");
  }
  if (is_sam(files.checkpoint)) files.checkpoint = sam_checkpoint(std::move(files.checkpoint), open);
  return files;
}

ModelFiles ModelFiles::open(std::vector<SourcePtr> files) {
  if (files.empty()) throw Error("no file was given");
  const auto rank = [](const SourcePtr& file) {
    return std::pair(rank_of(file->name()), file->size());  // else the weights are the largest by far
  };
  std::iter_swap(files.begin(), std::max_element(files.begin(), files.end(),
                                                 [&](const auto& a, const auto& b) { return rank(a) < rank(b); }));
  SourcePtr first = files.front();
  return open(std::move(first), open_among(std::move(files)));
}

ModelFiles ModelFiles::open(const std::string& path, const std::string& tokenizer_path) {
  const std::string file = checkpoint_file(path);
  return open(open_file(file), open_beside(file), tokenizer_path.empty() ? nullptr : open_file(tokenizer_path));
}

}  // namespace wick
