#pragma once
// GGUF, the model files of llama.cpp: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
#include <cstdint>
#include <optional>

#include "core/checkpoint.h"

namespace wick {

/// The type ids of metadata values.
enum class GgufType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };
inline constexpr std::uint32_t kGgufTypes = 13;
inline constexpr std::uint64_t kGgufAlignment = 32;  // of tensor data, unless general.alignment says otherwise

/// ggml's id of an element type and back; empty for a type that one side lacks.
std::optional<std::uint32_t> ggml_type_id(DType type);
std::optional<DType> dtype_of_ggml(std::uint32_t id);

/// Reads versions 1 to 3, little-endian. A shape has no leading ones beyond its last dimension, whether the file states
/// them or not. Where the metadata says that the model is split, `open` gives the parts after the first. Throws Error,
/// without allocating what a file only claims, for anything that is malformed, truncated or of a type without support.
Checkpoint read_gguf(SourcePtr source, const OpenSibling& open = {});

}  // namespace wick
