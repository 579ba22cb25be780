// Any bytes, by every kind of vocabulary: what encodes decodes to the same bytes, streamed or at once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "core/text/tokenizer.h"
#include "core/text/unicode.h"

namespace {

using wick::Tokenizer;

Tokenizer golden_tokenizer(const std::string& name) {
  std::ifstream file(WICK_TESTS_DIR "/golden/tokenizers/" + name + ".json", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return Tokenizer::from_json(text.str(), name);
}

struct Subject {
  Tokenizer tokenizer;
  bool keeps_bytes;  // else it composes characters, or drops those it lacks
};

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> all = {
      {golden_tokenizer("gpt2"), true},      {golden_tokenizer("smollm"), true}, {golden_tokenizer("llama3"), true},
      {golden_tokenizer("llama2"), true},    {golden_tokenizer("qwen2"), false}, {golden_tokenizer("mistral"), false},
      {golden_tokenizer("no_bytes"), false},
  };
  return all;
}

std::string streamed(const Tokenizer& tokenizer, const std::vector<wick::TokenId>& ids) {
  wick::TextStream stream(tokenizer);
  std::string text;
  for (wick::TokenId id : ids) text += stream.push(id);
  return text + stream.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // U+2581 is SentencePiece's own way to write a space, so it comes back as one. After a token that was added to the
  // vocabulary ("<tools>") Hugging Face begins a text anew, with a space before it.
  const bool has_mark =
      bytes.find("\u2581") != std::string_view::npos || bytes.find("tool>") != std::string_view::npos ||
      bytes.find("<tools>") != std::string_view::npos || bytes.find("[KEEP]") != std::string_view::npos;
  for (const auto& [tokenizer, keeps_bytes] : subjects()) {
    const auto ids = tokenizer.encode(bytes);
    const std::string decoded = tokenizer.decode(ids);
    const bool is_exact = keeps_bytes && !(has_mark && tokenizer.strips_leading_space());
    if (is_exact && decoded != bytes) std::abort();
    if (streamed(tokenizer, ids) != wick::text::replace_invalid(decoded)) std::abort();
    tokenizer.encode(bytes, {.add_special = true, .parse_special = true});
  }
  return 0;
}
