#include "core/image/mask.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace wick {

Mask::Mask(ImageSize size) : width(size.width), height(size.height) {
  check_image_size("mask", width, height);
  bits.resize(static_cast<std::size_t>(width * height));
}

Index area(const Mask& mask) {
  Index pixels = 0;
  for (const std::uint8_t bit : mask.bits) pixels += bit;
  return pixels;
}

Box bounding_box(const Mask& mask) {
  Index left = mask.width, right = -1, top = -1, bottom = -1;
  for (Index y = 0; y < mask.height; ++y) {
    const std::uint8_t* row = mask.row(y);
    const void* first = std::memchr(row, 1, static_cast<std::size_t>(mask.width));
    if (first == nullptr) continue;
    if (top < 0) top = y;
    bottom = y;
    left = std::min(left, static_cast<const std::uint8_t*>(first) - row);
    Index last = mask.width - 1;
    while (last > right && row[last] == 0) --last;
    right = std::max(right, last);
  }
  if (top < 0) return {};
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right), static_cast<float>(bottom)};
}

double iou(const Mask& a, const Mask& b) {
  if (a.size() != b.size()) {
    throw Error("iou: masks of {} x {} and {} x {} pixels", a.width, a.height, b.width, b.height);
  }
  Index both = 0, either = 0;
  for (std::size_t i = 0; i < a.bits.size(); ++i) {
    both += a.bits[i] & b.bits[i];
    either += a.bits[i] | b.bits[i];
  }
  return either == 0 ? 0 : static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace wick
