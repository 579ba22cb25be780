#pragma once
// The parts that all pages are made of (look: buttons, fields, notes, ...). Sizes are in units of the design. Each
// tells the probe its name, which is its label unless another is given after "##".
#include <imgui.h>

#include <span>
#include <string>
#include <string_view>

namespace wick::app {

enum class ButtonKind { primary, normal, quiet, danger };
enum class ButtonSize { small, normal, large };

struct ButtonOptions {
  ButtonKind kind = ButtonKind::normal;
  ButtonSize size = ButtonSize::normal;
  const char* icon = nullptr;
  const char* keys = nullptr;  // shown in it: "Esc"
  const char* tip = nullptr;
  const char* trailing_icon = nullptr;  // behind the words, small
  float width = 0;                      // 0: as its text needs
  bool enabled = true;
  bool spread = false;  // its text at the left end, its keys at the right one
  bool lit = false;     // what it turns on is on
};
/// A button; true when it was pressed, by mouse or keys.
bool button(const char* label, const ButtonOptions& options = {});
/// The width that it takes, in pixels.
float button_width(const char* label, const ButtonOptions& options = {});

struct IconOptions {
  bool small = false, lit = false, bordered = false, enabled = true;
  ImU32 colour = 0;  // 0: text_2
  float side = 0;    // 0: 26 or 32
};
/// A button that is an icon; `tip` says what it does and is its name.
bool icon_button(const char* tip, const char* icon, const IconOptions& options = {});

/// A page's name in the bar on top.
bool tab(const char* label, bool current);
/// One of two to four choices; returns the new one.
int segmented(const char* name, std::span<const char* const> labels, int current, float width = 0);
/// A round label that filters or names.
bool chip(const char* label, bool current, const char* icon = nullptr);
/// On or off, with its label on the left and itself at the right end of `width` (0: all there is).
bool toggle(const char* label, bool& value, float width = 0);
/// A track with label and value above it. True while it changes.
bool slider(const char* label, const std::string& shown, float& value, float least, float most, float step);
/// A line of text with what to write there while it is empty. True when it changed.
bool text_field(const char* name, std::string& text, const char* hint, float width = 0, const char* icon = nullptr);
/// Several lines, wrapped, the same.
bool text_area(const char* name, std::string& text, ImVec2 size, const char* hint);
/// What to write in an empty field whose letters begin at a corner: beside its caret, not under it.
void field_hint(ImVec2 corner, const char* hint);
/// A menu of choices behind a field. True when another was chosen.
bool select(const char* name, std::span<const std::string> labels, int& current, float width = 0);

/// From 0 to 1, amber unless it rests.
void progress_bar(float part, float width = 0, bool paused = false);
enum class NoteKind { plain, good, bad };
/// A message where it belongs: an icon and words that wrap.
void note(NoteKind kind, std::string_view text, float width = 0);
/// What marks that something is being written there.
void write_caret(ImDrawList* canvas, ImVec2 from, ImVec2 size);
/// A small dot, lit while something runs.
void status_dot(bool lit);
void key_cap(const char* keys);

/// Text of one line or wrapped at `width` pixels, which the probe sees.
void text(std::string_view words, ImU32 colour = 0, float width = 0);
/// Facts in small grey letters.
void caption(std::string_view words);
/// A line across what is left of the width.
void hairline(float above = 0, float below = 0);
/// An empty page's title and sentence, in the middle.
void headline(std::string_view words, float size);

/// Words under the mouse, where the last part has rested under it.
void tip(const char* words);

/// A card's ground from a corner, or a popover's with its shadow.
void card(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding = 10);
void shadow(ImDrawList* canvas, ImVec2 from, ImVec2 to, float rounding);

/// Says that letters are missing in the faces at hand, so that they are looked for before the next frame.
void want_letters(std::string_view text);
/// Whether anything new was found for the letters that were wanted: the frame must be drawn again.
bool find_letters();

}  // namespace wick::app
