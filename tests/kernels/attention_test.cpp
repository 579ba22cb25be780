// Laws of attention that hold bit by bit, on every implementation that this machine can run.
#include <catch2/catch.hpp>

#include "kernels/paged_problem.h"

namespace wick::test {
namespace {

std::string describe(const Ops& ops, const Shape& shape) {
  const auto text = [](Index number) { return std::to_string(number); };
  return std::string(ops.name) + ": " + text(shape.queries) + " of " + text(shape.keys) + " keys, heads " +
         text(shape.heads) + "/" + text(shape.kv_heads) + " x " + text(shape.head_dim) + ", " + info(shape.type).name +
         ", window " + text(shape.window) + ", softcap " + std::to_string(shape.softcap) +
         (shape.causal ? "" : ", not causal") + (shape.biased ? ", biased" : "");
}

bool same_bits(const float* a, const float* b, Index count) {
  return std::memcmp(a, b, static_cast<std::size_t>(count) * sizeof(float)) == 0;
}

template <class Law>
void for_every_implementation(Law&& law) {
  const OpsList list = available_ops();
  for (int i = 0; i < list.count; ++i) law(*list.ops[i]);
}

}  // namespace

TEST_CASE("attention: equals softmax(q k) v in float64 on the stored values") {
  const Shape shapes[] = {
      {1, 1, 1, 1, 8},
      {37, 37, 6, 2, 64, DType::f16},
      {1, 700, 9, 3, 64, DType::f16},
      {4, 700, 9, 3, 64, DType::f16},
      {60, 513, 2, 1, 80, DType::f16},
      {70, 300, 2, 2, 96},
      {33, 257, 4, 1, 128},
      {9, 300, 5, 1, 256, DType::f16},
      {50, 300, 4, 2, 20, DType::f16, 100},
      {1, 1100, 17, 1, 36, DType::f32, 777},
      {60, 60, 3, 3, 12, DType::f32, 1},
      {40, 600, 4, 4, 40, DType::f16, 5, 30.0f},
      {220, 220, 1, 1, 64, DType::f32, 0, 50.0f},
      {7, 5000, 2, 1, 16, DType::f16, 4096},
      {1, 700, 9, 3, 64, DType::q8_0},
      {37, 300, 6, 2, 96, DType::q8_0},
      {5, 600, 8, 1, 256, DType::q8_0, 200},
      {200, 200, 2, 2, 128, DType::q8_0, 0, 50.0f},
      {1, 300, 2, 2, 32, DType::f16, 0, 0, false},
      {70, 300, 4, 2, 64, DType::f16, 0, 0, false},
      {300, 90, 2, 2, 32, DType::f32, 0, 0, false},
      {260, 260, 2, 1, 20, DType::f32, 9, 0, false},
      {49, 49, 4, 4, 32, DType::f32, 0, 0, false, true},
      {200, 513, 3, 1, 80, DType::f16, 0, 0, true, true},
      {60, 300, 2, 2, 64, DType::q8_0, 40, 20.0f, false, true},
  };
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(2);
    for (const Shape& shape : shapes) {
      INFO(describe(ops, shape));
      PagedProblem problem(ops, machine, shape);
      problem.attend();
      CHECK(problem.error() <= 1e-11);
    }
  });
}

TEST_CASE("attention: scores of thousands stay exact where one key wins") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(1);
    for (const Shape& shape : {Shape{20, 300, 4, 2, 64}, Shape{1, 600, 4, 2, 64, DType::f16}}) {
      INFO(describe(ops, shape));
      PagedProblem problem(ops, machine, shape, 40.0f);  // scores of about +-1e4
      problem.attend();
      CHECK(problem.error() <= 1e-6);  // a rounded score of 1e4 is off by a thousandth
      for (float value : problem.out) REQUIRE(std::isfinite(value));
    }
  });
}

