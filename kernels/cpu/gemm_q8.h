#pragma once
// Quantised weights times int8 activations: y[row, :] = W x[row, :].
//
// The micro-kernel multiplies a panel of weights by a panel of rows and keeps the float sums of that tile in registers
// from the first block to the last. In each block of 32 (or sub-block of 16) inputs the dot products are exact
// integers; one fused multiply-add with weight scale x activation scale adds them to the float sums, and a second one
// adds minimum x activation sum for types that have minima.
//
// Two loop orders inside a block: with 32 registers all expanded weights of the block are held and rows go one after
// the other; with 16 the groups of four inputs go one after the other over all rows.
#include "kernels/cpu/expand.h"
#include "kernels/cpu/output_tile.h"
#include "kernels/cpu/rows_q8.h"

namespace wick::cpu {

template <class Arch, DType T, int height, int panels>
struct Q8Kernel {
  using Panel = QuantPanel<IntLanes<Arch>::kLanes, T>;
  static constexpr Format kFormat = Panel::kFormat;
  using I = DotLanes<Arch, kFormat.bits, kFormat.sub>;
  using F = Vec<Arch>;
  using Int32 = typename I::Int32;
  using Partial = typename I::Partial;
  using Record = Q8Record<Arch, height>;
  using Scales = BlockScales<Arch, T>;
  static constexpr int kGroups = kFormat.sub / 4;  // groups of four inputs that share a scale
  static constexpr int kVector = 4 * I::kLanes;    // bytes
  static constexpr Index kBlockBytes = Panel::kQuants + Panel::kScales + Panel::kSupers / kSuperBlocks;  // of a panel
  /// 8-bit quants overflow 16-bit sums; their two nibbles do not.
  static constexpr bool kNibbles = !I::kWide && kFormat.bits == 8;
  static constexpr int kParts = kNibbles ? 2 : 1;
  static constexpr int kDots = I::kWide ? kGroups : dots_before_widening(kNibbles ? 4 : kFormat.bits);

  /// Whether a block of 32 is widened once, at its end, or a pair of groups at a time.
  static constexpr bool kAcross = !I::kWide && kDots >= kGroups;
  /// Nibbles of a block that are done together: both, if registers hold their sums.
  static constexpr int kPartsTogether = !kAcross || kParts * height * panels <= 8 ? kParts : 1;

  /// The tile's sums over k inputs, in sums[height * panels]; panels lie `stride` bytes apart, and the weight ends at
  /// `end`.
  [[gnu::always_inline]] static void run(const std::byte* quants, const std::byte* end, Index stride, Index k,
                                         const std::byte* rows, F* sums) {
    [[maybe_unused]] const std::byte* ahead = quants + kReadAhead;
    [[maybe_unused]] Ahead next(quants, stride, k);
    const std::byte* scales = quants + Panel::scales_at(k);
    const std::byte* supers = quants + Panel::supers_at(k);
    unroll<height * panels>([&](auto i) __attribute__((always_inline)) { sums[i] = F::zero(); });
    for (Index b = 0; b < k / kBlock; ++b) {
      if constexpr (height == 1 && kWebAssembly) {
        touch(ahead, end);
        ahead += panels * kBlockBytes;
      } else if constexpr (height == 1) {
        next.read(stride, k);
      }
      const std::byte* super = supers + b / kSuperBlocks * Panel::kSupers;
      unroll<kFormat.subs()>([&](auto sub) __attribute__((always_inline)) {
        if constexpr (I::kHold) {
          rows_in_turn<sub>(quants, rows, Scales(scales, super), sums);
        } else {
          Int32 integers[height * panels];
          groups_in_turn<sub>(quants, stride, rows, integers);
          unroll<panels>([&](auto panel) __attribute__((always_inline)) {
            const Scales s(scales + panel * stride, super + panel * stride);
            unroll<height>([&](auto row) __attribute__((always_inline)) {
              scale_and_add<sub>(integers[panel * height + row], rows, row, s, sums[row * panels + panel]);
            });
          });
        }
      });
      quants += Panel::kQuants;
      scales += Panel::kScales;
      rows += Record::kBytes;
    }
  }

 private:
  /// What a single row asks for ahead of its use: the streams of a block some kReadAhead bytes later, in the next
  /// panels where these end before. (One pointer running straight through a long panel would come to its scales too
  /// late.)
  struct Ahead {
    const std::byte *panel, *quants, *scales, *supers;
    Index block;  // of the panel

