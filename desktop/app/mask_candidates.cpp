#include <fmt/format.h>

#include <algorithm>

#include "fonts.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_marks.h"
#include "segment_parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

constexpr double kAround = 0.35;  // of a mask's box, shown around it

/// Where the picture lies in a small frame so that the mask is in its middle, as large as it fits.
views::Placement framed(const Box& box, ImageSize picture, ImVec2 frame) {
  const auto width = static_cast<double>(picture.width), height = static_cast<double>(picture.height);
  const double least = std::min(width, height) / 8;
  const auto side = [&](float from, float to, double most) {
    return std::min(most, std::max(least, static_cast<double>(to - from) * (1 + 2 * kAround)));
  };
  const double w = side(box.x0, box.x1, width), h = side(box.y0, box.y1, height);
  // Filled, not fitted: what is over at two sides is cut.
  const double scale = std::max(static_cast<double>(frame.x) / w, static_cast<double>(frame.y) / h);
  const auto within = [&](double middle, double frame_side, double most) {
    const double half = frame_side / scale / 2;
    return most <= 2 * half ? most / 2 : std::clamp(middle, half, most - half);
  };
  const double x = within(static_cast<double>(box.x0 + box.x1) / 2, static_cast<double>(frame.x), width);
  const double y = within(static_cast<double>(box.y0 + box.y1) / 2, static_cast<double>(frame.y), height);
  return {scale, static_cast<double>(frame.x) / 2 - x * scale, static_cast<double>(frame.y) / 2 - y * scale};
}

void draw_words(const std::string& words, ImVec2 from, float width, ImFont* face, ImU32 colour) {
  const WithFont font(face, 12);
  ImGui::SetCursorScreenPos({from.x + (width - ImGui::CalcTextSize(words.c_str()).x) / 2, from.y});
  text(words, colour);
}

void draw_candidate(views::App& app, Window& window, const views::Thing& thing, int index, ImVec2 from, ImVec2 frame) {
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
  canvas->AddRectFilled(from, to, t.sunken);
  const ImageSize size = session.picture()->size;
  const views::Placement placement = framed(mask->box, size, frame);
  if (picture_tiles().draw(canvas, *session.pixels(), placement, from, from, to, false)) window.again_in(0);
  draw_mask(canvas, mask->outline, views::OutlinePlacement(placement, {from.x, from.y}), from, to,
            {.colour = thing_colour(thing.colour), .fill = 0.6F, .line = 1, .halo = 3});
  const bool chosen = index == thing.chosen;
  // The picture's corners lie under the panel's ground.
  const float edge = px(chosen ? 2 : 1), round = px(7);
  canvas->AddRect(from - ImVec2(round, round) / 2, to + ImVec2(round, round) / 2, t.background, round * 1.5F, round);
  canvas->AddRect(from - ImVec2(edge, edge), to + ImVec2(edge, edge),
                  chosen || focused ? t.flame_deep
                  : hovered         ? t.line_field
                                    : t.line_strong,
                  round + edge, edge);
  draw_words(fmt::format("{:.3f}", mask->iou), {from.x, to.y + px(6)}, frame.x, fonts().medium, t.text);
  const double share =
      static_cast<double>(mask->area) / (static_cast<double>(size.width) * static_cast<double>(size.height));
  draw_words(views::percent_words(share), {from.x, to.y + px(24)}, frame.x, fonts().regular,
             chosen ? t.text : t.text_2);
}

}  // namespace

void draw_mask_candidates(views::App& app, Window& window) {
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
    draw_candidate(app, window, asked, i, {from.x + (width + gap) * static_cast<float>(i), from.y}, {width, height});
  }
  ImGui::SetCursorScreenPos({from.x, from.y + height + px(41)});
  draw_section_line();
}

}  // namespace wick::app
