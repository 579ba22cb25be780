#pragma once
// The recording that the program carries.
#include "core/byte_source.h"

namespace wick::views {

/// Eleven seconds of Kennedy, in the public domain as the work of a president in office: a wav file.
SourcePtr sample_recording();
inline constexpr const char* kSampleTitle = "Inaugural address, 20 January 1961";

}  // namespace wick::views
