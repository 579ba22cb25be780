#include "parts.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "fonts.h"
#include "icons.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr float kIcon = 18, kSmallIcon = 15;

/// What shows of a label: all before "##".
std::string_view shown(const char* label) {
  return {label, static_cast<std::size_t>(ImGui::FindRenderedTextEnd(label) - label)};
}

/// What the probe calls it: what stands behind "##", or all.
std::string_view name_of(const char* label) {
  const std::string_view all(label);
  const std::size_t mark = all.find("##");
  return mark == std::string_view::npos ? all : all.substr(mark + 2);
}

ImVec2 size_of(std::string_view words) { return ImGui::CalcTextSize(words.data(), words.data() + words.size()); }

struct Pressed {
  bool pressed, hovered, held;
  ImRect box;
};

/// An item of the toolkit that draws nothing.
Pressed item(const char* label, ImVec2 size) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const bool pressed = ImGui::InvisibleButton(label, size, ImGuiButtonFlags_EnableNav);
  probe_part(name_of(label), from, from + size);
  return {pressed, ImGui::IsItemHovered(), ImGui::IsItemActive(), {from, from + size}};
}

void draw_text(ImDrawList* canvas, ImVec2 at, ImU32 colour, std::string_view words) {
  want_letters(words);
  canvas->AddText({std::floor(at.x), std::floor(at.y)}, colour, words.data(), words.data() + words.size());
}

/// The ring of what the keyboard has reached, outside the part.
void focus_ring(const ImRect& box, float rounding) {
  if (!ImGui::IsItemFocused() || !ImGui::GetIO().NavVisible) return;
  const ImVec2 out = px(3, 3);
  ImGui::GetWindowDrawList()->AddRect(box.Min - out, box.Max + out, theme().flame_deep, px(rounding + 3), px(2));
}

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

float key_width(const char* keys) { return keys ? size_of(keys).x + px(12) : 0; }

void draw_keys(ImDrawList* canvas, ImVec2 at, float height, const char* keys, ImU32 colour) {
  const WithFont font(fonts().mono, 11);
  const ImVec2 size(key_width(keys), px(18)), from(at.x, at.y + (height - size.y) / 2);
  canvas->AddRect(from, from + size, faded(colour, 0.35F), px(4), px(1));
  draw_text(canvas, from + (size - size_of(keys)) / 2, colour, keys);
}

std::string wanted;  // letters that no face here has yet

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

bool tab(const char* label, bool current) {
  const WithFont font(current ? fonts().medium : fonts().regular, 13);
  const ImVec2 letters = size_of(shown(label)), size(letters.x + px(20), px(30));
  const Pressed state = item(label, size);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, current ? t.press : state.hovered ? t.hover : 0, px(7));
  draw_text(canvas, state.box.Min + (size - letters) / 2, current || state.hovered ? t.text : t.text_2, shown(label));
  focus_ring(state.box, 7);
  return state.pressed;
}

int segmented(const char* name, std::span<const char* const> labels, int current, float width) {
  const Theme& t = theme();
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float part = width / static_cast<float>(labels.size());
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + ImVec2(width, px(30)), t.sunken, px(7));
  canvas->AddRect(from, from + ImVec2(width, px(30)), t.line, px(7), px(1));
  ImGui::PushID(name);
  for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
    const bool chosen = i == current;
    ImGui::SetCursorScreenPos(from + ImVec2(part * static_cast<float>(i), 0));
    const Pressed state = item(labels[static_cast<std::size_t>(i)], {part, px(30)});
    if (chosen) {
      canvas->AddRectFilled(state.box.Min + px(1, 1), state.box.Max - px(1, 1), t.surface, px(6));
      canvas->AddRect(state.box.Min, state.box.Max, t.line_strong, px(7), px(1));
    }
    const WithFont font(chosen ? fonts().medium : fonts().regular, 13);
    const std::string_view words = shown(labels[static_cast<std::size_t>(i)]);
    draw_text(canvas, state.box.Min + (state.box.GetSize() - size_of(words)) / 2,
              chosen || state.hovered ? t.text : t.text_2, words);
    focus_ring(state.box, 7);
    if (state.pressed) current = i;
  }
  ImGui::PopID();
  return current;
}

