#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/file_kind.h"

namespace wick::app {
namespace {

constexpr float kReading = 956, kFresh = 652;  // widths of the column
constexpr float kLeastText = 140;              // below that everything scrolls together
constexpr ImGuiChildFlags kPart = ImGuiChildFlags_AlwaysUseWindowPadding | ImGuiChildFlags_NavFlattened;

/// Whether a key was pressed that nothing else wants. It is taken before the toolkit's own use of it for going from one
/// part to the next, unless somebody does that.
bool pressed(ImGuiKey key) {
  const ImGuiID owner = ImGui::GetID("keys of the page");
  if (ImGui::GetIO().WantTextInput || ImGui::GetIO().NavVisible || ImGui::GetIO().KeyCtrl || ImGui::GetIO().KeyAlt) {
    return false;
  }
  ImGui::SetKeyOwner(key, owner);
  return ImGui::IsKeyPressed(key, ImGuiInputFlags_Repeat, owner);
}

/// Whoever has the keyboard.
bool pressed_with_ctrl(ImGuiKey key) { return ImGui::GetIO().KeyCtrl && ImGui::IsKeyPressed(key, false); }

void take_keys(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  Player& player = view.player();
  if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return;
  if (pressed(ImGuiKey_R)) record_or_stop(app);
  if (!view.recording()) return;
  if (pressed(ImGuiKey_Space) || pressed(ImGuiKey_K)) player.playing() ? player.pause() : player.play();
  if (pressed(ImGuiKey_LeftArrow)) player.seek(player.time() - 5);
  if (pressed(ImGuiKey_RightArrow)) player.seek(player.time() + 5);
  if (pressed(ImGuiKey_UpArrow)) view.text.step_segment(-1);
  if (pressed(ImGuiKey_DownArrow)) view.text.step_segment(1);
  if (pressed(ImGuiKey_E)) view.text.begin_edit(view.text.look.segment);
  if (pressed_with_ctrl(ImGuiKey_F) || pressed(ImGuiKey_Slash)) view.text.look.focus_search = true;
  if (ImGui::GetIO().WantTextInput) return;
  if (pressed_with_ctrl(ImGuiKey_Z)) ImGui::GetIO().KeyShift ? view.text.redo() : view.text.undo();
  if (pressed_with_ctrl(ImGuiKey_Y)) view.text.redo();
  if (!ImGui::IsKeyPressed(ImGuiKey_Escape)) return;
  ImGui::SetNavCursorVisible(false);  // keys are the page's again
  if (view.text.look.edit_mode) {
    view.text.toggle_edit_mode();
  } else if (view.job()) {
    view.stop();
  } else {
    player.pause();
  }
}

/// The corner and width of the page's column, in pixels.
std::pair<ImVec2, float> column_of(float width) {
  const float all = ImGui::GetContentRegionAvail().x, column = std::min(px(width), all);
  return {ImGui::GetCursorScreenPos() + ImVec2(std::floor((all - column) / 2), 0), column};
}

/// A region of the page's own column as high as what is in it; `side` is room around it for what reaches out.
void begin_column(const char* name, ImVec2 corner, float width, float side) {
  ImGui::SetCursorScreenPos(corner - ImVec2(side, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(side, px(2)));
  ImGui::BeginChild(name, {width + 2 * side, 0}, kPart | ImGuiChildFlags_AutoResizeY,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PopStyleVar();
}

void end_column() {
  ImGui::Dummy({0, 0});
  ImGui::EndChild();
}

void draw_empty(views::App& app, ImVec2 from, ImVec2 to) {
  const Panel panel("fresh", from, to, {.padding = {24, 40}});
  const auto [corner, width] = column_of(kFresh);
  begin_column("fresh column", corner - px(0, 2), width, px(12));
  draw_transcribe_empty(app, width);
  end_column();
}

void draw_head(views::App& app, Window& window) {
  draw_source_bar(app);
  draw_transcribe_notes(app);
  draw_recording_title(app);
  draw_transcribe_job(app);
  if (!app.transcribe.shows_work() && !app.transcribe.recording()->complete) draw_speech_model(app);
  draw_wave(app, window);
  if (!app.transcribe.recording()->segments.empty()) draw_transcript_tools(app);
}

void draw_nothing(const views::Recording& recording) {
  if (!recording.segments.empty() || !recording.complete) return;
  ImGui::Dummy(px(0, 8));
  text(views::is_quiet(recording.peaks) ? "No speech found in this recording. It is very quiet."
                                        : "No speech found in this recording.",
       theme().text_2);
}

/// The recording, its waveform and, below them and scrolling on its own where there is room, its text.
void draw_work(views::App& app, Window& window, ImVec2 from, ImVec2 to) {
  const Panel panel("work", from, to, {.padding = {24, 0}});
  const auto [corner, width] = column_of(kReading);
  const float side = px(12);
  const std::string shown = app.transcribe.recording()->id;
  begin_column("head", corner + px(0, 14), width, side);
  draw_head(app, window);
  end_column();
  const views::Recording* const recording = app.transcribe.recording();
  if (!recording || recording->id != shown) return;
  const float y = ImGui::GetItemRectMax().y;
  const bool room = to.y - y >= px(kLeastText);
  ImGui::SetCursorScreenPos({corner.x - side, y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(side, 0));
  ImGui::BeginChild("transcript", {width + 2 * side, room ? to.y - y : 0},
                    kPart | (room ? 0 : ImGuiChildFlags_AutoResizeY));
  ImGui::PopStyleVar();
  draw_nothing(*recording);
  draw_transcript(app);
  ImGui::EndChild();
  ImGui::SetCursorScreenPos({corner.x, y});
}

}  // namespace

void choose_recordings(views::App& app) {
  app.dialog.ask_several({.title = "Choose recordings",
                          .name = {},
                          .kind = "Sound",
                          .patterns = views::patterns_of(views::FileKind::recording)},
                         [&app](const std::vector<std::string>& paths) { app.transcribe.open_files(paths); });
}

void choose_speech_model(views::App& app) {
  app.dialog.ask({.title = "Choose a Whisper model’s file",
                  .name = {},
                  .kind = "Models",
                  .patterns = {"*.gguf", "*.bin", "*.safetensors", "*.pt"}},
                 [&app](const std::string& path) {
                   if (!path.empty()) app.choose_model(Task::speech, path);
                 });
}

void draw_transcribe_page(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  views::Settings& s = app.settings;
  take_keys(app);
  if (!app.transcribe.recording()) return draw_empty(app, from, to);
  const bool side = s.side_shown && to.x - from.x > px(760);
  const float right = side ? to.x - px(s.side_width) : to.x;
  draw_work(app, window, from, {right, to.y});
  if (!side) return;
  {
    const Panel panel("speech settings", {right, from.y}, to);
    draw_transcribe_settings(app);
  }
  if (splitter("side width", {right, from.y}, to.y, s.side_width, 260, 480, -1)) app.keep_settings();
}

}  // namespace wick::app
