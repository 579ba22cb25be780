#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fonts.h"
#include "imgui_stdlib.h"
#include "panel.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_marks.h"
#include "segment_parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

constexpr float kRow = 36, kMostRows = 12;

void draw_brush_settings(views::Stage& stage) {
  headline("Brush", 13);
  constexpr std::array<const char*, 2> kDoes = {"Paint", "Erase"};
  stage.brush.erases = segmented("brush does", kDoes, stage.brush.erases ? 1 : 0) == 1;
  ImGui::Dummy(px(0, 2));
  auto size = static_cast<float>(stage.brush.size);
  if (slider("Size", fmt::format("{} px", stage.brush.size), size, views::kLeastBrush, views::kMostBrush, 1))
    stage.brush.size = static_cast<int>(size);
  draw_section_line();
}

/// The name as a field, from a click on the current one until Enter, Escape or a click elsewhere.
void draw_name_field(views::SegmentView& view, ImVec2 from, float width) {
  const WithFont font(13);
  ImGui::SetCursorScreenPos(from);
  ImGui::SetNextItemWidth(width);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, px(8, 5));
  const bool first = !ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup) && !ImGui::IsAnyItemActive();
  if (first) focus_next();
  ImGui::InputText("##Name", &view.name, ImGuiInputTextFlags_AutoSelectAll);
  ImGui::PopStyleVar();
  probe_part("Name", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  if (ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
    view.end_rename(false);
  } else if (ImGui::IsItemDeactivated()) {
    view.end_rename(true);
  }
}

void draw_name(views::SegmentView& view, const views::Thing& thing, bool current, ImVec2 from, float width) {
  const WithFont font(current ? fonts().medium : fonts().regular, 13);
  ImGui::SetCursorScreenPos(from);
  if (ImGui::InvisibleButton("name", {width, px(28)}, ImGuiButtonFlags_EnableNav)) {
    current ? view.begin_rename(thing.id) : view.session.select(thing.id);
  }
  probe_part(thing.name, from, from + ImVec2(width, px(28)));
  tip(current ? "Click to rename" : "Click to work on it");
  ImGui::PushClipRect(from, from + ImVec2(width, px(28)), true);
  ImGui::SetCursorScreenPos({from.x, from.y + (px(28) - ImGui::CalcTextSize("x").y) / 2});
  text(thing.name);
  ImGui::PopClipRect();
}

void draw_thing(views::SegmentView& view, const views::Thing& thing) {
  const Theme& t = theme();
  const bool current = thing.id == view.session.scene().current;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, middle = from.y + px(kRow) / 2;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  ImGui::PushID(thing.id.c_str());
  if (current) canvas->AddRectFilled(from - px(9, 0), from + ImVec2(width + px(9), px(kRow)), t.press, px(7));
  canvas->AddRectFilled({from.x, middle - px(6)}, {from.x + px(12), middle + px(6)}, thing_colour(thing.colour), px(4));
  canvas->AddRect({from.x, middle - px(6)}, {from.x + px(12), middle + px(6)}, IM_COL32(0, 0, 0, 0x2E), px(4), px(1));
  float right = from.x + width + px(5) - px(26);
  ImGui::SetCursorScreenPos({right, middle - px(13)});
  const std::string eye =
      fmt::format("{}##{} {}", thing.hidden ? "Show" : "Hide", thing.hidden ? "Show" : "Hide", thing.name);
  const std::string id = thing.id;
  if (icon_button(eye.c_str(), thing.hidden ? "eye-off" : "eye", {.small = true, .colour = t.text_3}))
    view.session.toggle_hidden(id);
  right -= px(9);
  if (const views::MaskPtr mask = thing.mask()) {
    const ImageSize size = view.session.picture()->size;
    const std::string share = views::percent_words(
        static_cast<double>(mask->area) / (static_cast<double>(size.width) * static_cast<double>(size.height)));
    const WithFont font(12);
    right -= ImGui::CalcTextSize(share.c_str()).x;
    ImGui::SetCursorScreenPos({right, middle - ImGui::GetFontSize() / 2});
    text(share, current ? t.text_2 : t.text_3);
  }
  const ImVec2 name_from(from.x + px(21), middle - px(14));
  if (view.renamed == id) {
    draw_name_field(view, name_from - px(8, 0), right - name_from.x);
  } else {
    draw_name(view, thing, current, name_from, right - px(6) - name_from.x);
  }
  ImGui::SetCursorScreenPos({from.x, from.y + px(kRow)});
  ImGui::PopID();
}

