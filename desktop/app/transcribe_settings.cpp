#include <fmt/format.h>
#include <imgui_internal.h>

#include <algorithm>

#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/format.h"
#include "views/transcribe/languages.h"
#include "views/transcribe/time_words.h"

namespace wick::app {
namespace {

using wick::WhisperLanguage;

void label(const char* words) {
  const WithFont font(13);
  text(words, theme().text_2);
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() - px(0, 2));
}

void small(const char* words) {
  const WithFont font(12);
  text(words, theme().text_3, ImGui::GetContentRegionAvail().x);
}

/// The model that is used next, as the settings have it.
std::string wanted_model(views::App& app) {
  if (!app.settings.speech_model.empty()) return app.settings.speech_model;
  const CatalogEntry* const here = app.shelf.first_here(Task::speech);
  return here ? here->name : "";
}

void draw_model(views::App& app) {
  label("Model");
  std::vector<const CatalogEntry*> entries;
  std::vector<std::string> labels;
  int current = -1;
  const std::string wanted = wanted_model(app);
  for (const CatalogEntry& entry : catalog()) {
    if (views::task_of(entry) != Task::speech) continue;
    if (entry.name == wanted) current = static_cast<int>(labels.size());
    const bool here = app.shelf.place(entry) == views::ModelPlace::here;
    labels.push_back(here
                         ? entry.title
                         : fmt::format("{} · {}", entry.title, views::bytes_words(static_cast<double>(entry.bytes()))));
    entries.push_back(&entry);
  }
  if (current < 0) {
    current = static_cast<int>(labels.size());
    labels.push_back(wanted.empty() ? "Choose a model" : views::model_title(wanted));
  }
  const auto choose = static_cast<int>(labels.size());
  labels.emplace_back("Choose a Whisper model’s file…");
  labels.emplace_back("All models");
  int chosen = current;
  if (select("Speech model", labels, chosen)) {
    if (chosen == choose) {
      choose_speech_model(app);
    } else if (chosen == choose + 1) {
      app.settings.page = views::Page::models;
    } else if (static_cast<std::size_t>(chosen) < entries.size()) {
      const CatalogEntry& entry = *entries[static_cast<std::size_t>(chosen)];
      const bool here = app.shelf.place(entry) == views::ModelPlace::here;
      here ? app.choose_model(Task::speech, entry.name) : app.fetch_and_use(entry);
    }
  }
  const views::ModelState& state = app.models.state(Task::speech);
  if (state.kind != views::ModelState::Kind::ready) return;
  const std::string file = state.info.value("file_quantisation", ""), runs = state.info.value("quantisation", "");
  if (file != runs && !file.empty()) small(fmt::format("Its {} weights run as {}.", file, runs).c_str());
}

void draw_language(views::App& app, const std::vector<WhisperLanguage>& languages) {
  label("Language");
  const views::Recording* const recording = app.transcribe.recording();
  std::vector<std::string> names;
  int current = 0;
  if (languages.size() == 1) {
    names.emplace_back(languages.front().name);
  } else {
    const std::string heard = recording ? recording->language : "";
    names.push_back(heard.empty() ? "Found by itself" : "Found: " + views::language_name(heard));
    for (const WhisperLanguage& language : languages) {
      if (app.settings.speech.language == language.code) current = static_cast<int>(names.size());
      names.emplace_back(language.name);
    }
  }
  ImGui::BeginDisabled(languages.size() == 1);
  const bool changed = select("Language", names, current);
  ImGui::EndDisabled();
  if (!changed) return;
  app.settings.speech.language = current == 0 ? "auto" : languages[static_cast<std::size_t>(current - 1)].code;
  app.keep_settings();
}

void draw_task(views::App& app, bool english) {
  constexpr const char* kTasks[] = {"Transcribe##task Transcribe", "To English"};
  label("Task");
  bool& translate = app.settings.speech.translate;
  ImGui::BeginDisabled(english);
  const bool chosen = segmented("Task", kTasks, translate && !english ? 1 : 0) == 1;
  ImGui::EndDisabled();
  if (english) return small("This model knows English only.");
  if (chosen == translate) return;
  translate = chosen;
  app.keep_settings();
}

void draw_care(views::App& app) {
  views::SpeechSettings& s = app.settings.speech;
  headline("Care", 13);
  auto beam = static_cast<float>(s.beam);
  const std::string shown = s.beam == 1 ? "off" : std::to_string(s.beam);
  if (slider("Beams, slower and better", shown, beam, 1, static_cast<float>(views::kMostBeams), 1)) {
    s.beam = static_cast<int>(beam);
    app.keep_settings();
  }
  small("While the microphone is on: one.");
  bool changed = toggle("Skip silence", s.skip_silence);
  changed = toggle("Time every word", s.words) || changed;
  changed = toggle("Tint unsure words", s.tint) || changed;
  changed = toggle("Scroll along", s.follow) || changed;
  label("Names and terms to expect");
  text_field("Names and terms to expect", s.hotwords, "Kennedy, Eisenhower");
  if (changed || ImGui::IsItemDeactivatedAfterEdit()) app.keep_settings();
  const views::TranscribeView& view = app.transcribe;
  if (!view.recording() || !view.has_sound() || view.job() || lacks_speech_model(app)) return;
  if (button("Transcribe again", {.size = ButtonSize::small, .icon = "again"})) app.transcribe.again();
}

void fact(const char* name, const std::string& value) {
  const WithFont font(12);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float right = from.x + ImGui::GetContentRegionAvail().x;
  text(name, theme().text_2);
  ImGui::SetCursorScreenPos({right - ImGui::CalcTextSize(value.c_str()).x, from.y});
  text(value);
  ImGui::SetCursorScreenPos({from.x, from.y + px(22)});
}

void draw_figures(const views::Recording& recording) {
  if (recording.segments.empty()) return;
  const views::TranscriptFigures figures = views::figures_of(recording.segments);
  hairline(12, 16);
  headline(recording.complete ? "In all" : "So far", 13);
  fact("Words", views::count_words(figures.words));
  if (figures.confidence > 0) {
    fact("Mean confidence", views::percent_words(figures.confidence));
    fact("Unsure words", views::count_words(figures.unsure));
  }
  if (!recording.model.empty()) fact("Model", recording.model);
}

void draw_head(views::App& app, const views::RecordingHead& head) {
  views::TranscribeView& view = app.transcribe;
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos(), size(ImGui::GetContentRegionAvail().x + px(16), px(31));
  const ImVec2 corner(from.x - px(8), from.y);
  ImGui::PushID(head.id.c_str());
  ImGui::SetCursorScreenPos(corner);
  ImGui::SetNextItemAllowOverlap();
  const bool opened = ImGui::InvisibleButton("open", size - px(30, 0), ImGuiButtonFlags_EnableNav);
  const bool over = ImGui::IsMouseHoveringRect(corner, corner + size) && ImGui::IsWindowHovered();
  probe_part(head.title, corner, corner + size - px(30, 0));
  if (!head.words.empty()) tip(head.words.c_str());
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (over) canvas->AddRectFilled(corner, corner + size, t.hover, px(7));
  const views::Recording* const work = view.worked_on();
  const std::string length = head.seconds > 0 ? views::clock_words(head.seconds) : "";
  float right = corner.x + size.x - px(38);
  {
    const WithFont font(12);
    right -= ImGui::CalcTextSize(length.c_str()).x;
    ImGui::SetCursorScreenPos({right, from.y + px(8)});
    text(length, t.text_2);
  }
  if (work && work->id == head.id) {
    ImGui::SetCursorScreenPos({right -= px(16), from.y + px(6)});
    status_dot(true);
  }
  ImGui::PushClipRect(corner, {right - px(8), corner.y + size.y}, true);
  {
    const WithFont font(13);
    ImGui::SetCursorScreenPos(corner + px(8, 7));
    text(head.title);
  }
  ImGui::PopClipRect();
  ImGui::SetCursorScreenPos({corner.x + size.x - px(29), from.y + px(2.5F)});
  const bool removed = icon_button(fmt::format("Delete {}", head.title).c_str(), "trash", {.small = true});
  ImGui::SetCursorScreenPos({from.x, from.y + size.y});
  ImGui::PopID();
  if (removed) {
    view.remove(head.id);
  } else if (opened) {
    view.open(head.id);
  }
}

}  // namespace

