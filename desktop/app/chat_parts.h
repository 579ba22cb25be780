#pragma once
// The regions of the chat page.
#include <imgui.h>
#include <imgui_internal.h>

#include <string>

#include "views/app.h"
#include "window.h"

namespace wick::app {

inline constexpr float kReading = 660, kComposer = 700;  // widths of the column, in units of the design

/// The conversations that are kept.
void draw_chat_list(views::App& app);
/// Title and what can be done with the conversation, 48 units high.
void draw_chat_header(views::App& app, ImVec2 from, float width);
/// The messages; or, before the first one, what the page is.
void draw_chat_thread(views::App& app, Window& window);
void draw_chat_empty(views::App& app, Window& window);
/// One message at the cursor in a column of so many pixels; returns the y where it ends. `last`: of the path.
float draw_turn(views::App& app, Window& window, const views::Turn& turn, ImVec2 corner, float width, bool last);
/// A message of the person, laid out for that column.
const RichText& question_text(Window& window, const views::Turn& turn, float width);
/// Whether an answer's thoughts are a line only.
bool is_folded(const views::App& app, const views::Turn& turn);
/// The alternatives of the inspected token, which stands in a box of the screen. `room`: the part of the screen that
/// it may cover.
void draw_inspector(views::App& app, Window& window, ImVec2 from, ImVec2 to, const ImRect& room);
/// The field for a message with all that belongs to it, its bottom at `bottom`; returns its top.
float draw_composer(views::App& app, ImVec2 left_bottom, float width);
/// How many pixels it takes.
float composer_height(const views::App& app, float width);
void draw_chat_settings(views::App& app);

/// A model on its way: a bar, then bytes, speed, time left and buttons.
void draw_arrival(views::App& app, const CatalogEntry& entry, float width);
/// The catalogue's model that a first conversation uses.
const CatalogEntry& first_chat_model();
/// Whether Enter was pressed by who wants to send: with Shift it makes a line.
bool enter_sends();
/// For fields of several lines: leaves that Enter to the one who sends, and lets lines be pasted.
int leave_enter(ImGuiInputTextCallbackData* data);
/// "SmolLM2 135M" of a catalogue name; a file's name of a path.
std::string model_title(const std::string& model);

}  // namespace wick::app