    [[gnu::always_inline]] Ahead(const std::byte* first, Index stride, Index k) {
      constexpr Index lead = kReadAhead / (panels * kBlockBytes);
      const Index blocks = k / kBlock;
      block = lead % blocks;
      panel = first + lead / blocks * panels * stride;
      quants = panel + block * Panel::kQuants;
      scales = panel + Panel::scales_at(k) + block * Panel::kScales;
      supers = panel + Panel::supers_at(k);
    }

    [[gnu::always_inline]] void read(Index stride, Index k) {
      for (Index p = 0; p < panels; ++p) {
        for (Index line = 0; line < Panel::kQuants; line += 64) read_ahead<Arch>(quants + p * stride + line);
        for (Index line = 0; line < Panel::kScales; line += 64) read_ahead<Arch>(scales + p * stride + line);
        if (kFormat.is_super()) read_ahead<Arch>(supers + p * stride + block / kSuperBlocks * Panel::kSupers);
      }
      quants += Panel::kQuants;
      scales += Panel::kScales;
      if (++block == k / kBlock) {
        block = 0;
        panel += panels * stride;
        quants = panel;
        scales = panel + Panel::scales_at(k);
        supers = panel + Panel::supers_at(k);
      }
    }
  };

  /// Loads a byte of each cache line of the next panels' worth of a block. WebAssembly cannot prefetch; a single stream
  /// through memory, wherever in the panels the products are, is what the processor's own prefetcher follows.
  [[gnu::always_inline]] static void touch(const std::byte* ahead, const std::byte* end) {
    constexpr Index bytes = panels * kBlockBytes;
    if (ahead > end - bytes) return;  // a load beyond memory traps
    int sum = 0;
    unroll<(bytes + 63) / 64>([&](auto line)
                                  __attribute__((always_inline)) { sum += static_cast<int>(ahead[line * 64]); });
    asm volatile("" : : "r"(sum));  // it is used, so it is loaded
  }

  /// The sum's start: minus offset * sum of the activations.
  [[gnu::always_inline]] static Int32 start(const std::byte* record, int row) {
    if constexpr (Scales::kMinimum) {
      return I::splat(0);
    } else {
      constexpr int shift = kFormat.offset == 8 ? 0 : kFormat.offset == 16 ? 1 : 4;
      return I::template shift_left32<shift>(I::splat(Record::eighth(record)[row]));
    }
  }

  /// Adds a sub-block's integers to the float sum of a row.
  template <int sub>
  [[gnu::always_inline]] static void scale_and_add(Int32 integers, const std::byte* record, int row, const Scales& s,
                                                   F& sum) {
    const F scale = s.scale[sub] * F::splat(Record::scale(record)[row]);
    sum = fma(F{I::to_float(integers)}, scale, sum);
    if constexpr (Scales::kMinimum) {
      const float* sums = kFormat.subs() == 1 ? Record::sum(record) : Record::half_sum(record, sub);
      sum = fma(s.minimum[sub], F::splat(sums[row]), sum);
    }
  }

  /// Nibble `part` of 8-bit quants; other quants as they are.
  template <int part>
  [[gnu::always_inline]] static typename I::Operand operand(typename I::Bytes quants) {
    if constexpr (kNibbles)
      return I::operand(I::template shift_right<4 * part>(quants) & I::splat8(15));
    else
      return I::operand(quants);
  }

  /// Adds the dot products of one group to the sums of one row. `first` and `last`: of those between two widenings.
  template <int part, bool first, bool last>
  [[gnu::always_inline]] static void add_dot(typename I::Operand w, const std::byte* record, int row, Index group,
                                             Partial& partial, Int32& integers) {
    const auto a = I::broadcast(Record::template quants<I>(record, row) + 4 * group);
    if constexpr (I::kWide) {
      integers = I::dot(integers, w, a);
    } else {
      partial = first ? I::dot(w, a) : I::dot(partial, w, a);
      if constexpr (last) integers = I::add(integers, I::template shift_left32<4 * part>(I::widen(partial)));
    }
  }

