#include "views/segment/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/image/mask_runs.h"

namespace wick::views {
namespace {

constexpr double kMostOverlap = 0.7;  // from which two masks are of one thing, as where everything is found

std::string free_name(const Scene& scene) {
  for (std::size_t number = scene.things.size() + 1;; ++number) {
    std::string name = fmt::format("Object {}", number);
    if (std::ranges::find(scene.things, name, &Thing::name) == scene.things.end()) return name;
  }
}

bool is_given_name(const std::string& name) {
  return name.starts_with("Object ") && name.size() > 7 &&
         std::all_of(name.begin() + 7, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The first colour that the fewest things have.
int free_colour(const Scene& scene) {
  std::array<int, kThingColours> counts{};
  for (const Thing& thing : scene.things) ++counts[static_cast<std::size_t>(thing.colour)];
  return static_cast<int>(std::ranges::min_element(counts) - counts.begin());
}

void prompt_changed(Thing& thing) {
  thing.refines.reset();
  thing.answered = thing.points.empty() && !thing.box;
  if (!thing.answered) return;
  thing.candidates.clear();
  thing.chosen = -1;
}

/// Pixels in both of two boxes, each with its last row and column.
double shared_area(const Box& a, const Box& b) {
  const auto side = [](float a0, float a1, float b0, float b1) {
    return std::max(0.0, static_cast<double>(std::min(a1, b1)) + 1 - static_cast<double>(std::max(a0, b0)));
  };
  return side(a.x0, a.x1, b.x0, b.x1) * side(a.y0, a.y1, b.y0, b.y1);
}

bool is_same(const MaskCandidate& one, const MaskCandidate& other) {
  const auto a = static_cast<double>(one.area), b = static_cast<double>(other.area);
  const double most = std::min({a, b, shared_area(one.box, other.box)});
  if (most <= kMostOverlap * std::max(1.0, a + b - most)) return false;  // most pairs lie apart
  const auto either = static_cast<double>(area(united(one.rle, other.rle)));
  return (a + b - either) / either > kMostOverlap;
}

}  // namespace

double shown_tolerance(ImageSize picture) {
  constexpr double kTolerance = 1.1, kScreen = 2048;  // above the steps of a slanting line of pixels
  return kTolerance * std::max(1.0, static_cast<double>(std::max(picture.width, picture.height)) / kScreen);
}

MaskPtr shown_mask(SegmentMask mask) {
  std::vector<Polygon> outline = outline_near(mask.rle, shown_tolerance(mask.rle.size));
  if (mask.area == 0) outline.clear();
  return std::make_shared<const MaskCandidate>(MaskCandidate{std::move(mask), std::move(outline)});
}

MaskPtr Thing::mask() const {
  const auto index = static_cast<std::size_t>(chosen);
  return chosen >= 0 && index < candidates.size() ? candidates[index] : nullptr;
}

std::size_t Thing::points_inside() const {
  return static_cast<std::size_t>(std::ranges::count(points, true, &ScenePoint::inside));
}

const Thing* Scene::find(const std::string& id) const {
  const auto found = std::ranges::find(things, id, &Thing::id);
  return found == things.end() ? nullptr : &*found;
}

std::vector<const Thing*> Scene::shown() const {
  std::vector<const Thing*> list;
  for (const Thing& thing : things)
    if (!thing.hidden && thing.mask()) list.push_back(&thing);
  return list;
}

const Thing* Scene::beside(int by) const {
  const std::vector<const Thing*> list = shown();
  if (list.empty()) return nullptr;
  const auto at = std::ranges::find(list, current, &Thing::id);
  if (at == list.end()) return by > 0 ? list.front() : list.back();
  const auto count = static_cast<std::ptrdiff_t>(list.size());
  return list[static_cast<std::size_t>((at - list.begin() + by + count) % count)];
}

const Thing* Scene::at(Index x, Index y) const {
  const Thing* found = nullptr;
  for (const Thing* thing : shown()) {
    const MaskPtr mask = thing->mask();
    const auto within = [](Index value, float least, float most) {
      return static_cast<float>(value) >= least && static_cast<float>(value) <= most;
    };
    const bool near = within(x, mask->box.x0, mask->box.x1) && within(y, mask->box.y0, mask->box.y1);
    if (!near || (found && found->mask()->area <= mask->area) || !contains(mask->rle, x, y)) continue;
    found = thing;
  }
  return found;
}

Scene with_thing(Scene scene, const std::string& id, const ChangeThing& change) {
  const auto found = std::ranges::find(scene.things, id, &Thing::id);
  if (found != scene.things.end()) change(*found);
  return scene;
}

Scene with_new_thing(Scene scene, const NewId& new_id) {
  const auto empty = std::ranges::find_if(scene.things, &Thing::is_empty);
  if (empty != scene.things.end()) {
    scene.current = empty->id;
    return scene;
  }
  Thing thing;
  thing.id = new_id();
  thing.name = free_name(scene);
  thing.colour = free_colour(scene);
  scene.current = thing.id;
  scene.things.push_back(std::move(thing));
  return scene;
}

Scene with_found(Scene scene, std::vector<MaskPtr> masks, const NewId& new_id) {
  std::ranges::sort(masks, std::ranges::greater(),
                    [](const MaskPtr& mask) { return std::pair(mask->area, mask->iou); });
  std::erase_if(scene.things, [](const Thing& thing) { return thing.is_empty(); });
  for (MaskPtr& mask : masks) {
    scene = with_new_thing(std::move(scene), new_id);
    set_answer(scene.things.back(), {std::move(mask)}, 0);
  }
  scene.current.clear();
  return scene;
}

Scene without_thing(Scene scene, const std::string& id) {
  const auto found = std::ranges::find(scene.things, id, &Thing::id);
  if (found == scene.things.end()) return scene;
  const auto at = found - scene.things.begin();
  scene.things.erase(found);
  if (scene.current != id) return scene;
  const auto before = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - 1));
  scene.current = before < scene.things.size() ? scene.things[before].id : "";
  return scene;
}

Scene without_emptied(Scene scene) {
  const Thing* const thing = scene.current_thing();
  if (!thing || !thing->is_empty() || !is_given_name(thing->name)) return scene;
  std::erase_if(scene.things, [id = thing->id](const Thing& each) { return each.id == id; });
  scene.current.clear();
  return scene;
}

void add_point(Thing& thing, ScenePoint point) {
  if (thing.answered) thing.refines = thing.mask();
  thing.points.push_back(point);
  thing.answered = false;
}

void set_box(Thing& thing, const Box& box) {
  thing.box = box;
  prompt_changed(thing);
}

void remove_point(Thing& thing, std::size_t index) {
  if (index >= thing.points.size()) return;
  thing.points.erase(thing.points.begin() + static_cast<std::ptrdiff_t>(index));
  prompt_changed(thing);
}

void remove_box(Thing& thing) {
  thing.box.reset();
  prompt_changed(thing);
}

void set_answer(Thing& thing, std::vector<MaskPtr> candidates, int best) {
  thing.candidates = std::move(candidates);
  thing.chosen = best;
  thing.answered = true;
  thing.refines.reset();
}

void set_mask(Thing& thing, MaskPtr mask) {
  thing.chosen = std::max(0, thing.chosen);
  if (thing.candidates.empty()) thing.candidates.resize(1);
  thing.candidates[static_cast<std::size_t>(thing.chosen)] = std::move(mask);
}

std::vector<MaskPtr> without_known(std::vector<MaskPtr> masks, const std::vector<MaskPtr>& known) {
  std::erase_if(masks, [&](const MaskPtr& mask) {
    return std::ranges::any_of(known, [&](const MaskPtr& other) { return is_same(*mask, *other); });
  });
  return masks;
}

}  // namespace wick::views
