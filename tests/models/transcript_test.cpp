// Transcripts as files.
#include "models/transcript.h"

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace wick;

TEST_CASE("transcript: a text stays one line and one cue, whatever was typed or pasted into it") {
  Segment s{};
  s.start = 1;
  s.end = 2.5;
  s.text = " Tom & <b>Ann</b>\n\n00:00:09,000 -->\tnow \r\n";
  const std::vector<Segment> segments = {s};
  const std::string line = "Tom & <b>Ann</b> 00:00:09,000 --> now";
  CHECK(transcript_text(segments, "txt") == line + "\n");
  CHECK(transcript_text(segments, "srt") == "1\n00:00:01,000 --> 00:00:02,500\n" + line + "\n\n");
  CHECK(transcript_text(segments, "tsv") == "start\tend\ttext\n1000\t2500\t" + line + "\n");
  CHECK(transcript_text(segments, "vtt") ==
        "WEBVTT\n\n00:01.000 --> 00:02.500\nTom &amp; &lt;b&gt;Ann&lt;/b&gt; 00:00:09,000 --&gt; now\n\n");
  CHECK_THROWS_WITH(transcript_text(segments, "doc"), "[transcript] no format 'doc', only txt, srt, vtt and tsv");
}
