// The laws of the folder of recordings: nothing is lost, whatever happens to a file.
#include "views/transcribe/recording_store.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "core/error.h"
#include "core/file_builder.h"
#include "views/recordings.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

using wick::test::read_file;
using wick::test::TemporaryFolder;
using wick::test::write_file;

Recording some_recording(const std::string& id, double updated) {
  Recording recording;
  recording.id = id;
  recording.title = "The “" + id + "” talk";
  recording.created = 1;
  recording.updated = updated;
  recording.origin = Origin::microphone;
  recording.path = "/somewhere/a b.wav";
  recording.bytes = 123'456'789'012;
  recording.seconds = 22.5;
  recording.sound = "mono 16 kHz";
  recording.peaks = {0, 1, 127, 128, 255};
  recording.done = 20;
  recording.segments = test::said();
  recording.language = "en";
  recording.model = "Whisper tiny, English";
  recording.problem = "a.wav: only the first 5.5 s can be used";
  return recording;
}

TEST_CASE("recording store: what is saved is there for the next program, newest first") {
  const TemporaryFolder folder;
  RecordingStore store(folder / "a");
  CHECK(store.heads().empty());
  const Recording old = some_recording("old", 1), fresh = some_recording("fresh", 2);
  store.save(fresh);
  store.save(old);
  RecordingStore next(folder / "a");
  const std::vector<RecordingHead> heads = next.heads();
  REQUIRE(heads.size() == 2);
  CHECK(heads[0].id == "fresh");
  CHECK(heads[0].seconds == 22.5);
  CHECK(heads[0].words.starts_with("In the long history of the world, I do not"));
  const Recording back = next.load("old");
  CHECK(recording_file(back) == recording_file(old));
  CHECK(back.peaks == old.peaks);
  CHECK(back.segments[1].words[3].probability == 0.3);
  CHECK(back.origin == Origin::microphone);
  CHECK(search_heads(heads, "SHRINK fresh").size() == 1);
  CHECK(search_heads(heads, "absent").empty());
  CHECK(search_heads(heads, "").size() == 2);
}

TEST_CASE("recording store: a list reads the first lines alone") {
  const TemporaryFolder folder;
  RecordingStore store(folder.path());
  store.save(some_recording("one", 1));
  std::string text = read_file(folder / "one.json");
  text.resize(text.find('\n') + 1);
  write_file(folder / "one.json", text + "!");
  CHECK(store.heads().size() == 1);
}

TEST_CASE("recording store: a damaged file is told and left, the others are there") {
  const TemporaryFolder folder;
  RecordingStore store(folder.path());
  store.save(some_recording("whole", 1));
  write_file(folder / "broken.json", "{\"title\": ");
  write_file(folder / "other.json", "[]");
  write_file(folder / "new.json", R"({"version": 9, "title": "x"})");
  write_file(folder / "bare.json",
             R"({"title": "Bare", "segments": [{"start": 1, "end": 2, "text": "x"}], "peaks": "0g"})");
  write_file(folder / "bad.json", R"({"title": "Bad", "segments": [{"start": 1}]})");
  CHECK(store.heads().size() == 3);
  CHECK(store.problems().size() == 3);
  CHECK(read_file(folder / "broken.json") == "{\"title\": ");
  CHECK(store.load("bare").segments.size() == 1);
  CHECK(store.load("bare").peaks.empty());
  CHECK_THROWS(store.load("bad"));
  CHECK_THROWS(store.load("broken"));
  CHECK_THROWS(store.load("../x"));
}

TEST_CASE("recording store: whatever became of a file's bytes, it is read or refused") {
  const std::string whole = recording_file(some_recording("one", 1));
  std::minstd_rand random(7);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = whole;
    for (int change = 0; change < 3; ++change) {
      const std::size_t at = random() % text.size();
      if (random() % 4 == 0) {
        text.erase(at, random() % 40);
      } else {
        text[at] = "0\"[]{},:-e."[random() % 11];
      }
    }
    try {
      const Recording recording = recording_from_json(text, "x");
      CHECK(recording_from_json(recording_file(recording), "x").segments.size() == recording.segments.size());
    } catch (const Error& error) {
      ++refused;
      CHECK(std::string(error.what()).starts_with("x: "));
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("recording store: what was removed comes back with its sound, until the program ends") {
  const TemporaryFolder folder;
  {
    RecordingStore store(folder.path());
    store.save(some_recording("one", 1));
    write_file(folder / "one.wav", "sound");
    store.remove("one");
    CHECK(store.heads().empty());
    CHECK_FALSE(fs::exists(folder / "one.wav"));
    store.restore("one");
    CHECK(store.heads().size() == 1);
    CHECK(read_file(folder / "one.wav") == "sound");
    store.remove("one");
  }
  RecordingStore next(folder.path());
  CHECK(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace wick::views
