#include "views/segment_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace wick::views {

SegmentView::SegmentView(Worker& engine, ModelHost& models, Settings& settings, const std::string& folder,
                         std::function<void()> wake)
    : session(engine, models, folder, std::move(wake)), stage(session), thumbnails(engine), settings_(settings) {
  stage.previews = settings.mask_previews;
}

void SegmentView::deliver() { session.deliver(); }

void SegmentView::enter() {
  if (std::exchange(entered_, true) || session.picture() || settings_.picture.empty()) return;
  session.open(settings_.picture);
}

void SegmentView::set_previews(bool on) {
  settings_.mask_previews = stage.previews = on;
  if (!on) session.hover(std::nullopt);
}

void SegmentView::resize_brush(double by) {
  const auto next = static_cast<int>(std::lround(stage.brush.size * by));
  stage.brush.size = std::clamp(next, kLeastBrush, kMostBrush);
}

void SegmentView::step_thing(int by) {
  if (const Thing* const thing = session.scene().beside(by)) session.select(thing->id);
}

void SegmentView::remove_current() { session.remove_thing(session.scene().current); }

void SegmentView::escape() {
  if (stage.tool != Tool::point) {
    stage.tool = Tool::point;
  } else {
    session.select("");
  }
}

void SegmentView::begin_rename(const std::string& id) {
  const Thing* const thing = session.scene().find(id);
  if (!thing) return;
  renamed = id;
  name = thing->name;
}

void SegmentView::end_rename(bool keep) {
  const std::string id = std::exchange(renamed, "");
  if (keep && !id.empty()) session.rename(id, name);
  name.clear();
}

std::string SegmentView::status() const {
  if (session.finding()) return fmt::format("Finding everything · {:.0f} %", 100 * *session.finding());
  if (session.reading()) return fmt::format("Reading the picture · {:.0f} %", 100 * *session.reading());
  return "";
}

}  // namespace wick::views
