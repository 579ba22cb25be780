#include <fmt/format.h>

#include <cmath>

#include "fonts.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

constexpr float kEdge = 2;  // units of white around a mask

void draw_words(const std::string& words, ImVec2 from, float width, ImFont* face, ImU32 colour) {
  const WithFont font(face, 12);
  ImGui::SetCursorScreenPos({from.x + (width - ImGui::CalcTextSize(words.c_str()).x) / 2, from.y});
  text(words, colour);
}

void draw_candidate(views::App& app, const views::Thing& thing, int index, ImVec2 from, ImVec2 frame) {
  views::SegmentSession& session = app.segment.session;
  const views::MaskPtr mask = thing.candidates[static_cast<std::size_t>(index)];
  const ImVec2 to = from + frame;
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  ImGui::SetCursorScreenPos(from);
  const std::string name = fmt::format("Candidate {}", index + 1);
  if (ImGui::InvisibleButton(name.c_str(), frame + ImVec2(0, px(41)), ImGuiButtonFlags_EnableNav))
    session.choose(index);
  probe_part(name, from, to);
  const bool hovered = ImGui::IsItemHovered(), focused = ImGui::IsItemFocused() && ImGui::GetIO().NavVisible;
  const ImageSize pixels{static_cast<Index>(std::lround(frame.x)), static_cast<Index>(std::lround(frame.y))};
  if (const auto image =
          app.segment.thumbnails.get(session.pixels(), mask, thing.colour, pixels, static_cast<double>(px(kEdge)))) {
    canvas->AddImageRounded(image_texture(image), from, to, {0, 0}, {1, 1}, IM_COL32_WHITE, px(7));
  } else {
    canvas->AddRectFilled(from, to, t.sunken, px(7));
  }
  const bool chosen = index == thing.chosen;
  const float edge = px(chosen ? 2 : 1), round = px(7);
  canvas->AddRect(from - ImVec2(edge, edge), to + ImVec2(edge, edge),
                  chosen || focused ? t.flame_deep
                  : hovered         ? t.line_field
                                    : t.line_strong,
                  round + edge, edge);
  const ImageSize size = session.picture()->size;
  draw_words(fmt::format("{:.3f}", mask->iou), {from.x, to.y + px(6)}, frame.x, fonts().medium, t.text);
  const double share =
      static_cast<double>(mask->area) / (static_cast<double>(size.width) * static_cast<double>(size.height));
  draw_words(views::percent_words(share), {from.x, to.y + px(24)}, frame.x, fonts().regular,
             chosen ? t.text : t.text_2);
}

}  // namespace

void draw_mask_candidates(views::App& app) {
  const views::Thing* const thing = app.segment.session.scene().current_thing();
  if (!thing || thing->candidates.size() < 2) return;
  headline("Which did you mean?", 13);
  ImGui::Dummy(px(0, 2));
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const auto count = static_cast<float>(thing->candidates.size());
  const float gap = px(8), width = (ImGui::GetContentRegionAvail().x - gap * (count - 1)) / count,
              height = width * 0.75F;
  const views::Thing asked = *thing;  // a click changes it
  for (int i = 0; i < static_cast<int>(asked.candidates.size()); ++i) {
    draw_candidate(app, asked, i, {from.x + (width + gap) * static_cast<float>(i), from.y}, {width, height});
  }
  ImGui::SetCursorScreenPos({from.x, from.y + height + px(41)});
  draw_section_line();
}

}  // namespace wick::app
