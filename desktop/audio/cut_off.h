#pragma once
// Recordings of which a part is missing, as their own bytes tell it.
#include <cstdint>
#include <optional>

#include "core/byte_source.h"

namespace wick {

/// Whether a wav or aiff file says that it is longer than it is, or an ogg file does not end with its last page.
/// libsndfile reads such files as far as they go and says nothing.
bool is_cut_off(const ByteSource& source);

/// The size in bytes that the first eight of a wav file say it has; nothing where they do not.
std::optional<std::uint64_t> claimed_wav_size(const ByteSource& start);

}  // namespace wick
