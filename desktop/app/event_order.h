#pragma once
// Keys that are pressed faster than frames are drawn.

namespace wick::app {

/// Keeps chords whole: the toolkit would take "Ctrl down, 4 down, Ctrl up" that come within one frame as a 4 alone.
/// Called before the toolkit takes a frame's events, sets those aside that begin with a modifier's release after
/// another key was pressed.
void hold_late_events();

/// Called after it took them: gives it those back, for the next frame.
void give_late_events();

}  // namespace wick::app
