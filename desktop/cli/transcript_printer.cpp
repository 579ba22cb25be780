#include "transcript_printer.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "core/text/unicode.h"
#include "models/transcript.h"

namespace wick::cli {
namespace {

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string fitting_end(const std::string& text, std::size_t columns) {
  constexpr unsigned char kFirstWide = 0xE1;  // lead byte: from U+1000 on, a character may take two columns
  std::size_t begin = text.size(), used = 0;
  while (begin > 0) {
    std::size_t next = begin - 1;
    while (next > 0 && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) --next;
    used += static_cast<unsigned char>(text[next]) >= kFirstWide ? 2 : 1;
    if (used + (next > 0 ? 1 : 0) > columns) return "…" + text.substr(begin);
    begin = next;
  }
  return text;
}

void LiveLine::show(const std::string& text) {
  if (!stderr_is_terminal()) return;
  const std::string fitting = fitting_end(printable(text), terminal_columns() - 1);
  if (fitting == shown_) return;
  shown_ = fitting;
  fmt::print(stderr, "\r\033[K\033[2m{}\033[0m", fitting);
  std::fflush(stderr);
}

void LiveLine::clear() {
  if (!shown_.empty()) fmt::print(stderr, "\r\033[K");
  shown_.clear();
}

void TranscriptPrinter::show(const TranscribeStep& step, const Transcriber& transcriber, double expected_seconds) {
  if (streams_ && !step.segments.empty()) print(step.segments);
  if (live_) {
    const auto preview = step.preview.find_first_not_of(' ');
    line_.show(preview == std::string::npos ? fmt::format("● {:.0f} s", transcriber.seconds())
                                            : step.preview.substr(preview));
  } else if (step.waiting) {
    reading_.update_seconds(transcriber.seconds(), expected_seconds);
  } else {
    transcribing_.update_seconds(transcriber.seconds_done(), transcriber.seconds());
  }
}

void TranscriptPrinter::print(std::span<const Segment> segments) {
  clear();
  for (const Segment& segment : segments) {
    const bool terminal = stdout_is_terminal();
    const std::string times = fmt::format("[{} → {}]", timestamp(segment.start), timestamp(segment.end));
    fmt::print("{}{}\n", terminal ? "\033[2m" + times + "\033[0m" : "",
               segment.text.substr(!terminal && segment.text[0] == ' ' ? 1 : 0));
  }
  std::fflush(stdout);
}

void TranscriptPrinter::clear() {
  reading_.clear();
  transcribing_.clear();
  line_.clear();
}

}  // namespace wick::cli
