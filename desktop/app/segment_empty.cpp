#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "fonts.h"
#include "icons.h"
#include "panel.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_parts.h"
#include "theme.h"

namespace wick::app {
namespace {

// From Segment Anything's own examples, Apache-2.0.
constexpr char kSample[] =
#include "sample_truck.inc"
    ;
constexpr const char* kSampleTitle = "truck.jpg";

SourcePtr sample() {
  const auto bytes = std::as_bytes(std::span(kSample).first(sizeof kSample - 1));
  return memory_source(kSampleTitle, {bytes.begin(), bytes.end()});
}

/// In the middle of the width.
void centred(std::string_view words, ImFont* face, float size, ImU32 colour, float left, float width) {
  const WithFont font(face, size);
  const float wide = std::min(width, ImGui::CalcTextSize(words.data(), words.data() + words.size()).x);
  ImGui::SetCursorScreenPos({left + (width - wide) / 2, ImGui::GetCursorScreenPos().y});
  text(words, colour, width);
}

constexpr const char* kSentence =
    "Then click a thing in it and get its outline. The picture never leaves this computer.";

/// How high the lines after the first are.
float lines_below(const char* words, float size, float width) {
  const WithFont font(size);
  return ImGui::CalcTextSize(words, nullptr, false, width).y - ImGui::GetTextLineHeight();
}

void draw_drop_zone(views::App& app, float left, float width) {
  const float more = lines_below(kSentence, 14, width - px(32));  // in a narrow window
  const ImVec2 from(left, ImGui::GetCursorScreenPos().y), to = from + ImVec2(width, px(268) + more);
  dashed_frame(ImGui::GetWindowDrawList(), from, to, {.rounding = 14});
  draw_icon(ImGui::GetWindowDrawList(), "segment", {left + width / 2 - px(20), from.y + px(36)}, px(40),
            theme().line_field);
  ImGui::SetCursorScreenPos({left, from.y + px(92)});
  centred("Drop a picture here", fonts().semibold, 20, theme().text, left, width);
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y + px(2)});
  centred(kSentence, fonts().regular, 14, theme().text_2, left + px(16), width - px(32));
  const ButtonOptions options{.kind = ButtonKind::primary, .size = ButtonSize::large};
  ImGui::SetCursorScreenPos({left + (width - button_width("Choose a picture", options)) / 2, from.y + px(166) + more});
  if (button("Choose a picture", options)) choose_picture(app);
  ImGui::SetCursorScreenPos({left, from.y + px(222) + more});
  const std::string& opening = app.segment.session.opening();
  centred(opening.empty() ? std::string("Paste works too")
                          : fmt::format("Looking into {} · {:.0f} % · Esc stops it", opening,
                                        100 * app.segment.session.opening_share()),
          fonts().regular, 12, theme().text_2, left, width);
  ImGui::SetCursorScreenPos({left, to.y + px(12)});
}

void draw_sample(views::App& app, float left, float width) {
  views::SegmentSession& session = app.segment.session;
  const Theme& t = theme();
  const ImVec2 from(left, ImGui::GetCursorScreenPos().y), size(width, px(72)), to = from + size;
  ImGui::SetCursorScreenPos(from);
  if (ImGui::InvisibleButton("Try a sample", size, ImGuiButtonFlags_EnableNav))
    session.open_bytes(sample(), kSampleTitle);
  probe_part("Try a sample", from, to);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  card(canvas, from, to);
  if (ImGui::IsItemHovered() || (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible))
    canvas->AddRect(from, to, t.line_field, px(10), px(1));
  const ImVec2 picture = from + px(8, 8);
  if (const auto image = session.small_copy("sample", sample)) {
    canvas->AddImageRounded(image_texture(image), picture, picture + px(84, 56), {0, 0}, {1, 1}, IM_COL32_WHITE, px(7));
  } else {
    canvas->AddRectFilled(picture, picture + px(84, 56), t.sunken, px(7));
  }
  ImGui::SetCursorScreenPos(from + px(104, 17));
  {
    const WithFont font(fonts().medium, 13);
    text("Try a sample");
  }
  ImGui::SetCursorScreenPos(from + px(104, 37));
  {
    const WithFont font(13);
    text("A truck with windows and wheels", t.text_2);
  }
  draw_icon(canvas, "arrow", {to.x - px(34), from.y + px(27)}, px(18), t.text_2);
  ImGui::SetCursorScreenPos({left, to.y + px(12)});
}

void draw_model_note(views::App& app) {
  for (const CatalogEntry& entry : catalog()) {
    if (views::task_of(entry) != Task::segment) continue;
    if (app.settings.segment_model.empty() && app.shelf.place(entry) == views::ModelPlace::here) {
      return note(NoteKind::plain, fmt::format("Uses {}, already on this computer.", entry.title));
    }
  }
  if (app.settings.segment_model.empty()) return draw_segment_model(app);
  note(NoteKind::plain, fmt::format("Uses {}.", app.settings.segment_model));
}

}  // namespace

void draw_segment_empty(views::App& app, Window&, ImVec2 from, ImVec2 to) {
  const Panel panel("no picture", from, to, {.padding = {24, 56}});
  const float room = ImGui::GetContentRegionAvail().x, width = std::min(room, px(652));
  const float left = ImGui::GetCursorScreenPos().x + (room - width) / 2, top = ImGui::GetCursorScreenPos().y;
  ImGui::SetCursorScreenPos({left, top});
  ImGui::BeginChild("column", {width, 0},
                    ImGuiChildFlags_AutoResizeY | ImGuiChildFlags_AlwaysUseWindowPadding | ImGuiChildFlags_NavFlattened,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const float inner = ImGui::GetCursorScreenPos().x, wide = ImGui::GetContentRegionAvail().x;
  views::SegmentSession& session = app.segment.session;
  draw_drop_zone(app, inner, wide);
  if (!session.problem().empty()) {
    note(NoteKind::bad, session.problem());
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 4));
  }
  draw_sample(app, inner, wide);
  draw_model_note(app);
  ImGui::Dummy(px(0, 8));
  draw_earlier_pictures(app);
  ImGui::EndChild();
}

}  // namespace wick::app
