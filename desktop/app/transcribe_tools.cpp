#include <fmt/format.h>
#include <imgui_internal.h>

#include "fonts.h"
#include "menu.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/format.h"
#include "views/transcribe/export.h"

namespace wick::app {
namespace {

constexpr float kSearchWidth = 210;

void export_as(views::App& app, const views::TranscriptFormat& format) {
  const views::Recording& recording = *app.transcribe.recording();
  std::string text;
  try {
    text = views::export_text(recording, format.id);
  } catch (const std::exception& error) {
    return app.say(fmt::format("Not exported: {}", error.what()));
  }
  const std::string name = views::export_name(recording, format.id);
  app.dialog.ask({.title = "Export the transcript",
                  .save = true,
                  .name = name,
                  .kind = format.title,
                  .patterns = {fmt::format("*.{}", format.id)}},
                 [&app, text](const std::string& path) {
                   if (!path.empty()) app.transcribe.export_to(path, text);
                 });
}

void draw_export_menu(views::App& app, bool opens, ImVec2 corner) {
  constexpr float kWidth = 270;
  const Menu menu("export", opens, corner - px(kWidth, 0), kWidth);
  if (!menu) return;
  for (const views::TranscriptFormat& format : views::kTranscriptFormats)
    if (menu_item(format.title, nullptr, fmt::format(".{}", format.id))) export_as(app, format);
}

/// Where the search is among what it found.
float draw_found(views::TranscribeView& view, ImVec2 at) {
  const views::TranscriptLook& look = view.text.look;
  const auto count = std::ssize(look.hits);
  const std::string words = count == 0 ? "none found"
                                       : fmt::format("{} of {}", views::count_words(look.hit + 1),
                                                     views::count_words(static_cast<int>(count)));
  float x = at.x;
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos({x, at.y + (px(32) - ImGui::GetFontSize()) / 2});
    text(words, theme().text_2);
    x += ImGui::CalcTextSize(words.c_str()).x + px(6);
  }
  ImGui::SetCursorScreenPos({x, at.y + px(3)});
  if (icon_button("Previous hit", "left", {.small = true, .enabled = count > 0})) view.text.step_hit(-1);
  ImGui::SetCursorScreenPos({x + px(28), at.y + px(3)});
  if (icon_button("Next hit", "right", {.small = true, .enabled = count > 0})) view.text.step_hit(1);
  return x + px(62);
}

/// How many words the model is in doubt about; shows or hides their tint. Left out where there is no room up to
/// `right`.
void draw_unsure(views::App& app, int unsure, ImVec2 at, float right) {
  const Theme& t = theme();
  bool& tint = app.settings.speech.tint;
  const std::string words = fmt::format("{} {}", views::count_words(unsure), unsure == 1 ? "word" : "words");
  const WithFont font(fonts().medium, 12);
  const ImVec2 label = ImGui::CalcTextSize("unsure"), letters = ImGui::CalcTextSize(words.c_str());
  const ImVec2 size(label.x + letters.x + px(34), px(26)), from = at + px(0, 3);
  if (from.x + size.x > right - px(8)) return;
  ImGui::SetCursorScreenPos(from);
  if (ImGui::InvisibleButton("Unsure words", size, ImGuiButtonFlags_EnableNav)) {
    tint = !tint;
    app.keep_settings();
  }
  const bool hovered = ImGui::IsItemHovered();
  probe_part("Unsure words", from, from + size);
  probe_text(words, from, from + size);
  tip(tint ? "Hide the tint" : "Show the tint");
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, from + size, tint ? t.press : hovered ? t.hover : 0, size.y / 2);
  if (!tint) canvas->AddRect(from, from + size, t.line_strong, size.y / 2, px(1));
  const float y = std::floor(from.y + (size.y - letters.y) / 2), x = from.x + px(12);
  canvas->AddRectFilled({x - px(4), from.y + px(4)}, {x + label.x + px(4), from.y + size.y - px(4)}, t.doubt_soft,
                        px(3));
  canvas->AddText({x, y}, t.doubt, "unsure");
  for (float dot = x; dot < x + label.x; dot += px(3)) {
    canvas->AddRectFilled({dot, from.y + size.y - px(6)}, {dot + px(1.5F), from.y + size.y - px(4.5F)}, t.doubt);
  }
  canvas->AddText({x + label.x + px(10), y}, t.text, words.c_str());
}

/// At the right end, from right to left. Returns where they begin.
float draw_actions(views::App& app, ImVec2 right) {
  views::TranscribeView& view = app.transcribe;
  const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  ButtonOptions edit = quiet, copy = quiet,
                save{.size = ButtonSize::small, .icon = "download", .trailing_icon = "down"};
  edit.icon = "edit";
  copy.icon = "copy";
  float x = right.x - button_width("Export", save);
  const float y = right.y + px(3);
  ImGui::SetCursorScreenPos({x, y});
  const bool opens = button("Export", save);
  draw_export_menu(app, opens, {right.x, y + px(32)});
  x -= px(4) + button_width("Copy", copy);
  ImGui::SetCursorScreenPos({x, y});
  if (button("Copy", copy)) {
    ImGui::SetClipboardText(views::text_of(view.recording()->segments).c_str());
    app.say("Copied the text");
  }
  edit.lit = view.text.look.edit_mode;
  x -= px(4) + button_width("Edit", edit);
  ImGui::SetCursorScreenPos({x, y});
  if (button("Edit", edit)) view.text.toggle_edit_mode();
  if (!view.text.can_undo() && !view.text.can_redo()) return x;
  ImGui::SetCursorScreenPos({x -= px(30), y});
  if (icon_button("Redo", "redo", {.small = true, .enabled = view.text.can_redo()})) view.text.redo();
  ImGui::SetCursorScreenPos({x - px(28), y});
  if (icon_button("Undo", "undo", {.small = true, .enabled = view.text.can_undo()})) view.text.undo();
  return x - px(28);
}

}  // namespace

void draw_transcript_tools(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (view.text.look.focus_search) focus_next();
  std::string query = view.text.look.query;
  if (text_field("Search the transcript", query, "Search", px(kSearchWidth), "search")) view.text.find(query);
  if (ImGui::IsItemActive()) view.text.look.focus_search = false;
  const bool typing = ImGui::IsItemActive() || ImGui::IsItemDeactivated();
  if (typing && ImGui::IsKeyPressed(ImGuiKey_Enter)) {
    view.text.step_hit(ImGui::GetIO().KeyShift ? -1 : 1);
    view.text.look.focus_search = true;
  }
  if (typing && ImGui::IsKeyPressed(ImGuiKey_Escape)) {
    view.text.find("");
    ImGui::SetNavCursorVisible(false);  // keys are the page's again
  }
  float x = from.x + px(kSearchWidth + 8);
  if (!view.text.look.query.empty()) x = draw_found(view, {x, from.y});
  const int unsure = views::figures_of(view.recording()->segments).unsure;
  const float right = draw_actions(app, from + ImVec2(width, 0));
  if (unsure > 0) draw_unsure(app, unsure, {x, from.y}, right);
  ImGui::SetCursorScreenPos(from + px(0, 48));
  if (view.export_problem().empty()) return;
  note(NoteKind::bad, view.export_problem());
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 8));
}

}  // namespace wick::app
