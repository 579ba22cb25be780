#include "core/text/tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/byte_alphabet.h"
#include "core/text/tokenizer_data.h"

namespace wick {
namespace {

using text::TextPart;
using text::TokenKind;

// Positions have 32 bits, also after the normalizer.
constexpr std::size_t kMostBytes = (std::size_t{1} << 31) / text::Normalizer::kMostGrowth;

/// One call of encode: its result and the memory that it works in.
class Encoding {
 public:
  Encoding(const Tokenizer::Data& data, bool parse_special) : data_(data), parse_special_(parse_special) {}

  void add(std::span<const TokenId> ids) { ids_.insert(ids_.end(), ids.begin(), ids.end()); }

  void add(std::string_view text) {
    data_.added.split(text, parse_special_, [&](const TextPart& part) {
      if (part.id >= 0) return ids_.push_back(part.id);
      add_normalized(data_.normalizer(part.text), part.text.data() == text.data());
    });
  }

  std::vector<TokenId> take() { return std::move(ids_); }

 private:
  void add_normalized(std::string_view text, bool is_first) {
    data_.added_normalized.split(text, parse_special_, [&](const TextPart& part) {
      if (part.id >= 0) return ids_.push_back(part.id);
      add_part(part.text, is_first && part.text.data() == text.data());
    });
  }

  void add_part(std::string_view text, bool is_first) {
    std::string marked;
    if (data_.marks_spaces) text = marked = text::replace_all(text, " ", text::kSpaceMark);
    using Lead = Tokenizer::Data::Lead;
    const bool leads = data_.lead_when == Lead::always || (data_.lead_when == Lead::first && is_first);
    if (leads && !text.starts_with(data_.lead)) text = marked = data_.lead + std::string(text);
    data_.pre_tokenizer.split(text, [&](std::string_view word) {
      std::visit([&](const auto& model) { model.encode(data_.vocabulary, word, symbols_, ids_); }, data_.model);
    });
  }

  const Tokenizer::Data& data_;
  bool parse_special_;
  text::SymbolList symbols_;
  std::vector<TokenId> ids_;
};

}  // namespace

std::vector<TokenId> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  if (text.size() > kMostBytes) throw Error("a text of {} bytes is too long to encode at once", text.size());
  Encoding encoding(*data_, options.parse_special);
  if (options.add_special) encoding.add(data_->before);
  encoding.add(text);
  if (options.add_special) encoding.add(data_->after);
  return encoding.take();
}

std::string Tokenizer::piece(TokenId id, bool special) const {
  if (!data_->vocabulary.contains(id)) return {};
  const std::string_view text = data_->vocabulary.text(id);
  switch (data_->vocabulary.kind(id)) {
    case TokenKind::control:
    case TokenKind::unknown:
      return std::string(special ? text : std::string_view());
    case TokenKind::byte:
      return std::string(1, static_cast<char>(text::parse_byte_token(text)));
    case TokenKind::user_defined:
      if (data_->byte_alphabet) return std::string(text);
      break;
    case TokenKind::normal:
    case TokenKind::unused:
      if (data_->byte_alphabet) return text::from_alphabet(text);
      break;
  }
  return text::replace_all(text, text::kSpaceMark, " ");
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool special) const {
  std::string text;
  for (TokenId id : ids) text += piece(id, special);
  if (strips_leading_space() && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

bool Tokenizer::strips_leading_space() const { return data_->strips_leading_space; }

Index Tokenizer::size() const { return data_->vocabulary.size(); }
TokenId Tokenizer::bos() const { return data_->bos; }
TokenId Tokenizer::eos() const { return data_->eos; }

bool Tokenizer::is_special(TokenId id) const {
  if (!data_->vocabulary.contains(id)) return false;
  const TokenKind kind = data_->vocabulary.kind(id);
  return kind == TokenKind::control || kind == TokenKind::unknown;
}

bool Tokenizer::is_end_of_generation(TokenId id) const {
  return std::find(data_->ends.begin(), data_->ends.end(), id) != data_->ends.end();
}

TokenId Tokenizer::find(std::string_view token) const { return data_->vocabulary.find(token); }

}  // namespace wick
