#pragma once
// ggml's model files from before GGUF, as whisper.cpp still has them: https://github.com/ggml-org/whisper.cpp
// (models/convert-pt-to-ggml.py and examples/quantize write them)
#include <string_view>

#include "core/checkpoint.h"
#include "core/formats/binary_reader.h"

namespace wick {

/// What these files begin with: "ggml" as a little-endian number.
inline constexpr std::string_view kGgmlMagic = "lmgg";

/// Reads what ends every such file, whatever model it is of: records of a tensor each, from the reader's position to
/// the end of the file. They become tensors of the checkpoint's first source, whose reader this is. Throws Error for a
/// record that is malformed or cut short, and for a type without support.
void read_ggml_tensors(BinaryReader& reader, Checkpoint& checkpoint);

/// Reads a Whisper model: its tensors under OpenAI's names, all of a Whisper's or none (whisper.cpp's own tests have
/// files without), metadata "general.architecture" ("whisper"), "whisper.vocab_size", ... and "whisper.vocabulary",
/// the bytes of each token of text. Throws Error for a ggml file of another model.
Checkpoint read_ggml(const SourcePtr& source);

}  // namespace wick
