#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/transcribe/time_words.h"

namespace wick::app {
namespace {

constexpr float kPitch = 4, kBar = 2.2F, kHeight = 76, kSilence = 1.1F;
constexpr double kPlayingSeconds = 1.0 / 40;  // from one frame to the next
constexpr std::array<double, 6> kSpeeds = {0.5, 0.75, 1, 1.25, 1.5, 2};

void draw_bars(const std::vector<float>& heights, ImVec2 from, float pitch, ImU32 colour) {
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const float middle = px(kHeight) / 2, half = px(kBar) / 2;
  for (std::size_t bar = 0; bar < heights.size(); ++bar) {
    const float x = from.x + (static_cast<float>(bar) + 0.5F) * pitch;
    const float reach = px(kSilence) + heights[bar] * (middle - px(2.4F));  // silence is a dot
    canvas->AddRectFilled({x - half, from.y + middle - reach}, {x + half, from.y + middle + reach}, colour, half);
  }
}

/// The waveform: played and still to come, and the playhead, which can be drawn along.
void draw_picture(views::App& app, float width, double time) {
  views::TranscribeView& view = app.transcribe;
  const views::Recording& recording = *view.recording();
  views::TranscriptLook& look = view.text.look;
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(width, px(kHeight));
  ImGui::InvisibleButton("Position", size);
  probe_part("Position", from, from + size);
  const bool held = ImGui::IsItemActive(), hovered = ImGui::IsItemHovered();
  if (!look.dragging) look.stretch = views::stretch_of(recording.seconds, look.zoom, time, look.stretch);
  look.dragging = held;
  const auto [begin, end] = look.stretch;
  if (held && end > begin) {
    const double share = std::clamp((ImGui::GetIO().MousePos.x - from.x) / width, 0.0F, 1.0F);
    time = begin + share * (end - begin);
    view.player().seek(time);
  }
  if (hovered) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  const int count = std::max(20, static_cast<int>(width / px(kPitch)));
  const std::vector<float> heights =
      views::bars_of(recording.peaks, views::loudest_of(recording.peaks), begin, end, count);
  const float pitch = width / static_cast<float>(count);
  const double share = end > begin ? std::clamp((time - begin) / (end - begin), 0.0, 1.0) : 0;
  const float x = std::round(from.x + static_cast<float>(share) * width);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->PushClipRect(from, {x, from.y + size.y}, true);
  draw_bars(heights, from, pitch, t.text);
  canvas->PopClipRect();
  canvas->PushClipRect({x, from.y}, from + size, true);
  draw_bars(heights, from, pitch, t.line_field);
  canvas->PopClipRect();
  canvas->AddRectFilled({x - px(1), from.y}, {x + px(1), from.y + size.y}, t.flame_deep, px(1));
  const ImVec2 head(x, from.y + px(1.5F));
  canvas->AddCircleFilled(head, px(5.5F), t.flame_deep);
  canvas->AddCircleFilled(head, px(4.5F), t.flame);
}

/// The round button that acts.
void draw_play(views::App& app, bool ready) {
  Player& player = app.transcribe.player();
  const bool playing = player.playing();
  const char* const name = playing ? "Pause" : "Play";
  const ImVec2 from = ImGui::GetCursorScreenPos(), size = px(32, 32);
  ImGui::BeginDisabled(!ready);
  const bool pressed = ImGui::InvisibleButton(name, size, ImGuiButtonFlags_EnableNav);
  const bool hovered = ImGui::IsItemHovered();
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const float part = ready ? 1.0F : 0.45F;
  canvas->AddCircleFilled(from + size / 2, size.x / 2, faded(hovered ? t.ink_hover : t.ink, part));
  draw_icon(canvas, playing ? "pause" : "play", from + px(7, 7), px(18), faded(t.on_ink, part));
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) {
    canvas->AddCircle(from + size / 2, size.x / 2 + px(3), t.flame_deep, 0, px(2));
  }
  probe_part(name, from, from + size);
  ImGui::EndDisabled();
  if (pressed) playing ? player.pause() : player.play();
}

std::string speed_words(double speed) {
  const bool tenths = std::round(speed * 10) == speed * 10;
  return tenths ? fmt::format("{:.1f} ×##Playback speed", speed) : fmt::format("{:.2f} ×##Playback speed", speed);
}

void next_speed(Player& player) {
  const auto at = std::find(kSpeeds.begin(), kSpeeds.end(), player.speed());
  const auto next = at == kSpeeds.end() ? kSpeeds.begin() + 2 : at + 1;
  player.set_speed(next == kSpeeds.end() ? kSpeeds.front() : *next);
}

/// "0:05.3 / 0:11"; what comes after it does not shake while digits change.
float draw_clock(ImVec2 at, double time, double seconds) {
  const std::string now = views::clock_tenths(time), all = " / " + views::clock_words(seconds);
  std::string widest = now;
  for (char& c : widest)
    if (c >= '0' && c <= '9') c = '0';
  ImGui::SetCursorScreenPos(at);
  float width = 0;
  {
    const WithFont font(fonts().medium, 12);
    text(now);
    width = ImGui::CalcTextSize(widest.c_str()).x;
  }
  const WithFont font(12);
  ImGui::SetCursorScreenPos(at + ImVec2(width, 0));
  text(all, theme().text_2);
  return width + ImGui::CalcTextSize(all.c_str()).x;
}

void draw_zoom(views::App& app, ImVec2 right) {
  views::TranscriptLook& look = app.transcribe.text.look;
  const double seconds = app.transcribe.recording()->seconds;
  const double closer = views::zoomed(seconds, look.zoom, 1);
  ImGui::SetCursorScreenPos(right - px(26, -3));
  if (icon_button("Zoom in", "plus", {.small = true, .enabled = closer != look.zoom})) look.zoom = closer;
  ImGui::SetCursorScreenPos(right - px(52, -3));
  if (icon_button("Zoom out", "minus", {.small = true, .enabled = look.zoom > 1})) {
    look.zoom = views::zoomed(seconds, look.zoom, -1);
  }
  if (look.zoom <= 1) return;
  const WithFont font(12);
  const std::string words =
      fmt::format("showing {} to {}", views::clock_words(look.stretch.from), views::clock_words(look.stretch.to));
  ImGui::SetCursorScreenPos(right - ImVec2(px(60) + ImGui::CalcTextSize(words.c_str()).x, -px(9)));
  text(words, theme().text_2);
}

void draw_transport(views::App& app, float width, double time) {
  views::TranscribeView& view = app.transcribe;
  Player& player = view.player();
  const bool ready = view.has_sound();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  if (icon_button("Back 5 s", "back5", {.enabled = ready})) player.seek(time - 5);
  ImGui::SetCursorScreenPos(from + px(36, 0));
  draw_play(app, ready);
  ImGui::SetCursorScreenPos(from + px(72, 0));
  if (icon_button("On 5 s", "on5", {.enabled = ready})) player.seek(time + 5);
  ImGui::SetCursorScreenPos(from + px(108, 3));
  const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small, .tip = "Speed", .width = px(52)};
  if (button(speed_words(player.speed()).c_str(), quiet)) next_speed(player);
  const float taken = draw_clock(from + px(170, 9), time, view.recording()->seconds);
  draw_zoom(app, from + ImVec2(width, 0));
  if (ready || view.shows_work()) return;
  const std::string path = view.recording()->path;
  const std::string words = path.empty() ? "The sound was not kept" : fmt::format("Its sound is no longer at {}", path);
  ImGui::SetCursorScreenPos(from + ImVec2(px(186) + taken, px(9)));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushClipRect(at, from + ImVec2(width - px(150), px(32)), true);
  const WithFont font(12);
  text(words, theme().text_2);
  ImGui::PopClipRect();
}

}  // namespace

void draw_wave(views::App& app, Window& window) {
  views::TranscribeView& view = app.transcribe;
  const bool growing = view.shows_work() && view.job()->hearing;
  const double time = growing ? view.recording()->seconds : view.player().time();
  if (view.player().playing()) window.again_in(kPlayingSeconds);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, inner = width - px(32);
  const ImVec2 to = from + ImVec2(width, px(16 + kHeight + 12 + 32 + 8));
  card(ImGui::GetWindowDrawList(), from, to);
  ImGui::SetCursorScreenPos(from + px(16, 16));
  draw_picture(app, inner, time);
  ImGui::SetCursorScreenPos(from + px(16, 16 + kHeight + 12));
  draw_transport(app, inner, view.player().time() > 0 && !growing ? view.player().time() : time);
  ImGui::SetCursorScreenPos({from.x, to.y + px(8)});
  if (const std::string problem = view.player().problem(); !problem.empty()) {
    note(NoteKind::bad, problem);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 8));
  }
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 8));
}

}  // namespace wick::app
