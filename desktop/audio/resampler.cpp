#include "audio/resampler.h"

#include <samplerate.h>

#include <cmath>

#include "core/error.h"

namespace wick {

void Resampler::Free::operator()(void* state) const { src_delete(static_cast<SRC_STATE*>(state)); }

Resampler::Resampler(int rate, int wanted) : ratio_(static_cast<double>(wanted) / rate) {
  if (rate == wanted) return;
  int error = rate > 0 && src_is_valid_ratio(ratio_) != 0 ? 0 : -1;
  if (error == 0) state_.reset(src_new(SRC_SINC_MEDIUM_QUALITY, 1, &error));
  if (!state_) {
    throw Error("{} Hz cannot be resampled to {}: {}", rate, wanted,
                error > 0 ? src_strerror(error) : "the rates are too far apart");
  }
}

std::vector<float> Resampler::push(std::span<const float> samples, bool last) {
  if (!state_) return {samples.begin(), samples.end()};
  constexpr std::size_t kMargin = 64;  // what a piece makes more than its share, of what was held back
  constexpr float kNothing = 0;        // to point to: without a pointer nothing is flushed
  std::vector<float> result;
  SRC_DATA data{};
  data.src_ratio = ratio_;
  data.end_of_input = last ? 1 : 0;
  do {
    const auto share = static_cast<std::size_t>(std::ceil(static_cast<double>(samples.size()) * ratio_));
    const std::size_t made = result.size();
    result.resize(made + share + kMargin);
    data.data_in = samples.empty() ? &kNothing : samples.data();
    data.input_frames = static_cast<long>(samples.size());
    data.data_out = result.data() + made;
    data.output_frames = static_cast<long>(share + kMargin);
    if (const int error = src_process(static_cast<SRC_STATE*>(state_.get()), &data)) {
      throw Error("[resample] {}", src_strerror(error));
    }
    samples = samples.subspan(static_cast<std::size_t>(data.input_frames_used));
    result.resize(made + static_cast<std::size_t>(data.output_frames_gen));
  } while (data.input_frames_used > 0 || data.output_frames_gen > 0);
  return result;
}

}  // namespace wick