TEST_CASE("attention: a row never sees a later key, nor one before its window") {
  const Shape shapes[] = {
      {40, 40, 1, 1, 64},
      {40, 300, 3, 1, 64, DType::f16},
      {200, 270, 2, 1, 16, DType::f16},
      {6, 600, 3, 3, 64, DType::f16},
      {60, 300, 4, 2, 24, DType::f32, 7},
      {9, 600, 2, 1, 64, DType::f16, 260},
      {40, 300, 3, 1, 64, DType::q8_0},
      {40, 290, 3, 1, 64, DType::q8_0, 0, 0, true, true},
  };
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(1);
    for (const Shape& shape : shapes) {
      INFO(describe(ops, shape));
      PagedProblem problem(ops, machine, shape);
      const std::vector<float> clean = problem.attend();
      for (const Index poisoned : {shape.keys - 1, shape.keys - shape.queries / 2, shape.keys - shape.queries}) {
        const Index count = shape.kv_heads * shape.head_dim;
        const std::vector<float> key(problem.key(poisoned), problem.key(poisoned) + count);
        const std::vector<float> value(problem.value(poisoned), problem.value(poisoned) + count);
        std::fill_n(problem.key(poisoned), count, kNaN);
        std::fill_n(problem.value(poisoned), count, kNaN);
        problem.fill();
        problem.attend();
        for (Index query = 0; query < shape.queries; ++query) {
          const Index position = shape.keys - shape.queries + query;
          const bool sees = position >= poisoned && (shape.window == 0 || position - poisoned < shape.window);
          const float* row = problem.out.data() + query * problem.row_size();
          if (sees) {
            CHECK(std::all_of(row, row + problem.row_size(), [](float x) { return std::isnan(x); }));
          } else {
            CHECK(same_bits(row, clean.data() + query * problem.row_size(), problem.row_size()));
          }
        }
        std::copy(key.begin(), key.end(), problem.key(poisoned));
        std::copy(value.begin(), value.end(), problem.value(poisoned));
      }
    }
  });
}

TEST_CASE("attention: any number of threads gives the same bits") {
  const Shape shapes[] = {
      {1, 5000, 9, 3, 64, DType::f16},
      {1, 1500, 4, 1, 40, DType::f16},
      {8, 4100, 2, 2, 16},
      {130, 300, 3, 1, 32, DType::f16},
      {1, 5000, 8, 2, 64, DType::q8_0},
      {8, 3000, 2, 2, 32, DType::f16, 0, 0, false, true},
      {40, 700, 8, 2, 80, DType::f16},
      {300, 300, 8, 2, 96},
      {1, 2000, 4, 2, 128, DType::f16},
      {20, 900, 4, 1, 256, DType::f32, 300},
      {70, 600, 6, 2, 64, DType::q8_0, 0, 30},
      {210, 500, 4, 2, 64, DType::f32, 0, 0, false, true},
  };
  for_every_implementation([&](const Ops& ops) {
    for (const Shape& shape : shapes) {
      INFO(describe(ops, shape));
      Machine alone(1);
      PagedProblem problem(ops, alone, shape);
      const std::vector<float> one = problem.attend();
      for (const int threads : {2, 3, 7}) {
        Machine& machine = wick::conformance::machine(threads);
        std::fill(problem.out.begin(), problem.out.end(), kNaN);
        problem.attend(machine);
        CHECK(same_bits(one.data(), problem.out.data(), static_cast<Index>(one.size())));
      }
    }
  });
}