bool chip(const char* label, bool current, const char* icon) {
  const WithFont font(fonts().medium, 12);
  const ImVec2 letters = size_of(shown(label));
  const float lead = icon ? px(kSmallIcon + 5) : 0;
  const ImVec2 size(letters.x + lead + px(22), px(26));
  const Pressed state = item(label, size);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, current ? t.press : state.hovered ? t.hover : 0, size.y / 2);
  if (!current) canvas->AddRect(state.box.Min, state.box.Max, t.line_strong, size.y / 2, px(1));
  const ImU32 colour = current || state.hovered ? t.text : t.text_2;
  if (icon)
    draw_icon(canvas, icon, state.box.Min + ImVec2(px(10), (size.y - px(kSmallIcon)) / 2), px(kSmallIcon), colour);
  draw_text(canvas, state.box.Min + ImVec2(px(11) + lead, (size.y - letters.y) / 2), colour, shown(label));
  focus_ring(state.box, 13);
  return state.pressed;
}

bool toggle(const char* label, bool& value, float width) {
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const Pressed state = item(label, {width, px(28)});
  if (state.pressed) value = !value;
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 track = px(30, 18), from(state.box.Max.x - track.x, state.box.Min.y + (px(28) - track.y) / 2);
  canvas->AddRectFilled(from, from + track, value ? t.ink : t.line_strong, track.y / 2);
  canvas->AddCircleFilled(from + ImVec2(value ? track.x - track.y / 2 : track.y / 2, track.y / 2), px(7), t.surface);
  const WithFont font(13);
  draw_text(canvas, state.box.Min + ImVec2(0, (px(28) - size_of(shown(label)).y) / 2), t.text, shown(label));
  focus_ring(state.box, 7);
  return state.pressed;
}

bool slider(const char* label, const std::string& value_text, float& value, float least, float most, float step) {
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, before = value;
  {
    const WithFont font(13);
    draw_text(canvas, from, t.text_2, shown(label));
    draw_text(canvas, from + ImVec2(width - size_of(value_text).x, 0), t.text, value_text);
    probe_text(value_text, from, from + ImVec2(width, px(18)));
  }
  ImGui::SetCursorScreenPos(from + ImVec2(0, px(18)));
  const Pressed state = item(label, {width, px(24)});
  const float radius = px(7.5F), left = state.box.Min.x + radius, length = width - 2 * radius;
  if (state.held && ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
    value = least + std::clamp((ImGui::GetIO().MousePos.x - left) / length, 0.0F, 1.0F) * (most - least);
  }
  if (ImGui::IsItemFocused()) {
    if (ImGui::IsKeyPressed(ImGuiKey_LeftArrow)) value -= step;
    if (ImGui::IsKeyPressed(ImGuiKey_RightArrow)) value += step;
  }
  value = std::clamp(least + std::round((value - least) / step) * step, least, most);
  const float x = left + (value - least) / (most - least) * length, y = state.box.GetCenter().y;
  canvas->AddRectFilled({state.box.Min.x, y - px(1.5F)}, {state.box.Max.x, y + px(1.5F)}, t.line_strong, px(2));
  canvas->AddRectFilled({state.box.Min.x, y - px(1.5F)}, {x, y + px(1.5F)}, t.text_2, px(2));
  canvas->AddCircleFilled({x, y}, radius, t.surface);
  canvas->AddCircle({x, y}, radius, state.hovered || state.held ? t.text_2 : t.line_field, 0, px(1));
  focus_ring(state.box, 7);
  return value != before;
}

bool text_field(const char* name, std::string& value, const char* hint, float width, const char* icon) {
  const WithFont font(13);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::SetNextItemWidth(width == 0 ? -1 : width);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, icon ? px(34, 8) : px(12, 8));
  ImGui::PushStyleColor(ImGuiCol_NavCursor, IM_COL32(0, 0, 0, 0));  // it has a ring of its own
  const bool changed = ImGui::InputText((std::string("##") + name).c_str(), &value);
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  const ImRect box(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (value.empty()) {
    ImGui::PushClipRect(box.Min, box.Max - px(4, 0), true);
    field_hint(from + (icon ? px(34, 8) : px(12, 8)), hint);
    ImGui::PopClipRect();
  }
  probe_part(name, box.Min, box.Max);
  want_letters(value);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (icon)
    draw_icon(canvas, icon, from + ImVec2(px(11), (box.GetHeight() - px(kSmallIcon)) / 2), px(kSmallIcon),
              theme().text_2);
  if (ImGui::IsItemActive()) canvas->AddRect(box.Min, box.Max, theme().flame_deep, px(7), px(2));
  return changed;
}

