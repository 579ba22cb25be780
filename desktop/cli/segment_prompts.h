#pragma once
// What `wick segment` is asked, on the command line and in files.
#include <string>
#include <vector>

#include "models/segmenter.h"

namespace wick::cli {

/// One thing in a picture.
struct Question {
  SegmentPrompt prompt = {};
  std::string image = {};      // its file, or empty for every picture of the command line
  std::string name = {};       // or empty
  std::string mask_from = {};  // the name of an earlier question, whose best mask is part of the prompt
  std::size_t number = 0;      // counted from 1, or 0 where there is but one
};

/// From "X,Y", "X,Y,+" or "X,Y,-" for a point that is not part of the thing, and "X0,Y0,X1,Y1": one question of all,
/// or with `each` one of each positive point and box, with all negative points. Throws CLI::ValidationError for other
/// text, and for several boxes in one question.
std::vector<Question> questions_of(const std::vector<std::string>& points, const std::vector<std::string>& boxes,
                                   bool each);

/// Whether a text is two to four numbers, as of a point or a box.
bool are_coordinates(const std::string& text);

/// From JSON: a list of {image?, points?: [[x, y, label?], ...], box?: [x0, y0, x1, y1], name?, mask_from?}, where a
/// label is 1, or 0 for a point that is not part of the thing. Throws Error naming `source` and the line and column, or
/// which entry is wrong.
std::vector<Question> parse_questions(const std::string& text, const std::string& source);

}  // namespace wick::cli
