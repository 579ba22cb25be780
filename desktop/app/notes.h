#pragma once
// How far something is, and how it ended.
#include <string_view>

namespace wick::app {

/// From 0 to 1, amber unless it rests.
void progress_bar(float part, float width = 0, bool paused = false);
enum class NoteKind { plain, good, bad };
/// A message where it belongs: an icon and words that wrap.
void note(NoteKind kind, std::string_view text, float width = 0);
/// A small dot, lit while something runs.
void status_dot(bool lit);

}  // namespace wick::app
