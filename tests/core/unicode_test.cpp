// Characters against Oniguruma's classes and Hugging Face's NFC; invalid UTF-8 against Python's rules.
#include "core/text/unicode.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/text/byte_alphabet.h"
#include "tokenizer_tools.h"

using namespace wick;
using namespace wick::text;
using Json = nlohmann::json;

namespace {

const Json& golden() {
  static const Json json = Json::parse(test::read_file(WICK_TESTS_DIR "/golden/tokenizers/unicode.json"));
  return json;
}

std::string utf8(char32_t code) {
  std::string text;
  append_utf8(text, code);
  return text;
}

bool is_surrogate(char32_t code) { return code >= 0xD800 && code < 0xE000; }

}  // namespace

TEST_CASE("unicode: letters, numbers and spaces are those of a regular expression") {
  std::uint64_t counts[4] = {};
  std::uint64_t sums[4] = {};
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (is_surrogate(code)) continue;
    const auto kind = static_cast<std::size_t>(class_of(code));
    ++counts[kind];
    sums[kind] += code;
  }
  const std::pair<const char*, CharClass> kinds[] = {
      {"letters", CharClass::letter}, {"numbers", CharClass::number}, {"spaces", CharClass::space}};
  for (const auto& [name, kind] : kinds) {
    CAPTURE(name);
    CHECK(golden()[name] == Json({counts[static_cast<std::size_t>(kind)], sums[static_cast<std::size_t>(kind)]}));
  }
}

TEST_CASE("unicode: every character decodes from its own bytes, whole and nothing less") {
  for (char32_t code = 0; code < 0x110000; code += code < 0x3000 ? 1 : 37) {
    if (is_surrogate(code)) continue;
    const std::string bytes = utf8(code);
    const Utf8Step step = decode_utf8(bytes + "x", 0);
    REQUIRE(step.kind == Utf8Step::Kind::valid);
    REQUIRE(step.code == code);
    REQUIRE(step.length == bytes.size());
    for (std::size_t length = 1; length < bytes.size(); ++length) {
      REQUIRE(decode_utf8(bytes.substr(0, length), 0).kind == Utf8Step::Kind::truncated);
      REQUIRE(decode_utf8(bytes.substr(0, length) + "x", 0).length == length);
    }
  }
}

TEST_CASE("unicode: an invalid sequence is replaced by its maximal subparts") {
  // Python: bytes.decode("utf-8", errors="replace"), and table 3-8 of the Unicode standard.
  const std::pair<const char*, const char*> cases[] = {
      {"\x80", "\uFFFD"},
      {"a\xC3", "a\uFFFD"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},
      {"\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
      {"\xE2\x82", "\uFFFD"},
      {"\xE2\x82x", "\uFFFDx"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"\xF0\x9F\x98", "\uFFFD"},
      {"\xF0\x80\x80\x41", "\uFFFD\uFFFD\uFFFD\x41"},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\x41\uFFFD\uFFFD\x42"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "\uFFFD\uFFFD\uFFFD\uFFFD\x41"},
      {"\xF5\xFE", "\uFFFD\uFFFD"},
      {"\u00E9\u65E5", "\u00E9\u65E5"},
  };
  for (const auto& [bytes, expected] : cases) CHECK(replace_invalid(bytes) == expected);
}

TEST_CASE("unicode: canonical composition is Hugging Face's") {
  for (const Json& pair : golden()["nfc"]) {
    CAPTURE(pair[0].dump());
    CHECK(to_nfc(pair[0].get<std::string>()) == pair[1].get<std::string>());
  }
}

TEST_CASE("unicode: composed text stays as it is, and so do invalid bytes") {
  for (const Json& pair : golden()["nfc"]) CHECK(to_nfc(pair[1].get<std::string>()) == pair[1].get<std::string>());
  CHECK(to_nfc("e\xFF\u0301\xE2\x82") == "e\xFF\u0301\xE2\x82");
  CHECK(to_nfc("e\u0301\xFF") == "\u00E9\xFF");
}

TEST_CASE("unicode: the alphabet of bytes is one printable character a byte, and back") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(from_alphabet(to_alphabet(all)) == all);
  CHECK(to_alphabet(" \n\x7F\xA0\xAD"
                    "A\xFF") == "\u0120\u010A\u0121\u0142\u0143A\u00FF");
  CHECK(from_alphabet("\u65E5\u0120") == "\u65E5 ");
}
