#pragma once
// Work on many rows, a band of them at a time, so that what is between its steps stays in the caches.
#include <algorithm>

#include "kernels/dtype.h"

namespace wick {

/// Calls body(first, last) for bands of `rows` rows, of each of which the steps make `floats` floats at most.
template <class Body>
void for_bands(Index rows, Index floats, Body&& body) {
  constexpr Index kFloats = Index{1} << 19;  // what the second caches of two cores hold
  const Index some = std::max(kFloats / floats, Index{1});
  for (Index first = 0; first < rows; first += some) body(first, std::min(first + some, rows));
}

}  // namespace wick