TEST_CASE("attention: a sequence does not notice the others of its batch") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(3);
    PagedProblem problem(ops, machine, {50, 700, 3, 1, 32, DType::f16});
    INFO(ops.name);
    // The same cache seen as a prompt, as one step of generation, as an empty sequence, and as a draft of four tokens.
    const std::int32_t* ids = problem.ids.data();
    const SequenceRows batch[] = {
        {0, 40, 640, ids}, {40, 1, 700, ids}, {41, 0, 300, ids}, {41, 4, 650, ids}, {46, 1, 1, ids}};
    const Index rows = 50, size = problem.row_size();
    const float untouched = 12345.0f;
    std::vector<float> together(static_cast<std::size_t>(rows * size), untouched), alone = together;
    ops.attention(machine.workers(), problem.args(batch, 5, problem.q.data(), together.data(), rows));
    for (const SequenceRows& sequence : batch) {
      ops.attention(machine.workers(), problem.args(&sequence, 1, problem.q.data(), alone.data(), rows));
    }
    CHECK(same_bits(together.data(), alone.data(), rows * size));
    for (const Index row : {Index{45}, Index{47}, Index{49}}) {
      CHECK(std::count(together.begin() + row * size, together.begin() + (row + 1) * size, untouched) == size);
    }
  });
}

TEST_CASE("attention: forked sequences share pages and part where they were changed") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(1);
    INFO(ops.name);
    const Shape shape{1, 600, 4, 2, 64, DType::f16};
    PagedProblem trunk(ops, machine, shape);
    const std::vector<float> original = trunk.attend();

    // A fork owns a copy of the last page alone; its memory holds the trunk's pages and one more.
    PageMemory memory(shape.type, shape.kv_heads, shape.head_dim, 4);
    std::vector<std::int32_t> trunk_ids = {2, 0, 3}, fork_ids = {2, 0, 1};
    const auto append = [&](std::vector<std::int32_t>& ids, const float* k, const float* v, Index first, Index count) {
      const SequenceRows rows{0, count, first + count, ids.data()};
      const Index offset = first * shape.kv_heads * shape.head_dim;
      ops.cache_append(machine.workers(), memory.cache(), dense(k + offset, count, shape.kv_heads, shape.head_dim),
                       dense(v + offset, count, shape.kv_heads, shape.head_dim), &rows, 1);
    };
    append(trunk_ids, trunk.k.data(), trunk.v.data(), 0, 600);
    append(fork_ids, trunk.k.data(), trunk.v.data(), 512, 50);
    const std::vector<float> other = random_values(600 * shape.kv_heads * shape.head_dim, 9);
    append(fork_ids, other.data(), other.data(), 562, 38);

    std::vector<float> out(2 * original.size());
    std::vector<float> q = trunk.q;
    q.insert(q.end(), trunk.q.begin(), trunk.q.end());
    const SequenceRows both[] = {{0, 1, 600, trunk_ids.data()}, {1, 1, 600, fork_ids.data()}};
    AttentionArgs args = trunk.args(both, 2, q.data(), out.data(), 2);
    args.cache = memory.cache();
    ops.attention(machine.workers(), args);
    CHECK(same_bits(out.data(), original.data(), trunk.row_size()));

    const Index changed = 562 * shape.kv_heads * shape.head_dim;
    std::copy(other.begin() + changed, other.end(), trunk.k.begin() + changed);
    std::copy(other.begin() + changed, other.end(), trunk.v.begin() + changed);
    trunk.fill();
    CHECK(same_bits(out.data() + trunk.row_size(), trunk.attend().data(), trunk.row_size()));
  });
}

TEST_CASE("attention: the output may take the place of the queries") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(2);
    for (const Shape& shape : {Shape{100, 300, 2, 1, 64, DType::f16}, Shape{1, 1500, 4, 2, 64, DType::f16}}) {
      INFO(describe(ops, shape));
      PagedProblem problem(ops, machine, shape);
      const std::vector<float> apart = problem.attend();
      const SequenceRows sequence = problem.sequence();
      ops.attention(machine.workers(), problem.args(&sequence, 1, problem.q.data(), problem.q.data(), shape.queries));
      CHECK(same_bits(apart.data(), problem.q.data(), static_cast<Index>(apart.size())));
    }
  });
}

