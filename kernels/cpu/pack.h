#pragma once
// Packs GGUF rows into the panels of packed.h. On the load path of every model, so it works on words: one row's planes
// for a block are formed (Q4_0 and Q4_1 have them already), then dealt out 4 bytes at a time.
// Everything is a template of Arch, for each instruction set keeps its own copy.
#include <cstring>

#include "kernels/cpu/packed.h"
#include "kernels/cpu/simd_int.h"
#include "kernels/ops.h"

namespace wick::cpu {

template <class Arch>
struct Packer {
  static constexpr int R = IntLanes<Arch>::kLanes;
  using Byte = std::uint8_t;

  /// Deals a row's plane of `bytes` out into the interleaved plane at `out`.
  template <int bytes>
  static void deal(const Byte* plane, Byte* out, int row) {
    for (int unit = 0; unit < bytes / 4; ++unit) std::memcpy(out + (unit * R + row) * 4, plane + unit * 4, 4);
  }

  /// A row's planes for one block from its 32 quants, one a byte.
  template <int bits>
  static void planes(const Byte* quants, Byte* out) {
    if constexpr (bits == 8) {
      std::memcpy(out, quants, kBlock);
    } else if constexpr (bits >= 4) {
      for (int p = 0; p < 16; ++p) out[p] = Byte((quants[p] & 15) | quants[p + 16] << 4);
      if constexpr (bits == 5) bit_plane<4>(quants, out + 16);
      if constexpr (bits == 6) crumb_plane<4>(quants, out + 16);
    } else {
      crumb_plane<0>(quants, out);
      if constexpr (bits == 3) bit_plane<2>(quants, out + 8);
    }
  }

  template <int shift>
  static void crumb_plane(const Byte* quants, Byte* out) {
    for (int p = 0; p < 8; ++p) {
      int byte = 0;
      for (int i = 0; i < 4; ++i) byte |= (quants[p + 8 * i] >> shift & 3) << 2 * i;
      out[p] = Byte(byte);
    }
  }

  template <int shift>
  static void bit_plane(const Byte* quants, Byte* out) {
    for (int p = 0; p < 4; ++p) {
      int byte = 0;
      for (int i = 0; i < 8; ++i) byte |= (quants[p + 4 * i] >> shift & 1) << i;
      out[p] = Byte(byte);
    }
  }

  /// Deals one row's planes, one after the other at `row_planes`, to the block's quants at `out`.
  template <int bits>
  static void deal_planes(const Byte* row_planes, Byte* out, int row) {
    constexpr int first = bits == 8 ? 32 : bits >= 4 ? 16 : 8;
    constexpr int rest = bits * 4 - first;
    deal<first>(row_planes, out, row);
    if constexpr (rest > 0) deal<rest>(row_planes + first, out + first * R, row);
  }

  /// One block of 32 of the types Q4_0 to Q8_0 (ggml: f16 scale, [f16 minimum], [32 high bits], quants).
  template <DType T>
  static void pack_block(const Byte* block, Byte* quants, Byte* scales, int row) {
    constexpr Format f = format(T);
    constexpr int header = f.has_min() ? 4 : 2;
    std::memcpy(scales + 2 * row, block, 2);
    if constexpr (f.has_min()) std::memcpy(scales + 2 * (R + row), block + 2, 2);
    const Byte* q = block + header;
    if constexpr (f.bits == 4) {
      deal<16>(q, quants, row);
    } else if constexpr (f.bits == 5) {
      Byte row_planes[20];
      std::memcpy(row_planes, q + 4, 16);
      high_bits(q, row_planes + 16);
      deal_planes<5>(row_planes, quants, row);
    } else {
      Byte biased[32];
      for (int i = 0; i < 32; ++i) biased[i] = Byte(q[i] ^ 0x80);
      deal<32>(biased, quants, row);
    }
  }

