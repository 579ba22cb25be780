// Tokens arrive one at a time; readers see whole characters.
#include <catch2/catch.hpp>

#include "core/text/unicode.h"
#include "tokenizer_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

Tokenizer golden_tokenizer(const std::string& name) {
  return Tokenizer::from_json(read_file(WICK_TESTS_DIR "/golden/tokenizers/" + name + ".json"), name);
}

/// A byte-level vocabulary without merges, so that every byte is a token.
std::vector<TokenId> byte_ids(const Tokenizer& tokenizer, std::string_view bytes) {
  std::vector<TokenId> ids;
  for (char byte : bytes) ids.push_back(tokenizer.encode({&byte, 1}).front());
  return ids;
}

std::string stream_all(TextStream& stream, const std::vector<TokenId>& ids) {
  std::string text;
  for (TokenId id : ids) text += stream.push(id);
  return text + stream.finish();
}

}  // namespace

TEST_CASE("text stream: a character comes with its last byte, not before") {
  const Tokenizer tokenizer = golden_tokenizer("gpt2");
  const std::vector<TokenId> ids = byte_ids(tokenizer, "a\u00E9\u65E5\U0001F98A!");
  const std::vector<std::string> expected = {"a", "", "\u00E9", "", "", "\u65E5", "", "", "", "\U0001F98A", "!"};
  TextStream stream(tokenizer);
  std::vector<std::string> pieces;
  for (TokenId id : ids) pieces.push_back(stream.push(id));
  CHECK(pieces == expected);
  CHECK(stream.finish().empty());
}

TEST_CASE("text stream: an unfinished character is replaced at the end, an impossible one at once") {
  const Tokenizer tokenizer = golden_tokenizer("gpt2");
  TextStream stream(tokenizer);
  CHECK(stream.push(byte_ids(tokenizer, "\xE6")[0]).empty());
  CHECK(stream.push(byte_ids(tokenizer, "\x97")[0]).empty());
  CHECK(stream.finish() == "\uFFFD");
  CHECK(stream.push(byte_ids(tokenizer, "\xE6")[0]).empty());
  CHECK(stream.push(byte_ids(tokenizer, "x")[0]) == "\uFFFDx");
  CHECK(stream.push(byte_ids(tokenizer, "\xFF")[0]) == "\uFFFD");
}

TEST_CASE("text stream: the pieces of any bytes are their text with invalid sequences replaced") {
  const Tokenizer tokenizer = golden_tokenizer("smollm");
  Numbers numbers(3);
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    for (std::uint64_t i = numbers.below(24); i > 0; --i) {
      bytes += "ax\x80\xBF\x9F\xC3\xA9\xE0\xA0\xED\xE2\xF0\xF4\x8F\x90\xFF"[numbers.below(16)];
    }
    CAPTURE(round);
    TextStream stream(tokenizer);
    CHECK(stream_all(stream, tokenizer.encode(bytes)) == text::replace_invalid(bytes));
    TextStream by_bytes(tokenizer);
    CHECK(stream_all(by_bytes, byte_ids(tokenizer, bytes)) == text::replace_invalid(bytes));
  }
}

TEST_CASE("text stream: the leading space that SentencePiece adds is dropped once, at the start of a text only") {
  const Tokenizer tokenizer = golden_tokenizer("llama2");
  const std::vector<TokenId> ids = tokenizer.encode(" the fox", {.add_special = true});
  TextStream start(tokenizer);
  CHECK(stream_all(start, ids) == " the fox");
  TextStream continuation(tokenizer, false, false);
  CHECK(stream_all(continuation, ids) == "  the fox");
}

TEST_CASE("text stream: special tokens show only when asked for") {
  const Tokenizer tokenizer = golden_tokenizer("smollm");
  const std::vector<TokenId> ids = tokenizer.encode("<|im_start|>hi<|im_end|>", {.parse_special = true});
  TextStream quiet(tokenizer);
  CHECK(stream_all(quiet, ids) == "hi");
  TextStream loud(tokenizer, true);
  CHECK(stream_all(loud, ids) == "<|im_start|>hi<|im_end|>");
}