TEST_CASE("attention: a bias of -inf hides a key") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(2);
    for (const Shape& shape : {Shape{70, 300, 4, 2, 32, DType::f32, 0, 0, false, true},
                               Shape{3, 600, 2, 1, 64, DType::f16, 0, 0, true, true}}) {
      INFO(describe(ops, shape));
      PagedProblem problem(ops, machine, shape);
      // Half of the keys, for every query; not all that a query sees.
      for (std::size_t i = 0; i < problem.bias.size(); i += 2)
        problem.bias[i] = -std::numeric_limits<float>::infinity();
      problem.attend();
      CHECK(problem.error() <= 1e-11);
    }
  });
}

TEST_CASE("attention: 8 bits of each key and value are nearly as good as all") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(2);
    INFO(ops.name);
    PagedProblem full(ops, machine, {20, 600, 4, 2, 64});
    PagedProblem rounded(ops, machine, {20, 600, 4, 2, 64, DType::q8_0});
    const std::vector<float> want = full.attend(), got = rounded.attend();
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
      difference += std::pow(static_cast<double>(got[i] - want[i]), 2);
      norm += std::pow(static_cast<double>(want[i]), 2);
    }
    CHECK(difference / norm <= 1e-4);
  });
}

TEST_CASE("attention: queries without keys give zeros") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(1);
    INFO(ops.name);
    PagedProblem problem(ops, machine, {3, 10, 4, 2, 24});
    const SequenceRows sequence{0, 3, 0, problem.ids.data()};
    ops.attention(machine.workers(), problem.args(&sequence, 1, problem.q.data(), problem.out.data(), 3));
    for (float value : problem.out) REQUIRE(value == 0.0f);
  });
}

TEST_CASE("cache_append: writes the new tokens where ops.h says, and nothing else") {
  for_every_implementation([&](const Ops& ops) {
    Machine& machine = wick::conformance::machine(2);
    for (const DType type : {DType::f32, DType::f16, DType::q8_0}) {
      for (const Index head_dim : {Index{20}, Index{64}}) {
        if (head_dim % info(type).block != 0) continue;
        const double tolerance = type == DType::q8_0 ? 1024.0 / 127 * 0.501 : 0;
        INFO(ops.name << ", " << info(type).name << ", head_dim " << head_dim);
        const Index kv_heads = 3, first = 250, count = 20;
        PageMemory memory(type, kv_heads, head_dim, 2);
        std::vector<float> k(static_cast<std::size_t>(count * kv_heads * head_dim));
        for (std::size_t i = 0; i < k.size(); ++i) k[i] = static_cast<float>(i % 2048) - 1024.0f;  // exact as halves
        std::vector<float> v(k.rbegin(), k.rend());
        const std::int32_t ids[] = {1, 0};
        const SequenceRows rows{0, count, first + count, ids};
        ops.cache_append(machine.workers(), memory.cache(), dense<const float>(k.data(), count, kv_heads, head_dim),
                         dense<const float>(v.data(), count, kv_heads, head_dim), &rows, 1);
        Index wrong = 0;
        for (Index token = 0; token < 2 * kPageTokens; ++token) {
          for (Index head = 0; head < kv_heads; ++head) {
            for (Index d = 0; d < head_dim; ++d) {
              const auto stored = [&](bool value) {
                return memory.get(value, ids[token / kPageTokens], head, token % kPageTokens, d);
              };
              const auto source = static_cast<std::size_t>(((token - first) * kv_heads + head) * head_dim + d);
              const bool written = token >= first && token < first + count;
              const auto near = [&](double got, float wanted) {
                return std::fabs(got - static_cast<double>(wanted)) <= tolerance;
              };
              const bool right = written ? near(stored(false), k[source]) && near(stored(true), v[source])
                                         : std::isnan(stored(false)) && std::isnan(stored(true));
              wrong += !right;
            }
          }
        }
        CHECK(wrong == 0);
      }
    }
  });
}

}  // namespace wick::test
