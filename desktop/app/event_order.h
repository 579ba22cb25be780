#pragma once
// Keys and clicks that come faster than frames are drawn.

namespace wick::app {

/// Keeps what belongs together. The toolkit would take "Ctrl down, 4 down, Ctrl up" that come within one frame as a 4
/// alone, and a click that comes with the mouse's way there as one on what was under it before. Called before the
/// toolkit takes a frame's events, sets those aside that begin with a modifier's release after another key was pressed,
/// or with a button's press after the mouse has moved.
void hold_late_events();

/// Called after it took them: gives it those back, for the next frame. True if there are any.
bool give_late_events();

}  // namespace wick::app
