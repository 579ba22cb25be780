#include "core/audio/mel_recording.h"

#include <algorithm>

#include "core/error.h"

namespace wick {
namespace {

constexpr Index kBlock = 3000;      // frames
constexpr Index kReachLeft = 2;     // frames that hold the samples to the left of one, and more
constexpr Index kReachRight = 200;  // samples to its right

}  // namespace

void MelRecording::push(std::span<const float> samples) {
  if (!std::all_of(samples.begin(), samples.end(), is_sound)) {
    throw Error("[transcribe] the recording holds samples that are no numbers");
  }
  tail_.insert(tail_.end(), samples.begin(), samples.end());
  samples_ += static_cast<Index>(samples.size());
}

Index MelRecording::frames_ready() const {
  if (finished_) return LogMel::frames(samples_);
  return samples_ < kReachRight ? 0 : (samples_ - kReachRight) / kHop + 1;
}

bool MelRecording::advance() {
  const Index in_block = frames_ % kBlock;
  const Index count = std::min(frames_ready() - frames_, kBlock - in_block);
  if (count <= 0) return false;
  if (in_block == 0) blocks_.push_back(Tensor::empty({kBlock, bands()}, DType::f32, device_));
  const Tensor made = log_mel_.energies(tail_, frames_ - tail_frame_, count, device_);
  blocks_.back().slice(0, in_block, in_block + count).copy_from(made);
  loudest_ = std::max(loudest_, static_cast<float>(max(made).item()));
  frames_ += count;
  const Index keep = std::max(frames_ - kReachLeft, Index{0}), spent = (keep - tail_frame_) * kHop;
  if (2 * spent < std::ssize(tail_)) return true;  // moving much for little, at each 30 s of an hour that came at once
  tail_.erase(tail_.begin(), tail_.begin() + spent);
  tail_frame_ = keep;
  return true;
}

Tensor MelRecording::window(Index first, Index count, Index last) const {
  Tensor mel = Tensor::zeros({count, bands()}, DType::f32, device_);
  const Index filled = std::min(count, std::min(last, frames_) - first);
  for (Index frame = 0; frame < filled;) {
    const Tensor& block = blocks_[static_cast<std::size_t>((first + frame) / kBlock)];
    const Index from = (first + frame) % kBlock, some = std::min(kBlock - from, filled - frame);
    Tensor part = mel.slice(0, frame, frame + some);
    part.copy_from(block.slice(0, from, from + some));
    normalise_log_mel(part, loudest_);
    frame += some;
  }
  return mel;
}

void MelRecording::forget_before(Index frame) {
  for (std::size_t block = 0; block < static_cast<std::size_t>(frame / kBlock) && block < blocks_.size(); ++block) {
    blocks_[block] = Tensor();
  }
}

}  // namespace wick
