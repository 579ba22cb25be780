#pragma once
// Masks as run lengths, as COCO's files and pycocotools have them.
#include <string>
#include <string_view>
#include <vector>

#include "core/image/mask.h"

namespace wick {

/// Columns from left to right, each from the top down: how many pixels are outside the mask, then how many inside, and
/// so on. Only the first count can be 0 where Wick writes.
struct Rle {
  ImageSize size;
  std::vector<std::uint32_t> counts;
};

/// Run lengths written pixel after pixel down the columns; runs are put together where one continues the last.
class RunWriter {
 public:
  void add(bool inside, std::uint32_t pixels);
  std::vector<std::uint32_t> finish();

 private:
  std::vector<std::uint32_t> counts_;
  std::uint32_t run_ = 0;
  bool inside_ = false;
};

/// The run lengths of a mask whose rows come one after the other, from the top down: only its edges are held.
class RleBuilder {
 public:
  /// Throws Error for sizes that are none.
  explicit RleBuilder(ImageSize size);
  /// The next row, of 0 and 1.
  void add(const std::uint8_t* row);
  /// The same in two steps, where only pixels [begin, end) of the row can differ from the row above.
  void compare(const std::uint8_t* row, std::size_t begin, std::size_t end);
  void end_row() { ++y_; }
  /// Once all rows have come.
  Rle finish() const;

 private:
  /// A pixel that differs from the one above it; above the first row there is nothing.
  struct Change {
    std::uint32_t x, y;
  };

  ImageSize size_;
  std::vector<Change> changes_;      // by rows, because a picture's columns lie far apart in memory
  std::vector<std::uint8_t> above_;  // the last row
  std::uint32_t y_ = 0;
};

Rle rle_of(const Mask& mask);
/// Throws Error for counts that do not make up the size.
Mask mask_of(const Rle& rle);

/// The counts as pycocotools packs them into a string (maskApi's rleToString).
std::string packed_counts(const Rle& rle);
/// Throws Error for text that is no such string, or whose counts do not make up the size.
Rle unpacked_counts(std::string_view text, ImageSize size);

}  // namespace wick
