#pragma once
// How a row or element operation is shared out. A decode step's calls are too small to wake a thread for.
#include "kernels/cpu/simd.h"
#include "kernels/ops.h"

namespace wick::cpu {

/// Elements below which an operation runs on the calling thread: some microseconds of work.
inline constexpr Index kInlineElements = Index{1} << 15;
/// Elements of one task: far more work than a task costs to hand out, small enough to balance.
inline constexpr Index kTaskElements = Index{1} << 13;

/// Calls body(first, last) on pieces of [0, count), each of whole `unit`s that have `elements` elements together.
template <class Arch, class Body>
void for_pieces(const Workers& workers, Index count, Index elements, Body&& body) {
  if (count == 0) return;
  // The pool runs a single task on the calling thread. One copy of the body for both cases: in each copy the compiler
  // fuses multiplications and additions as it likes, so two would differ in their last bits.
  const bool alone = count * elements < kInlineElements || workers.pool.free_threads() == 1;
  const Index piece = alone ? count : elements < kTaskElements ? kTaskElements / elements : 1;
  workers.pool.for_each((count + piece - 1) / piece, [&](Index index, int) {
    const Index first = index * piece, last = first + piece;
    body(first, last < count ? last : count);
  });
}

/// Calls body(i, j) for every vector of an [outer, inner] grid of vectors of `size` elements.
template <class Arch, class Body>
void for_grid(const Workers& workers, Index outer, Index inner, Index size, Body&& body) {
  for_pieces<Arch>(workers, outer * inner, size > 0 ? size : 1, [&](Index first, Index last) {
    for (Index vector = first; vector < last; ++vector) body(vector / inner, vector % inner);
  });
}

/// The vectors of a grid, without a function that files of different flags would share.
template <class Arch, class T>
[[gnu::always_inline]] inline T* vector_at(const Grid<T>& grid, Index i, Index j) {
  return grid.data + i * grid.outer_stride + j * grid.inner_stride;
}

/// y[i] = f(x[i]) for i in [0, size), on vectors; the types may be float, F16 or BF16.
template <class Arch, class From, class To, class F>
[[gnu::always_inline]] inline void map(const From* x, To* y, Index size, F&& f) {
  using V = Vec<Arch>;
  for_vectors<Arch>(size, [&](Index i, Index count) {
    if (count == V::kWidth) return f(V::load(x + i)).store(y + i);
    f(V::load_some(x + i, count)).store_some(y + i, count);
  });
}

/// y[i] = f(a[i], b[i]) for i in [0, size), on vectors.
template <class Arch, class F>
[[gnu::always_inline]] inline void map2(const float* a, const float* b, float* y, Index size, F&& f) {
  using V = Vec<Arch>;
  for_vectors<Arch>(size, [&](Index i, Index count) {
    if (count == V::kWidth) return f(V::load(a + i), V::load(b + i)).store(y + i);
    f(V::load_some(a + i, count), V::load_some(b + i, count)).store_some(y + i, count);
  });
}

}  // namespace wick::cpu
