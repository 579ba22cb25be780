#include "views/segment/stage.h"

#include <algorithm>
#include <cmath>

namespace wick::views {
namespace {

// In units of the design.
constexpr double kTapRadius = 5;     // within which a press is no drag
constexpr double kPointRadius = 14;  // within which a point is meant
constexpr double kKeyStep = 12;      // that an arrow key moves the pointer

constexpr double kDoubleSeconds = 0.5;
constexpr double kZoomSeconds = 0.045;  // in which a zoom has done two thirds of its way
constexpr double kZoomEnd = 0.002;

}  // namespace

// ---- where the picture lies -----------------------------------------------------------------------------------------

Placement Stage::whole() const { return fitted(picture(), room_, unit_); }

void Stage::set_room(Extent room, double unit) {
  const bool same = room.width == room_.width && room.height == room_.height && unit == unit_;
  room_ = room;
  unit_ = unit;
  if (!session_.picture()) {
    shown_.clear();
    return;
  }
  if (session_.picture()->id != shown_) {
    shown_ = session_.picture()->id;
    pointer_.reset();
    drop();
    fit();
  } else if (!same) {
    refit();
  }
}

void Stage::refit() { fit_ ? settle(whole()) : pan({}); }

void Stage::settle(const Placement& placement) { placement_ = placement; }

void Stage::fit() {
  fit_ = true;
  zoom_left_ = 0;
  if (session_.picture()) refit();
}

void Stage::actual_size() { zoom(1 / placement_.scale); }

void Stage::zoom(double by, std::optional<Place> at) {
  if (!session_.picture()) return;
  fit_ = false;
  zoom_left_ += std::log(by);
  zoom_at_ = at.value_or(Place{room_.width / 2, room_.height / 2});
}

void Stage::pan(Place by) {
  if (!session_.picture()) return;
  if (by.x != 0 || by.y != 0) fit_ = false;
  settle(moved(placement_, by, picture(), room_));
}

bool Stage::advance(double seconds) {
  if (zoom_left_ == 0 || !session_.picture()) return false;
  const double part = zoom_left_ * (1 - std::exp(-std::max(seconds, 0.001) / kZoomSeconds));
  const double now = std::abs(zoom_left_ - part) < kZoomEnd ? zoom_left_ : part;
  const double before = placement_.scale, fitted_scale = whole().scale;
  const double least = std::min(fitted_scale, whole_scale(picture(), room_)) / 2;
  settle(zoomed(placement_, std::exp(now), zoom_at_, least, std::max(kMostScale, fitted_scale)));
  pan({});
  zoom_left_ = placement_.scale == before ? 0 : zoom_left_ - now;  // there is an end to it
  return zoom_left_ != 0;
}

// ---- what lies under a place ----------------------------------------------------------------------------------------

bool Stage::selects() const {
  return pointer_tool() == Tool::select || (pointer_tool() == Tool::point && session_.scene().current.empty());
}

int Stage::colour() const {
  const Thing* const thing = session_.scene().current_thing();
  return thing ? thing->colour : static_cast<int>(session_.scene().things.size()) % kThingColours;
}

std::optional<ScenePoint> Stage::point_at(Place at, bool alt) const {
  const std::optional<Pixel> pixel = pixel_at(placement_, at, picture());
  if (!pixel) return std::nullopt;
  return ScenePoint{static_cast<double>(pixel->x), static_cast<double>(pixel->y), !alt && tool != Tool::exclude};
}

const Thing* Stage::thing_at(Place at) const {
  if (!selects()) return nullptr;
  const std::optional<Pixel> pixel = pixel_at(placement_, at, picture());
  return pixel ? session_.scene().at(pixel->x, pixel->y) : nullptr;
}

int Stage::find_point(Place at) const {
  const Thing* const thing = session_.scene().current_thing();
  if (!thing || thing->hidden) return -1;
  for (std::size_t i = thing->points.size(); i-- > 0;) {
    const Place point = placement_.to_stage({thing->points[i].x + 0.5, thing->points[i].y + 0.5});
    if (distance(point, at) <= kPointRadius * unit_) return static_cast<int>(i);
  }
  return -1;
}

void Stage::hover(Place at, bool alt) {
  point_under_ = find_point(at);
  const Thing* const thing = box_ || alt || point_under_ >= 0 ? nullptr : thing_at(at);
  pointed_ = thing ? thing->id : "";
  const bool points = pointer_tool() == Tool::point || pointer_tool() == Tool::exclude;
  const bool asks = points && previews && !box_ && !thing && point_under_ < 0;
  session_.hover(asks ? point_at(at, alt) : std::nullopt);
}

void Stage::leave() {
  pointed_.clear();
  point_under_ = -1;
  session_.hover(std::nullopt);
}

// ---- the pointer ----------------------------------------------------------------------------------------------------

void Stage::drop() {
  from_.reset();
  box_.reset();
  stroke_.clear();
  dragging_ = Drag::none;
  pressed_point_ = -1;
}

void Stage::press(StageButton button, Place at, bool alt, double now_s) {
  if (!session_.picture() || from_) return;
  repeated_ = distance(at, last_.at) <= kTapRadius * unit_ && alt == last_.alt && now_s - last_.time_s < kDoubleSeconds;
  last_ = {at, alt, now_s};
  pointer_.reset();
  from_ = before_ = at;
  const bool moves = button == StageButton::middle;
  wanted_ = moves ? Drag::pan : drag_of(pointer_tool());
  dragging_ = moves || wanted_ == Drag::stroke ? wanted_ : Drag::none;
  pressed_point_ = moves || wanted_ == Drag::stroke || repeated_ ? -1 : find_point(at);
  leave();
  if (dragging_ != Drag::stroke) return;
  stroke_ = {at};
  erasing_ = alt || brush.erases;
}

void Stage::move(Place at, bool alt) {
  if (!session_.picture()) return;
  if (!from_) return hover(at, alt);
  if (dragging_ == Drag::stroke) {
    if (distance(at, stroke_.back()) > 0) stroke_.push_back(at);
    erasing_ = alt || brush.erases;
    return;
  }
  if (dragging_ == Drag::none && distance(at, *from_) > kTapRadius * unit_) {
    dragging_ = wanted_;
    before_ = *from_;  // the way to where it became a drag is part of it
    pressed_point_ = -1;
  }
  if (dragging_ == Drag::box) box_ = {*from_, at};
  if (dragging_ == Drag::pan) pan({at.x - before_.x, at.y - before_.y});
  before_ = at;
}

void Stage::release(Place at, bool alt) {
  if (!from_ || !session_.picture()) return drop();
  move(at, alt);
  const Place from = *from_;
  if (dragging_ == Drag::box) {
    if (const std::optional<Box> box = box_between(placement_, from, at, picture())) session_.draw_box(*box);
  } else if (dragging_ == Drag::stroke) {
    paint(alt);
  } else if (dragging_ == Drag::none && !repeated_) {
    if (pressed_point_ >= 0 && pressed_point_ == find_point(at)) {
      session_.remove_point(static_cast<std::size_t>(pressed_point_));
    } else {
      tap(from, alt);
    }
  }
  drop();
}

void Stage::paint(bool alt) {
  std::vector<StrokePlace> places;
  for (const Place& place : stroke_) {
    const Place at = placement_.to_picture(place);
    places.push_back({at.x, at.y});
  }
  session_.paint(std::move(places), brush.size / 2.0, alt || brush.erases);
}

void Stage::tap(Place at, bool alt) {
  const Thing* const thing = alt ? nullptr : thing_at(at);
  if (thing || pointer_tool() == Tool::select) return session_.select(thing ? thing->id : "");
  if (pointer_tool() == Tool::box || pointer_tool() == Tool::move) return;
  if (const std::optional<ScenePoint> point = point_at(at, alt)) session_.add_point(*point);
}

// ---- the keyboard ---------------------------------------------------------------------------------------------------

void Stage::step_pointer(int x, int y, bool fine, bool alt) {
  if (!session_.picture()) return;
  const double step = (fine ? 1 : kKeyStep) * unit_;
  const Place from = pointer_.value_or(Place{room_.width / 2, room_.height / 2});
  const Place place = placement_.to_picture({from.x + x * step, from.y + y * step});
  const auto within = [](double value, Index most) { return std::clamp(value, 0.0, static_cast<double>(most) - 0.5); };
  pointer_ = placement_.to_stage({within(place.x, picture().width), within(place.y, picture().height)});
  hover(*pointer_, alt);
}

void Stage::tap_pointer(bool alt) {
  if (pointer_ && session_.picture()) tap(*pointer_, alt);
}

}  // namespace wick::views
