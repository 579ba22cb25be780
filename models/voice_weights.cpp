#include "models/voice_weights.h"

namespace wick {
namespace {

constexpr char kWeights[] =
#include "voice_weights.inc"
    ;

}  // namespace

std::span<const std::byte> voice_weights() { return std::as_bytes(std::span(kWeights, sizeof kWeights - 1)); }

}  // namespace wick
