#pragma once
// The things of a picture, and how each was pointed at.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image/outline.h"
#include "models/segmenter.h"

namespace wick::views {

/// A mask that may be meant, with the line that a screen shows of it.
struct MaskCandidate : SegmentMask {
  std::vector<Polygon> outline;
};
using MaskPtr = std::shared_ptr<const MaskCandidate>;

/// How far a shown outline may stray from its mask, in pixels of a picture of that size: less than a screen shows where
/// all of the picture is in sight.
double shown_tolerance(ImageSize picture);
MaskPtr shown_mask(SegmentMask mask);

using ScenePoint = SegmentPrompt::Point;

/// A thing in the picture: how it was pointed at, and the masks that may be meant.
struct Thing {
  std::string id, name;
  int colour = 0;  // of the style's colours for things, from 0
  bool hidden = false;
  std::vector<ScenePoint> points;
  std::optional<Box> box;
  std::vector<MaskPtr> candidates;
  int chosen = -1;       // which of them; -1 before there are any
  bool answered = true;  // whether the candidates are those of the points and box
  MaskPtr refines;       // the mask that its last point refines, until it is answered

  /// The chosen mask, or nullptr.
  MaskPtr mask() const;
  SegmentPrompt prompt() const { return {.points = points, .box = box}; }
  bool is_empty() const { return points.empty() && !box && candidates.empty(); }
  /// How many of the points are in it.
  std::size_t points_inside() const;
};

inline constexpr int kThingColours = 6;

/// The things, and the one that is worked on. A value: each step makes another.
struct Scene {
  std::vector<Thing> things;
  std::string current;  // its id, or empty

  const Thing* find(const std::string& id) const;
  const Thing* current_thing() const { return find(current); }
  /// The things that have a mask and show it.
  std::vector<const Thing*> shown() const;
  /// The next thing that shows, or the one before; nullptr where none does.
  const Thing* beside(int by) const;
  /// The thing at a pixel that shows; of several the smallest, which lies on the others.
  const Thing* at(Index x, Index y) const;
};

using NewId = std::function<std::string()>;
using ChangeThing = std::function<void(Thing&)>;

/// Each of these returns the scene that comes of it.
Scene with_thing(Scene scene, const std::string& id, const ChangeThing& change);
/// With an empty thing to work on; one that is empty already is used again.
Scene with_new_thing(Scene scene, const NewId& new_id);
/// With a thing for each mask, the large ones under the small ones.
Scene with_found(Scene scene, std::vector<MaskPtr> masks, const NewId& new_id);
/// Without a thing; the one before it is worked on next.
Scene without_thing(Scene scene, const std::string& id);
/// Without the thing that is worked on if nothing is left of it, not even a name that it was given.
Scene without_emptied(Scene scene);

void add_point(Thing& thing, ScenePoint point);
void set_box(Thing& thing, const Box& box);
/// Without any prompt it has no mask either.
void remove_point(Thing& thing, std::size_t index);
void remove_box(Thing& thing);
void set_answer(Thing& thing, std::vector<MaskPtr> candidates, int best);
/// Puts another mask in the place of the chosen one, or first.
void set_mask(Thing& thing, MaskPtr mask);

/// Those of the masks that are of none of the things that are known already: whose IoU with each is at most 0.7.
std::vector<MaskPtr> without_known(std::vector<MaskPtr> masks, const std::vector<MaskPtr>& known);

}  // namespace wick::views
