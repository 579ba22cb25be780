#pragma once
// Which heads of a Whisper's cross-attention follow the speech.
#include <nlohmann/json.hpp>
#include <vector>

#include "models/whisper.h"

namespace wick {

/// From config.json's `alignment_heads` ([[layer, head], ...]), else those that OpenAI found for its own models
/// (whisper/__init__.py), else every head of the upper half of the decoder. In order of layers. Throws Error for heads
/// that the model does not have.
std::vector<AlignmentHead> whisper_alignment_heads(const WhisperConfig& config, const nlohmann::ordered_json& json);

}  // namespace wick
