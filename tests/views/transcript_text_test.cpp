// The laws of a transcript's text: times, words, changes, search, figures, waveform.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "views/recordings.h"
#include "views/transcribe/export.h"
#include "views/transcribe/level.h"
#include "views/transcribe/peaks.h"
#include "views/transcribe/progress.h"
#include "views/transcribe/text_search.h"
#include "views/transcribe/time_words.h"

namespace wick::views {
namespace {

using test::said;
using test::segment;

TEST_CASE("transcript text: places in a recording, in words") {
  CHECK(clock_words(0) == "0:00");
  CHECK(clock_words(61) == "1:01");
  CHECK(clock_words(3723) == "1:02:03");
  CHECK(clock_words(-1) == "0:00");
  CHECK(clock_tenths(0) == "0:00.0");
  CHECK(clock_tenths(59.96) == "0:59.9");
  CHECK(clock_tenths(761.04) == "12:41.0");
  CHECK(real_time_words(0.61) == "0.6 × real time");
  CHECK(real_time_words(14.2) == "14 × real time");
  CHECK(real_time_words(0).empty());
}

std::string joined(const Segment& segment) {
  std::string text;
  for (const Word& word : segment.words) text += word.text;
  return text;
}

TEST_CASE("transcript text: words that stay keep their times, new ones share those of the old") {
  const Segment before = segment(4, " ask not what your country can do");
  const Segment after = with_text(before, " ask not what our own country can do!");
  CHECK(joined(after) == after.text);
  CHECK(after.words.back().text == " do!");
  CHECK(after.words.back().start == Approx(7));
  CHECK(after.words.back().end == Approx(7.5));
  CHECK(after.words[3].text == " our");
  CHECK(after.words[3].start == Approx(5.5));
  CHECK(after.words[3].end == Approx(5.75));
  CHECK(after.words[4].end == Approx(6));
  CHECK(after.words[4].probability == 1);
  CHECK(after.words[0].probability == 0.9);
  CHECK(after.tokens.empty());  // which were another text's
}

TEST_CASE("transcript text: whatever is written, times do not go back and the words are the text") {
  const Segment before = segment(4, " ask not what your country can do");
  for (const std::string text : {" wholly other words here", " ask not what more can be added", " But do ask not what",
                                 " do", " ask ask ask not not", " ... ask -- not", " ää ask 三 not"}) {
    const Segment after = with_text(before, text);
    CHECK(joined(after) == text);
    double at = before.start;
    for (const Word& word : after.words) {
      CHECK(word.start >= at - 1e-9);
      CHECK(word.end >= word.start - 1e-9);
      at = word.start;
    }
    CHECK(after.words.back().end <= before.end + 1e-9);
  }
}

TEST_CASE("transcript text: an empty line goes, blanks at its ends do not matter") {
  CHECK(with_segment_text(said(), 1, "  ").size() == 2);
  CHECK(with_segment_text(said(), 1, " Other \n")[1].text == " Other");
  CHECK(with_segment_text(said(), 7, "x").size() == 3);
}

TEST_CASE("transcript text: search minds neither case nor accents nor how many blanks there are") {
  const std::vector<Segment> segments = said();
  const std::vector<TextHit> hits = find_hits(segments, "world");
  REQUIRE(hits.size() == 2);
  CHECK(hits[0].segment == 0);
  CHECK(words_of_hit(segments[0], hits[0]) == std::vector<int>{6});
  REQUIRE(find_hits(segments, " elan of  the world ").size() == 1);
  CHECK(words_of_hit(segments[2], find_hits(segments, "élan of the world")[0]) == std::vector<int>{1, 2, 3, 4});
  CHECK(find_hits(segments, " ").empty());
  CHECK(find_hits(segments, "absent").empty());
  CHECK(next_hit(2, 1, 1) == 0);
  CHECK(next_hit(2, 0, -1) == 1);
  CHECK(next_hit(0, 0, 1) == -1);
}

TEST_CASE("transcript text: the segment and the word that are heard") {
  const std::vector<Segment> segments = said();
  CHECK(segment_at(segments, -1) == -1);
  CHECK(segment_at(segments, 9.9) == 0);
  CHECK(segment_at(segments, 10) == 1);
  CHECK(word_at(segments, 10.6) == WordAt{1, 1});
  CHECK(word_at(segments, 19) == WordAt{1, 5});
  CHECK_FALSE(word_at({}, 1));
}

TEST_CASE("transcript text: figures, titles, facts") {
  const TranscriptFigures figures = figures_of(said());
  CHECK(figures.words == 18);
  CHECK(figures.unsure == 1);
  CHECK(figures.confidence == Approx((17 * 0.9 + 0.3) / 18));
  CHECK(title_of_file("my_first  talk.mp3") == "my first talk");
  CHECK(title_of_file(".wav") == ".wav");
  CHECK(title_of_file("Dr. Strange") == "Dr. Strange");
  CHECK(sound_words(1, 16000) == "mono 16 kHz");
  CHECK(sound_words(2, 44100) == "stereo 44.1 kHz");
  CHECK(sound_words(6, 48000) == "6 channels 48 kHz");
}

TEST_CASE("transcript text: the waveform keeps quiet speech and is not flattened by one bang") {
  PeakMeter meter;
  std::vector<float> samples(16000, 0.25F);
  samples[5000] = 1;
  std::vector<std::uint8_t> peaks = meter.add(std::span(samples).first(161));
  for (const std::uint8_t peak : meter.add(std::span(samples).subspan(161))) peaks.push_back(peak);
  REQUIRE(peaks.size() == 50);
  CHECK(peaks[0] == 128);
  CHECK(peaks[15] == 255);
  CHECK_FALSE(is_quiet(peaks));
  CHECK(is_quiet(std::vector<std::uint8_t>(50, 20)));
  std::vector<std::uint8_t> hour(10000, 128);
  hour[7] = 255;
  CHECK(loudest_of(hour) == 128);
  const std::vector<float> bars = bars_of(hour, 128, 0, 400, 100);
  CHECK(bars[0] == 1);
  CHECK(bars[49] == 1);
  CHECK(bars[50] == 0);  // nothing has been heard there
}

TEST_CASE("transcript text: the waveform's window turns pages") {
  CHECK(zoomed(60, 1, 1) == 2);
  CHECK(zoomed(8, 1, 1) == 1);
  CHECK(zoomed(60, 1, -1) == 1);
  const WaveStretch first = stretch_of(60, 4, 0, {});
  CHECK(first == WaveStretch{0, 15});
  CHECK(stretch_of(60, 4, 14, first) == first);
  CHECK(stretch_of(60, 4, 15.1, first) == WaveStretch{15.1, 30.1});
  CHECK(stretch_of(60, 4, 59, first) == WaveStretch{45, 60});
}

TEST_CASE("transcript text: a level rises at once and falls slowly") {
  const std::vector<float> loud(800, 0.5F), silent(800, 0);
  const Level now = next_level({}, loud, 0.05);
  CHECK(now.now == Approx(-6.02).margin(0.01));
  const Level later = next_level(now, silent, 0.05);
  CHECK(later.now == Approx(now.now - 2.4));
  CHECK(later.peak == Approx(now.peak - 1.2));
  CHECK(lit_bars(0, 16) == 16);
  CHECK(lit_bars(kQuietDb, 16) == 0);
}

TEST_CASE("transcript text: a rate is told once it has settled, and reading is not transcribing") {
  ProgressMeter meter(60, 0, 0);
  CHECK(meter.take(30, 0, 5000).rate == 0);
  CHECK(meter.take(60, 0, 10'000).read == 60);
  const Progress progress = meter.take(60, 30, 12'000);
  CHECK(progress.rate == Approx(15));
  CHECK(progress.left == Approx(2));
}

TEST_CASE("transcript text: every export has the text") {
  Recording recording;
  recording.title = "Inaugural address, 1961";
  recording.path = "/somewhere/talk.flac";
  recording.seconds = 22.5;
  recording.language = "en";
  recording.segments = said();
  CHECK(export_name(recording, "srt") == "inaugural-address-1961.srt");
  for (const TranscriptFormat& format : kTranscriptFormats) {
    CHECK(export_text(recording, format.id).find("I do not shrink from this.") != std::string::npos);
  }
  const auto json = nlohmann::json::parse(export_text(recording, "json"));
  CHECK(json["title"] == "Inaugural address, 1961");
  CHECK(json["file"] == "talk.flac");
  CHECK(json["segments"][1]["words"].size() == 6);
  CHECK(export_text(recording, "md").starts_with("# Inaugural address, 1961\n\n**0:00** In the long"));
}

}  // namespace
}  // namespace wick::views
