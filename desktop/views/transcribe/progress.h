#pragma once
// How far a transcription is.

namespace wick::views {

/// In seconds of sound.
struct Progress {
  double done = 0;
  double read = 0;   // all of it, before the first second is transcribed
  double total = 0;  // of all there is, as far as is known
  double rate = 0;   // seconds of sound in a second; 0 until it can be told
  double left = 0;   // seconds of waiting; 0 until it can be told
};

/// Watches a transcription go on.
class ProgressMeter {
 public:
  /// `total` as the file says, 0 if it does not; `from` is where it goes on, in seconds of sound.
  ProgressMeter(double total, double from, double now_ms)
      : total_(total), from_(from), most_(from), begun_ms_(now_ms), risen_ms_(now_ms) {}

  /// `seconds` of sound were read since `from`, `done` of them transcribed.
  Progress take(double seconds, double done, double now_ms);

 private:
  double total_, from_, most_;  // that was read
  double heard_ = 0;
  double begun_ms_, risen_ms_;  // when more was heard
};

}  // namespace wick::views
