#pragma once
// How far something is, and how it ended.
#include <imgui.h>

#include <string_view>

namespace wick::app {

/// From 0 to 1, amber unless it rests.
void progress_bar(float part, float width = 0, bool paused = false);
enum class NoteKind { plain, good, bad };
/// A message where it belongs: an icon and words that wrap.
void note(NoteKind kind, std::string_view text, float width = 0);
/// What marks that something is being written there.
void write_caret(ImDrawList* canvas, ImVec2 from, ImVec2 size);
/// A small dot, lit while something runs.
void status_dot(bool lit);

}  // namespace wick::app
