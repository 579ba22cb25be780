// TextStream: tokens cut characters anywhere, readers want them whole.
#include "core/text/tokenizer.h"
#include "core/text/unicode.h"

namespace wick {
namespace {

/// Where the text may be cut: before a character that more bytes could complete.
std::size_t complete_length(std::string_view text) {
  constexpr std::size_t kLongestCharacter = 4;
  const std::size_t from = text.size() > kLongestCharacter ? text.size() - kLongestCharacter : 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    const bool continues = (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    if (!continues && text::decode_utf8(text, at).kind == text::Utf8Step::Kind::truncated) return at;
  }
  return text.size();
}

}  // namespace

TextStream::TextStream(Tokenizer tokenizer, bool special, bool at_start)
    : tokenizer_(std::move(tokenizer)), special_(special), first_(at_start) {}

std::string TextStream::push(TokenId id) {
  std::string bytes = tokenizer_.piece(id, special_);
  if (first_ && !bytes.empty()) {
    if (tokenizer_.strips_leading_space() && bytes.front() == ' ') bytes.erase(0, 1);
    first_ = false;
  }
  pending_ += bytes;
  const std::size_t length = complete_length(pending_);
  std::string text = text::replace_invalid(std::string_view(pending_).substr(0, length));
  pending_.erase(0, length);
  return text;
}

std::string TextStream::finish() {
  std::string text = text::replace_invalid(pending_);
  pending_.clear();
  return text;
}

}  // namespace wick
