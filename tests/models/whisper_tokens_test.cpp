// Whisper's tokens against Hugging Face's tokenizer (tests/golden/make_whisper.py) and CTranslate2's lists.
#include "models/whisper_tokens.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "models/whisper_support.h"

using namespace wick;

TEST_CASE("whisper ids: of English-only, multilingual and large-v3 vocabularies") {
  const WhisperIds english = WhisperIds::of_vocabulary(51864, "m");
  CHECK_FALSE(english.multilingual);
  CHECK(english.eot == 50256);
  CHECK(english.first_language == 50258);
  CHECK(english.translate == 50357);
  CHECK(english.no_timestamps == 50362);
  CHECK(english.timestamp_begin == 50363);
  const WhisperIds multilingual = WhisperIds::of_vocabulary(51865, "m");
  CHECK(multilingual.multilingual);
  CHECK(multilingual.eot == 50257);
  CHECK(multilingual.languages == 99);
  CHECK(multilingual.transcribe == 50359);
  CHECK(multilingual.timestamp_begin == 50364);
  const WhisperIds large = WhisperIds::of_vocabulary(51866, "m");
  CHECK(large.languages == 100);
  CHECK(large.transcribe == 50360);
  CHECK(large.timestamp_begin == 50365);
  for (const Index vocab : {Index{0}, Index{32000}, Index{51863}, Index{51867}}) {
    CHECK_THROWS_AS(WhisperIds::of_vocabulary(vocab, "m"), Error);
  }
}

TEST_CASE("whisper languages: by code and by name") {
  CHECK(find_whisper_language("en") == 0);
  CHECK(find_whisper_language("GERMAN") == 2);
  CHECK(find_whisper_language("yue") == 99);
  CHECK(find_whisper_language("klingon") == -1);
  CHECK(whisper_languages().size() == 100);
  CHECK(parse_whisper_language("German") == 2);
  CHECK(parse_whisper_language("auto") == -1);
  CHECK_THROWS_WITH(parse_whisper_language("klingon"), "language 'klingon': none that Whisper knows");
}

TEST_CASE("whisper tokenizer: encodes as Hugging Face, decodes what it encoded, suppresses what OpenAI does") {
  const auto found = test::whisper_files();
  if (!found) return;
  const WhisperTokenizer tokenizer = WhisperTokenizer::of_files(*found, 51864);
  const auto cases = nlohmann::json::parse(read_text(*open_file(WICK_TESTS_DIR "/golden/whisper/tokens.json")));
  for (const auto& entry : cases) {
    const std::string text = entry[0];
    CAPTURE(text);
    const std::vector<TokenId> ids = tokenizer.encode(text);
    CHECK(ids == entry[1].get<std::vector<TokenId>>());
    CHECK(tokenizer.decode(ids) == text);
  }
  CHECK(tokenizer.suppressed() == found->config["suppress_ids"].get<std::vector<TokenId>>());
  CHECK(tokenizer.not_first() == found->config["suppress_ids_begin"].get<std::vector<TokenId>>());
}
