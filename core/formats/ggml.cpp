#include "core/formats/ggml.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/formats/gguf.h"
#include "core/formats/tensor_table.h"

namespace wick {
namespace {

constexpr std::uint32_t kMostDimensions = 4;
constexpr std::uint32_t kMostNameBytes = 1024;
constexpr std::uint32_t kMostTokenBytes = 4096;
/// Of the blocks that quantised weights are made of; a version before kept their scales as f32.
constexpr std::int32_t kBlockVersion = 2, kBlockVersionFactor = 1000;

/// The numbers after the magic one, in their order.
struct Header {
  std::int32_t vocab;
  std::int32_t audio_context, audio_dim, audio_heads, audio_layers;
  std::int32_t text_context, text_dim, text_heads, text_layers;
  std::int32_t mels;
  std::int32_t type;  // of the matrices, plus kBlockVersionFactor times the version of their blocks
};
static_assert(sizeof(Header) == 11 * sizeof(std::int32_t));

/// Far above any Whisper, but not what the first numbers of other ggml models look like.
bool is_possible(const Header& h) {
  const auto within = [](std::int32_t value, std::int32_t most) { return value >= 1 && value <= most; };
  return within(h.vocab, 1 << 20) && within(h.audio_context, 1 << 16) && within(h.audio_dim, 1 << 16) &&
         within(h.audio_heads, h.audio_dim) && within(h.audio_layers, 1 << 10) && within(h.text_context, 1 << 16) &&
         h.text_dim == h.audio_dim && within(h.text_heads, h.text_dim) && within(h.text_layers, 1 << 10) &&
         within(h.mels, 1 << 10) && h.type >= 0;
}

void add_metadata(Metadata& metadata, const Header& h) {
  auto& values = metadata.values;
  values["general.architecture"] = std::string("whisper");
  values["whisper.vocab_size"] = std::int64_t{h.vocab};
  values["whisper.mel_bins"] = std::int64_t{h.mels};
  values["whisper.embedding_length"] = std::int64_t{h.audio_dim};
  values["whisper.encoder.block_count"] = std::int64_t{h.audio_layers};
  values["whisper.encoder.context_length"] = std::int64_t{h.audio_context};
  values["whisper.decoder.block_count"] = std::int64_t{h.text_layers};
  values["whisper.decoder.context_length"] = std::int64_t{h.text_context};
}

/// The filters from a spectrum to mel bands, which we compute.
void skip_mel_filters(BinaryReader& reader) {
  const auto bands = reader.read<std::uint32_t>("the number of mel bands");
  const auto bins = reader.read<std::uint32_t>("the number of frequencies");
  if (bands > reader.remaining() / sizeof(float) / std::max(bins, 1U)) {
    throw Error("{}: {} mel filters of {} frequencies, with {} bytes left: it is truncated or corrupt", reader.file(),
                bands, bins, reader.remaining());
  }
  reader.skip(std::uint64_t{bands} * bins * sizeof(float), "the mel filters");
}

std::vector<std::string> read_vocabulary(BinaryReader& reader) {
  const auto count = reader.read<std::uint32_t>("the number of tokens");
  if (count > reader.remaining() / sizeof(std::uint32_t)) {
    throw Error("{}: claims {} tokens with {} bytes left: it is truncated or corrupt", reader.file(), count,
                reader.remaining());
  }
  std::vector<std::string> tokens;
  tokens.reserve(count);
  for (std::uint32_t id = 0; id < count; ++id) {
    const auto length = reader.read<std::uint32_t>("a token's length");
    if (length > kMostTokenBytes) {
      throw Error("{}: token {} has {} bytes: not a Whisper model, or corrupt", reader.file(), id, length);
    }
    tokens.push_back(reader.text(length, "a token"));
  }
  return tokens;
}

DType read_type(BinaryReader& reader) {
  const auto id = reader.read<std::uint32_t>("a tensor's type");
  if (const auto type = dtype_of_ggml(id)) return *type;
  throw Error("{}: a tensor before byte {} is of ggml's type {}, which is not supported", reader.file(),
              reader.offset(), id);
}

void read_tensor(BinaryReader& reader, Checkpoint& checkpoint) {
  const auto rank = reader.read<std::uint32_t>("a tensor's rank");
  const auto name_bytes = reader.read<std::uint32_t>("the length of a tensor's name");
  if (rank > kMostDimensions || name_bytes > kMostNameBytes) {
    throw Error("{}: the tensor before byte {} has {} dimensions and a name of {} bytes: corrupt", reader.file(),
                reader.offset(), rank, name_bytes);
  }
  const DType type = read_type(reader);
  std::uint64_t shape[kMostDimensions] = {};  // the file states the innermost dimension first
  for (std::uint32_t i = 0; i < rank; ++i) shape[rank - 1 - i] = reader.read<std::uint32_t>("a tensor's shape");
  std::string name = reader.text(name_bytes, "a tensor's name");
  const TensorClaim claim{std::move(name), type, {shape, rank}, reader.offset()};
  reader.skip(add_tensor(checkpoint, claim, 0).bytes, "a tensor");
}

}  // namespace

void read_ggml_tensors(BinaryReader& reader, Checkpoint& checkpoint) {
  while (reader.remaining() > 0) read_tensor(reader, checkpoint);
}

Checkpoint read_ggml(const SourcePtr& source) {
  Checkpoint checkpoint;
  checkpoint.format = "ggml";
  checkpoint.metadata.file = source->name();
  checkpoint.sources.push_back(source);
  BinaryReader reader(*source);
  if (reader.text(kGgmlMagic.size(), "the magic number") != kGgmlMagic)
    throw Error("{}: not a ggml file", source->name());
  const auto header = reader.read<Header>("the header");
  if (!is_possible(header)) {
    throw Error("{}: a ggml file from before GGUF, of a model other than Whisper, which is not supported",
                source->name());
  }
  add_metadata(checkpoint.metadata, header);
  skip_mel_filters(reader);
  checkpoint.metadata.values["whisper.vocabulary"] = read_vocabulary(reader);
  read_ggml_tensors(reader, checkpoint);
  const auto quantized = std::find_if(checkpoint.tensors.begin(), checkpoint.tensors.end(),
                                      [](const auto& entry) { return is_quantized(entry.second.type); });
  if (const auto version = header.type / kBlockVersionFactor;
      quantized != checkpoint.tensors.end() && version != kBlockVersion) {
    throw Error("{}: tensor '{}' is quantised in version {} of ggml's blocks, expected {}; quantise the model anew",
                source->name(), quantized->first, version, kBlockVersion);
  }
  return checkpoint;
}

}  // namespace wick
