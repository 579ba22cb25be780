#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "chat_parts.h"
#include "fonts.h"
#include "parts.h"
#include "theme.h"
#include "views/chat/sampling_presets.h"

namespace wick::app {
namespace {

void next_line(float gap) {
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + ImVec2(0, px(gap) - ImGui::GetStyle().ItemSpacing.y));
}

/// A label with a field for a whole number at its right end. Empty and what is no number mean `fallback`.
bool number_row(const char* label, int& value, const char* hint, int least, int fallback) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, field = px(96);
  ImGui::SetCursorScreenPos(from + px(0, 8));
  {
    const WithFont font(13);
    text(label, theme().text_2);
  }
  ImGui::SetCursorScreenPos({from.x + width - field, from.y});
  std::string words = value == fallback && fallback < 0 ? "" : std::to_string(value);
  const bool changed = text_field(label, words, hint, field);
  ImGui::SetCursorScreenPos({from.x, from.y + px(42)});
  if (!changed) return false;
  int read = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), read);
  value = error == std::errc() && end == words.data() + words.size() && read >= least ? read : fallback;
  return true;
}

bool draw_presets(SamplingOptions& options) {
  static constexpr std::array<const char*, 3> kNames = {"Exact", "Even", "Loose"};
  const int before = views::preset_of(options), chosen = segmented("Preset", kNames, before);
  if (chosen == before) return false;
  views::take_preset(options, chosen);
  return true;
}

bool draw_track(const views::SamplingTrack& track, SamplingOptions& options) {
  float value = views::track_value(track, options);
  const std::string words = views::track_words(track, value);
  const bool changed = slider(track.title, words, value, track.least, track.most, track.step);
  if (changed) views::set_track(track, options, value);
  return changed;
}

/// The heading with what brings the defaults back.
bool draw_sampling_head(views::Settings& settings) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  headline("Sampling", 13);
  const ButtonOptions reset{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  ImGui::SetCursorScreenPos({from.x + width - button_width("Reset", reset), from.y - px(5)});
  const bool pressed = button("Reset", reset);
  ImGui::SetCursorScreenPos({from.x, from.y + px(26)});
  if (!pressed) return false;
  const views::Settings defaults;
  settings.sampling = defaults.sampling;
  settings.seed = defaults.seed;
  settings.max_tokens = defaults.max_tokens;
  return true;
}

bool draw_sampling(views::App& app) {
  views::Settings& settings = app.settings;
  bool changed = draw_sampling_head(settings);
  changed |= draw_presets(settings.sampling);
  next_line(12);
  for (const views::SamplingTrack& track : views::sampling_tracks())
    if (track.common) changed |= draw_track(track, settings.sampling);
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() - px(9, 0));
  if (button(app.chat.more_sampling ? "Fewer" : "More##More sampling",
             {.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = app.chat.more_sampling ? "up" : "down"})) {
    app.chat.more_sampling = !app.chat.more_sampling;
  }
  if (app.chat.more_sampling) {
    for (const views::SamplingTrack& track : views::sampling_tracks())
      if (!track.common) changed |= draw_track(track, settings.sampling);
  }
  changed |= number_row("Seed", settings.seed, "any", 0, -1);
  bool fresh = settings.seed < 0;
  if (toggle("New seed for each answer", fresh)) {
    settings.seed = fresh ? -1 : std::max(0, app.chat.last_seed());
    changed = true;
  }
  next_line(8);
  changed |= number_row("Longest answer", settings.max_tokens, "tokens", 1, views::Settings().max_tokens);
  return changed;
}

bool draw_output(views::App& app) {
  views::Settings& settings = app.settings;
  headline("Output", 13);
  bool changed = toggle("Token probabilities", settings.probabilities);
  changed |= toggle("Fold thinking", settings.fold_thinking);
  if (app.models.state(Task::chat).info.value("thinks", false)) changed |= toggle("Thinking", settings.thinking);
  return changed;
}

}  // namespace

void draw_chat_settings(views::App& app) {
  headline("System prompt", 13);
  std::string system = app.chat.conversation().system;
  if (text_area("System prompt", system, {ImGui::GetContentRegionAvail().x, px(70)}, "How the model should answer"))
    app.chat.set_system(system);
  hairline(16, 16);
  bool changed = draw_sampling(app);
  hairline(16, 16);
  changed |= draw_output(app);
  if (changed) app.keep_settings_soon();
}

}  // namespace wick::app