void field_hint(ImVec2 corner, const char* hint) {
  draw_text(ImGui::GetWindowDrawList(), corner + px(2, 0), theme().text_3, hint);
}

bool text_area(const char* name, std::string& value, ImVec2 size, const char* hint) {
  const WithFont font(13);
  ImGui::PushStyleColor(ImGuiCol_NavCursor, IM_COL32(0, 0, 0, 0));
  const bool changed =
      ImGui::InputTextMultiline((std::string("##") + name).c_str(), &value, size, ImGuiInputTextFlags_WordWrap);
  ImGui::PopStyleColor();
  const ImRect box(ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (value.empty()) field_hint(box.Min + ImGui::GetStyle().FramePadding, hint);
  probe_part(name, box.Min, box.Max);
  want_letters(value);
  if (ImGui::IsItemActive()) ImGui::GetWindowDrawList()->AddRect(box.Min, box.Max, theme().flame_deep, px(7), px(2));
  return changed;
}

bool select(const char* name, std::span<const std::string> labels, int& current, float width) {
  const WithFont font(13);
  const Theme& t = theme();
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const Pressed state = item(name, {width, px(32)});
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(state.box.Min, state.box.Max, t.surface, px(7));
  canvas->AddRect(state.box.Min, state.box.Max, state.hovered ? t.line_field : t.line_strong, px(7), px(1));
  const std::string_view value =
      current >= 0 ? std::string_view(labels[static_cast<std::size_t>(current)]) : std::string_view();
  canvas->PushClipRect(state.box.Min, state.box.Max - px(32, 0), true);
  draw_text(canvas, state.box.Min + ImVec2(px(11), (px(32) - size_of("x").y) / 2), t.text, value);
  canvas->PopClipRect();
  probe_text(value, state.box.Min, state.box.Max);
  draw_icon(canvas, "down", state.box.Max - px(25, 24), px(kSmallIcon), t.text_2);
  focus_ring(state.box, 7);
  ImGui::PushID(name);
  if (state.pressed) ImGui::OpenPopup("choices");
  ImGui::SetNextWindowPos({state.box.Min.x, state.box.Max.y + px(4)});
  ImGui::SetNextWindowSizeConstraints({width, 0}, {width, px(340)});
  bool changed = false;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(5, 5));
  if (ImGui::BeginPopup("choices")) {
    for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
      const std::string& label = labels[static_cast<std::size_t>(i)];
      const Pressed row = item(label.c_str(), {ImGui::GetContentRegionAvail().x, px(30)});
      ImDrawList* popup = ImGui::GetWindowDrawList();
      if (row.hovered || i == current)
        popup->AddRectFilled(row.box.Min, row.box.Max, row.hovered ? t.press : t.hover, px(6));
      draw_text(popup, row.box.Min + ImVec2(px(8), (px(30) - size_of(label).y) / 2), t.text, shown(label.c_str()));
      if (!row.pressed) continue;
      changed = i != current;
      current = i;
      ImGui::CloseCurrentPopup();
    }
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
  ImGui::PopID();
  return changed;
}

void progress_bar(float part, float width, bool paused) {
  const Theme& t = theme();
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(width, px(4));
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + size, t.line, px(2));
  const float done = width * std::clamp(part, 0.0F, 1.0F);
  if (done > 0) canvas->AddRectFilled(from, from + ImVec2(done, size.y), paused ? t.line_field : t.flame, px(2));
  ImGui::Dummy(size);
}

