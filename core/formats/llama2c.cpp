#include "core/formats/llama2c.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include "core/error.h"
#include "core/formats/binary_reader.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

struct Header {
  std::int32_t dim, hidden_dim, layers, heads, kv_heads, vocab, context;
};
constexpr std::size_t kHeaderBytes = 7 * sizeof(std::int32_t);
static_assert(sizeof(Header) == kHeaderBytes);

/// Far above any model of this format; small enough that no product below overflows.
bool is_possible(Header h) {
  const auto within = [](std::int64_t value, std::int64_t most) { return value >= 1 && value <= most; };
  return within(h.dim, 1 << 16) && within(h.hidden_dim, 1 << 18) && within(h.layers, 1 << 10) &&
         within(h.heads, h.dim / 2) && within(h.kv_heads, h.heads) &&
         within(std::abs(std::int64_t{h.vocab}), 1 << 22) && within(h.context, 1 << 24) && h.dim % h.heads == 0 &&
         h.dim / h.heads % 2 == 0 && h.heads % h.kv_heads == 0;
}

Header header_of(std::string_view start) {
  Header header;
  std::memcpy(&header, start.data(), sizeof header);
  return header;
}

/// Adds f32 tensors one after another, as the file keeps them.
class Layout {
 public:
  Layout(Checkpoint& checkpoint, std::uint64_t offset) : checkpoint_(checkpoint), offset_(offset) {}

  using Dims = std::initializer_list<std::uint64_t>;

  void one(const char* name, Dims shape) { add(name, shape); }

  /// The same part of every layer, layer after layer.
  void of_layers(const char* part, std::int32_t layers, Dims shape) {
    for (std::int32_t layer = 0; layer < layers; ++layer) add(fmt::format("blk.{}.{}.weight", layer, part), shape);
  }

  void skip(std::uint64_t floats) { offset_ += floats * sizeof(float); }
  std::uint64_t offset() const { return offset_; }

 private:
  void add(std::string name, Dims shape) {
    const std::span<const std::uint64_t> dims(shape.begin(), shape.size());
    offset_ += add_tensor(checkpoint_, {std::move(name), DType::f32, dims, offset_}, 0).bytes;
  }

  Checkpoint& checkpoint_;
  std::uint64_t offset_;
};

void add_tensors(Checkpoint& checkpoint, Header h) {
  const auto dim = static_cast<std::uint64_t>(h.dim), hidden = static_cast<std::uint64_t>(h.hidden_dim);
  const auto head_dim = static_cast<std::uint64_t>(h.dim / h.heads);
  const auto kv_dim = head_dim * static_cast<std::uint64_t>(h.kv_heads);
  const auto vocab = static_cast<std::uint64_t>(std::abs(std::int64_t{h.vocab}));
  Layout layout(checkpoint, kHeaderBytes);
  layout.one("token_embd.weight", {vocab, dim});
  layout.of_layers("attn_norm", h.layers, {dim});
  layout.of_layers("attn_q", h.layers, {dim, dim});
  layout.of_layers("attn_k", h.layers, {kv_dim, dim});
  layout.of_layers("attn_v", h.layers, {kv_dim, dim});
  layout.of_layers("attn_output", h.layers, {dim, dim});
  layout.of_layers("ffn_norm", h.layers, {dim});
  layout.of_layers("ffn_gate", h.layers, {hidden, dim});
  layout.of_layers("ffn_down", h.layers, {dim, hidden});
  layout.of_layers("ffn_up", h.layers, {hidden, dim});
  layout.one("output_norm.weight", {dim});
  layout.skip(static_cast<std::uint64_t>(h.context) * head_dim);  // tables of cosines and sines, which we compute
  if (h.vocab < 0) layout.one("output.weight", {vocab, dim});     // else the embedding serves as output too

  const ByteSource& source = *checkpoint.sources[0];
  if (layout.offset() > source.size()) {
    throw Error("{}: its header asks for {} bytes, the file has {}: it is truncated", source.name(), layout.offset(),
                source.size());
  }
  if (layout.offset() < source.size()) {
    throw Error("{}: its header asks for {} bytes, the file has {}: not a llama2.c checkpoint, or corrupt",
                source.name(), layout.offset(), source.size());
  }
}

void add_metadata(Metadata& metadata, Header h) {
  auto& values = metadata.values;
  values["general.architecture"] = std::string("llama");
  values["llama.embedding_length"] = std::int64_t{h.dim};
  values["llama.feed_forward_length"] = std::int64_t{h.hidden_dim};
  values["llama.block_count"] = std::int64_t{h.layers};
  values["llama.attention.head_count"] = std::int64_t{h.heads};
  values["llama.attention.head_count_kv"] = std::int64_t{h.kv_heads};
  values["llama.vocab_size"] = std::abs(std::int64_t{h.vocab});
  values["llama.context_length"] = std::int64_t{h.context};
  // Not in the file: run.c has them as constants.
  values["llama.attention.layer_norm_rms_epsilon"] = 1e-5;
  values["llama.rope.freq_base"] = 10000.0;
}

}  // namespace

bool is_llama2c(std::string_view start) { return start.size() >= kHeaderBytes && is_possible(header_of(start)); }

Checkpoint read_llama2c(SourcePtr source) {
  const std::string start = BinaryReader(*source).text(kHeaderBytes, "the header");
  if (!is_llama2c(start)) throw Error("{}: not a llama2.c checkpoint", source->name());
  Checkpoint checkpoint;
  checkpoint.format = "llama2.c";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(std::move(source));
  add_tensors(checkpoint, header_of(start));
  add_metadata(checkpoint.metadata, header_of(start));
  return checkpoint;
}

}  // namespace wick
