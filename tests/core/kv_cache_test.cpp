#include "core/kv_cache.h"

#include <cmath>
#include <cstring>
#include <numeric>

#include "core/tensor_tools.h"

using namespace wick;
using namespace wick::test;

namespace {

constexpr CacheGeometry kGeometry{.layers = 2, .kv_heads = 2, .head_dim = 8, .type = DType::f32};
constexpr Index kHeads = 4;

/// The key (or value) of one token, told apart by everything that may differ.
float element(int salt, std::int32_t token, std::int32_t position, Index layer, Index head, Index i) {
  const auto mixed =
      static_cast<double>(token) * 0.37 + position * 0.011 + static_cast<double>(layer * 5 + head * 3 + i) * 0.73;
  return static_cast<float>(std::sin(mixed + salt));
}

Tensor rows_of(int salt, const Batch& batch, Index layer, Index heads) {
  Tensor x = Tensor::empty({batch.rows(), heads, kGeometry.head_dim}, DType::f32, device());
  float* values = x.data<float>();
  for (std::size_t row = 0; row < batch.tokens().size(); ++row) {
    for (Index head = 0; head < heads; ++head) {
      for (Index i = 0; i < kGeometry.head_dim; ++i) {
        *values++ = element(salt, batch.tokens()[row], batch.positions()[row], layer, head, i);
      }
    }
  }
  return x;
}

/// Causal attention of the last token of `tokens`, straight from its definition: [heads * head_dim].
std::vector<double> expected(const std::vector<std::int32_t>& tokens, Index layer) {
  const auto last = static_cast<std::int32_t>(tokens.size()) - 1;
  std::vector<double> out;
  for (Index head = 0; head < kHeads; ++head) {
    const Index kv_head = head / (kHeads / kGeometry.kv_heads);
    std::vector<double> weights;
    for (std::int32_t key = 0; key <= last; ++key) {
      double score = 0;
      for (Index i = 0; i < kGeometry.head_dim; ++i) {
        score += static_cast<double>(element(0, tokens.back(), last, layer, head, i)) *
                 static_cast<double>(element(1, tokens[static_cast<std::size_t>(key)], key, layer, kv_head, i));
      }
      weights.push_back(std::exp(score * 0.5));
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (Index i = 0; i < kGeometry.head_dim; ++i) {
      double value = 0;
      for (std::int32_t key = 0; key <= last; ++key) {
        const auto at = static_cast<std::size_t>(key);
        value += weights[at] * static_cast<double>(element(2, tokens[at], key, layer, kv_head, i));
      }
      out.push_back(value / total);
    }
  }
  return out;
}

/// A sequence and the tokens that it should hold.
struct Conversation {
  Sequence sequence;
  std::vector<std::int32_t> tokens;
};

/// Adds `more` tokens to each conversation in one batch and checks each one's newest output in every layer.
void append_and_check(const PagedCache& cache, std::vector<Conversation*> conversations, Index more,
                      std::int32_t first) {
  Batch batch;
  for (Conversation* c : conversations) {
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(more));
    std::iota(tokens.begin(), tokens.end(), first);
    first += 1000;
    batch.add(c->sequence, tokens);
    c->tokens.insert(c->tokens.end(), tokens.begin(), tokens.end());
  }
  for (Index layer = 0; layer < kGeometry.layers; ++layer) {
    const Tensor q = rows_of(0, batch, layer, kHeads), k = rows_of(1, batch, layer, kGeometry.kv_heads),
                 v = rows_of(2, batch, layer, kGeometry.kv_heads);
    const Tensor y = attention(q, k, v, cache, layer, batch, {.scale = 0.5});
    REQUIRE(y.shape() == Shape{batch.rows(), kHeads * kGeometry.head_dim});
    Index row = 0;
    for (Conversation* c : conversations) {
      row += more;
      const auto wanted = expected(c->tokens, layer);
      const auto got = y(row - 1).to_vector<float>();
      double worst = 0;
      for (std::size_t i = 0; i < wanted.size(); ++i)
        worst = std::max(worst, std::fabs(static_cast<double>(got[i]) - wanted[i]));
      CHECK(worst < 1e-5);
    }
  }
}

std::vector<std::int32_t> page_ids(const Sequence& s) { return {s.pages().begin(), s.pages().end()}; }

}  // namespace

