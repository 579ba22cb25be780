#include "theme.h"

#include "fonts.h"

namespace wick::app {
namespace {

/// 0xRRGGBB, opaque.
constexpr ImU32 rgb(unsigned value, unsigned alpha = 0xFF) {
  return IM_COL32(value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF, alpha);
}

constexpr Theme kLight{
    .dark = false,
    .sunken = rgb(0xF1EFEB),
    .background = rgb(0xFAF9F7),
    .surface = rgb(0xFFFFFF),
    .raised = rgb(0xFFFFFF),
    .hover = rgb(0x1D1B18, 0x0D),
    .press = rgb(0x1D1B18, 0x1A),
    .text = rgb(0x1D1B18),
    .text_2 = rgb(0x57534C),
    .text_3 = rgb(0x6B665E),
    .line = rgb(0xE5E1DA),
    .line_strong = rgb(0xCDC7BD),
    .line_field = rgb(0x8E887E),
    .ink = rgb(0x1D1B18),
    .on_ink = rgb(0xFAF9F7),
    .ink_hover = rgb(0x3A3630),
    .flame = rgb(0xF0A01E),
    .flame_deep = rgb(0xB46A00),
    .flame_text = rgb(0x8A5100),
    .flame_soft = rgb(0xFDF0D8),
    .flame_line = rgb(0xE6BD72),
    .on_flame = rgb(0x2B1A00),
    .ok = rgb(0x2C6A3B),
    .ok_soft = rgb(0xE8F2E8),
    .danger = rgb(0xB0281F),
    .danger_soft = rgb(0xFBEBE9),
    .doubt = rgb(0x7B3A68),
    .doubt_soft = rgb(0xF6E9F2),
    .code = rgb(0xF6F4F0),
    .code_string = rgb(0x2C6A3B),
    .code_comment = rgb(0x6B665E),
};

constexpr Theme kDark{
    .dark = true,
    .sunken = rgb(0x0E0D0C),
    .background = rgb(0x141312),
    .surface = rgb(0x1B1A18),
    .raised = rgb(0x242220),
    .hover = rgb(0xF2EEE8, 0x0F),
    .press = rgb(0xF2EEE8, 0x1C),
    .text = rgb(0xECEAE5),
    .text_2 = rgb(0xB0AAA0),
    .text_3 = rgb(0x969086),
    .line = rgb(0x2C2A27),
    .line_strong = rgb(0x45413B),
    .line_field = rgb(0x78726A),
    .ink = rgb(0xECEAE5),
    .on_ink = rgb(0x181614),
    .ink_hover = rgb(0xFFFFFF),
    .flame = rgb(0xF5B041),
    .flame_deep = rgb(0xF5B041),
    .flame_text = rgb(0xF4B95C),
    .flame_soft = rgb(0x35270F),
    .flame_line = rgb(0x6B4E1C),
    .on_flame = rgb(0x2B1A00),
    .ok = rgb(0x86C793),
    .ok_soft = rgb(0x16271A),
    .danger = rgb(0xF19A90),
    .danger_soft = rgb(0x351814),
    .doubt = rgb(0xDFA6CD),
    .doubt_soft = rgb(0x35202F),
    .code = rgb(0x100F0E),
    .code_string = rgb(0x86C793),
    .code_comment = rgb(0x969086),
};

const Theme* current = &kLight;

void set_colours(ImGuiStyle& style) {
  const Theme& t = theme();
  const auto set = [&](ImGuiCol part, ImU32 colour) { style.Colors[part] = ImGui::ColorConvertU32ToFloat4(colour); };
  const ImU32 none = IM_COL32(0, 0, 0, 0);
  for (ImGuiCol part = 0; part < ImGuiCol_COUNT; ++part) set(part, none);
  for (const ImGuiCol part : {ImGuiCol_WindowBg, ImGuiCol_TitleBg, ImGuiCol_MenuBarBg}) set(part, t.background);
  for (const ImGuiCol part : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive, ImGuiCol_Button}) {
    set(part, t.surface);
  }
  set(ImGuiCol_PopupBg, t.raised);
  set(ImGuiCol_Text, t.text);
  set(ImGuiCol_TextDisabled, t.text_3);
  set(ImGuiCol_Border, t.line_strong);
  set(ImGuiCol_Separator, t.line);
  for (const ImGuiCol part : {ImGuiCol_HeaderHovered, ImGuiCol_ButtonHovered}) set(part, t.hover);
  for (const ImGuiCol part : {ImGuiCol_Header, ImGuiCol_HeaderActive, ImGuiCol_ButtonActive}) set(part, t.press);
  set(ImGuiCol_SliderGrab, t.text_2);
  set(ImGuiCol_SliderGrabActive, t.text);
  set(ImGuiCol_ScrollbarGrab, t.line_strong);
  for (const ImGuiCol part : {ImGuiCol_ScrollbarGrabHovered, ImGuiCol_ScrollbarGrabActive}) set(part, t.line_field);
  set(ImGuiCol_CheckMark, t.text);
  set(ImGuiCol_PlotHistogram, t.flame);
  set(ImGuiCol_NavCursor, t.flame_deep);
  set(ImGuiCol_TextSelectedBg, t.flame_soft);
  set(ImGuiCol_InputTextCursor, t.flame_deep);
  for (const ImGuiCol part : {ImGuiCol_SeparatorHovered, ImGuiCol_SeparatorActive}) set(part, t.line_strong);
}

}  // namespace

const Theme& theme() { return *current; }

void set_theme(bool dark) { current = dark ? &kDark : &kLight; }

ImU32 faded(ImU32 colour, float part) {
  const auto alpha = static_cast<float>(colour >> IM_COL32_A_SHIFT & 0xFF) * part;
  return (colour & ~IM_COL32_A_MASK) | static_cast<ImU32>(alpha + 0.5F) << IM_COL32_A_SHIFT;
}

void apply_style(float scale) {
  ImGuiStyle style;
  style.WindowPadding = {16, 16};
  style.FramePadding = {12, 8};
  style.ItemSpacing = {8, 8};
  style.ItemInnerSpacing = {8, 8};
  style.CellPadding = {12, 6};
  style.IndentSpacing = 16;
  style.ScrollbarSize = 10;
  style.GrabMinSize = 14;
  style.FrameRounding = style.TabRounding = 7;
  style.ChildRounding = style.PopupRounding = 10;
  style.GrabRounding = style.ScrollbarRounding = 8;
  style.WindowRounding = 0;
  style.FrameBorderSize = style.ChildBorderSize = style.PopupBorderSize = 1;
  style.WindowBorderSize = 0;
  style.DisabledAlpha = 0.45F;
  style.HoverStationaryDelay = 0.05F;
  style.HoverDelayShort = 0.25F;
  style.CircleTessellationMaxError = 0.15F;
  style.ScaleAllSizes(scale);
  style.FontSizeBase = toolkit_size(fonts().regular, 14);
  style.FontScaleDpi = scale;
  set_colours(style);
  ImGui::GetStyle() = style;
}

}  // namespace wick::app
