#include "audio/stretcher.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace wick {
namespace {

constexpr std::size_t kStep = 6;  // samples; likeness is told by what is below 4 kHz

/// The rising half of a Hann window; with the falling one of the frame before it makes 1.
float rising(std::size_t sample) {
  const double phase = std::numbers::pi * (static_cast<double>(sample) + 0.5) / Stretcher::kBlock;
  return static_cast<float>(0.5 - 0.5 * std::cos(phase));
}

}  // namespace

std::size_t Stretcher::due() const {
  return static_cast<std::size_t>(std::llround(static_cast<double>(blocks_) * speed_ * kBlock));
}

float Stretcher::at(std::size_t sample) const {
  return sample >= dropped_ && sample - dropped_ < input_.size() ? input_[sample - dropped_] : 0;
}

/// The place around the one that is due where the sound is most like what would come next.
std::size_t Stretcher::best_near(std::size_t place) const {
  if (next_ == place) return place;
  std::size_t best = place;
  double most = -1;
  for (std::size_t candidate = place - std::min(place, kSearch); candidate <= place + kSearch; ++candidate) {
    double product = 0, energy = 1e-9;
    for (std::size_t i = 0; i < kBlock; i += kStep) {
      const double sample = static_cast<double>(at(candidate + i));
      product += sample * static_cast<double>(at(next_ + i));
      energy += sample * sample;
    }
    const double likeness = product / std::sqrt(energy);
    if (likeness > most) {
      most = likeness;
      best = candidate;
    }
  }
  return best;
}

Stretcher::Block Stretcher::take() {
  Block block;
  const std::size_t place = blocks_ == 0 ? 0 : best_near(due());
  for (std::size_t i = 0; i < kBlock; ++i) {
    const float part = blocks_ == 0 ? 1 : rising(i);
    block[i] = part * at(place + i) + (1 - part) * at(next_ + i);
  }
  next_ = place + kBlock;
  ++blocks_;
  const std::size_t oldest = std::min(next_, due() - std::min(due(), kSearch));
  if (oldest > dropped_) {
    input_.erase(input_.begin(),
                 input_.begin() + static_cast<std::ptrdiff_t>(std::min(oldest - dropped_, input_.size())));
    dropped_ = oldest;
  }
  return block;
}

}  // namespace wick