TEST_CASE("kv cache: attention over pages is attention over the tokens") {
  PagedCache cache(device(), kGeometry, 2048);
  Conversation one{Sequence(cache), {}};
  for (const Index more : {1, 15, 16, 1, 222, 1, 1, 300}) append_and_check(cache, {&one}, more, 3);
  CHECK(one.sequence.length() == 557);
  CHECK(cache.pages_in_use() == 3);
}

TEST_CASE("kv cache: forks share pages, then diverge without disturbing each other") {
  PagedCache cache(device(), kGeometry, 8 * 256);
  Conversation one{Sequence(cache), {}};
  append_and_check(cache, {&one}, 300, 3);
  Conversation two = one;
  CHECK(cache.pages_in_use() == 2);
  append_and_check(cache, {&two}, 5, 900);
  CHECK(cache.pages_in_use() == 3);
  CHECK(one.sequence.pages()[0] == two.sequence.pages()[0]);
  CHECK(one.sequence.pages()[1] != two.sequence.pages()[1]);
  append_and_check(cache, {&one, &two}, 7, 5000);
  append_and_check(cache, {&two, &one}, 1, 7000);
  append_and_check(cache, {&one, &two}, 300, 9000);
}

TEST_CASE("kv cache: a fork on the boundary of a page copies nothing") {
  PagedCache cache(device(), kGeometry, 4 * 256);
  Sequence one(cache);
  one.extend(256);
  Sequence two = one;
  two.extend(1);
  CHECK(cache.pages_in_use() == 2);
  CHECK(page_ids(one) == std::vector<std::int32_t>{two.pages()[0]});
}

TEST_CASE("kv cache: the last owner of a shared page writes in place") {
  PagedCache cache(device(), kGeometry, 2 * 256);
  Sequence one(cache);
  one.extend(10);
  const auto before = page_ids(one);
  {
    const Sequence two = one;
  }
  one.extend(10);
  CHECK(page_ids(one) == before);
  CHECK(cache.pages_in_use() == 1);
}

TEST_CASE("kv cache: truncated tokens are forgotten and others take their place") {
  PagedCache cache(device(), kGeometry, 8 * 256);
  Conversation one{Sequence(cache), {}};
  append_and_check(cache, {&one}, 600, 3);
  Conversation two = one;
  for (const Index length : {513, 512, 511, 256, 40, 0}) {
    one.sequence.truncate(length);
    one.tokens.resize(static_cast<std::size_t>(length));
    CHECK(static_cast<Index>(one.sequence.pages().size()) == (length + 255) / 256);
    append_and_check(cache, {&one, &two}, 3, 2000 + static_cast<std::int32_t>(length));
    one.sequence.truncate(length);
    one.tokens.resize(static_cast<std::size_t>(length));
  }
  CHECK(error_of([&] { one.sequence.truncate(1); }) == "[kv cache] cannot truncate 0 tokens to 1");
}

TEST_CASE("kv cache: a pool that is exhausted says so and changes nothing") {
  PagedCache cache(device(), kGeometry, 3 * 256);
  CHECK(cache.max_pages() == 3);
  Sequence one(cache);
  one.extend(300);
  Sequence two = one;
  const auto pages = page_ids(two);
  CHECK(error_of([&] { two.extend(300); }) == "[kv cache] 300 tokens more need 2 pages of 256 tokens, 1 of 3 are left");
  CHECK(two.length() == 300);
  CHECK(page_ids(two) == pages);
  CHECK(cache.pages_in_use() == 2);
  Batch batch;
  const std::vector<std::int32_t> tokens(300, 1);
  CHECK(error_of([&] { batch.add(two, tokens); }) != "");
  CHECK(batch.rows() == 0);
  CHECK(batch.sequences().empty());
  two.extend(200);
  CHECK(cache.pages_in_use() == 3);
}

TEST_CASE("kv cache: pages are allocated when first used and used again afterwards") {
  const Device cpu = Device::cpu(1);
  const std::size_t before = cpu.bytes_in_use();
  PagedCache cache(cpu, kGeometry, 100 * 256);
  CHECK(cpu.bytes_in_use() == before);
  {
    Sequence one(cache);
    one.extend(700);
    CHECK(cpu.bytes_in_use() == before + 3 * static_cast<std::size_t>(cache.page_bytes()));
  }
  CHECK(cache.pages_in_use() == 0);
  const std::size_t warm = cpu.system_allocations();
  Sequence two(cache);
  two.extend(600);
  CHECK(cache.pages_in_use() == 3);
  CHECK(cpu.system_allocations() == warm);
}

