#include "icons.h"

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "svg_path.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr char kSprite[] =
#include "icons.inc"
    ;
constexpr float kGrid = 20, kWidth = 1.5F;

struct Shape {
  std::vector<Stroke> strokes;
  bool filled = false;
  float width = kWidth;
};
using Icon = std::vector<Shape>;

/// The text between two others from `from` on, which moves behind it; empty if it is not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after, std::size_t& from) {
  const std::size_t begin = text.find(before, from);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find(after, begin + before.size());
  if (end == std::string_view::npos) return {};
  from = end + after.size();
  return text.substr(begin + before.size(), end - begin - before.size());
}

std::string_view attribute(std::string_view element, std::string_view name) {
  std::size_t from = 0;
  return between(element, ' ' + std::string(name) + "=\"", "\"", from);
}

float number_of(std::string_view element, std::string_view name, float otherwise = 0) {
  const std::string_view value = attribute(element, name);
  return value.empty() ? otherwise : std::strtof(std::string(value).c_str(), nullptr);
}

Icon parse_icon(std::string_view symbol) {
  Icon icon;
  for (std::size_t from = 0;;) {
    const std::string_view element = between(symbol, "<", "/>", from);
    if (element.empty()) return icon;
    const auto of = [&](std::string_view name) { return number_of(element, name); };
    Shape shape{.strokes = {},
                .filled = !attribute(element, "fill").empty(),
                .width = number_of(element, "stroke-width", kWidth)};
    if (element.starts_with("path")) {
      shape.strokes = strokes_of_path(attribute(element, "d"));
    } else if (element.starts_with("circle")) {
      shape.strokes = {circle_stroke({of("cx"), of("cy")}, of("r"))};
    } else if (element.starts_with("rect")) {
      shape.strokes = {rectangle_stroke({of("x"), of("y")}, {of("width"), of("height")}, of("rx"))};
    }
    icon.push_back(std::move(shape));
  }
}

std::map<std::string, Icon, std::less<>> parse_sprite(std::string_view sprite) {
  std::map<std::string, Icon, std::less<>> icons;
  for (std::size_t from = 0;;) {
    const std::string_view symbol = between(sprite, "<symbol id=\"i-", "</symbol>", from);
    if (symbol.empty()) return icons;
    std::size_t inside = 0;
    const std::string name(symbol.substr(0, symbol.find('"')));
    between(symbol, "\"", ">", inside);
    icons.emplace(name, parse_icon(symbol.substr(inside)));
  }
}

const std::map<std::string, Icon, std::less<>>& icons() {
  static const auto parsed = parse_sprite(kSprite);
  return parsed;
}

void trace(ImDrawList* canvas, const Stroke& stroke, ImVec2 corner, float scale) {
  canvas->PathClear();
  for (const ImVec2 point : stroke.points) canvas->PathLineTo(corner + point * scale);
}

void draw_shape(ImDrawList* canvas, const Shape& shape, ImVec2 corner, float scale, ImU32 colour) {
  const float width = shape.width * scale;
  for (const Stroke& stroke : shape.strokes) {
    if (shape.filled) {
      trace(canvas, stroke, corner, scale);
      canvas->PathFillConcave(colour);
    }
    trace(canvas, stroke, corner, scale);
    canvas->PathStroke(colour, width, stroke.closed ? ImDrawFlags_Closed : ImDrawFlags_None);
    if (stroke.closed) continue;
    for (const ImVec2 end : {stroke.points.front(), stroke.points.back()}) {  // round caps
      canvas->AddCircleFilled(corner + end * scale, width / 2, colour, 8);
    }
  }
}

}  // namespace

void draw_icon(ImDrawList* canvas, const char* name, ImVec2 corner, float side, ImU32 colour) {
  const auto found = icons().find(std::string_view(name));
  if (found == icons().end()) {
    canvas->AddRect(corner, corner + ImVec2(side, side), colour);
    return;
  }
  for (const Shape& shape : found->second) draw_shape(canvas, shape, corner, side / kGrid, colour);
}

const std::vector<Stroke>& mark_flame() {
  static const std::vector<Stroke> flame = strokes_of_path(
      "M12.9.8c.1 4.7 5.7 6.9 5.7 11.9a6.6 6.6 0 0 1-4.3 6.1v-4.2a2.3 2.3 0 0 0-4.6 0v4.2a6.6 6.6 0 0 1-4.3-6.1c0-5 "
      "5.9-7.2 7.5-11.9z");
  return flame;
}

void draw_mark(ImDrawList* canvas, ImVec2 corner, float side) {
  const float scale = side / 24;
  for (const Stroke& stroke : mark_flame()) {
    trace(canvas, stroke, corner, scale);
    canvas->PathFillConcave(IM_COL32(0xF0, 0xA0, 0x1E, 0xFF));
  }
  canvas->AddLine(corner + ImVec2(12, 22.8F) * scale, corner + ImVec2(12, 14.8F) * scale, theme().ink, 2 * scale);
}

}  // namespace wick::app
