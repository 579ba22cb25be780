// Any bytes as a recording: samples that a transcriber takes, in bounded memory, or an Error.
#include <algorithm>
#include <cstdlib>

#include "audio/audio_file.h"
#include "core/audio/log_mel.h"
#include "read_everything.h"

/// Of the libraries of formats, which lose some memory over a damaged file.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libsndfile.so\nleak:libvorbis.so\nleak:libmpg123.so\n";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPiece = 4 * wick::kSampleRate, kMost = 64 * wick::kSampleRate;  // a small file may be long
  try {
    wick::AudioFile file(wick::fuzz::source_of("a.wav", data, size));
    file.seconds();
    for (std::size_t heard = 0; heard < kMost && !file.ended();) {
      const std::vector<float> samples = file.read(kPiece);
      if (samples.empty() || samples.size() > kPiece) std::abort();
      if (!std::all_of(samples.begin(), samples.end(), wick::is_sound)) std::abort();
      heard += samples.size();
    }
    file.broken();
  } catch (const wick::Error&) {
  }
  return 0;
}
