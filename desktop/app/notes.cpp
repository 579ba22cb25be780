#include "notes.h"

#include <algorithm>

#include "fonts.h"
#include "icons.h"
#include "item.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {

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

}  // namespace wick::app
