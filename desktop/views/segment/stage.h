#pragma once
// The picture as it lies before one, and what the pointer does on it.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "views/segment/placement.h"
#include "views/segment/segment_session.h"
#include "views/segment/tool.h"

namespace wick::views {

enum class StageButton { left, middle };

/// Places are in pixels of the screen from the stage's corner, `now_s` is any clock's seconds.
class Stage {
 public:
  explicit Stage(SegmentSession& session) : session_(session) {}

  Tool tool = Tool::point;
  Brush brush;
  bool previews = true;  // on hover
  bool held = false;     // Space: the pointer moves the picture meanwhile

  /// The room that there is, and the pixels of a unit of the design. A picture that is new is fitted in.
  void set_room(Extent room, double unit);
  const Placement& placement() const { return placement_; }
  /// As it is told: pixels of the picture are so many units large.
  double shown_scale() const { return placement_.scale / unit_; }
  bool is_fitted() const { return fit_; }
  bool shows_pixels() const { return shown_scale() >= 6; }
  /// What the pointer does now.
  Tool pointer_tool() const { return held ? Tool::move : tool; }

  void fit();
  /// One pixel of the picture is one of the screen, about the middle.
  void actual_size();
  /// Larger or smaller, about a place or the middle, within a few frames: see advance().
  void zoom(double by, std::optional<Place> at = {});
  void pan(Place by);
  /// Moves on what moves; whether it still does.
  bool advance(double seconds);

  // The pointer; `alt` leaves out or erases.
  void press(StageButton button, Place at, bool alt, double now_s);
  void move(Place at, bool alt);
  void release(Place at, bool alt);
  void leave();
  bool pressed() const { return from_.has_value(); }

  // The keyboard's pointer.
  void step_pointer(int x, int y, bool fine, bool alt);
  void tap_pointer(bool alt);
  void hide_pointer() { pointer_.reset(); }
  const std::optional<Place>& pointer() const { return pointer_; }

  // What is being drawn.
  const std::optional<std::pair<Place, Place>>& box() const { return box_; }
  const std::vector<Place>& stroke() const { return stroke_; }
  bool erasing() const { return erasing_; }
  /// The thing under the pointer that a click would select, or "".
  const std::string& pointed() const { return pointed_; }
  /// Which of the current thing's points is under the pointer; -1 for none.
  int point_under() const { return point_under_; }
  /// Whether a click on a thing selects it: always with that tool, and else where nothing is worked on.
  bool selects() const;
  /// The colour of what a prompt would mark.
  int colour() const;

 private:
  Placement whole() const;
  ImageSize picture() const { return session_.picture()->size; }
  void refit();
  void settle(const Placement& placement);
  void tap(Place at, bool alt);
  void paint(bool alt);
  void drop();
  std::optional<ScenePoint> point_at(Place at, bool alt) const;
  const Thing* thing_at(Place at) const;
  int find_point(Place at) const;
  void hover(Place at, bool alt);

  SegmentSession& session_;
  Extent room_;
  double unit_ = 1;
  Placement placement_;
  bool fit_ = true;  // until one zooms or moves
  std::string shown_;
  double zoom_left_ = 0;  // logarithm of what is still to come
  Place zoom_at_;

  std::optional<Place> from_, pointer_;
  Place before_;
  Drag wanted_ = Drag::none, dragging_ = Drag::none;
  int pressed_point_ = -1, point_under_ = -1;
  struct Press {
    Place at{-1e9, -1e9};
    bool alt = false;
    double time_s = -1e9;
  } last_;
  bool repeated_ = false;  // the second press of a double click
  std::optional<std::pair<Place, Place>> box_;
  std::vector<Place> stroke_;
  bool erasing_ = false;
  std::string pointed_;
};

}  // namespace wick::views