  template <int sub>
  [[gnu::always_inline]] static void rows_in_turn(const std::byte* quants, const std::byte* record, const Scales& s,
                                                  F* sums) {
    typename I::Bytes expanded[kGroups];
    unroll<kGroups>([&](auto g) __attribute__((always_inline)) {
      expanded[g] = expand<Arch, kFormat.bits, sub * kGroups + g>(quants);
    });
    unroll<height>([&](auto row) __attribute__((always_inline)) {
      Int32 integers = start(record, row);
      unroll<kParts>([&](auto part) __attribute__((always_inline)) {
        Partial partial;
        unroll<kGroups>([&](auto g) __attribute__((always_inline)) {
          constexpr bool first = g % kDots == 0, last = g % kDots == kDots - 1 || g == kGroups - 1;
          add_dot<part, first, last>(operand<part>(expanded[g]), record, row, sub * kGroups + g, partial, integers);
        });
      });
      scale_and_add<sub>(integers, record, row, s, sums[row]);
    });
  }

  /// Adds the dot products of one part of a group to the sums of all rows of one panel.
  template <int part, bool first, bool last>
  [[gnu::always_inline]] static void add_group(typename I::Bytes expanded, const std::byte* record, Index group,
                                               Partial* partial, Int32* integers) {
    const auto w = operand<part>(expanded);
    unroll<height>([&](auto row) __attribute__((always_inline)) {
      add_dot<part, first, last>(w, record, row, group, partial[row], integers[row]);
    });
  }

  template <int sub>
  [[gnu::always_inline]] static void groups_in_turn(const std::byte* quants, Index stride, const std::byte* record,
                                                    Int32* integers) {
    unroll<height * panels>([&](auto i) __attribute__((always_inline)) { integers[i] = start(record, i % height); });
    if constexpr (kGroups == 8) {
      unroll<kParts / kPartsTogether>([&](auto turn) __attribute__((always_inline)) {
        pairs_in_turn<turn * kPartsTogether>(quants, stride, record, integers);
      });
    } else {
      unroll<panels>([&](auto panel) __attribute__((always_inline)) {
        Partial partial[height];
        unroll<kGroups>([&](auto step) __attribute__((always_inline)) {
          constexpr int group = sub * kGroups + step;
          constexpr bool first = step % kDots == 0, last = step % kDots == kDots - 1 || step == kGroups - 1;
          const auto expanded = expand<Arch, kFormat.bits, group>(quants + panel * stride);
          add_group<0, first, last>(expanded, record, group, partial, integers + panel * height);
        });
      });
    }
  }

  /// Adds kPartsTogether nibbles of a block of 32, from nibble `from`.
  template <int from>
  [[gnu::always_inline]] static void pairs_in_turn(const std::byte* quants, Index stride, const std::byte* record,
                                                   Int32* integers) {
    constexpr int tile = height * panels;
    Partial partial[kPartsTogether * tile];
    if constexpr (kAcross)
      unroll<kPartsTogether * tile>([&](auto i) __attribute__((always_inline)) { partial[i] = I::splat(0); });
    // Groups j and j + 4 share a vector of nibbles. The loop must stay one: unrolled, LLVM would put the rows outside
    // again, and all expanded weights in memory.
#pragma GCC unroll 1
    for (int j = 0; j < 4; ++j) {
      unroll<panels>([&](auto panel) __attribute__((always_inline)) {
        typename I::Bytes pair[2];
        expand_pair(quants + panel * stride, j, pair);
        unroll<kPartsTogether>([&](auto i) __attribute__((always_inline)) {
          Partial* sums = partial + i * tile + panel * height;
          add_group<from + i, !kAcross, false>(pair[0], record, 0, sums, integers + panel * height);
          add_group<from + i, false, !kAcross>(pair[1], record, 4, sums, integers + panel * height);
        });
      });
      quants += kVector;
      record += 4 * sizeof(typename I::ActivationElement);
    }
    if constexpr (kAcross)
      unroll<kPartsTogether * tile>([&](auto i) __attribute__((always_inline)) {
        constexpr int part = from + i / tile;
        integers[i % tile] = I::add(integers[i % tile], I::template shift_left32<4 * part>(I::widen(partial[i])));
      });
  }

