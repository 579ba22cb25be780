#include "core/text/tokenizer_data.h"

#include <algorithm>

namespace wick {
namespace {

using text::TokenKind;

/// Names by which models of the family call the tokens that end a text, a turn or a message.
constexpr std::string_view kEndNames[] = {
    "</s>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|eot|>",
    "<|eom|>",
    "<end_of_turn>",
    "<eos>",
    "<EOT>",
    "<|end_of_turn|>",
    "<|endofturn|>",
    "<|return|>",
    "<|END_OF_TURN_TOKEN|>",
    "<｜end▁of▁sentence｜>",
};

/// Whether a mark for a space stands after another character.
bool has_inner_mark(std::string_view token) {
  while (token.starts_with(text::kSpaceMark)) token.remove_prefix(text::kSpaceMark.size());
  return token.find(text::kSpaceMark) != std::string_view::npos;
}

}  // namespace

void Tokenizer::Data::split_at_marks_if_same() {
  if (!pre_tokenizer.rules.empty() || vocabulary.find(text::kSpaceMark) < 0) return;
  if (const auto* pairs = std::get_if<text::BytePairModel>(&model); pairs && pairs->whole_words_first) return;
  for (Index i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const bool is_plain = vocabulary.kind(id) == TokenKind::normal || vocabulary.kind(id) == TokenKind::user_defined;
    if (is_plain && has_inner_mark(vocabulary.text(id))) return;
  }
  pre_tokenizer.rules.push_back(text::SplitRule::mark_runs);
}

void Tokenizer::Data::add_tokens_by_kind() {
  for (Index i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenKind kind = vocabulary.kind(id);
    if (kind == TokenKind::control || kind == TokenKind::unknown || kind == TokenKind::user_defined) {
      added.add(vocabulary.text(id), {.id = id, .special = kind != TokenKind::user_defined});
    }
  }
}

void Tokenizer::Data::find_ends(std::span<const TokenId> more) {
  const auto add = [&](TokenId id) {
    if (id >= 0 && std::find(ends.begin(), ends.end(), id) == ends.end()) ends.push_back(id);
  };
  add(eos);
  for (TokenId id : more) add(id);
  for (std::string_view name : kEndNames) {
    const TokenId id = vocabulary.find(name);
    if (id < 0) continue;
    if (vocabulary.kind(id) == TokenKind::control || vocabulary.kind(id) == TokenKind::user_defined) add(id);
  }
}

TokenId Tokenizer::Data::find_control(std::span<const std::string_view> names) const {
  for (std::string_view name : names) {
    const TokenId id = vocabulary.find(name);
    if (id >= 0 && vocabulary.kind(id) == TokenKind::control) return id;
  }
  return -1;
}

}  // namespace wick