/// As high as there is room for, up to so many rows.
void draw_list(views::SegmentView& view) {
  const std::vector<views::Thing> things = view.session.scene().things;  // a click changes them
  const float rows = std::min(static_cast<float>(things.size()), kMostRows);
  const ImVec2 from = ImGui::GetCursorScreenPos() - px(9, 0);
  const ImVec2 to = from + ImVec2(ImGui::GetContentRegionAvail().x + px(18), rows * px(kRow));
  {
    const Panel panel("objects", from, to, {.padding = {9, 0}});
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    const int first = static_cast<int>(ImGui::GetScrollY() / px(kRow)), end = first + static_cast<int>(rows) + 2;
    for (int i = 0; i < static_cast<int>(things.size()); ++i) {
      if (i < first || i >= end) {
        ImGui::Dummy({1, px(kRow)});  // out of sight
      } else {
        draw_thing(view, things[static_cast<std::size_t>(i)]);
      }
    }
    ImGui::PopStyleVar();
  }
  ImGui::SetCursorScreenPos({from.x + px(9), to.y + px(8)});
}

void draw_things(views::SegmentView& view) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::SetCursorScreenPos(from + px(0, 5));
  headline("Objects", 13);
  const ButtonOptions options{
      .kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = "plus", .tip = "The next click begins another  N"};
  ImGui::SetCursorScreenPos({from.x + width - button_width("New", options) + px(8), from.y});
  if (button("New", options)) view.session.new_thing();
  ImGui::SetCursorScreenPos(from + px(0, 34));
  const views::Scene& scene = view.session.scene();
  if (!scene.things.empty()) draw_list(view);
  const views::Thing* const current = view.session.scene().current_thing();
  if (!current || current->is_empty()) {
    const WithFont font(12);
    text(!current && !view.session.scene().things.empty()
             ? "Click an object to work on it, or elsewhere to begin another."
             : "Click a thing in the picture, or draw a box around it.",
         theme().text_2, width);
  }
  draw_section_line();
}

void draw_fact(const char* name, const std::string& value) {
  const WithFont font(12);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  text(name, theme().text_2);
  ImGui::SetCursorScreenPos({from.x + width - ImGui::CalcTextSize(value.c_str()).x, from.y});
  text(value);
  ImGui::SetCursorScreenPos(from + px(0, 23));
}

void draw_facts(views::SegmentView& view, const views::Thing& thing) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::PushClipRect(from, from + ImVec2(width - px(30), px(26)), true);
  ImGui::SetCursorScreenPos(from + px(0, 5));
  headline(thing.name, 13);
  ImGui::PopClipRect();
  ImGui::SetCursorScreenPos({from.x + width - px(26) + px(5), from.y});
  const bool removes = icon_button(fmt::format("Delete##Delete {}", thing.name).c_str(), "trash", {.small = true});
  ImGui::SetCursorScreenPos(from + px(0, 34));
  if (const views::MaskPtr mask = thing.mask()) {
    draw_fact("Area", fmt::format("{} px", views::count_words(mask->area)));
    draw_fact("Box",
              fmt::format("{:.0f}, {:.0f} to {:.0f}, {:.0f}", mask->box.x0, mask->box.y0, mask->box.x1, mask->box.y1));
    draw_fact("Stability", fmt::format("{:.3f}", mask->stability));
  }
  const std::size_t inside = thing.points_inside(), outside = thing.points.size() - inside;
  draw_fact("Points", outside > 0 ? fmt::format("{} in, {} out", inside, outside) : std::to_string(inside));
  const bool unboxes =
      thing.box && button("Take the box away", {.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = "x"});
  draw_section_line();
  if (removes) view.session.remove_thing(thing.id);
  if (unboxes) view.session.remove_box();
}

