#include "core/audio/log_mel.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <unsupported/Eigen/FFT>

#include "core/error.h"

namespace wick {
namespace {

constexpr Index kWindow = 400;            // samples
constexpr Index kBins = kWindow / 2 + 1;  // of its spectrum
constexpr Index kFramesAtOnce = 32;       // of one task

/// Slaney's mel scale: linear up to 1 kHz, logarithmic above.
constexpr double kLinearHertz = 200.0 / 3;  // of a mel
constexpr double kBreakHertz = 1000, kBreakMel = kBreakHertz / kLinearHertz;
const double kLogStep = std::log(6.4) / 27;

double mel_of(double hertz) {
  return hertz < kBreakHertz ? hertz / kLinearHertz : kBreakMel + std::log(hertz / kBreakHertz) / kLogStep;
}
double hertz_of(double mel) {
  return mel < kBreakMel ? mel * kLinearHertz : kBreakHertz * std::exp((mel - kBreakMel) * kLogStep);
}

/// Sample `i` of the audio with its beginning mirrored and silence after its end.
float sample_at(std::span<const float> samples, Index i) {
  const auto at = static_cast<std::size_t>(i < 0 ? -i : i);
  return at < samples.size() ? samples[at] : 0;
}

}  // namespace

LogMel::LogMel(Index bands) {
  if (bands < 1 || bands > kBins - 1) throw Error("[log mel] {} bands of {} bins", bands, kBins);
  const double top = mel_of(kSampleRate / 2.0);
  const auto edge = [&](Index i) { return hertz_of(top * static_cast<double>(i) / static_cast<double>(bands + 1)); };
  for (Index band = 0; band < bands; ++band) {
    const double left = edge(band), centre = edge(band + 1), right = edge(band + 2);
    Filter filter{kBins, {}};
    for (Index bin = 0; bin < kBins; ++bin) {
      const double hertz = static_cast<double>(bin * kSampleRate) / kWindow;
      const double height = std::min((hertz - left) / (centre - left), (right - hertz) / (right - centre));
      if (height <= 0) continue;
      filter.first = std::min(filter.first, bin);
      filter.weights.push_back(static_cast<float>(height * 2 / (right - left)));  // every triangle of the same area
    }
    filters_.push_back(std::move(filter));
  }
  for (Index i = 0; i < kWindow; ++i) {
    const double turn = 2 * std::numbers::pi * static_cast<double>(i) / kWindow;
    window_.push_back(static_cast<float>(0.5 - 0.5 * std::cos(turn)));
  }
}

Tensor LogMel::energies(std::span<const float> samples, Index first, Index count, const Device& device) const {
  Tensor energies = Tensor::empty({count, bands()}, DType::f32, device);
  float* out = energies.data<float>();
  const Index tasks = (count + kFramesAtOnce - 1) / kFramesAtOnce;
  device.workers().pool.for_each(tasks, [&](Index task, int) {
    Eigen::FFT<float> fft;
    fft.SetFlag(Eigen::FFT<float>::HalfSpectrum);
    std::vector<float> windowed(kWindow), power(kBins);
    std::vector<std::complex<float>> spectrum(kWindow);  // half of it is written
    const Index last = std::min(count, (task + 1) * kFramesAtOnce);
    for (Index frame = task * kFramesAtOnce; frame < last; ++frame) {
      const Index begin = (first + frame) * kHop - kWindow / 2;
      for (Index i = 0; i < kWindow; ++i) {
        const auto at = static_cast<std::size_t>(i);
        windowed[at] = window_[at] * sample_at(samples, begin + i);
      }
      fft.fwd(spectrum.data(), windowed.data(), static_cast<int>(kWindow));
      std::transform(spectrum.begin(), spectrum.begin() + kBins, power.begin(),
                     [](auto bin) { return std::norm(bin); });
      for (Index band = 0; band < bands(); ++band) {
        const Filter& filter = filters_[static_cast<std::size_t>(band)];
        const float* bins = power.data() + filter.first;
        float energy = 0;
        for (std::size_t i = 0; i < filter.weights.size(); ++i) energy += filter.weights[i] * bins[i];
        out[frame * bands() + band] = std::log10(std::max(energy, 1e-10F));
      }
    }
  });
  return energies;
}

void normalise_log_mel(Tensor& energies, float loudest) {
  constexpr float kLoudest = 3;  // more than a wave between -1 and 1 has
  const float excess = std::max(loudest - kLoudest, 0.0F);
  float* values = energies.data<float>();
  for (Index i = 0; i < energies.elements(); ++i) values[i] = (std::max(values[i], loudest - 8) - excess + 4) / 4;
}

}  // namespace wick
