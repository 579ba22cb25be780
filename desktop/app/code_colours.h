#pragma once
// A block of code as spans that have a colour.
#include <vector>

#include "rich_layout.h"

namespace wick::app {

struct CodeSpans {
  views::Spans spans;     // keywords are strong
  std::vector<Ink> inks;  // of each span
};

CodeSpans colour_code(const views::Block& block);

}  // namespace wick::app
