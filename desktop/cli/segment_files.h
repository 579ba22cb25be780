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
  std::size_t question = 0;  // its number
  bool by_grid = false;      // found by a point that nobody gave
  bool best = false;         // of several candidates
};

struct SegmentFiles {
  std::string masks, cutouts;         // PNG, a file a mask
  std::string overlay, svg;           // all masks in one
  bool numbered = false;              // a mask's number, from 1 on, stands before the ending of its files
  std::vector<std::string> pictures;  // that are read, which no file may replace
  bool polygons = false;              // in the JSON
  double tolerance = 0;               // pixels, of polygons and SVG

  /// Throws CLI::ValidationError for a name with another ending than .png or .svg, or given twice, and Error where a
  /// folder is missing or cannot be written to, so that nothing is computed in vain.
  void check_names() const;
  /// Throws Error for a file that would replace a picture.
  void check_pictures() const;
  /// The same for one of several pictures: `label` stands before the ending of each name.
  SegmentFiles labelled(const std::string& label) const;

  /// Writes what was asked for, all of it, whichever fails, and returns what went wrong.
  std::vector<std::string> write(const Image& picture, std::span<const Answer> answers) const;
  /// The mask with that number, with the files that are its own.
  Json json(const Answer& answer, std::size_t number) const;

 private:
  std::string of_mask(const std::string& path, std::size_t number) const;
  void check_picture(const std::string& path) const;
};

/// A word for each picture to stand in the names of its files: its own without folder and ending, numbered where
/// another has it already.
std::vector<std::string> picture_labels(std::span<const std::string> pictures);

}  // namespace wick::cli