/// The models of the catalogue that are here, and the one in use.
void draw_model_choice(views::App& app) {
  std::vector<std::string> names, titles;
  const std::string& used = app.models.state(Task::segment).model;
  for (const CatalogEntry& entry : catalog()) {
    if (views::task_of(entry) != Task::segment || app.shelf.place(entry) != views::ModelPlace::here) continue;
    names.push_back(entry.name);
    titles.push_back(entry.title);
  }
  if (!used.empty() && std::ranges::find(names, used) == names.end()) {
    names.push_back(used);
    titles.push_back(used.substr(used.rfind('/') + 1));
  }
  if (names.empty()) return;
  {
    const WithFont font(13);
    text("Model", theme().text_2);
  }
  int current = static_cast<int>(std::ranges::find(names, used) - names.begin());
  if (current == static_cast<int>(names.size())) current = 0;
  if (select("Segment model", titles, current))
    app.choose_model(Task::segment, names[static_cast<std::size_t>(current)]);
}

void draw_search(views::SegmentSession& session, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  {
    const WithFont font(12);
    text("Finding everything", theme().text_2);
    const std::string percent = fmt::format("{:.0f} %", 100 * *session.finding());
    ImGui::SetCursorScreenPos({from.x + width - ImGui::CalcTextSize(percent.c_str()).x, from.y});
    text(percent, theme().text_2);
  }
  progress_bar(static_cast<float>(*session.finding()));
  const ImVec2 facts = ImGui::GetCursorScreenPos();
  const double left = session.finding_left();
  std::string words =
      session.found().empty() ? "What is found is kept" : fmt::format("{} found", session.found().size());
  words += left > 0 ? fmt::format("   {} left", views::duration_words(left)) : "   Starting";
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(facts + px(0, 6));
    text(words, theme().text_2);
  }
  const ButtonOptions options{.kind = ButtonKind::quiet, .size = ButtonSize::small, .tip = "What is found is kept"};
  ImGui::SetCursorScreenPos({facts.x + width - button_width("Stop", options) + px(9), facts.y});
  if (button("Stop", options)) session.stop_everything();
  window.again_in(0.5);
}

void draw_notes(views::SegmentSession& session) {
  if (!session.unkept().empty()) note(NoteKind::bad, session.unkept());
  if (!session.export_problem().empty()) note(NoteKind::bad, session.export_problem());
  if (!session.exported().empty()) note(NoteKind::good, session.exported());
  if (!session.unkept().empty() || !session.exported().empty() || !session.export_problem().empty())
    ImGui::Dummy(px(0, 8));
}

}  // namespace

void draw_section_line() {
  ImGui::Dummy(px(0, 6));
  const float left = ImGui::GetWindowPos().x, y = ImGui::GetCursorScreenPos().y;
  ImGui::GetWindowDrawList()->AddRectFilled({left, y}, {left + ImGui::GetWindowWidth(), y + px(1)}, theme().line);
  ImGui::Dummy(px(0, 5));
}

void draw_segment_panel(views::App& app, Window& window, ImVec2 from, ImVec2 to) {
  views::SegmentView& view = app.segment;
  const bool finding = view.session.finding().has_value();
  const float foot = finding ? px(92) : 0;
  {
    const Panel panel("result", from, {to.x, to.y - foot});
    draw_notes(view.session);
    if (view.stage.tool == views::Tool::brush) draw_brush_settings(view.stage);
    draw_mask_candidates(app);
    draw_things(view);
    if (const views::Thing* const thing = view.session.scene().current_thing(); thing && !thing->is_empty()) {
      draw_facts(view, views::Thing(*thing));
    }
    bool previews = view.stage.previews;
    if (toggle("Preview on hover", previews)) {
      view.set_previews(previews);
      app.keep_settings();
    }
    ImGui::Dummy(px(0, 2));
    draw_model_choice(app);
    ImGui::Dummy(px(0, 8));
    draw_earlier_pictures(app);
  }
  if (!finding) return;
  const Panel panel("search", {from.x, to.y - foot}, to, {.scrolls = false});
  ImGui::GetWindowDrawList()->AddRectFilled({from.x, to.y - foot}, {to.x, to.y - foot + px(1)}, theme().line);
  draw_search(view.session, window);
}

}  // namespace wick::app
