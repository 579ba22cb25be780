#pragma once
// The names of Whisper's tensors: OpenAI's, and those that other formats give them.
#include <string>

namespace wick {

/// OpenAI's name ("encoder.blocks.0.attn.query.weight") of a tensor that Hugging Face, CTranslate2 or the GGUF
/// files of transcribe.cpp name. CTranslate2's fused projections become "attn.qkv" and "cross_attn.kv". Any other name
/// is returned as it is.
std::string openai_whisper_name(std::string name);

}  // namespace wick
