#include "core/formats/llama2c.h"

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

/// The seven numbers of a header, in the file's order, of a small model.
struct Numbers {
  std::int32_t dim = 8, hidden_dim = 12, layers = 2, heads = 2, kv_heads = 1, vocab = 5, context = 3;
};

/// A checkpoint whose floats count up from 0.
Builder file_of(Numbers n, std::size_t floats) {
  Builder file;
  file.put(n);
  for (std::size_t i = 0; i < floats; ++i) file.put(static_cast<float>(i));
  return file;
}

constexpr std::size_t kEmbedding = 5 * 8, kLayer = 2 * 8 + 2 * 8 * 8 + 2 * 4 * 8 + 3 * 8 * 12;
constexpr std::size_t kRopeTables = 3 * 4, kFloats = kEmbedding + 2 * kLayer + 8 + kRopeTables;

float first_float(const Checkpoint& checkpoint, std::string_view name) {
  const std::vector<std::byte> bytes = bytes_of(checkpoint, name);
  float value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

TEST_CASE("llama2.c: tensors lie one kind after another, layer by layer") {
  const Checkpoint checkpoint = open_checkpoint(file_of({}, kFloats).source("m.bin"));
  CHECK(checkpoint.format == "llama2.c");
  CHECK(checkpoint.tensors.size() == 2 + 2 * 9);
  struct Case {
    const char* name;
    std::vector<Index> shape;
    std::size_t first;
  };
  const std::size_t q = kEmbedding + 2 * 8, k = q + 2 * 64, v = k + 2 * 32, out = v + 2 * 32, ffn_norm = out + 2 * 64;
  const std::size_t gate = ffn_norm + 2 * 8, down = gate + 2 * 96, up = down + 2 * 96, norm = up + 2 * 96;
  for (const Case& c :
       {Case{"token_embd.weight", {5, 8}, 0}, Case{"blk.0.attn_norm.weight", {8}, kEmbedding},
        Case{"blk.1.attn_norm.weight", {8}, kEmbedding + 8}, Case{"blk.1.attn_q.weight", {8, 8}, q + 64},
        Case{"blk.0.attn_k.weight", {4, 8}, k}, Case{"blk.1.attn_v.weight", {4, 8}, v + 32},
        Case{"blk.0.attn_output.weight", {8, 8}, out}, Case{"blk.1.ffn_norm.weight", {8}, ffn_norm + 8},
        Case{"blk.0.ffn_gate.weight", {12, 8}, gate}, Case{"blk.1.ffn_down.weight", {8, 12}, down + 96},
        Case{"blk.0.ffn_up.weight", {12, 8}, up}, Case{"output_norm.weight", {8}, norm}}) {
    CAPTURE(c.name);
    CHECK(checkpoint.require(c.name, c.shape).type == DType::f32);
    CHECK(first_float(checkpoint, c.name) == static_cast<float>(c.first));
  }
}

TEST_CASE("llama2.c: a negative vocabulary means output weights of their own") {
  const Checkpoint checkpoint = open_checkpoint(file_of({.vocab = -5}, kFloats + kEmbedding).source("m.bin"));
  CHECK(checkpoint.find("output.weight")->shape == std::vector<Index>{5, 8});
  CHECK(first_float(checkpoint, "output.weight") == static_cast<float>(kFloats));
  CHECK(checkpoint.metadata.get<std::int64_t>("llama.vocab_size") == 5);
}

TEST_CASE("llama2.c: a file of another length than its header says is an error") {
  const SourcePtr whole = file_of({}, kFloats).source("m.bin");
  for (std::uint64_t sixteenth = 1; sixteenth < 16; ++sixteenth) {
    CHECK_THAT(error_of([&] { open_checkpoint(first_bytes(whole, whole->size() * sixteenth / 16)); }),
               Contains("m.bin: ") && Contains("it is truncated"));
  }
  CHECK_THAT(error_of_bytes(file_of({}, kFloats + 1), "m.bin"), Contains("not a llama2.c checkpoint, or corrupt"));
  CHECK_THAT(error_of([&] { open_checkpoint(first_bytes(whole, 27)); }),
             Contains("m.bin: looks like something unknown"));
}

TEST_CASE("llama2.c: numbers of no possible model are not taken for a checkpoint") {
  const Numbers wrong[] = {{.dim = 0},      {.dim = -8},      {.dim = 1 << 30}, {.hidden_dim = 0},
                           {.layers = 0},   {.layers = 5000}, {.heads = 3},     {.heads = 8},
                           {.kv_heads = 0}, {.kv_heads = 4},  {.vocab = 0},     {.vocab = -1 - 0x7fffffff},
                           {.context = 0}};
  for (const Numbers& n : wrong) {
    CHECK_THAT(error_of_bytes(file_of(n, kFloats), "m.bin"), Contains("m.bin: looks like something unknown"));
  }
  // The largest of each is refused for its length, or on 32 bits its size, without an overflow on the way.
  const Numbers largest{1 << 16, 1 << 18, 1 << 10, 1 << 15, 1 << 15, 1 << 22, 1 << 24};
  CHECK_THAT(error_of_bytes(file_of(largest, 10), "m.bin"), Contains("m.bin: tensor 'token_embd.weight' "));
}

TEST_CASE("llama2.c: stories260K") {
  const std::string path = std::string(WICK_SHARED_DIR) + "/data/llama/stories260K.bin";
  if (!have(path)) return;
  const Checkpoint checkpoint = open_checkpoint(path);
  const Metadata& m = checkpoint.metadata;
  CHECK(m.get<std::string>("general.architecture") == "llama");
  CHECK(m.get<std::int64_t>("llama.embedding_length") == 64);
  CHECK(m.get<std::int64_t>("llama.block_count") == 5);
  CHECK(m.get<std::int64_t>("llama.attention.head_count") == 8);
  CHECK(m.get<std::int64_t>("llama.attention.head_count_kv") == 4);
  CHECK(m.get<std::int64_t>("llama.vocab_size") == 512);
  CHECK(m.number("llama.attention.layer_norm_rms_epsilon") == 1e-5);
  CHECK(m.number("llama.rope.freq_base") == 10000);
  const Index k[] = {32, 64};
  checkpoint.require("blk.4.attn_k.weight", k);
  // Norm weights of a trained model lie near 1: a layout that is off by a tensor does not give that.
  for (const char* name : {"blk.0.attn_norm.weight", "blk.4.ffn_norm.weight", "output_norm.weight"}) {
    const std::vector<std::byte> bytes = bytes_of(checkpoint, name);
    float sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
      float value;
      std::memcpy(&value, bytes.data() + i, sizeof value);
      sum += value;
    }
    CHECK(sum / 64 > 0.2f);
  }
}
