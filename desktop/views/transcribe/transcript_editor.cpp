#include "views/transcribe/transcript_editor.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/text/jinja_text.h"
#include "views/transcribe/realign.h"

namespace wick::views {
namespace {

constexpr double kLookMs = 4000;  // whoever has scrolled since looks elsewhere, and is left there

}  // namespace

TranscriptEditor::TranscriptEditor(Player& player, const SpeechSettings& settings, Desk desk)
    : player_(player), settings_(settings), desk_(std::move(desk)) {}

void TranscriptEditor::clear() {
  look = {};
  edits_.clear();
  undone_ = 0;
  ++texts_;
}

void TranscriptEditor::begin_edit(int segment) {
  const Recording* const recording = desk_.shown();
  if (!recording || segment < 0 || segment >= std::ssize(recording->segments)) return;
  if (look.editing == segment) return;
  look.segment = segment;
  if (look.editing >= 0) end_edit();  // moves look.segment with its line
  look.editing = look.segment;
  look.focus_edit = true;
  look.edit = jinja::strip(recording->segments[static_cast<std::size_t>(look.editing)].text, true, true);
}

void TranscriptEditor::end_edit() {
  const int at = std::exchange(look.editing, -1);
  const Recording* const recording = desk_.shown();
  if (!recording || at < 0 || at >= std::ssize(recording->segments)) return;
  const Segment before = recording->segments[static_cast<std::size_t>(at)];
  if (jinja::strip(before.text, true, true) == jinja::strip(look.edit, true, true)) return;
  const std::vector<Segment> one = with_segment_text({before}, 0, look.edit);
  const Edit edit{static_cast<std::size_t>(at), before, one.empty() ? std::nullopt : std::optional(one.front())};
  take(edit);
  if (!one.empty()) return;
  desk_.say("Removed a line of the transcript", [this, edit, text = texts_] {
    if (text == texts_) bring_back(edit);
  });
}

void TranscriptEditor::take(Edit edit) {
  edits_.resize(edits_.size() - undone_);
  undone_ = 0;
  edits_.push_back(std::move(edit));
  replace(edits_.back());
}

/// By undoing the removal where nothing was done since.
void TranscriptEditor::bring_back(const Edit& removed) {
  const bool last =
      can_undo() && edits_[edits_.size() - undone_ - 1].at == removed.at && !edits_[edits_.size() - undone_ - 1].after;
  if (last) return undo();
  look.editing = -1;
  take({removed.at, std::nullopt, removed.before});
  look.reveal = static_cast<int>(removed.at);
}

/// A line becomes another one, goes, or comes back; those that are looked at stay the same lines.
void TranscriptEditor::replace(const Edit& edit) {
  const auto& [place, from, to] = edit;
  const int at = static_cast<int>(place), added = (to ? 1 : 0) - (from ? 1 : 0);
  desk_.change([&](Recording& recording) {
    const auto line = recording.segments.begin() + at;
    if (from && to) {
      *line = *to;
    } else if (from) {
      recording.segments.erase(line);
    } else if (to) {
      recording.segments.insert(line, *to);
    }
  });
  for (int* const looked_at : {&look.segment, &look.pressed})
    if (*looked_at > at || (*looked_at == at && added > 0)) *looked_at += added;
  if (!look.query.empty()) find(look.query);
}

void TranscriptEditor::undo() {
  if (!can_undo()) return;
  look.editing = -1;
  const Edit edit = edits_[edits_.size() - ++undone_];
  replace({edit.at, edit.after, edit.before});
  look.reveal = static_cast<int>(edit.at);
}

void TranscriptEditor::redo() {
  if (!can_redo()) return;
  look.editing = -1;
  const Edit edit = edits_[edits_.size() - undone_--];
  replace(edit);
  look.reveal = static_cast<int>(edit.at);
}

void TranscriptEditor::toggle_edit_mode() {
  look.edit_mode = !look.edit_mode;
  if (!look.edit_mode) return end_edit();
  if (look.editing < 0) begin_edit(look.segment);
}

void TranscriptEditor::find(const std::string& query) {
  const Recording* const recording = desk_.shown();
  look.query = query;
  look.hits = recording ? find_hits(recording->segments, query) : std::vector<TextHit>();
  const auto ahead =
      std::find_if(look.hits.begin(), look.hits.end(), [&](const TextHit& hit) { return hit.segment >= look.segment; });
  look.hit = look.hits.empty() ? -1 : ahead == look.hits.end() ? 0 : static_cast<int>(ahead - look.hits.begin());
  if (const TextHit* const hit = look.current_hit()) look.reveal = hit->segment;
}

void TranscriptEditor::step_hit(int step) {
  look.hit = next_hit(static_cast<int>(look.hits.size()), look.hit, step);
  if (const TextHit* const hit = look.current_hit()) look.reveal = hit->segment;
}

void TranscriptEditor::step_segment(int step) {
  const Recording* const recording = desk_.shown();
  if (!recording || recording->segments.empty()) return;
  const int last = static_cast<int>(recording->segments.size()) - 1;
  look.segment = look.reveal = std::clamp(look.segment + step, 0, last);
  player_.seek(recording->segments[static_cast<std::size_t>(look.segment)].start);
}

void TranscriptEditor::play_from(int segment, double time) {
  look.segment = segment;
  player_.seek(time);
  player_.play();
}

/// The word that is heard now; scrolls along where another segment has begun.
void TranscriptEditor::follow() {
  const Recording* const recording = desk_.shown();
  const double time = player_.time();
  const bool playing = player_.playing();
  const auto now = recording && (time > 0 || playing) ? word_at(recording->segments, time) : std::nullopt;
  const bool turned = now && (!look.now || look.now->segment != now->segment);
  look.now = now;
  if (!turned || !playing || !settings_.follow || now_ms() - look.looked_ms < kLookMs) return;
  look.reveal = now->segment;
  look.reveal_middle = true;
}

}  // namespace wick::views
