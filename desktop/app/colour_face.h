#pragma once
// A face of small pictures, as emoji are.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wick::app {

/// A letter's picture and where it stands.
struct ColourGlyph {
  int width = 0, height = 0;            // in pixels
  std::vector<std::uint32_t> pixels{};  // RGBA, red in the lowest byte
  float left = 0, top = 0;              // of its corner, from the pen and up from the baseline
  float advance = 0;                    // to the next letter's pen
};

/// Reads letters from a file of the system, which stays on the disk but for those that show.
class ColourFace {
 public:
  /// Throws Error for a file that is no such face.
  ColourFace(const std::string& path, int index);
  ~ColourFace();
  ColourFace(const ColourFace&) = delete;
  ColourFace& operator=(const ColourFace&) = delete;

  /// At a size in pixels, that of an em; empty if the face has no picture for the letter.
  ColourGlyph glyph(std::uint32_t letter, float em) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wick::app
