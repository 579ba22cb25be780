#pragma once
// Which format a file has, by its content.
#include <string_view>

#include "core/byte_source.h"

namespace wick {

enum class FileFormat { gguf, safetensors, safetensors_index, ctranslate2, ggml, llama2c, onnx, pytorch };

/// Looks at the first bytes of a file. Throws Error for a file that is no model of these formats, saying what it looks
/// like: an error page, a Git LFS pointer, a picture, ...
FileFormat recognise(const ByteSource& source);

/// What a file of other content looks like by its first bytes, of which there is one at least: "a text file".
const char* looks_like(std::string_view start);

}  // namespace wick
