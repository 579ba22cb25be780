#pragma once
// safetensors, the tensor files of Hugging Face: https://github.com/huggingface/safetensors#format
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint.h"

namespace wick {

/// Whether a file that starts so (9 bytes or more) can be safetensors: a header length and the header's brace.
bool is_safetensors(std::string_view start);

/// Reads one file. Its `__metadata__` becomes the checkpoint's metadata, as strings. As the format asks, tensors fill
/// the file without gaps or overlaps. Throws Error for anything else, and for a dtype that DType lacks.
Checkpoint read_safetensors(SourcePtr source);

/// Reads a model.safetensors.index.json and the shards that it names, which `open` gives. Source 0 is the index.
Checkpoint read_safetensors_index(const SourcePtr& index, const OpenSibling& open);

/// A tensor to write: `bytes` holds the elements row-major and is as long as type and shape say.
struct SafetensorsEntry {
  std::string name;
  DType type;
  std::vector<Index> shape;
  std::span<const std::byte> bytes;
};

/// Writes a safetensors file: the new one whole or, after an Error (no space, no permission), the old one untouched.
/// The order in the file is by element size, then by name. Throws Error for a quantised type, which the format lacks,
/// for a name that is there twice, and for bytes that do not agree with the shape.
void write_safetensors(const std::string& path, std::span<const SafetensorsEntry> entries,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace wick
