#pragma once
// Keys that are pressed faster than frames are drawn.
struct GLFWwindow;

namespace wick::app {

/// Keeps chords whole: the toolkit would take "Ctrl down, 4 down, Ctrl up" that come within one frame as a 4 alone. A
/// modifier's release, and all keys, letters and moves of the mouse after it, wait for the next frame where a key was
/// pressed in this one.
/// Call it once the toolkit has its own callbacks.
void keep_chords(GLFWwindow* window);

/// After the toolkit took a frame's events: gives it those that waited. True if there were any.
bool give_late_keys(GLFWwindow* window);

}  // namespace wick::app
