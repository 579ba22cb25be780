#pragma once
// The log-mel of a recording that comes in pieces: an hour of it is 115 MB of frames, its samples are not kept.
#include <span>
#include <vector>

#include "core/audio/log_mel.h"

namespace wick {

/// Frames in blocks of 30 s, not normalised: the loudest of the whole recording may yet come.
class MelRecording {
 public:
  /// Throws Error as LogMel does.
  MelRecording(Index bands, Device device) : log_mel_(bands), device_(std::move(device)) {}

  /// The next samples, 16 kHz mono. Throws Error, and takes none of them, if some are no numbers.
  void push(std::span<const float> samples);
  /// No more will come: what is missing of the last frames is silence.
  void finish() { finished_ = true; }
  bool finished() const { return finished_; }
  /// Makes frames, at most 30 s of them at once; false if the samples so far make no more.
  bool advance();

  Index samples() const { return samples_; }  // so far
  Index frames() const { return frames_; }    // made so far
  Index bands() const { return log_mel_.bands(); }
  /// Frames [first, first + count) as the encoder takes them: [count, bands], zero from `last` on, as
  /// whisper/transcribe.py pads log-mel.
  Tensor window(Index first, Index count, Index last) const;
  /// Gives back the memory of the blocks before this frame, which is not asked for again.
  void forget_before(Index frame);

 private:
  Index frames_ready() const;

  LogMel log_mel_;
  Device device_;
  std::vector<float> tail_;     // samples from kHop * tail_frame_ on
  Index tail_frame_ = 0;        // two before the first that is not made: a frame reads 200 samples to its left
  std::vector<Tensor> blocks_;  // [3000, bands] each
  Index samples_ = 0, frames_ = 0;
  float loudest_ = -10;  // of silence
  bool finished_ = false;
};

}  // namespace wick
