#pragma once
// Recordings as files: wav, flac, mp3, ogg, opus, aiff and what else libsndfile reads.
#include <string>
#include <vector>

namespace wick {

/// The samples of a file as Whisper hears them: the mean of its channels, resampled to 16 kHz. "-" is standard input.
/// Throws Error for a file that is missing or no recording, saying which; of a truncated one what is there is read.
std::vector<float> read_audio(const std::string& path);

}  // namespace wick