  /// Bit e of the 32 bits at `bits` to bit e / 4 of byte e % 4.
  static void high_bits(const Byte* bits, Byte* out) {
    std::uint32_t word;
    std::memcpy(&word, bits, 4);
    for (int p = 0; p < 4; ++p) {
      std::uint32_t x = word >> p & 0x11111111u;  // gather every fourth bit
      x = (x | x >> 3) & 0x03030303u;
      x = (x | x >> 6) & 0x000f000fu;
      out[p] = Byte(x | x >> 12);
    }
  }

  /// A K-quant super-block, unpacked as far as all five types agree.
  struct Super {
    Byte quants[kSuper];
    Byte scales[16], minima[8];  // of sub-blocks; Q2_K's scales keep their minimum in the high nibble
    Byte super[4];               // f16 scale, f16 minimum
  };

  static void crumbs_of(const Byte* qs, Byte* quants) {  // Q2_K and Q3_K: 128 inputs from 32 bytes
    for (int half = 0; half < 2; ++half)
      for (int part = 0; part < 4; ++part)
        for (int i = 0; i < 32; ++i) quants[128 * half + 32 * part + i] = Byte(qs[32 * half + i] >> 2 * part & 3);
  }

  static void nibbles_of(const Byte* qs, Byte* quants) {  // Q4_K and Q5_K: 64 inputs from 32 bytes
    for (int part = 0; part < 4; ++part)
      for (int i = 0; i < 32; ++i) {
        quants[64 * part + i] = Byte(qs[32 * part + i] & 15);
        quants[64 * part + 32 + i] = Byte(qs[32 * part + i] >> 4);
      }
  }

  static void six_bit_pairs(const Byte* s, Super& out) {  // Q4_K and Q5_K: 8 scales and 8 minima in 12 bytes
    for (int i = 0; i < 4; ++i) {
      out.scales[i] = Byte(s[i] & 63);
      out.minima[i] = Byte(s[i + 4] & 63);
      out.scales[i + 4] = Byte((s[i + 8] & 15) | s[i] >> 6 << 4);
      out.minima[i + 4] = Byte(s[i + 8] >> 4 | s[i + 4] >> 6 << 4);
    }
  }

  template <DType T>
  static void unpack_super(const Byte* block, Super& out) {
    if constexpr (T == DType::q2_k) {  // scales[16], qs[64], d, dmin
      std::memcpy(out.scales, block, 16);
      crumbs_of(block + 16, out.quants);
      std::memcpy(out.super, block + 80, 4);
    } else if constexpr (T == DType::q3_k) {  // high bits[32], qs[64], scales[12], d
      crumbs_of(block + 32, out.quants);
      for (int part = 0; part < 8; ++part)
        for (int i = 0; i < 32; ++i) out.quants[32 * part + i] |= Byte((block[i] >> part & 1) << 2);
      const Byte* s = block + 96;
      for (int i = 0; i < 16; ++i) {
        const int low = i < 8 ? s[i] & 15 : s[i - 8] >> 4;
        out.scales[i] = Byte((low | (s[8 + i % 4] >> 2 * (i / 4) & 3) << 4) - 32);
      }
      std::memcpy(out.super, block + 108, 2);
    } else if constexpr (T == DType::q4_k) {  // d, dmin, scales[12], qs[128]
      std::memcpy(out.super, block, 4);
      six_bit_pairs(block + 4, out);
      nibbles_of(block + 16, out.quants);
    } else if constexpr (T == DType::q5_k) {  // d, dmin, scales[12], high bits[32], qs[128]
      std::memcpy(out.super, block, 4);
      six_bit_pairs(block + 4, out);
      nibbles_of(block + 48, out.quants);
      for (int part = 0; part < 8; ++part)
        for (int i = 0; i < 32; ++i) out.quants[32 * part + i] |= Byte((block[16 + i] >> part & 1) << 4);
    } else {  // Q6_K: low nibbles[128], high crumbs[64], scales[16], d
      for (int half = 0; half < 2; ++half)
        for (int part = 0; part < 4; ++part)
          for (int i = 0; i < 32; ++i) {
            const int low = block[64 * half + 32 * (part & 1) + i] >> 4 * (part >> 1) & 15;
            const int high = block[128 + 32 * half + i] >> 2 * part & 3;
            out.quants[128 * half + 32 * part + i] = Byte(low | high << 4);
          }
      std::memcpy(out.scales, block + 192, 16);
      std::memcpy(out.super, block + 208, 2);
    }
  }

