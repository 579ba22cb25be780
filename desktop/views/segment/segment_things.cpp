// Of SegmentSession: the things, and the questions to the model.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "models/everything.h"
#include "views/chat/conversation.h"
#include "views/segment/segment_session.h"

namespace wick::views {
namespace {

constexpr double kTellMs = 400;

/// The masks of a search with their outlines, each made once.
class FoundMasks {
 public:
  std::vector<MaskPtr> of(const std::vector<FoundMask>& masks) {
    std::vector<MaskPtr> shown;
    std::map<Key, MaskPtr> now;
    for (const FoundMask& mask : masks) {
      const Key key{mask.x, mask.y, mask.area};
      const auto known = known_.find(key);
      MaskPtr made = known != known_.end() ? known->second : shown_mask(mask);
      now[key] = made;
      shown.push_back(std::move(made));
    }
    known_ = std::move(now);
    return shown;
  }

 private:
  using Key = std::tuple<double, double, Index>;
  std::map<Key, MaskPtr> known_;
};

std::vector<MaskPtr> masks_of(const Scene& scene) {
  std::vector<MaskPtr> masks;
  for (const Thing& thing : scene.things)
    if (MaskPtr mask = thing.mask()) masks.push_back(std::move(mask));
  return masks;
}

/// A search that a worker advances.
struct Search {
  PicturePtr pixels;  // lasts as long as the search
  Everything everything;
  FoundMasks masks = {};
  double told_ms = 0;
};

}  // namespace

// ---- steps ----------------------------------------------------------------------------------------------------------

void SegmentSession::scene_changed() {
  save();
  answer();
}

void SegmentSession::step(Scene next) {
  history_.advance(std::move(next));
  forget_hover();
  problem_.clear();
  scene_changed();
}

/// Changes what shows without a step that could be undone.
void SegmentSession::settle(Scene next) {
  history_.settle(std::move(next));
  save();
}

/// Another prompt for the thing that is worked on, or for a first one.
void SegmentSession::prompt(const ChangeThing& change) {
  if (!picture_) return;
  Scene begun = scene().current_thing() ? scene() : with_new_thing(scene(), new_id);
  const std::string id = begun.current;
  step(with_thing(std::move(begun), id, change));
}

/// Takes a prompt of the thing that is worked on back, and with its last one the thing.
void SegmentSession::retract(const ChangeThing& change) {
  if (!scene().current_thing()) return;
  step(without_emptied(with_thing(scene(), scene().current, change)));
}

bool SegmentSession::nothing_yet() const {
  const Thing* const thing = scene().current_thing();
  return !thing || thing->is_empty();
}

void SegmentSession::add_point(ScenePoint point) {
  if (!point.inside && nothing_yet()) {
    problem_ = "There is nothing to leave out of yet: click a thing first.";
    return;
  }
  prompt([&](Thing& thing) { views::add_point(thing, point); });
}

void SegmentSession::remove_point(std::size_t index) {
  retract([&](Thing& thing) { views::remove_point(thing, index); });
}

void SegmentSession::draw_box(const Box& box) {
  prompt([&](Thing& thing) { set_box(thing, box); });
}

void SegmentSession::remove_box() {
  retract([](Thing& thing) { views::remove_box(thing); });
}

void SegmentSession::choose(int candidate) {
  const Thing* const thing = scene().current_thing();
  if (!thing || candidate < 0 || candidate >= static_cast<int>(thing->candidates.size())) return;
  if (candidate == thing->chosen) return;
  step(with_thing(scene(), thing->id, [&](Thing& each) { each.chosen = candidate; }));
}

void SegmentSession::new_thing() {
  if (!picture_) return;
  Scene next = with_new_thing(scene(), new_id);
  if (next.current != scene().current) step(std::move(next));
}

void SegmentSession::select(const std::string& id) {
  if (id == scene().current) return;
  Scene next = scene();
  next.current = id;
  settle(std::move(next));
}

void SegmentSession::rename(const std::string& id, const std::string& name) {
  const std::size_t first = name.find_first_not_of(" \t");
  if (first == std::string::npos) return;
  const std::string given = name.substr(first, name.find_last_not_of(" \t") + 1 - first);
  const Thing* const thing = scene().find(id);
  if (!thing || thing->name == given) return;
  step(with_thing(scene(), id, [&](Thing& each) { each.name = given; }));
}

void SegmentSession::toggle_hidden(const std::string& id) {
  step(with_thing(scene(), id, [](Thing& thing) { thing.hidden = !thing.hidden; }));
}

void SegmentSession::remove_thing(const std::string& id) {
  if (scene().find(id)) step(without_thing(scene(), id));
}

void SegmentSession::undo() {
  if (!history_.undo()) return;
  forget_hover();
  scene_changed();
}

void SegmentSession::redo() {
  if (!history_.redo()) return;
  forget_hover();
  scene_changed();
}

// ---- questions ------------------------------------------------------------------------------------------------------

/// Asks for the masks of whatever was pointed at since; one question at a time.
void SegmentSession::answer() {
  if (answering_ || !picture_) return;
  const auto open = std::ranges::find(scene().things, false, &Thing::answered);
  if (open == scene().things.end()) return;
  if (!ready_) return prepare();  // and then this
  answering_ = true;
  answer_job_ = engine_.start(
      [this, desk = desk_, asked = *open](const Worker::Turn& turn) {
        turn.post([this, asked, found = desk->answer(asked.prompt(), asked.refines)] { answered(asked, found); });
        return false;
      },
      [this](const std::string& message) {
        answering_ = false;
        give_up();
        problem_ = message;
      });
}

void SegmentSession::answered(const Thing& asked, MaskAnswer found) {
  answering_ = false;
  settle(with_thing(scene(), asked.id, [&](Thing& thing) {
    if (thing.points == asked.points && thing.box == asked.box)
      set_answer(thing, std::move(found.candidates), found.best);
  }));
  answer();
}

/// Things that got no answer stay as they are, and are not asked about over and over.
void SegmentSession::give_up() {
  Scene next = scene();
  for (Thing& thing : next.things) thing.answered = true;
  settle(std::move(next));
}

void SegmentSession::hover(std::optional<ScenePoint> point) {
  if (!point || !ready_ || (!point->inside && nothing_yet())) return forget_hover();
  const Thing* const thing = scene().current_thing();
  Thing next = thing ? *thing : Thing();
  views::add_point(next, *point);
  ask_hover({next.prompt(), next.refines});
}

void SegmentSession::forget_hover() {
  hover_job_.stop();
  hover_job_ = {};
  hovering_ = false;
  next_hover_.reset();
  preview_.reset();
}

void SegmentSession::ask_hover(Question question) {
  if (hovering_) {
    next_hover_ = std::move(question);
    return;
  }
  hovering_ = true;
  const auto ended = [this] {
    hovering_ = false;
    if (next_hover_) ask_hover(*std::exchange(next_hover_, std::nullopt));
  };
  hover_job_ = engine_.start(
      [this, desk = desk_, ended, asked = std::move(question)](const Worker::Turn& turn) {
        turn.post([this, ended, found = desk->preview(asked.prompt, asked.refines)] {
          preview_ = found;
          ended();
        });
        return false;
      },
      [ended](const std::string&) { ended(); });  // the next one may fare better
}

// ---- the brush ------------------------------------------------------------------------------------------------------

void SegmentSession::paint(std::vector<StrokePlace> places, double radius, bool erase) {
  if (!picture_ || places.empty()) return;
  strokes_.push_back({std::move(places), radius, erase});
  next_stroke();
}

/// Strokes one after the other: each is painted on what the one before has made.
void SegmentSession::next_stroke() {
  if (painting_ || strokes_.empty() || answering_) return;
  Stroke stroke = std::move(strokes_.front());
  strokes_.pop_front();
  const Thing* const thing = scene().current_thing();
  const MaskPtr mask = thing ? thing->mask() : nullptr;
  if (stroke.erase && !mask) return next_stroke();
  painting_ = true;
  paint_job_ = engine_.start(
      [this, stroke = std::move(stroke), mask, size = picture_->size,
       id = thing ? thing->id : ""](const Worker::Turn& turn) {
        const Rle drawn = stroke_of(stroke.places, stroke.radius, size);
        SegmentMask made{.rle = !mask          ? drawn
                                : stroke.erase ? without(mask->rle, drawn)
                                               : united(mask->rle, drawn),
                         .area = 0,
                         .box = {},
                         .iou = mask ? mask->iou : 1,
                         .stability = mask ? mask->stability : 1};
        made.area = area(made.rle);
        made.box = bounding_box(made.rle);
        turn.post([this, id, shown = shown_mask(std::move(made))] { painted(id, shown); });
        return false;
      },
      [this](const std::string& message) {
        painting_ = false;
        problem_ = message;
        next_stroke();
      });
}

void SegmentSession::painted(const std::string& id, MaskPtr mask) {
  painting_ = false;
  Scene begun = scene().find(id) ? scene() : with_new_thing(scene(), new_id);
  const std::string to = scene().find(id) ? id : begun.current;
  step(with_thing(std::move(begun), to, [&](Thing& thing) { set_mask(thing, mask); }));
  next_stroke();
}

// ---- everything -----------------------------------------------------------------------------------------------------

double SegmentSession::finding_left() const {
  constexpr double kLeastShare = 0.02;
  if (!finding_ || *finding_ < kLeastShare) return 0;
  return (now_ms() - finding_began_ms_) / 1e3 * (1 - *finding_) / *finding_;
}

void SegmentSession::everything() {
  if (!picture_ || finding_) return;
  if (!ready_) return prepare();
  finding_ = 0;
  finding_began_ms_ = now_ms();
  problem_.clear();
  enough_ = std::make_shared<std::atomic<bool>>(false);
  finding_job_ = engine_.start(
      [this, desk = desk_, pixels = pixels_, enough = enough_,
       search = std::shared_ptr<Search>()](const Worker::Turn& turn) mutable {
        if (!search) {
          search =
              std::make_shared<Search>(Search{pixels, Everything(desk->model(), *pixels->levels.front(),
                                                                 EverythingOptions(), desk->segmenter().embedding())});
        }
        const bool more = search->everything.step();
        if (!more || *enough) {
          turn.post([this, all = search->masks.of(search->everything.masks())] { end_everything(all); });
          return false;
        }
        if (now_ms() - search->told_ms > kTellMs) {
          search->told_ms = now_ms();
          turn.post([this, part = search->everything.progress(), all = search->masks.of(search->everything.masks())] {
            finding_ = part;
            found_ = all;
          });
        }
        return true;
      },
      [this](const std::string& message) {
        finding_.reset();
        found_.clear();
        problem_ = message;
      });
}

void SegmentSession::stop_everything() {
  if (enough_) *enough_ = true;
}

/// Compares what is found with what is known, on the thread that computes, and takes in what is new.
void SegmentSession::end_everything(std::vector<MaskPtr> found) {
  finding_job_ = engine_.start(
      [this, found = std::move(found), known = masks_of(scene())](const Worker::Turn& turn) {
        turn.post([this, fresh = without_known(found, known)] {
          finding_.reset();
          found_.clear();
          if (!fresh.empty()) step(with_found(scene(), fresh, new_id));
        });
        return false;
      },
      [this](const std::string& message) {
        finding_.reset();
        found_.clear();
        problem_ = message;
      });
}

}  // namespace wick::views
