#include "core/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/ctranslate2.h"
#include "core/formats/ggml.h"
#include "core/formats/gguf.h"
#include "core/formats/llama2c.h"
#include "core/formats/onnx.h"
#include "core/formats/pytorch.h"
#include "core/formats/recognise.h"
#include "core/formats/safetensors.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

/// What messages call the alternatives of MetaValue, in its order.
constexpr const char* kTypeNames[] = {"a boolean",         "an integer",         "a number",
                                      "a string",          "a list of booleans", "a list of integers",
                                      "a list of numbers", "a list of strings"};
static_assert(std::size(kTypeNames) == std::variant_size_v<MetaValue>);

template <class T>
const char* type_name() {
  return kTypeNames[MetaValue(std::in_place_type<T>).index()];
}

/// The value of a key, null if it is missing. Throws Error for one of a type that MetaValue cannot hold.
const MetaValue* find_value(const Metadata& metadata, std::string_view key) {
  if (const auto found = metadata.values.find(key); found != metadata.values.end()) return &found->second;
  if (const auto found = metadata.unsupported.find(key); found != metadata.unsupported.end()) {
    throw Error("{}: metadata '{}' is {}, which is not supported", metadata.file, shown(key), found->second);
  }
  return nullptr;
}

const MetaValue& require_value(const Metadata& metadata, std::string_view key) {
  if (const MetaValue* value = find_value(metadata, key)) return *value;
  throw Error("{}: metadata '{}' is missing", metadata.file, shown(key));
}

template <class T>
const T& as(const Metadata& metadata, std::string_view key, const MetaValue& value) {
  if (const T* typed = std::get_if<T>(&value)) return *typed;
  throw Error("{}: metadata '{}' is {}, expected {}", metadata.file, shown(key), kTypeNames[value.index()],
              type_name<T>());
}

double as_number(const Metadata& metadata, std::string_view key, const MetaValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return as<double>(metadata, key, value);
}

/// A shape without the dimensions of 1 before its first other one: files state them or leave them out.
std::span<const Index> without_leading_ones(std::span<const Index> shape) {
  while (!shape.empty() && shape.front() == 1) shape = shape.subspan(1);
  return shape;
}

/// What the names of parts may begin with, beside a file of this name: "x." for "x.model.bin".
std::string prefix_of(const std::string& name) {
  const std::size_t model = name.find(".model.");
  return model == std::string::npos ? "" : name.substr(0, model + 1);
}

}  // namespace

template <class T>
const T& Metadata::get(std::string_view key) const {
  return as<T>(*this, key, require_value(*this, key));
}

template <class T>
T Metadata::get_or(std::string_view key, T fallback) const {
  const MetaValue* value = find_value(*this, key);
  if (!value) return fallback;
  if constexpr (std::is_same_v<T, double>) return as_number(*this, key, *value);
  return as<T>(*this, key, *value);
}

double Metadata::number(std::string_view key) const { return as_number(*this, key, require_value(*this, key)); }

double Metadata::number_or(std::string_view key, double fallback) const { return get_or<double>(key, fallback); }

template const bool& Metadata::get(std::string_view) const;
template const std::int64_t& Metadata::get(std::string_view) const;
template const double& Metadata::get(std::string_view) const;
template const std::string& Metadata::get(std::string_view) const;
template const std::vector<bool>& Metadata::get(std::string_view) const;
template const std::vector<std::int64_t>& Metadata::get(std::string_view) const;
template const std::vector<double>& Metadata::get(std::string_view) const;
template const std::vector<std::string>& Metadata::get(std::string_view) const;
template bool Metadata::get_or(std::string_view, bool) const;
template std::int64_t Metadata::get_or(std::string_view, std::int64_t) const;
template double Metadata::get_or(std::string_view, double) const;
template std::string Metadata::get_or(std::string_view, std::string) const;
template std::vector<bool> Metadata::get_or(std::string_view, std::vector<bool>) const;
template std::vector<std::int64_t> Metadata::get_or(std::string_view, std::vector<std::int64_t>) const;
template std::vector<double> Metadata::get_or(std::string_view, std::vector<double>) const;
template std::vector<std::string> Metadata::get_or(std::string_view, std::vector<std::string>) const;

