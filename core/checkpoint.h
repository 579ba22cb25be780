#pragma once
// A model file, whatever its format: named tensors that can be read row by row, and metadata.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/byte_source.h"
#include "kernels/dtype.h"

namespace wick {

/// A metadata value. GGUF's integer types widen to int64, its floats to double.
using MetaValue = std::variant<bool, std::int64_t, double, std::string, std::vector<bool>, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<std::string>>;

/// Metadata by key ("llama.block_count"), with lookups that say in an Error what is missing or of the wrong type.
class Metadata {
 public:
  std::string file;  // for messages
  std::map<std::string, MetaValue, std::less<>> values;
  /// Keys whose value a MetaValue cannot hold, with what it is ("an array of arrays"): an Error only if looked up.
  std::map<std::string, std::string, std::less<>> unsupported;

  bool has(std::string_view key) const { return values.find(key) != values.end() || unsupported.count(key) != 0; }
  /// T is an alternative of MetaValue. Throws Error if the key is missing or its value is of another type.
  template <class T>
  const T& get(std::string_view key) const;
  /// A double, or an integer as one.
  double number(std::string_view key) const;
  /// The fallback is for a missing key only; a value of another type is still an Error.
  template <class T>
  T get_or(std::string_view key, T fallback) const;
  double number_or(std::string_view key, double fallback) const;
};

/// A tensor of a file. The shape is row-major, outermost dimension first: a weight is [outputs, inputs].
struct TensorInfo {
  std::string name;
  DType type;
  std::vector<Index> shape;
  std::uint64_t offset;  // bytes from the start of its source
  std::uint64_t bytes;
  std::uint32_t source;  // which of the checkpoint's sources
};

/// The tensors and metadata of one model, possibly over several files. Every TensorInfo lies inside its source, its
/// size agrees with its shape and type, and no shape overflows: readers check it once, when they open.
class Checkpoint {
 public:
  std::string format;  // "gguf", "safetensors", "ctranslate2", "ggml", "llama2.c", "onnx", "pytorch"
  Metadata metadata;
  std::vector<SourcePtr> sources;
  std::map<std::string, TensorInfo, std::less<>> tensors;

  const std::string& name() const { return sources.front()->name(); }
  const TensorInfo* find(std::string_view tensor) const;
  /// Throws Error naming the file and the tensor if it is missing or its shape is not `shape`.
  const TensorInfo& require(std::string_view tensor, std::span<const Index> shape) const;
  /// Reads rows [first, first + count) of the outermost dimension into `into`, which has exactly their bytes.
  void read_rows(const TensorInfo& tensor, Index first, Index count, std::span<std::byte> into) const;
};

/// Opens a file by its content: GGUF v1 to v3 (with its other parts where the name ends in -00001-of-0000N.gguf),
/// safetensors (also a model.safetensors.index.json, or a folder that has one), a CTranslate2 model.bin, a Whisper of
/// whisper.cpp, a llama2.c checkpoint, the weights of an ONNX model, or a PyTorch checkpoint.
/// `open` resolves the names of further parts, relative to the first, and returns null for one that does not exist.
/// Throws Error for anything else, saying what the file looks like.
using OpenSibling = std::function<SourcePtr(const std::string& name)>;
Checkpoint open_checkpoint(SourcePtr source, const OpenSibling& open = {});
/// As above from a path, with the parts beside it.
Checkpoint open_checkpoint(const std::string& path);

/// The file that a path means: itself, or what a folder of safetensors or of CTranslate2 is opened by. Throws Error for
/// another folder.
std::string checkpoint_file(const std::string& path);
/// Opens what lies in the folder of `file`. Beside "x.model.bin" a part `name` may be called "x.name", so that models
/// of several files share a folder.
OpenSibling open_beside(const std::string& file);
/// The same among files that are open, the first of which is the model's.
OpenSibling open_among(std::vector<SourcePtr> files);

}  // namespace wick
