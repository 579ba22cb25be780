#pragma once
#include <array>
#include <initializer_list>
#include <span>
#include <string>

#include "kernels/dtype.h"

namespace wick {

/// Up to six dimensions, outermost first, stored in place so that a Tensor's shape allocates nothing.
class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;
  Shape(std::initializer_list<Index> dims);  // throws Error over kMaxRank or for a negative dimension
  explicit Shape(std::span<const Index> dims);

  int rank() const { return rank_; }
  /// A dimension; negative counts from the end. Throws Error outside the rank.
  Index operator[](int dim) const;
  Index& operator[](int dim);
  Index elements() const;
  const Index* begin() const { return dims_.data(); }
  const Index* end() const { return dims_.data() + rank_; }
  bool operator==(const Shape& other) const;
  std::string to_string() const;  // "[2, 3]"

 private:
  std::array<Index, kMaxRank> dims_{};
  int rank_ = 0;
};

}  // namespace wick
