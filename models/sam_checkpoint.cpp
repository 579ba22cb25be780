#include "models/sam_checkpoint.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/computed_source.h"
#include "core/error.h"
#include "kernels/blocks.h"
#include "models/sam_names.h"

namespace wick {
namespace {

constexpr float kBatchNormEpsilon = 1e-5F;  // PyTorch's, which no file states

/// Adds a tensor to a checkpoint whose last source is the computed one.
void put(Checkpoint& checkpoint, TensorInfo tensor) {
  std::string name = tensor.name;
  checkpoint.tensors.insert_or_assign(std::move(name), std::move(tensor));
}

/// A tensor of another name and shape in the same bytes, from `skipped` elements on.
TensorInfo part_of(const TensorInfo& tensor, std::string name, std::vector<Index> shape, Index skipped = 0) {
  TensorInfo part = tensor;
  Index elements = 1;
  for (const Index size : shape) elements *= size;
  part.name = std::move(name);
  part.shape = std::move(shape);
  part.offset += static_cast<std::uint64_t>(row_bytes(tensor.type, skipped));
  part.bytes = static_cast<std::uint64_t>(row_bytes(tensor.type, elements));
  return part;
}

/// The tensors of several files in one checkpoint, and a source for computed ones behind theirs.
class SamCheckpoint {
 public:
  explicit SamCheckpoint(std::vector<Checkpoint> files) {
    whole_.format = files.front().format;
    whole_.metadata = files.front().metadata;
    for (const Checkpoint& file : files) {
      whole_.sources.insert(whole_.sources.end(), file.sources.begin(), file.sources.end());
    }
    computed_ = std::make_shared<ComputedSource>(whole_.name());
    computed_source_ = static_cast<std::uint32_t>(whole_.sources.size());
    whole_.sources.push_back(computed_);
    std::uint32_t first_source = 0;
    for (const Checkpoint& file : files) {
      add_file(file, first_source);
      first_source += static_cast<std::uint32_t>(file.sources.size());
    }
  }

  Checkpoint finish() {
    fold_batch_norms();
    for (const auto& [tensor, what] : {std::pair("image_encoder.neck.0.weight", "image encoder"),
                                       std::pair("mask_decoder.iou_token.weight", "mask decoder")}) {
      if (!whole_.find(tensor)) {
        throw Error("{}: has no {}: a Segment Anything model needs one", whole_.name(), what);
      }
    }
    return std::move(whole_);
  }

 private:
  void add_file(const Checkpoint& file, std::uint32_t first_source) {
    const bool onnx = file.format == "onnx", huggingface = file.find("vision_encoder.neck.conv1.weight") != nullptr;
    for (const auto& [stored, info] : file.tensors) {
      TensorInfo tensor = info;
      tensor.source += first_source;
      tensor.name = onnx ? sam_name_of_onnx(stored) : huggingface ? sam_name_of_huggingface(stored) : stored;
      if (onnx) {
        add_onnx(std::move(tensor));
      } else {
        put(whole_, std::move(tensor));
      }
    }
  }

  /// A tensor of an ONNX graph, which may be no weight, or not as a state dict has it.
  void add_onnx(TensorInfo tensor) {
    const std::vector<Index>& shape = tensor.shape;
    const std::string last = tensor.name.substr(tensor.name.rfind('.') + 1);  // all of it where there is no dot
    if (last.starts_with("Constant")) {
      const bool table = tensor.name.find(".attn.") != std::string::npos && shape.size() == 3 && shape[1] == shape[2];
      if (table) add_attention_biases(tensor, tensor.name.substr(0, tensor.name.rfind('.') + 1) + "attention_biases");
    } else if (last.starts_with("Expand") && shape.size() == 3 && shape[0] == 1 && shape[1] > 1) {
      put(whole_, part_of(tensor, "mask_decoder.iou_token.weight", {1, shape[2]}));
      put(whole_, part_of(tensor, "mask_decoder.mask_tokens.weight", {shape[1] - 1, shape[2]}, shape[2]));
    } else if (last.starts_with("Mul") && shape.size() == 4 && shape[0] == 1 && shape[2] * shape[3] == 1) {
      put(whole_, part_of(tensor, "prompt_encoder.no_mask_embed.weight", {1, shape[1]}));
    } else {
      if (shape.size() == 3 && shape[1] * shape[2] == 1) tensor.shape.resize(1);
      put(whole_, std::move(tensor));
    }
  }

  void add_computed(std::string name, DType type, std::vector<Index> shape, ComputedSource::Rows rows) {
    Index columns = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) columns *= shape[i];
    const auto bytes_of_row = static_cast<std::uint64_t>(row_bytes(type, columns));
    const std::uint64_t offset = computed_->add(shape[0], bytes_of_row, std::move(rows));
    const std::uint64_t bytes = bytes_of_row * static_cast<std::uint64_t>(shape[0]);
    put(whole_, {std::move(name), type, std::move(shape), offset, bytes, computed_source_});
  }

  /// The biases of a window's first place to all others, which are those of every difference: [heads, places] of
  /// [heads, places, places].
  void add_attention_biases(const TensorInfo& table, std::string name) {
    const Index heads = table.shape[0], places = table.shape[1];
    const auto stored = static_cast<std::uint64_t>(row_bytes(table.type, places * places));
    const auto bytes = static_cast<std::size_t>(row_bytes(table.type, places));
    add_computed(std::move(name), table.type, {heads, places},
                 [source = whole_.sources[table.source], offset = table.offset, stored, bytes](
                     Index first, Index count, std::span<std::byte> into) {
                   for (Index i = 0; i < count; ++i) {
                     source->read(offset + static_cast<std::uint64_t>(first + i) * stored,
                                  into.subspan(static_cast<std::size_t>(i) * bytes, bytes));
                   }
                 });
  }

