#include "views/transcribe/progress.h"

#include <algorithm>

namespace wick::views {

Progress ProgressMeter::take(double seconds, double done, double now_ms) {
  // The first window of half a minute alone tells little of the speed of a short recording's rest.
  constexpr double kSettleMs = 400;
  const double read = from_ + seconds;
  if (done == 0 && read > most_) begun_ms_ = now_ms;  // reading the sound is not transcribing it
  most_ = read;
  if (done != heard_) risen_ms_ = now_ms;
  heard_ = done;
  Progress progress{.done = from_ + heard_, .read = read, .total = std::max(total_, read)};
  const double spent = risen_ms_ - begun_ms_;
  if (heard_ > 0 && spent >= kSettleMs) progress.rate = heard_ / (spent / 1000);
  if (progress.rate > 0) {
    progress.left = std::max(0.0, (progress.total - progress.done) / progress.rate - (now_ms - risen_ms_) / 1000);
  }
  return progress;
}

}  // namespace wick::views
