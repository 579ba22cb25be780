#pragma once
// A transcript as it comes about: what has settled on standard output, the rest on a terminal's last line.
#include <span>
#include <string>

#include "command.h"
#include "models/transcriber.h"

namespace wick::cli {

/// A text that changes, on standard error, drawn only on a terminal: its end, where one line does not hold it.
class LiveLine {
 public:
  ~LiveLine() { clear(); }
  void show(const std::string& text);
  void clear();

 private:
  std::string shown_;
};

/// The end of a text that `columns` of a terminal hold, after "…" where it is not all of it.
std::string fitting_end(const std::string& text, std::size_t columns);

class TranscriptPrinter {
 public:
  /// `streams`: settled segments are printed, else only progress is told.
  TranscriptPrinter(bool streams, bool live) : streams_(streams), live_(live) {}
  /// What a step has brought.
  void show(const TranscribeStep& step, const Transcriber& transcriber, double expected_seconds);
  void clear();

 private:
  void print(std::span<const Segment> segments);

  bool streams_, live_;
  ProgressBar reading_{"Reading"}, transcribing_{"Transcribing"};
  LiveLine line_;
};

}  // namespace wick::cli
