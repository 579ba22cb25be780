#include <fmt/format.h>

#include "fonts.h"
#include "menu.h"
#include "panel.h"
#include "parts.h"
#include "segment_parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

std::string seconds(double ms) { return ms < 100 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} s", ms / 1000); }

std::string facts_of(const views::PictureRecord& picture) {
  std::string size =
      fmt::format("{} × {}", views::count_words(picture.size.width), views::count_words(picture.size.height));
  if (picture.read_ms > 0) size += fmt::format(" · read once in {}, kept", seconds(picture.read_ms));
  return size;
}

/// What an export would be of.
std::string export_words(const views::Scene& scene) {
  const std::size_t visible = scene.shown().size();
  if (visible == 1) return "Of the one visible object";
  if (visible > 1) return fmt::format("Of the {} visible objects", visible);
  for (const views::Thing& thing : scene.things)
    if (thing.mask()) return "All objects are hidden";
  return "Nothing is masked yet";
}

void save(views::App& app, views::ExportFormat format) {
  const views::ExportName& name = views::name_of(format);
  app.dialog.ask(
      {.title = name.title,
       .save = true,
       .name = views::export_file_name(app.segment.session.picture()->title, format),
       .kind = name.sub,
       .patterns = {views::is_text(format) ? format == views::ExportFormat::svg ? "*.svg" : "*.json" : "*.png"}},
      [&app, format](const std::string& path) { app.segment.session.save_as(format, path); });
}

void draw_saves(views::App& app, bool able) {
  for (const views::ExportName& name : views::kExports) {
    if (name.format == views::ExportFormat::svg) menu_line();
    if (menu_item(name.title, nullptr, name.sub, able)) save(app, name.format);
  }
}

void draw_copies(views::App& app, bool able) {
  views::SegmentSession& session = app.segment.session;
  for (const views::ExportName& name : views::kExports) {
    if (name.format == views::ExportFormat::overlay) continue;  // nobody needs as many lines
    const bool cuts = name.format == views::ExportFormat::cutout;
    const char* const which = cuts && session.copies_current() ? "current " : "";
    if (!menu_item(fmt::format("Copy the {}{}", which, name.copied).c_str(), "copy", cuts ? "Ctrl C" : "", able))
      continue;
    if (views::is_text(name.format)) {
      session.export_as_text(name.format, [](const std::string& words) { ImGui::SetClipboardText(words.c_str()); });
    } else {
      session.copy_picture(name.format);
    }
  }
}

void draw_export(views::App& app, ImVec2 at, float width) {
  views::SegmentSession& session = app.segment.session;
  ImGui::SetCursorScreenPos(at);
  const bool opens =
      button(session.exporting() ? "Exporting…##Export" : "Export",
             {.kind = ButtonKind::primary, .size = ButtonSize::small, .trailing_icon = "down", .width = width});
  constexpr float kWidth = 292;
  const Menu menu("export", opens, {at.x + width - px(kWidth), at.y + px(32)}, kWidth);
  if (!menu) return;
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(9, 5));
    text(export_words(session.scene()), theme().text_2);
    ImGui::Dummy(px(1, 5));
  }
  const bool able = !session.exporting() && !session.scene().shown().empty();
  draw_saves(app, able);
  menu_line();
  draw_copies(app, able);
}

}  // namespace

void draw_segment_bar(views::App& app, ImVec2 from, ImVec2 to) {
  const Panel panel("picture bar", from, to, {.padding = {0, 0}, .scrolls = false});
  views::SegmentSession& session = app.segment.session;
  const views::PictureRecord& picture = *session.picture();
  const float middle = from.y + px(6);
  ImGui::SetCursorScreenPos({from.x + px(12), middle});
  if (icon_button("Open another picture", "import")) choose_picture(app);
  const float export_width = px(80),
              everything_width = button_width("Everything", {.size = ButtonSize::small, .icon = "grid"});
  const float export_x = to.x - px(12) - export_width, everything_x = export_x - px(4) - everything_width;
  const float redo_x = everything_x - px(12) - px(32), undo_x = redo_x - px(4) - px(32);
  {
    ImGui::PushClipRect(from, {undo_x - px(8), to.y}, true);
    ImGui::SetCursorScreenPos({from.x + px(52), from.y + px(13)});
    {
      const WithFont font(fonts().medium, 13);
      text(picture.title);
    }
    const float x = ImGui::GetItemRectMax().x + px(12);
    const WithFont font(12);
    ImGui::SetCursorScreenPos({x, from.y + px(14)});
    text(facts_of(picture), theme().text_2);
    ImGui::PopClipRect();
  }
  ImGui::SetCursorScreenPos({undo_x, middle});
  if (icon_button("Undo  Ctrl Z##Undo", "undo", {.enabled = session.can_undo()})) session.undo();
  ImGui::SetCursorScreenPos({redo_x, middle});
  if (icon_button("Redo  Ctrl Y##Redo", "redo", {.enabled = session.can_redo()})) session.redo();
  ImGui::SetCursorScreenPos({everything_x, from.y + px(9)});
  if (button("Everything",
             {.size = ButtonSize::small, .icon = "grid", .tip = "Find everything  E", .enabled = !session.finding()})) {
    session.everything();
  }
  draw_export(app, {export_x, from.y + px(9)}, export_width);
  ImGui::GetWindowDrawList()->AddRectFilled({from.x, to.y - px(1)}, to, theme().line);
}

void draw_segment_tools(views::App& app, ImVec2 from, ImVec2 to) {
  const Panel panel("tools", from, to, {.padding = {8, 8}, .scrolls = false});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(4, 4));
  for (const views::ToolName& each : views::kTools) {
    const std::string name = fmt::format("{}  {}##{}", each.title, each.key, each.title);
    if (icon_button(name.c_str(), each.icon, {.lit = app.segment.stage.tool == each.tool, .side = 36})) {
      app.segment.stage.tool = each.tool;
    }
  }
  ImGui::PopStyleVar();
  ImGui::GetWindowDrawList()->AddRectFilled({to.x - px(1), from.y}, to, theme().line);
}

}  // namespace wick::app
