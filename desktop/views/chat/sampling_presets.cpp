#include "views/chat/sampling_presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wick::views {

const std::array<SamplingPreset, 3>& sampling_presets() {
  static const std::array<SamplingPreset, 3> presets = {{
      {"Exact", {.temperature = 0, .top_k = 0, .top_p = 1, .min_p = 0}},
      {"Even", {.temperature = 0.7F, .top_k = 40, .top_p = 0.9F, .min_p = 0.05F, .repeat_penalty = 1.1F}},
      {"Loose", {.temperature = 1.1F, .top_k = 0, .top_p = 0.98F, .min_p = 0.02F, .repeat_penalty = 1.05F}},
  }};
  return presets;
}

const std::array<SamplingTrack, 8>& sampling_tracks() {
  using Options = SamplingOptions;
  static const std::array<SamplingTrack, 8> tracks = {{
      {"Temperature", &Options::temperature, 0, 2, 0.05F, 0, "greedy", true},
      {"Top-p", &Options::top_p, 0.05F, 1, 0.01F, 1, "off", true},
      {"Top-k", nullptr, 0, 100, 1, 0, "off", true},
      {"Min-p", &Options::min_p, 0, 0.5F, 0.01F, 0, "off", true},
      {"Repeat penalty", &Options::repeat_penalty, 1, 1.5F, 0.01F, 1, "off", true},
      {"Typical", &Options::typical_p, 0.05F, 1, 0.01F, 1, "off", false},
      {"Presence penalty", &Options::presence_penalty, -2, 2, 0.05F, 0, "off", false},
      {"Frequency penalty", &Options::frequency_penalty, -2, 2, 0.05F, 0, "off", false},
  }};
  return tracks;
}

float track_value(const SamplingTrack& track, const SamplingOptions& options) {
  return track.value ? options.*track.value : static_cast<float>(options.top_k);
}

void set_track(const SamplingTrack& track, SamplingOptions& options, float value) {
  if (track.value)
    options.*track.value = value;
  else
    options.top_k = static_cast<int>(std::lround(value));
}

std::string track_words(const SamplingTrack& track, float value) {
  if (std::abs(value - track.off) < track.step / 2) return track.off_words;
  return track.step >= 1 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

int preset_of(const SamplingOptions& options) {
  const auto same = [&](const SamplingPreset& preset) {
    return std::ranges::all_of(sampling_tracks(), [&](const SamplingTrack& track) {
      return std::abs(track_value(track, options) - track_value(track, preset.options)) < track.step / 2;
    });
  };
  const auto found = std::ranges::find_if(sampling_presets(), same);
  return found == sampling_presets().end() ? -1 : static_cast<int>(found - sampling_presets().begin());
}

void take_preset(SamplingOptions& options, int preset) {
  const SamplingOptions& wanted = sampling_presets()[static_cast<std::size_t>(preset)].options;
  for (const SamplingTrack& track : sampling_tracks()) set_track(track, options, track_value(track, wanted));
}

}  // namespace wick::views
