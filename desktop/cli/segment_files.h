#pragma once
// Masks as the files and the JSON of `wick segment`.
#include <span>
#include <string>
#include <vector>

#include "command.h"
#include "core/image/image.h"
#include "models/everything.h"

namespace wick::cli {

/// A mask and which question it answers.
struct Answer {
  FoundMask mask;
  std::string name = {};     // the question's, or empty
  std::size_t question = 0;  // counted from 1, or 0 where there is but one
  bool by_grid = false;      // found by a point that nobody gave
  bool best = false;         // of several candidates
};

struct SegmentFiles {
  std::string masks, cutouts;  // PNG, a file a mask
  std::string overlay, svg;    // all masks in one
  bool polygons = false;       // in the JSON
  double tolerance = 0;        // pixels, of polygons and SVG

  /// Throws CLI::ValidationError for a name with another ending than .png or .svg, and Error where a folder is missing
  /// or cannot be written to, so that nothing is computed in vain.
  void check() const;
  /// The same for one of several pictures: `label` stands before the ending of each name.
  SegmentFiles labelled(const std::string& label) const;
  /// Whether one of them is that file, which they must not replace.
  bool replace(const std::string& picture) const;

  /// Writes what was asked for, all of it, whichever fails, and returns what went wrong. `numbered`: a mask's number,
  /// from 1 on, stands before the ending of its files.
  std::vector<std::string> write(const Image& picture, std::span<const Answer> answers, bool numbered) const;
  Json json(const Answer& answer) const;
};

/// A word for each picture to stand in the names of its files: its own without folder and ending, numbered where
/// another has it already.
std::vector<std::string> picture_labels(std::span<const std::string> pictures);

}  // namespace wick::cli
