#pragma once
// A block of a message in lines of glyphs: what stands where, and from which bytes of the message it came.
#include <imgui.h>

#include <cstdint>
#include <string>
#include <vector>

#include "views/chat/markdown.h"

namespace wick::app {

enum class Face : std::uint8_t { regular, semibold, italic, mono, mono_bold };
enum class Ink : std::uint8_t { text, support, faint, string, comment };

/// The toolkit's face and its size in pixels for `em` units of the design.
ImFont* font_of(Face face);
float font_pixels(Face face, float em);

/// Glyphs of one style beside each other, with the blanks that end them.
struct Run {
  std::uint32_t from = 0, to = 0;  // of LaidBlock::text
  std::size_t begin = 0, end = 0;  // bytes of the message; as many as of the text, or the text cannot be parted
  float x = 0, width = 0;          // pixels from the block's corner
  Face face = Face::regular;
  Ink ink = Ink::text;
  std::uint8_t style = views::kPlain;
  float em = 15;
  int link = -1;  // of LaidBlock::urls

  bool same() const { return to - from == end - begin; }
};

struct Line {
  float y = 0, height = 0, baseline = 0;  // pixels from the block's corner
  std::uint32_t first = 0, last = 0;      // of LaidBlock::runs
  bool ends = false;                      // the text has a line's end here, not only the column
};

/// What is drawn beside letters.
struct Mark {
  enum class Kind : std::uint8_t { bullet, number, task, done_task, rule };
  Kind kind;
  ImVec2 from, to;
  std::string words;
};

struct LaidBlock {
  std::string text;
  std::vector<Run> runs;
  std::vector<Line> lines;
  std::vector<Mark> marks;
  std::vector<std::string> urls;
  std::vector<float> quotes;       // the left of each bar
  bool code = false;               // a card with a head
  std::string language;            // of code, as people write it
  ImVec2 card_from, card_to;       // of code
  float hidden = 0;                // of code: what its longest line has more than the card
  float width = 0, height = 0;     // that it takes
  std::size_t begin = 0, end = 0;  // bytes of the message that its letters came from
};

inline constexpr float kCodeHead = 32;  // height of a card's head

struct LayoutStyle {
  float em = 15, line = 1.65F;
};

/// Lays a block out in a column `width` pixels wide.
LaidBlock lay_out(const views::Block& block, float width, const LayoutStyle& style = {});

}  // namespace wick::app
