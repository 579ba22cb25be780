#include "app_icon.h"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "icons.h"
#include "svg_path.h"

namespace wick::app {
namespace {

constexpr int kRows = 4;         // that are looked at in each row of pixels
constexpr float kMarkSide = 24;  // units of the mark

/// How much of each pixel of a row [side] lies between two places of it.
void add_span(std::vector<float>& row, float from, float to, float weight) {
  from = std::clamp(from, 0.0F, static_cast<float>(row.size()));
  to = std::clamp(to, 0.0F, static_cast<float>(row.size()));
  for (float x = std::floor(from); x < to; ++x)
    row[static_cast<std::size_t>(x)] += weight * (std::min(x + 1, to) - std::max(x, from));
}

/// Where a closed line crosses a height, from left to right.
std::vector<float> crossings(const Stroke& stroke, float y) {
  std::vector<float> found;
  for (std::size_t i = 0; i < stroke.points.size(); ++i) {
    const ImVec2 a = stroke.points[i], b = stroke.points[(i + 1) % stroke.points.size()];
    if ((a.y <= y) != (b.y <= y)) found.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
  }
  std::ranges::sort(found);
  return found;
}

/// Paints what a line encloses; `pixels` [side, side, RGBA].
void fill(std::vector<unsigned char>& pixels, int side, const Stroke& stroke, std::array<unsigned char, 3> colour) {
  const float scale = static_cast<float>(side) / kMarkSide;
  for (int y = 0; y < side; ++y) {
    std::vector<float> cover(static_cast<std::size_t>(side));
    for (int part = 0; part < kRows; ++part) {
      const float height = (static_cast<float>(y) + (static_cast<float>(part) + 0.5F) / kRows) / scale;
      const std::vector<float> at = crossings(stroke, height);
      for (std::size_t i = 0; i + 1 < at.size(); i += 2)
        add_span(cover, at[i] * scale, at[i + 1] * scale, 1.0F / kRows);
    }
    for (int x = 0; x < side; ++x) {
      const float part = std::min(1.0F, cover[static_cast<std::size_t>(x)]);
      unsigned char* const pixel = &pixels[static_cast<std::size_t>(4 * (y * side + x))];
      if (part <= 0) continue;
      std::copy(colour.begin(), colour.end(), pixel);  // the two shapes hardly touch
      pixel[3] = std::max(pixel[3], static_cast<unsigned char>(255 * part));
    }
  }
}

std::vector<unsigned char> mark_pixels(int side) {
  std::vector<unsigned char> pixels(static_cast<std::size_t>(4 * side * side));
  for (const Stroke& stroke : mark_flame()) fill(pixels, side, stroke, {0xF0, 0xA0, 0x1E});
  fill(pixels, side, rectangle_stroke({11, 13.8F}, {2, 10}, 1), {0x1D, 0x1B, 0x18});
  return pixels;
}

}  // namespace

void set_app_icon(GLFWwindow* window) {
  std::array<std::vector<unsigned char>, 3> pixels;
  std::array<GLFWimage, 3> images{};
  constexpr std::array<int, 3> kSides = {16, 32, 64};
  for (std::size_t i = 0; i < kSides.size(); ++i) {
    pixels[i] = mark_pixels(kSides[i]);
    images[i] = {kSides[i], kSides[i], pixels[i].data()};
  }
  glfwSetWindowIcon(window, static_cast<int>(images.size()), images.data());
}

}  // namespace wick::app