  std::vector<float> vector_of(const std::string& name, Index size) const {
    const TensorInfo& tensor = whole_.require(name, {&size, 1});
    if (!is_float(tensor.type)) {
      throw Error("{}: tensor '{}' is {}, expected a float type", whole_.name(), name, info(tensor.type).name);
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(tensor.bytes));
    whole_.read_rows(tensor, 0, size, bytes);
    std::vector<float> values(static_cast<std::size_t>(size));
    dequantize_row(tensor.type, bytes.data(), values.data(), size);
    return values;
  }

  void fold_batch_norms() {
    constexpr std::string_view kEnd = "bn.running_var";
    std::vector<std::string> modules;  // with the dot behind them
    for (const auto& [name, tensor] : whole_.tensors) {
      if (name.ends_with("." + std::string(kEnd))) modules.push_back(name.substr(0, name.size() - kEnd.size()));
    }
    for (const std::string& module : modules) fold_batch_norm(module);
  }

  /// A batch norm scales and shifts each output of the convolution before it.
  void fold_batch_norm(const std::string& module) {
    const TensorInfo* found = whole_.find(module + "c.weight");
    if (!found || found->shape.empty() || !is_float(found->type)) {
      throw Error("{}: '{}bn' has no convolution '{}c' of floats before it", whole_.name(), module, module);
    }
    const TensorInfo weight = *found;
    const Index outputs = weight.shape[0];
    std::vector<float> scale = vector_of(module + "bn.weight", outputs);
    const std::vector<float> variance = vector_of(module + "bn.running_var", outputs);
    const std::vector<float> mean = vector_of(module + "bn.running_mean", outputs);
    std::vector<float> bias = vector_of(module + "bn.bias", outputs);
    for (std::size_t i = 0; i < scale.size(); ++i) {
      scale[i] /= std::sqrt(variance[i] + kBatchNormEpsilon);
      bias[i] -= mean[i] * scale[i];
    }
    if (whole_.find(module + "c.bias")) {
      const std::vector<float> own = vector_of(module + "c.bias", outputs);
      for (std::size_t i = 0; i < scale.size(); ++i) bias[i] += own[i] * scale[i];
    }
    for (const char* name : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
      whole_.tensors.erase(module + "bn." + name);
    add_computed(module + "c.weight", DType::f32, weight.shape, scaled(weight, std::move(scale)));
    add_computed(module + "c.bias", DType::f32, {outputs},
                 [values = std::move(bias)](Index first, Index, std::span<std::byte> into) {
                   std::memcpy(into.data(), values.data() + first, into.size());
                 });
  }

  /// The rows of a tensor, each by its own factor.
  ComputedSource::Rows scaled(const TensorInfo& tensor, std::vector<float> scale) const {
    Index columns = 1;
    for (std::size_t i = 1; i < tensor.shape.size(); ++i) columns *= tensor.shape[i];
    return [source = whole_.sources[tensor.source], tensor, columns, scale = std::move(scale)](
               Index first, Index count, std::span<std::byte> into) {
      const auto bytes = static_cast<std::size_t>(row_bytes(tensor.type, columns));
      std::vector<std::byte> stored(static_cast<std::size_t>(count) * bytes);
      source->read(tensor.offset + static_cast<std::uint64_t>(first) * bytes, stored);
      std::vector<float> row(static_cast<std::size_t>(columns));
      for (Index i = 0; i < count; ++i) {
        dequantize_row(tensor.type, stored.data() + static_cast<std::size_t>(i) * bytes, row.data(), columns);
        for (float& value : row) value *= scale[static_cast<std::size_t>(first + i)];
        std::memcpy(into.data() + static_cast<std::size_t>(i) * row.size() * sizeof(float), row.data(),
                    row.size() * sizeof(float));
      }
    };
  }

  Checkpoint whole_;
  std::shared_ptr<ComputedSource> computed_;
  std::uint32_t computed_source_ = 0;
};

}  // namespace

Checkpoint sam_checkpoint(std::vector<Checkpoint> files) { return SamCheckpoint(std::move(files)).finish(); }

Checkpoint sam_checkpoint(Checkpoint file, const OpenSibling& open) {
  const bool whole = file.find("neck.0.weight") && file.find("mask_decoder.iou_prediction_head.layers.0.weight");
  std::vector<Checkpoint> files;
  files.push_back(std::move(file));
  if (files.front().format != "onnx" || whole) return sam_checkpoint(std::move(files));
  const std::string& path = files.front().name();
  const std::vector<std::string> names = sam_other_half(path.substr(path.find_last_of("/\\") + 1));
  for (const std::string& name : names) {
    const SourcePtr source = open ? open(name) : nullptr;
    if (!source) continue;
    files.push_back(open_checkpoint(source));
    return sam_checkpoint(std::move(files));
  }
  throw Error("{}: one half of a Segment Anything model; the other, '{}', is missing beside it", path,
              names.empty() ? "encoder.onnx or decoder.onnx" : names.front());
}

}  // namespace wick
