#include "views/transcribe/sample.h"

#include <span>

namespace wick::views {
namespace {

constexpr char kSample[] =
#include "sample_recording.inc"
    ;

}  // namespace

SourcePtr sample_recording() {
  const auto bytes = std::as_bytes(std::span(kSample).first(sizeof(kSample) - 1));
  return memory_source("jfk.wav", {bytes.begin(), bytes.end()});
}

}  // namespace wick::views
