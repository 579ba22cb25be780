#pragma once
// The regions of the segment page.
#include <imgui.h>

#include "views/app.h"
#include "window.h"

namespace wick::app {

/// How wide the bar at the stage's lower right corner is, in units of the design.
inline constexpr float kZoomBar = 136;

/// The picture's name and size, undo and redo, export.
void draw_segment_bar(views::App& app, ImVec2 from, ImVec2 to);
void draw_segment_tools(views::App& app, ImVec2 from, ImVec2 to);
/// The picture with its masks and prompts, to point at.
void draw_segment_stage(views::App& app, Window& window, ImVec2 from, ImVec2 to);
/// On the stage: what must be done before the picture answers, or what one can do then.
void draw_segment_progress(views::App& app, ImVec2 from, ImVec2 to);
/// The masks to choose from, the things, and what is known of the one that is worked on.
void draw_segment_panel(views::App& app, Window& window, ImVec2 from, ImVec2 to);
/// The masks that may be meant.
void draw_mask_candidates(views::App& app);
/// The page before the first picture.
void draw_segment_empty(views::App& app, Window& window, ImVec2 from, ImVec2 to);
/// A line across the panel, edge to edge, between two of its sections.
void draw_section_line();

/// The kept pictures, but for the one that shows.
void draw_earlier_pictures(views::App& app);

/// The model's way here: what to get, how far it is, why it failed. Draws nothing where it is ready.
void draw_segment_model(views::App& app);
/// Lets a person choose a picture.
void choose_picture(views::App& app);

}  // namespace wick::app
