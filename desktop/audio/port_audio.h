#pragma once
// What all uses of PortAudio share.
#include <portaudio.h>

#include <string>

#include "audio/quiet.h"
#include "core/error.h"

namespace wick {

/// Throws Error (io) with PortAudio's word for what went wrong.
inline void check_sound(PaError error, const std::string& what) {
  if (error != paNoError) throw Error(ErrorKind::io, fmt::format("{}: {}", what, Pa_GetErrorText(error)));
}

/// Keeps the library ready while it lives.
class PortAudio {
 public:
  /// `otherwise`: what to tell where the system's sound does not answer.
  explicit PortAudio(const std::string& otherwise) {
    const QuietLibraries quiet;
    check_sound(Pa_Initialize(), otherwise);
  }
  ~PortAudio() { Pa_Terminate(); }
  PortAudio(const PortAudio&) = delete;
  PortAudio& operator=(const PortAudio&) = delete;
};

}  // namespace wick