const TensorInfo* Checkpoint::find(std::string_view tensor) const {
  const auto found = tensors.find(tensor);
  return found == tensors.end() ? nullptr : &found->second;
}

const TensorInfo& Checkpoint::require(std::string_view tensor, std::span<const Index> shape) const {
  const TensorInfo* found = find(tensor);
  if (!found) throw Error("{}: tensor '{}' is missing", name(), tensor);
  const auto stored = without_leading_ones(found->shape), wanted = without_leading_ones(shape);
  if (!std::equal(stored.begin(), stored.end(), wanted.begin(), wanted.end())) {
    throw Error("{}: tensor '{}' has shape {}, expected {}", sources[found->source]->name(), tensor,
                shape_text(std::span<const Index>(found->shape)), shape_text(shape));
  }
  return *found;
}

void Checkpoint::read_rows(const TensorInfo& tensor, Index first, Index count, std::span<std::byte> into) const {
  const Index rows = tensor.shape.empty() ? 1 : tensor.shape.front();
  if (first < 0 || count < 0 || first > rows || count > rows - first) {
    throw Error("{}: rows {}..{} of tensor '{}', which has {}", name(), first, first + count, tensor.name, rows);
  }
  if (rows == 0) return;
  const auto all_rows = static_cast<std::uint64_t>(rows);
  // A vector of quantised blocks has no byte offset for one element, only for whole blocks.
  const std::uint64_t unit = tensor.bytes % all_rows == 0 ? 1 : static_cast<std::uint64_t>(info(tensor.type).block);
  const auto skipped = static_cast<std::uint64_t>(first), wanted = static_cast<std::uint64_t>(count);
  const std::uint64_t unit_bytes = tensor.bytes / (all_rows / unit);
  if (skipped % unit != 0 || wanted % unit != 0 || wanted / unit * unit_bytes != into.size()) {
    throw Error("{}: {} rows of tensor '{}' do not fill {} bytes", name(), count, tensor.name, into.size());
  }
  sources[tensor.source]->read(tensor.offset + skipped / unit * unit_bytes, into);
}

Checkpoint open_checkpoint(SourcePtr source, const OpenSibling& open) {
  switch (recognise(*source)) {
    case FileFormat::gguf:
      return read_gguf(std::move(source), open);
    case FileFormat::safetensors:
      return read_safetensors(std::move(source));
    case FileFormat::safetensors_index:
      return read_safetensors_index(source, open);
    case FileFormat::ctranslate2:
      return read_ctranslate2(source);
    case FileFormat::ggml:
      return read_ggml(source);
    case FileFormat::llama2c:
      return read_llama2c(std::move(source));
    case FileFormat::onnx:
      return read_onnx(source);
    case FileFormat::pytorch:
      return read_pytorch(source);
  }
  throw Error("{}: not a model file", source->name());
}

Checkpoint open_checkpoint(const std::string& path) {
  const std::string file = checkpoint_file(path);
  return open_checkpoint(open_file(file), open_beside(file));
}

std::string checkpoint_file(const std::string& path) {
  const std::filesystem::path folder = path;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return path;
  for (const char* name : {"model.safetensors.index.json", "model.safetensors", "model.bin"}) {
    if (std::filesystem::exists(folder / name, ignored)) return (folder / name).string();
  }
  throw Error("{}: the folder has no model.safetensors, model.safetensors.index.json or model.bin", path);
}

OpenSibling open_beside(const std::string& file) {
  const std::filesystem::path path = file;
  return [folder = path.parent_path(),
          prefix = prefix_of(path.filename().string())](const std::string& name) -> SourcePtr {
    for (const std::string& candidate : {prefix + name, name}) {
      std::error_code unreadable;  // then open_file says why
      const std::filesystem::path part = folder / candidate;
      if (std::filesystem::exists(part, unreadable) || unreadable) return open_file(part.string());
    }
    return nullptr;
  };
}

OpenSibling open_among(std::vector<SourcePtr> files) {
  return [files = std::move(files)](const std::string& name) -> SourcePtr {
    for (const std::string& candidate : {prefix_of(files.front()->name()) + name, name}) {
      for (const SourcePtr& file : files)
        if (file->name() == candidate) return file;
    }
    return nullptr;
  };
}

}  // namespace wick
