#include "buttons.h"

#include <algorithm>
#include <string>

#include "fonts.h"
#include "icons.h"
#include "item.h"
#include "key_cap.h"
#include "theme.h"
#include "words.h"

namespace wick::app {
namespace {

struct ButtonShape {
  float height, padding, letters, rounding, icon;
};

ButtonShape shape_of(ButtonSize size) {
  switch (size) {
    case ButtonSize::small:
      return {26, 9, 12, 6, kSmallIcon};
    case ButtonSize::large:
      return {40, 18, 14, 9, kIcon};
    case ButtonSize::normal:
      break;
  }
  return {32, 12, 13, 7, kIcon};
}

struct ButtonColours {
  ImU32 ground, edge, words;
};

ButtonColours colours_of(ButtonKind kind, bool hovered, bool held) {
  const Theme& t = theme();
  const ImU32 over = held ? t.press : hovered ? t.hover : 0;
  switch (kind) {
    case ButtonKind::primary:
      return {hovered ? t.ink_hover : t.ink, 0, t.on_ink};
    case ButtonKind::quiet:
      return {over, 0, hovered ? t.text : t.text_2};
    case ButtonKind::danger:
      return {held ? t.press : t.surface, hovered ? t.line_field : t.line_strong, t.danger};
    case ButtonKind::normal:
      break;
  }
  return {held ? t.press : t.surface, hovered ? t.line_field : t.line_strong, t.text};
}

}  // namespace

float button_width(const char* label, const ButtonOptions& options) {
  const ButtonShape shape = shape_of(options.size);
  const WithFont font(fonts().medium, shape.letters);
  float width = 2 * px(shape.padding) + size_of(shown(label)).x;
  if (options.icon) width += px(shape.icon) + (shown(label).empty() ? 0 : px(7));
  if (options.trailing_icon) width += px(5 + kSmallIcon);
  if (options.keys) {
    const WithFont mono(fonts().mono, 11);
    width += px(8) + key_width(options.keys);
  }
  return std::max(width, options.width);
}

bool button(const char* label, const ButtonOptions& options) {
  const ButtonShape shape = shape_of(options.size);
  const ImVec2 size(button_width(label, options), px(shape.height));
  ImGui::BeginDisabled(!options.enabled);
  const Pressed state = item(label, size);
  const Theme& t = theme();
  const ButtonColours colours = options.lit ? ButtonColours{t.flame_soft, t.flame_line, t.flame_text}
                                            : colours_of(options.kind, state.hovered, state.held);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const float part = options.enabled ? 1.0F : 0.45F;
  const ImU32 words = faded(colours.words, options.kind == ButtonKind::primary ? 1.0F : part);
  canvas->AddRectFilled(state.box.Min, state.box.Max, faded(colours.ground, part), px(shape.rounding));
  if (colours.edge != 0) {
    canvas->AddRect(state.box.Min, state.box.Max, faded(colours.edge, part), px(shape.rounding), px(1));
  }
  const float needed = button_width(
      label,
      {.size = options.size, .icon = options.icon, .keys = options.keys, .trailing_icon = options.trailing_icon});
  float x = state.box.Min.x + px(shape.padding) + (options.spread ? 0 : (size.x - needed) / 2);
  if (options.icon) {
    draw_icon(canvas, options.icon, {x, state.box.Min.y + (size.y - px(shape.icon)) / 2}, px(shape.icon), words);
    x += px(shape.icon) + px(7);
  }
  {
    const WithFont font(fonts().medium, shape.letters);
    const ImVec2 letters = size_of(shown(label));
    draw_text(canvas, {x, state.box.Min.y + (size.y - letters.y) / 2}, words, shown(label));
    x += letters.x;
  }
  if (options.trailing_icon) {
    x += px(5);
    draw_icon(canvas, options.trailing_icon, {x, state.box.Min.y + (size.y - px(kSmallIcon)) / 2}, px(kSmallIcon),
              words);
    x += px(kSmallIcon);
  }
  x += px(8);
  if (options.keys && options.spread) {
    const WithFont mono(fonts().mono, 11);
    x = state.box.Max.x - px(shape.padding) - key_width(options.keys);
  }
  if (options.keys) draw_keys(canvas, {x, state.box.Min.y}, size.y, options.keys, words);
  focus_ring(state.box, shape.rounding);
  ImGui::EndDisabled();
  if (options.tip) tip(options.tip);
  return state.pressed;
}

bool icon_button(const char* tip_words, const char* icon, const IconOptions& options) {
  const float side = options.side > 0 ? options.side
                     : options.small  ? 26
                                      : 32,
              drawn = options.small ? kSmallIcon : kIcon;
  ImGui::BeginDisabled(!options.enabled);
  const Pressed state = item(tip_words, px(side, side));
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImU32 ground = options.lit ? t.flame_soft : state.held ? t.press : state.hovered ? t.hover : 0;
  canvas->AddRectFilled(state.box.Min, state.box.Max, ground, px(options.small ? 6 : 7));
  if (options.lit || options.bordered) {
    canvas->AddRect(state.box.Min, state.box.Max, options.lit ? t.flame_line : t.line_strong, px(7), px(1));
  }
  const ImU32 colour = options.lit           ? t.flame_text
                       : options.colour != 0 ? options.colour
                       : state.hovered       ? t.text
                                             : t.text_2;
  draw_icon(canvas, icon, state.box.Min + px(side - drawn, side - drawn) / 2, px(drawn),
            faded(colour, options.enabled ? 1.0F : 0.35F));
  focus_ring(state.box, 7);
  ImGui::EndDisabled();
  tip(std::string(shown(tip_words)).c_str());
  return state.pressed;
}

}  // namespace wick::app
