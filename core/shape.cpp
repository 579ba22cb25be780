#include "core/shape.h"

#include <algorithm>

#include "core/error.h"

namespace wick {

Shape::Shape(std::span<const Index> dims) {
  if (dims.size() > static_cast<std::size_t>(kMaxRank)) {
    throw Error("[shape] {} dimensions, at most {} are supported", dims.size(), kMaxRank);
  }
  std::copy(dims.begin(), dims.end(), dims_.begin());
  rank_ = static_cast<int>(dims.size());
  if (std::any_of(begin(), end(), [](Index dim) { return dim < 0; })) {
    throw Error("[shape] {} has a negative dimension", to_string());
  }
}

Shape::Shape(std::initializer_list<Index> dims) : Shape(std::span(dims.begin(), dims.size())) {}

Index Shape::operator[](int dim) const { return const_cast<Shape&>(*this)[dim]; }

Index& Shape::operator[](int dim) {
  const int from_front = dim < 0 ? dim + rank_ : dim;
  if (from_front < 0 || from_front >= rank_) throw Error("[shape] {} has no dimension {}", to_string(), dim);
  return dims_[static_cast<std::size_t>(from_front)];
}

Index Shape::elements() const {
  if (std::find(begin(), end(), 0) != end()) return 0;
  Index product = 1;
  for (const Index dim : *this) {
    if (__builtin_mul_overflow(product, dim, &product)) throw Error("[shape] {} has too many elements", to_string());
  }
  return product;
}

bool Shape::operator==(const Shape& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

std::string Shape::to_string() const { return fmt::format("[{}]", fmt::join(begin(), end(), ", ")); }

}  // namespace wick