  /// Groups j and j + 4 of a block, from vector j of its quants.
  [[gnu::always_inline]] static void expand_pair(const std::byte* quants, int j, typename I::Bytes* pair) {
    constexpr int low_bits = kFormat.bits == 5 ? 4 : kFormat.bits;
    pair[0] = expand<Arch, low_bits, 0>(quants);
    pair[1] = expand<Arch, low_bits, 4>(quants);
    if constexpr (kFormat.bits == 5) {
      const auto high = I::shift_right(I::load(quants + (4 - j) * kVector), j);
      pair[0] = pair[0] | (I::template shift_right<-4>(high) & I::splat8(16));
      pair[1] = pair[1] | (high & I::splat8(16));
    }
  }
};

/// A tile of `height` rows and `panels` panels, and its epilogue.
template <class Arch, DType T, int height, int panels>
void q8_tile(const std::byte* weights, const std::byte* end, Index k, const std::byte* rows, const TileOutput& out) {
  Vec<Arch> sums[height * panels];
  Q8Kernel<Arch, T, height, panels>::run(weights, end, panel_bytes<IntLanes<Arch>::kLanes, T>(k), k, rows, sums);
  store_tile<Arch, height, panels>(sums, out);
}

/// Panels that a single row takes at once, to share the loads of its activations.
template <class Arch>
inline constexpr int kRowPanels = kWebAssembly                  ? 2
                                  : IntLanes<Arch>::kLanes == 4 ? 4
                                                                : 1;

/// Panels of weights times panels of rows: [first_panel, last_panel) x all rows of [first_row, last_row).
/// A panel of rows stays in the first cache while the weights, which fit the second, go past.
template <class Arch, DType T>
void matmul_q8_block(const PackedWeight& w, const std::byte* x, const MatmulOutput& out, Index first_panel,
                     Index last_panel, Index first_row, Index last_row) {
  constexpr int R = IntLanes<Arch>::kLanes;
  const Index stride = panel_bytes<R, T>(w.k);
  const std::byte* end = w.data + (w.n + R - 1) / R * stride;
  for (Index row = first_row; row < last_row; row += kQ8Rows<Arch>) {
    const int count = static_cast<int>(last_row - row < kQ8Rows<Arch> ? last_row - row : kQ8Rows<Arch>);
    const std::byte* rows = x + row * q8_row_bytes<Arch>(w.k);
    with_q8_height<Arch>(count, [&]<int height>() {
      constexpr int together = height == 1 ? kRowPanels<Arch> : 1;
      Index panel = first_panel;
      for (; panel + together <= last_panel; panel += together)
        q8_tile<Arch, T, height, together>(w.data + panel * stride, end, w.k, rows,
                                           tile_output(out, row, count, panel * R, w.n));
      for (; panel < last_panel; ++panel)
        q8_tile<Arch, T, height, 1>(w.data + panel * stride, end, w.k, rows,
                                    tile_output(out, row, count, panel * R, w.n));
    });
    finish_output<Arch>(out, row, row + count, first_panel * R, last_panel * R, w.n);
  }
}

/// Panels of weights and rows of x for one task.
struct TaskShape {
  Index panels, rows;
};

/// Tasks small enough to balance, large enough to reuse what they load: weights of at most 128 KiB, which the second
/// cache holds; for a single row some 32 KiB, a microsecond of reading.
template <class Arch>
TaskShape q8_task_shape(Index panels, Index bytes, Index rows, int threads) {
  const Index wanted = 4 * threads;
  const Index budget = (rows == 1 ? Index{32} : Index{128}) << 10;
  TaskShape task{budget / bytes, rows};
  if (task.panels > panels / wanted) task.panels = panels / wanted;
  if (task.panels < 1) task.panels = 1;
  const Index columns = (panels + task.panels - 1) / task.panels;
  if (columns < wanted && threads > 1) {
    const Index parts = (wanted + columns - 1) / columns;
    task.rows = ((rows + parts - 1) / parts + kQ8Rows<Arch> - 1) / kQ8Rows<Arch> * kQ8Rows<Arch>;
  }
  return task;
}

template <class Arch>
void matmul_q8(const Workers& workers, const PackedWeight& w, const std::byte* x, Index rows, const MatmulOutput& out) {
  constexpr int R = IntLanes<Arch>::kLanes;
  if (rows == 0) return;
  with_weight_type(w.type, [&]<DType T>() {
    if constexpr (is_quantized(T)) {
      const Index panels = (w.n + R - 1) / R;
      const TaskShape task = q8_task_shape<Arch>(panels, panel_bytes<R, T>(w.k), rows, workers.pool.threads());
      const Index across = (panels + task.panels - 1) / task.panels;
      const Index down = (rows + task.rows - 1) / task.rows;
      workers.pool.for_each_in_runs(across * down, [&](Index index, int) {
        const Index panel = index % across * task.panels, row = index / across * task.rows;
        matmul_q8_block<Arch, T>(w, x, out, panel, panel + task.panels < panels ? panel + task.panels : panels, row,
                                 row + task.rows < rows ? row + task.rows : rows);
      });
    }
  });
}

}  // namespace wick::cpu