  /// One super-block of one row; `quants` and `scales` are its first block's, `supers` its own.
  template <DType T>
  static void pack_super(const Byte* block, Byte* quants, Byte* scales, Byte* supers, int row) {
    using Panel = QuantPanel<R, T>;
    constexpr Format f = Panel::kFormat;
    Super s;
    unpack_super<T>(block, s);
    std::memcpy(supers + 2 * row, s.super, 2);
    if constexpr (f.has_min()) std::memcpy(supers + 2 * (R + row), s.super + 2, 2);
    for (int b = 0; b < kSuperBlocks; ++b) {
      Byte row_planes[kBlock];
      planes<f.bits>(s.quants + b * kBlock, row_planes);
      deal_planes<f.bits>(row_planes, quants + b * Panel::kQuants, row);
      Byte* block_scales = scales + b * Panel::kScales;
      for (int sub = 0; sub < f.subs(); ++sub) block_scales[sub * R + row] = s.scales[b * f.subs() + sub];
      if constexpr (f.scale == Scale::byte_min) block_scales[R + row] = s.minima[b];
    }
  }

  /// `count` <= R rows from `rows` to one panel. Block by block over all rows, so that writes go forwards.
  template <DType T>
  static void pack_panel(const Byte* rows, int count, Index k, Byte* panel) {
    if (count < R) std::memset(panel, 0, static_cast<std::size_t>(panel_bytes<R, T>(k)));
    if constexpr (is_float(T)) {
      constexpr Index size = element_bytes(T);
      constexpr Index tile = 64 / size;  // a cache line of each row
      for (Index first = 0; first < k; first += tile)
        for (int row = 0; row < count; ++row)
          for (Index i = first; i < (first + tile < k ? first + tile : k); ++i)
            std::memcpy(panel + (i * R + row) * size, rows + (row * k + i) * size, size);
    } else {
      using Panel = QuantPanel<R, T>;
      constexpr DTypeInfo type = info(T);
      Byte* scales = panel + Panel::scales_at(k);
      Byte* supers = panel + Panel::supers_at(k);
      const Index blocks = k / type.block;
      for (Index b = 0; b < blocks; ++b)
        for (int row = 0; row < count; ++row) {
          const Byte* block = rows + (row * blocks + b) * type.bytes;
          if constexpr (Panel::kFormat.is_super()) {
            pack_super<T>(block, panel + b * kSuperBlocks * Panel::kQuants, scales + b * kSuperBlocks * Panel::kScales,
                          supers + b * Panel::kSupers, row);
          } else {
            pack_block<T>(block, panel + b * Panel::kQuants, scales + b * Panel::kScales, row);
          }
        }
    }
  }

  static Index packed_weight_bytes(DType type, Index n, Index k) {
    return with_weight_type(type, [&]<DType T>() { return (n + R - 1) / R * panel_bytes<R, T>(k); });
  }

  static void pack_weight(const Workers& workers, DType type, Index n, Index k, const std::byte* rows, Index first,
                          Index count, std::byte* packed) {
    (void)n;
    const Index panels = (count + R - 1) / R;
    with_weight_type(type, [&]<DType T>() {
      constexpr DTypeInfo element = info(T);
      const Index row_size = k / element.block * element.bytes;
      workers.pool.for_each(panels, [&](Index panel, int) {
        const Index left = count - panel * R;
        pack_panel<T>(reinterpret_cast<const Byte*>(rows) + panel * R * row_size, static_cast<int>(left < R ? left : R),
                      k, reinterpret_cast<Byte*>(packed) + (first / R + panel) * panel_bytes<R, T>(k));
      });
    });
  }
};

}  // namespace wick::cpu
