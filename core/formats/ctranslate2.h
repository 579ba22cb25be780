#pragma once
// CTranslate2 model.bin: https://github.com/OpenNMT/CTranslate2 (python/ctranslate2/specs/model_spec.py writes them)
#include <string_view>

#include "core/checkpoint.h"

namespace wick {

/// Whether a file that starts so can be a CTranslate2 model: a small version, then the name of a specification.
bool is_ctranslate2(std::string_view start);

/// Reads a model's variables as tensors under their own names ("encoder/layer_0/ffn/linear_0/weight"), its scalars as
/// metadata, and an alias of a tensor as metadata too, whose value is the tensor's name. metadata
/// "general.architecture" is the specification's name ("WhisperSpec").
///
/// Weights in integers, int8 with a scale for each row or int16 with one for all, come with their scales applied: an
/// int8 matrix as q8_0, whose blocks repeat the scale of their row (in f16, so a row is off by 2^-11 of itself at most,
/// as long as it is a normal number there), anything else as f32. Throws Error for a version or an element type that it
/// does not know.
Checkpoint read_ctranslate2(const SourcePtr& source);

}  // namespace wick
