#pragma once
// How freely a model chooses: three settings with a name, and how each number is shown.
#include <array>
#include <string>

#include "core/text/sampler.h"

namespace wick::views {

struct SamplingPreset {
  const char* name;
  SamplingOptions options;
};

/// The page's own default is "Even".
const std::array<SamplingPreset, 3>& sampling_presets();
/// The place of the preset that the options agree with, -1 if there is none. The seed does not count.
int preset_of(const SamplingOptions& options);
/// Takes a preset's numbers and leaves the seed.
void take_preset(SamplingOptions& options, int preset);

/// A number of SamplingOptions that a track sets.
struct SamplingTrack {
  const char* title;
  float SamplingOptions::* value;  // or, if null, top_k
  float least, most, step;
  float off;              // the value at which `off_words` say more than the number
  const char* off_words;  // "greedy", "off"
  bool common;            // shown at once; the others behind "More"
};
const std::array<SamplingTrack, 8>& sampling_tracks();
float track_value(const SamplingTrack& track, const SamplingOptions& options);
void set_track(const SamplingTrack& track, SamplingOptions& options, float value);
std::string track_words(const SamplingTrack& track, float value);

}  // namespace wick::views
