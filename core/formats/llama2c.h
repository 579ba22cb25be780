#pragma once
// llama2.c checkpoints, version 0: https://github.com/karpathy/llama2.c (export.py, legacy_export; run.c reads them)
#include <string_view>

#include "core/checkpoint.h"

namespace wick {

/// Whether a file that starts so (28 bytes or more) can be a llama2.c checkpoint: seven numbers of a possible model.
bool is_llama2c(std::string_view start);

/// Reads a checkpoint as if it were GGUF: tensors under GGUF's names (blk.0.attn_q.weight), all f32, and metadata under
/// GGUF's keys for architecture "llama", whose rotary pairs are neighbours as here. Throws Error unless the file is
/// exactly as long as its header says.
Checkpoint read_llama2c(SourcePtr source);

}  // namespace wick
