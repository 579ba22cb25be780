#include "views/bench_words.h"

#include <catch2/catch.hpp>

namespace wick::views {
namespace {

TEST_CASE("bench words: names of rows in words") {
  const BenchWords reading = words_of("attention/prefill/f16/hd64/s512/t2");
  CHECK(reading.group == BenchGroup::attention);
  CHECK(reading.title == "Reading a prompt of 512 tokens, head 64");
  CHECK(reading.detail == "cache in F16, 2 threads");
  CHECK(words_of("attention/decode/q8_0/hd128/kv65536/t1").full ==
        "Attention, writing after 65,536 tokens, head 128, cache in Q8_0, 1 thread");
  CHECK(words_of("matmul/q4_k/gemv/t2").group == BenchGroup::writing);
  CHECK(words_of("matmul/q4_k/gemm/t2").title == "4-bit weights, Q4_K");
  CHECK(words_of("model/generate64@512/t2").title == "Writing after 512 tokens");
  CHECK(words_of("model/prompt512/t2").title == "Reading a prompt of 512 tokens");
  CHECK(words_of("speech/encode/t2").group == BenchGroup::speech);
  CHECK(words_of("segment/encode/bf16/t2").detail == "weights in BF16, 2 threads");
}

TEST_CASE("bench words: a name that nobody knows stands for itself") {
  for (const char* name : {"", "/", "something/else/t2", "attention/prefill", "matmul/f16/gemm/t2/more"}) {
    CHECK(words_of(name).group == BenchGroup::other);
    CHECK(words_of(name).title == name);
  }
}

TEST_CASE("bench words: a quick look takes ten rows") {
  CHECK(is_quick("matmul/q4_k/gemv/t2"));
  CHECK(!is_quick("matmul/q4_0/gemv/t2"));
  CHECK(!is_quick("attention/prefill/f16/hd64/s2048/t2"));
}

TEST_CASE("bench words: figures have three digits") {
  CHECK(big_number(1234.5) == "1,235");
  CHECK(big_number(123.45) == "123");
  CHECK(big_number(41.234) == "41.2");
  CHECK(big_number(1.2345) == "1.23");
  CHECK(share_words(0.618) == "62 %");
}

TEST_CASE("bench words: figures are a median and what it lies between, a rate of loading a time") {
  const BenchFigures speed = figures_of({"x", "GB/s", {3, 1, 2}, 0});
  CHECK(speed.median == "2.00");
  CHECK(speed.unit == "GB/s");
  CHECK(speed.range == "1.00 to 3.00");
  const BenchFigures load = figures_of({"model/load/t2", "1/s", {0.5}, 0});
  CHECK(load.median == "2.00");
  CHECK(load.unit == "s");
  CHECK(load.range.empty());
}

}  // namespace
}  // namespace wick::views
