#pragma once
// A file for each transcript.
#include <span>
#include <string>
#include <vector>

namespace wick::cli {

/// Where the transcripts of recordings go: FOLDER/NAME.FORMAT, NAME the recording's without its ending and numbered
/// where another has it already. None is one of the recordings. Makes the folder. Throws Error if nothing can be
/// written there.
std::vector<std::string> transcript_paths(const std::string& folder, std::span<const std::string> recordings,
                                          const std::string& format);

}  // namespace wick::cli
