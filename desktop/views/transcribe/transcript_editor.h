#pragma once
// The text of a recording in the hands of a person.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audio/player.h"
#include "views/settings.h"
#include "views/transcribe/recording.h"
#include "views/transcribe/transcript_look.h"

namespace wick::views {

/// Changes, searches and follows the text of the recording that shows, whichever that is.
class TranscriptEditor {
 public:
  /// Where the text is.
  struct Desk {
    std::function<const Recording*()> shown;                             // nullptr where none shows
    std::function<void(const std::function<void(Recording&)>&)> change;  // that one, and keeps it
    std::function<void(std::string words, std::function<void()> undo)> say;
  };
  /// `settings` are read when they matter.
  TranscriptEditor(Player& player, const SpeechSettings& settings, Desk desk);

  TranscriptLook look;

  /// Another text shows: nothing of the one before is looked at or can be undone.
  void clear();

  /// The mouse goes down on a line. It is the one that is meant once the mouse comes up or goes down again, even if
  /// that ended an edit that removed a line above it: see pressed_line().
  void press(int segment) { look.pressed = segment; }
  int pressed_line() const { return look.pressed; }
  /// Ends the edit before, which may remove a line: `segment` counts those that are there now.
  void begin_edit(int segment);
  /// Takes look.edit as the text of the line; an empty one removes it.
  void end_edit();
  void cancel_edit() { look.editing = -1; }
  bool can_undo() const { return undone_ < edits_.size(); }
  bool can_redo() const { return undone_ > 0; }
  void undo();
  void redo();
  void toggle_edit_mode();

  void find(const std::string& query);
  void step_hit(int step);

  /// Goes to a segment, `step` further.
  void step_segment(int step);
  /// Plays from a time in a segment.
  void play_from(int segment, double time);
  /// The word that is heard now; scrolls along where another segment has begun. To be called before each frame.
  void follow();

 private:
  /// A line before and after; nothing where it was not there.
  struct Edit {
    std::size_t at;
    std::optional<Segment> before, after;
  };
  void replace(const Edit& edit);
  void bring_back(const Edit& removed);
  void take(Edit edit);

  Player& player_;
  const SpeechSettings& settings_;
  Desk desk_;
  std::vector<Edit> edits_;
  std::size_t undone_ = 0;  // of these, counted from the last
  int texts_ = 0;           // that have shown
};

}  // namespace wick::views
