// The laws of the C interface for speech, with whisper-tiny.en where it is on this machine.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/tiny_model.h"
#include "models/whisper_support.h"
#include "wasm/wick_session.h"
#include "wasm/wick_text.h"

using namespace wick::test;

namespace {

using Names = std::vector<std::string>;
const Names kTiny = {"whisper-tiny.en.vocabulary.txt", "whisper-tiny.en.model.bin", "whisper-tiny.en.config.json"};
constexpr const char* kJfk =
    " And so my fellow Americans ask not what your country can do for you ask what you can do for your country";

/// Weights of 8 bits end it with a full stop on some machines and without on others.
std::string without_stop(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// The whole of a recording whose pieces come as fast as they are taken: its text, and its segments.
struct Transcript {
  std::string text;
  nlohmann::json segments = nlohmann::json::array();
};
Transcript transcribe(wick_transcriber* transcriber, const std::vector<float>& samples) {
  Transcript result;
  REQUIRE(wick_transcriber_start(transcriber) == 0);
  wick_transcribe_step step{};
  for (std::size_t at = 0; step.state != WICK_FINISHED;) {
    REQUIRE(wick_transcriber_step(transcriber, &step) == step.state);
    const nlohmann::json told = json(step.text_bytes);
    for (const auto& segment : told["segments"]) {
      result.text += segment["text"].get<std::string>();
      result.segments.push_back(segment);
    }
    if (step.state != WICK_WAITING) continue;
    const auto count = static_cast<uint32_t>(std::min<std::size_t>(10'000, samples.size() - at));
    if (count == 0) REQUIRE(wick_transcriber_finish(transcriber) == 0);
    if (count > 0) REQUIRE(wick_transcriber_push(transcriber, samples.data() + at, count) == 0);
    at += count;
  }
  CHECK(step.seconds == Approx(static_cast<double>(samples.size()) / 16'000));
  CHECK(step.seconds_done == step.seconds);
  return result;
}

std::string refusal(wick_loader* loader, const char* options) {
  CHECK_FALSE(wick_transcriber_new(loader, options));
  return wick_error_message();
}

}  // namespace

TEST_CASE("wick.h: a recording in pieces becomes text, with the times of its words") {
  if (!whisper_files() || kSlow) return;
  const Session session(WICK_MODELS_DIR, kTiny);
  REQUIRE(session.loader);
  CHECK(wick_load_task(session.loader) == WICK_SPEECH);
  const nlohmann::json info = json(wick_speech_info(session.loader));
  CHECK(info["name"] == "whisper-tiny.en.model.bin");
  CHECK(info["weight_type"] == "F16");
  CHECK(info["loaded_type"] == "Q8_0");
  CHECK(info["languages"] == nlohmann::json::parse(R"([{"code": "en", "name": "English"}])"));
  wick_transcriber* transcriber = wick_transcriber_new(session.loader, R"({"words": true})");
  REQUIRE(transcriber);
  const std::vector<float> jfk = read_speech("jfk.wav");
  const Transcript whole = transcribe(transcriber, jfk);
  CHECK(without_stop(whole.text) == kJfk);
  std::string words;
  double last = 0;
  for (const auto& segment : whole.segments) {
    for (const auto& word : segment["words"]) {
      words += word["text"].get<std::string>();
      CHECK(word["start"].get<double>() >= last);
      last = word["end"].get<double>();
    }
  }
  CHECK(without_stop(words) == kJfk);
  CHECK(last < 11);
  const std::string transcript = nlohmann::json{{"segments", whole.segments}}.dump();
  CHECK(text(wick_transcript_text(transcript.c_str(), "srt")).starts_with("1\n00:00:00,"));
  const nlohmann::json exported = json(wick_transcript_text(transcript.c_str(), "json"));
  CHECK(exported["text"] == whole.text);
  CHECK(exported["segments"] == whole.segments);
  CHECK_FALSE(whole.segments[0]["tokens"].empty());
  CHECK(whole.segments[0]["compression_ratio"].get<double>() > 1);
  CHECK(whole.segments[0]["temperature"] == 0);
  CHECK(wick_transcript_text(transcript.c_str(), "doc") == WICK_ERROR);
  CHECK(wick_transcript_text("[]", "txt") == WICK_ERROR);

  // Wrong samples are refused as a whole, and the recording goes on.
  CHECK(wick_transcriber_start(transcriber) == 0);
  const std::vector<float> wrong{0.5F, std::numeric_limits<float>::quiet_NaN()};
  CHECK(wick_transcriber_push(transcriber, wrong.data(), 2) == WICK_ERROR);
  CHECK(std::string(wick_error_message()).find("no numbers") != std::string::npos);
  CHECK(without_stop(transcribe(transcriber, jfk).text) == kJfk);
  wick_transcriber_free(transcriber);
}

TEST_CASE("wick.h: options of a transcript that make no sense are refused in words") {
  if (!whisper_files()) return;
  const Session session(WICK_MODELS_DIR, kTiny);
  CHECK(refusal(session.loader, "[]") == "options: expected an object");
  CHECK(refusal(session.loader, R"({"beams": 5})") == "options: no option 'beams'");
  CHECK(refusal(session.loader, R"({"language": 5})") == "options: 'language' must be a text");
  CHECK(refusal(session.loader, R"({"language": "klingon"})") == "language 'klingon': none that Whisper knows");
  CHECK(refusal(session.loader, R"({"language": "de"})").find("English-only") != std::string::npos);
  CHECK(refusal(session.loader, R"({"task": "sing"})") == "task 'sing': only transcribe and translate");
  CHECK(refusal(session.loader, R"({"words": 1})") == "options: 'words' must be true or false");
  CHECK(refusal(session.loader, R"({"beam": 0})") == "options: 'beam' must be 1 to 64");
  CHECK(refusal(session.loader, R"({"hotwords": ["Wick"]})") == "options: 'hotwords' must be a text");
  wick_transcriber* fine = wick_transcriber_new(
      session.loader, R"({"language": "auto", "prompt": null, "hotwords": "Kennedy, Eisenhower", "live": true})");
  CHECK(fine);
  wick_transcriber_free(fine);
}

TEST_CASE("wick.h: a model's task is told, and another one refused") {
  const TemporaryFolder folder;
  tiny_model().write(folder / "tiny.gguf");
  const Session chat(folder / "", {"tiny.gguf"});
  CHECK(wick_load_task(chat.loader) == WICK_CHAT);
  CHECK(refusal(chat.loader, "{}") == "a language model cannot transcribe speech");
  CHECK(wick_speech_info(chat.loader) == WICK_ERROR);
  if (!whisper_files()) return;
  const Session speech(WICK_MODELS_DIR, kTiny);
  CHECK_FALSE(wick_chat_new(speech.loader, 0));
  CHECK(std::string(wick_error_message()) == "a speech model cannot chat");
}

TEST_CASE("wick.h: files that are not all of a model are refused by name") {
  if (!whisper_files()) return;
  CHECK_FALSE(Session(WICK_MODELS_DIR, {"whisper-tiny.en.model.bin"}).loader);
  CHECK(std::string(wick_error_message()) == "whisper-tiny.en.model.bin: its vocabulary is missing beside it");
  CHECK_FALSE(Session(WICK_MODELS_DIR, {"whisper-tiny.en.vocabulary.txt"}).loader);
  CHECK(std::string(wick_error_message()).find("whisper-tiny.en.vocabulary.txt") != std::string::npos);
  CHECK_FALSE(Session(WICK_MODELS_DIR, {}).loader);
}

TEST_CASE("wick.h: a transcript that was kept without the model's figures becomes text all the same") {
  const char* kept = R"({"segments": [{"start": 0, "end": 1.5, "text": " Hello.", "words": []}], "language": "en"})";
  const nlohmann::json exported = json(wick_transcript_text(kept, "json"));
  CHECK(exported["text"] == " Hello.");
  CHECK(exported["language"] == "en");
  CHECK(exported["segments"][0]["tokens"].empty());
  CHECK(exported["segments"][0]["temperature"] == 0);
  CHECK(text(wick_transcript_text(kept, "srt")) == "1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n");
  CHECK(wick_transcript_text(R"({"segments": [], "language": 5})", "json") == WICK_ERROR);
}

TEST_CASE("wick.h: no handle is an error for speech too") {
  wick_transcribe_step step{};
  CHECK(wick_load_task(nullptr) == WICK_ERROR);
  CHECK(wick_speech_info(nullptr) == WICK_ERROR);
  CHECK_FALSE(wick_transcriber_new(nullptr, "{}"));
  CHECK(wick_transcriber_start(nullptr) == WICK_ERROR);
  CHECK(wick_transcriber_push(nullptr, nullptr, 5) == WICK_ERROR);
  CHECK(wick_transcriber_finish(nullptr) == WICK_ERROR);
  CHECK(wick_transcriber_step(nullptr, &step) == WICK_ERROR);
  CHECK(wick_transcript_text(nullptr, nullptr) == WICK_ERROR);
  wick_transcriber_free(nullptr);
}