void note(NoteKind kind, std::string_view words, float width) {
  const Theme& t = theme();
  const ImU32 ground = kind == NoteKind::bad ? t.danger_soft : kind == NoteKind::good ? t.ok_soft : t.sunken;
  const ImU32 colour = kind == NoteKind::bad ? t.danger : kind == NoteKind::good ? t.ok : t.text_2;
  const char* const icon = kind == NoteKind::bad ? "alert" : kind == NoteKind::good ? "check" : "info";
  const WithFont font(13);
  if (width == 0) width = ImGui::GetContentRegionAvail().x;
  const float inner = width - px(48);
  const ImVec2 letters = ImGui::CalcTextSize(words.data(), words.data() + words.size(), false, inner);
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(width, letters.y + px(20));
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + size, ground, px(7));
  draw_icon(canvas, icon, from + px(12, 10), px(kIcon), colour);
  want_letters(words);
  canvas->AddText(ImGui::GetFont(), ImGui::GetFontSize(), from + px(38, 10), kind == NoteKind::plain ? t.text : colour,
                  words.data(), words.data() + words.size(), inner);
  probe_text(words, from, from + size);
  ImGui::Dummy(size);
}

void write_caret(ImDrawList* canvas, ImVec2 from, ImVec2 size) {
  canvas->AddRectFilled(from, from + size, theme().flame, px(2));
  if (!theme().dark) canvas->AddRect(from, from + size, faded(theme().flame_deep, 0.5F), px(2), px(1));
}

void status_dot(bool lit) {
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos(), middle = from + px(4.5F, 9);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (lit) {
    canvas->AddCircleFilled(middle, px(4.5F), t.flame);
    canvas->AddCircle(middle, px(4.5F), t.flame_deep, 0, px(1));
  } else {
    canvas->AddCircle(middle, px(3), t.line_field, 0, px(1.5F));
  }
  ImGui::Dummy(px(9, 18));
}

void key_cap(const char* keys) {
  const WithFont font(fonts().mono, 11);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = key_width(keys);
  draw_keys(ImGui::GetWindowDrawList(), from, px(18), keys, theme().text_2);
  ImGui::Dummy({width, px(18)});
}

void text(std::string_view words, ImU32 colour, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const char* const end = words.data() + words.size();
  const ImVec2 size = ImGui::CalcTextSize(words.data(), end, false, width > 0 ? width : -1);
  want_letters(words);
  ImGui::GetWindowDrawList()->AddText(ImGui::GetFont(), ImGui::GetFontSize(), {std::floor(from.x), std::floor(from.y)},
                                      colour == 0 ? theme().text : colour, words.data(), end, width);
  probe_text(words, from, from + size);
  ImGui::Dummy(size);
}

void caption(std::string_view words) {
  const WithFont font(12);
  text(words, theme().text_3);
}

void hairline(float above, float below) {
  if (above > 0) ImGui::Dummy({0, px(above) - ImGui::GetStyle().ItemSpacing.y});
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::GetWindowDrawList()->AddRectFilled(from, from + ImVec2(width, std::max(1.0F, std::floor(px(1)))),
                                            theme().line);
  ImGui::Dummy({width, px(1) + std::max(0.0F, px(below) - ImGui::GetStyle().ItemSpacing.y)});
}

void headline(std::string_view words, float size) {
  const WithFont font(fonts().semibold, size);
  text(words);
}

void tip(const char* words) {
  if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip | ImGuiHoveredFlags_DelayShort)) return;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(9, 6));
  ImGui::PushStyleVar(ImGuiStyleVar_PopupRounding, px(7));
  if (ImGui::BeginTooltip()) {
    {
      const WithFont font(12);
      text(words);
    }
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar(2);
}

void card(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  canvas->AddRectFilled(from, to, theme().surface, px(rounding));
  canvas->AddRect(from, to, theme().line, px(rounding), px(1));
}

void shadow(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding) {
  constexpr int kRings = 14;
  const float strength = theme().dark ? 0.035F : 0.0045F;
  for (int i = kRings; i > 0; --i) {
    const float out = px(static_cast<float>(i) * 1.6F);
    canvas->AddRectFilled(from - ImVec2(out, out - px(5)), to + ImVec2(out, out + px(5)),
                          faded(theme().dark ? IM_COL32(0, 0, 0, 0xFF) : IM_COL32(0x1D, 0x1B, 0x18, 0xFF), strength),
                          px(rounding) + out);
  }
}

void want_letters(std::string_view words) {
  if (std::any_of(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    if (wanted.size() < 1 << 16) wanted += words;
  }
}

bool find_letters() {
  const bool found = !wanted.empty() && load_fallbacks(wanted);
  wanted.clear();
  return found;
}

}  // namespace wick::app