TEST_CASE("kv cache: a batch knows where each row stands, however many sequences it grows by") {
  PagedCache cache(device(), kGeometry, 64 * 256);
  std::vector<Sequence> sequences(20, Sequence(cache));
  Batch batch;
  std::vector<std::int32_t> tokens;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    sequences[i].extend(static_cast<Index>(i) * 30);
    tokens.assign(i % 4, static_cast<std::int32_t>(i));
    batch.add(sequences[i], tokens);
  }
  REQUIRE(batch.sequences().size() == sequences.size());
  Index row = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const SequenceRows& rows = batch.sequences()[i];
    CHECK(rows.first_row == row);
    CHECK(rows.queries == static_cast<Index>(i % 4));
    CHECK(rows.keys == sequences[i].length());
    CHECK(std::equal(sequences[i].pages().begin(), sequences[i].pages().end(), rows.pages));
    for (Index q = 0; q < rows.queries; ++q, ++row) {
      CHECK(batch.positions()[static_cast<std::size_t>(row)] ==
            static_cast<std::int32_t>(rows.keys - rows.queries + q));
    }
  }
  batch.clear();
  CHECK(batch.rows() == 0);
}

TEST_CASE("kv cache: shapes that do not fit the cache are named") {
  PagedCache cache(device(), kGeometry, 256);
  Sequence one(cache);
  Batch batch;
  batch.add(one, std::vector<std::int32_t>{1, 2});
  const auto rows = [](Index count, Index heads, Index size) {
    return Tensor::zeros({count, heads, size}, DType::f32, device());
  };
  const Tensor q = rows(2, 4, 8), kv = rows(2, 2, 8);
  const auto error = [&](const Tensor& a, const Tensor& b) {
    return error_of([&] { attention(a, b, kv, cache, 0, batch, {.scale = 1}); });
  };
  CHECK(error(rows(3, 4, 8), kv) == "[attention] q is [3, 4, 8], expected [2, heads, 8] with contiguous heads");
  CHECK(error(q, rows(2, 2, 4)) == "[attention] k is [2, 2, 4], expected [2, heads, 8] with contiguous heads");
  CHECK(error(rows(2, 3, 8), kv) == "[attention] q has 3 heads, the cache 2");
  CHECK(error_of([&] { attention(q, kv, kv, cache, 2, batch, {.scale = 1}); }) == "[kv cache] layer 2 of 2");
  CHECK(error_of([&] { PagedCache(device(), {1, 1, 300, DType::f16}, 256); }) != "");
  CHECK(error_of([&] { PagedCache(device(), {1, 1, 64, DType::bf16}, 256); }) ==
        "[kv cache] the type is bf16, expected f16, f32 or q8_0");
  CHECK(error_of([&] { PagedCache(device(), {1, 1, 80, DType::q8_0}, 256); }) ==
        "[kv cache] the type q8_0 needs a head dimension that is a multiple of 32, not 80");
}

TEST_CASE("kv cache: without causality every query sees every key, as a last query does") {
  PagedCache cache(device(), kGeometry, 1024);
  Sequence sequence(cache);
  const Index count = 300;
  sequence.extend(count);
  const Index heads = 2 * kGeometry.kv_heads, head_dim = kGeometry.head_dim;
  const Tensor q = Tensor::randn({count, heads, head_dim}, 1, device());
  const Tensor k = Tensor::randn({count, kGeometry.kv_heads, head_dim}, 2, device());
  const Tensor v = Tensor::randn({count, kGeometry.kv_heads, head_dim}, 3, device());
  const SequenceRows rows{0, count, count, sequence.pages().data()};
  append(k, v, cache, 0, {&rows, 1});
  const Tensor together = attend(q, cache, 0, {&rows, 1}, {.scale = 0.5, .causal = false});
  for (const Index row : {Index{0}, Index{7}, Index{255}, Index{256}, count - 1}) {
    CAPTURE(row);
    const SequenceRows one{0, 1, count, sequence.pages().data()};
    const Tensor alone = attend(q.slice(0, row, row + 1), cache, 0, {&one, 1}, {.scale = 0.5});
    CHECK(max(abs(together.slice(0, row, row + 1) - alone)).item() < 1e-5);
  }
}