void draw_recording_list(views::App& app) {
  constexpr std::size_t kFew = 6;
  views::TranscribeView& view = app.transcribe;
  const std::string shown = view.recording() ? view.recording()->id : "";
  const auto is_shown = [&](const auto& head) { return head.id == shown; };
  const std::vector<views::RecordingHead>& heads = view.heads();
  const std::size_t others =
      heads.size() - static_cast<std::size_t>(std::count_if(heads.begin(), heads.end(), is_shown));
  if (others == 0) return;
  if (!shown.empty()) hairline(12, 16);
  headline("Earlier", 13);
  if (others > kFew) text_field("Search recordings", view.search, "Search", 0, "search");
  auto found = views::search_heads(heads, others > kFew ? view.search : "");
  std::erase_if(found, [&](const views::RecordingHead* head) { return is_shown(*head); });
  const bool all = view.all_heads || (others > kFew && !view.search.empty());
  const std::size_t count = all ? found.size() : std::min(kFew, found.size());
  for (std::size_t i = 0; i < count; ++i) draw_head(app, *found[i]);
  if (found.empty()) small("None found.");
  if (count == found.size()) return;
  const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  if (button(fmt::format("Show all {}", found.size()).c_str(), quiet)) view.all_heads = true;
}

void draw_transcribe_settings(views::App& app) {
  const std::vector<WhisperLanguage> languages = views::languages_of(app.models.state(Task::speech), wanted_model(app));
  draw_model(app);
  ImGui::Dummy(px(0, 1));
  draw_language(app, languages);
  ImGui::Dummy(px(0, 1));
  draw_task(app, languages.size() == 1);
  hairline(12, 16);
  draw_care(app);
  if (const views::Recording* const recording = app.transcribe.recording()) draw_figures(*recording);
  draw_recording_list(app);
}

}  // namespace wick::app
