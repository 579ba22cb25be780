#pragma once
// One kv head in a page of a KV cache, as ops.h lays it out.
#include <cstdint>
#include <type_traits>

#include "kernels/cpu/simd.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// Whether elements are 8-bit quants with a scale for every kScaleBlock dimensions.
template <class Element>
inline constexpr bool kHasScales = std::is_same_v<Element, std::int8_t>;
inline constexpr Index kScaleBlock = 32;

/// The keys or the values of one kv head.
template <class Element>
struct HeadSide {
  Element* elements;
  F16* scales;  // of 8-bit elements
};

template <class Element>
[[gnu::always_inline]] inline HeadSide<Element> head_side(std::byte* page, Index offset, Index head, Index head_dim) {
  const Index elements = kPageTokens * head_dim;
  const Index element_bytes = elements * static_cast<Index>(sizeof(Element));
  const Index scale_bytes = kHasScales<Element> ? elements / kScaleBlock * static_cast<Index>(sizeof(F16)) : 0;
  std::byte* first = page + offset + head * (element_bytes + scale_bytes);
  return {reinterpret_cast<Element*>(first), reinterpret_cast<F16*>(first + element_bytes)};
}

/// Calls body.template operator()<Element>() for what a cache of this type holds.
template <class Body>
[[gnu::always_inline]] inline void with_cache_element(DType type, Body&& body) {
  if (type == DType::f32) return body.template operator()<float>();
  if (type == DType::q8_0) return body.template operator()<std::int8_t>();
  body.template operator()<F16>();
}

}  // namespace wick::cpu
