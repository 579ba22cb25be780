// llama2.c's tokenizer.bin: the longest length, then for each token its score, its length and its bytes.
#include "core/formats/binary_reader.h"
#include "core/text/tokenizer_data.h"

namespace wick {
namespace {

// The ids are SentencePiece's, and llama2.c relies on them without saying so in the file.
constexpr TokenId kUnknown = 0, kBos = 1, kEos = 2;

text::TokenKind kind_of(TokenId id, std::string_view token) {
  if (id == kUnknown) return text::TokenKind::unknown;
  if (id == kBos || id == kEos) return text::TokenKind::control;
  return text::parse_byte_token(token) >= 0 ? text::TokenKind::byte : text::TokenKind::normal;
}

}  // namespace

Tokenizer Tokenizer::from_llama2c(const ByteSource& source, Index vocab_size) {
  if (vocab_size <= kEos) throw Error("{}: a vocabulary of {} tokens", source.name(), vocab_size);
  auto data = std::make_shared<Data>();
  std::vector<double> scores;
  BinaryReader reader(source);
  constexpr std::int32_t kLongest = 1 << 16;
  if (const auto longest = reader.read<std::int32_t>("the longest token's length"); longest < 1 || longest > kLongest) {
    throw Error("{}: neither a tokenizer.json nor llama2.c's tokenizer.bin", source.name());
  }
  for (Index i = 0; i < vocab_size; ++i) {
    const auto id = static_cast<TokenId>(i);
    scores.push_back(static_cast<double>(reader.read<float>("a token's score")));
    const auto length = reader.read<std::int32_t>("a token's length");
    if (length < 0) throw Error("{}: token {} has length {}", source.name(), id, length);
    const std::string token = reader.text(static_cast<std::uint64_t>(length), "a token");
    in_file(source.name(), [&] { return data->vocabulary.add(token, kind_of(id, token)); });
  }

  // Tokens have their spaces as they are, and every text gets one before it.
  data->normalizer.steps.push_back({.kind = text::NormalizerStep::Kind::prepend, .content = " "});
  text::ScoreModel model;
  model.unknown = kUnknown;
  model.prepare(data->vocabulary, scores);
  data->model = std::move(model);
  data->add_tokens_by_kind();
  data->strips_leading_space = true;
  data->bos = kBos;
  data->eos = kEos;
  data->before = {kBos};
  data->find_ends();
  return Tokenizer(std::move(data));
}

}  // namespace wick
