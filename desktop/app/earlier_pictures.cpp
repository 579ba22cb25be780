#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fonts.h"
#include "parts.h"
#include "picture_tiles.h"
#include "probe.h"
#include "segment_parts.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr float kLeastWidth = 108, kGap = 12, kWords = 40;

/// The middle of an image in a frame of another shape.
void draw_covering(ImDrawList* canvas, const std::shared_ptr<const Image>& image, ImVec2 from, ImVec2 to) {
  const float wanted = (to.x - from.x) / (to.y - from.y);
  const float is = static_cast<float>(image->width) / static_cast<float>(image->height);
  const float x = is > wanted ? (1 - wanted / is) / 2 : 0, y = is < wanted ? (1 - is / wanted) / 2 : 0;
  canvas->AddImageRounded(image_texture(image), from, to, {x, y}, {1 - x, 1 - y}, IM_COL32_WHITE, px(7));
}

void draw_picture(views::App& app, const views::PictureHead& head, ImVec2 from, ImVec2 frame) {
  views::SegmentSession& session = app.segment.session;
  const Theme& t = theme();
  const ImVec2 to = from + frame;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  ImGui::PushID(head.id.c_str());
  ImGui::SetCursorScreenPos(from);
  ImGui::SetNextItemAllowOverlap();
  const bool opens = ImGui::InvisibleButton("open", frame + ImVec2(0, px(kWords)), ImGuiButtonFlags_EnableNav);
  const bool hovered = ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenOverlappedByItem |
                                            ImGuiHoveredFlags_AllowWhenBlockedByActiveItem),
             focused = ImGui::IsItemFocused() && ImGui::GetIO().NavVisible;
  probe_part(head.title, from, to);
  canvas->AddRectFilled(from, to, t.sunken, px(7));
  if (ImGui::IsRectVisible(from, to)) {
    if (const auto image = session.thumbnail(head.id)) draw_covering(canvas, image, from, to);
  }
  if (hovered || focused) canvas->AddRect(from, to, t.line_field, px(7), px(1));
  ImGui::PushClipRect({from.x, to.y}, {to.x, to.y + px(kWords)}, true);
  const WithFont font(12);
  ImGui::SetCursorScreenPos({from.x, to.y + px(4)});
  text(head.title);
  ImGui::SetCursorScreenPos({from.x, to.y + px(21)});
  text(head.things == 1 ? std::string("1 object") : fmt::format("{} objects", head.things), t.text_3);
  ImGui::PopClipRect();
  bool removes = false;
  if (hovered) {
    const ImVec2 at(to.x - px(30), from.y + px(4));
    canvas->AddRectFilled(at, at + px(26, 26), t.surface, px(6));
    ImGui::SetCursorScreenPos(at);
    removes =
        icon_button(fmt::format("Delete##Delete {}", head.title).c_str(), "trash", {.small = true, .bordered = true});
  }
  ImGui::PopID();
  if (removes) {
    session.remove(head.id);
    app.say(fmt::format("Deleted “{}”", head.title), [&session] { session.restore_removed(); });
  } else if (opens) {
    session.open(head.id);
  }
}

}  // namespace

void draw_earlier_pictures(views::App& app) {
  views::SegmentSession& session = app.segment.session;
  std::vector<views::PictureHead> heads = session.heads();  // a click changes them
  std::erase_if(heads,
                [&](const views::PictureHead& head) { return session.picture() && session.picture()->id == head.id; });
  if (heads.empty()) return;
  headline("Earlier", 13);
  ImGui::Dummy(px(0, 2));
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float room = ImGui::GetContentRegionAvail().x;
  const float columns = std::max(1.0F, std::floor((room + px(kGap)) / px(kLeastWidth + kGap)));
  const float width = (room - px(kGap) * (columns - 1)) / columns, height = width * 0.75F;
  float column = 0, y = corner.y;
  for (const views::PictureHead& head : heads) {
    draw_picture(app, head, {corner.x + (width + px(kGap)) * column, y}, {width, height});
    if (++column < columns) continue;
    column = 0;
    y += height + px(kWords + kGap);
  }
  if (column > 0) y += height + px(kWords + kGap);
  ImGui::SetCursorScreenPos({corner.x, y});
  ImGui::Dummy({1, 1});  // the pictures belong to the region
}

}  // namespace wick::app
