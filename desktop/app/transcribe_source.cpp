#include <fmt/format.h>
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <cmath>

#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/format.h"
#include "views/transcribe/time_words.h"

namespace wick::app {
namespace {

constexpr float kBarHeight = 52;
constexpr int kMeterBars = 16;

/// The dashed half that takes files.
void draw_drop(views::App& app, ImVec2 from, ImVec2 to) {
  const Theme& t = theme();
  ImGui::SetCursorScreenPos(from);
  if (ImGui::InvisibleButton("choose", to - from, ImGuiButtonFlags_EnableNav)) choose_recordings(app);
  const bool hovered = ImGui::IsItemHovered();
  probe_part("Choose another recording", from, to);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  if (hovered) {
    canvas->AddRectFilled(from, to, t.hover, px(10), ImDrawFlags_RoundCornersLeft);
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  }
  dashed_frame(canvas, from, to, {.corners = ImDrawFlags_RoundCornersLeft});
  const ImU32 colour = hovered ? t.text : t.text_2;
  draw_icon(canvas, "import", {from.x + px(16), (from.y + to.y) / 2 - px(9)}, px(18), colour);
  ImGui::PushClipRect(from, to - px(8, 0), true);
  const WithFont font(13);
  ImVec2 at(from.x + px(46), (from.y + to.y - ImGui::GetFontSize()) / 2);
  const auto part = [&](const char* words, bool line) {
    ImGui::SetCursorScreenPos(at);
    text(words, colour);
    const ImVec2 size = ImGui::CalcTextSize(words);
    if (line) canvas->AddLine(at + ImVec2(0, size.y), at + size, colour, px(1));
    at.x += size.x;
  };
  part("Drop or ", false);
  part("choose", true);
  const char* const rest = " another recording";
  part(at.x + ImGui::CalcTextSize(rest).x <= to.x - px(8) ? rest : " another", false);
  ImGui::PopClipRect();
}

void draw_meter(const views::Level& level, ImVec2 from, float width) {
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  const int lit = views::lit_bars(level.now, kMeterBars), top = views::lit_bars(level.peak, kMeterBars) - 1;
  const float gap = px(3), each = (width - gap * (kMeterBars - 1)) / kMeterBars;
  for (int bar = 0; bar < kMeterBars; ++bar) {
    const ImVec2 at(from.x + static_cast<float>(bar) * (each + gap), from.y);
    const ImU32 colour = bar == top && bar >= lit ? t.text : bar < lit ? t.ok : t.line_strong;
    canvas->AddRectFilled(at, at + ImVec2(each, px(12)), colour, px(1));
  }
  const std::string words = level.now > views::kQuietDb ? fmt::format("−{:.0f} dB", -level.now) : std::string("silent");
  const WithFont font(12);
  ImGui::SetCursorScreenPos(from + ImVec2(width + px(12), (px(12) - ImGui::GetFontSize()) / 2));
  text(words, t.text_2);
}

void draw_microphone(views::App& app, ImVec2 from, ImVec2 to) {
  const Theme& t = theme();
  views::TranscribeView& view = app.transcribe;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, t.surface, px(10), ImDrawFlags_RoundCornersRight);
  canvas->AddRect(from, to, t.line, px(10), px(1), ImDrawFlags_RoundCornersRight);
  const bool hearing = view.hearing();
  const float middle = (from.y + to.y) / 2;
  const ImVec2 at(from.x + px(12), middle - px(16)), size = px(32, 32);
  ImGui::SetCursorScreenPos(at);
  const char* const name = hearing ? "Stop recording" : "Record";
  if (ImGui::InvisibleButton(name, size, ImGuiButtonFlags_EnableNav)) record_or_stop(app);
  probe_part(name, at, at + size);
  const bool hovered = ImGui::IsItemHovered();
  canvas->AddCircleFilled(at + size / 2, size.x / 2, hovered ? t.hover : t.surface);
  canvas->AddCircle(at + size / 2, size.x / 2, hovered ? t.line_field : t.line_strong, 0, px(1));
  draw_icon(canvas, hearing ? "stop" : "mic", at + px(7, 7), px(18), t.danger);
  tip(hearing ? "Stop  Esc" : "Record  R");
  const bool opening = view.opening_microphone();
  if (hearing && !opening) return draw_meter(view.level(), {from.x + px(56), middle - px(6)}, px(124));
  const WithFont font(13);
  ImGui::SetCursorScreenPos({from.x + px(56), middle - ImGui::GetFontSize() / 2});
  text(opening ? "Opening the microphone" : "Record", t.text_2);
  if (opening) return;
  view.look_for_microphones();
  if (view.microphones().empty()) return;
  std::vector<std::string> names;
  int current = 0;
  for (const InputDevice& device : view.microphones()) {
    const std::string& chosen = app.settings.speech.microphone;
    if (chosen.empty() ? device.is_default : device.name == chosen) current = static_cast<int>(names.size());
    names.push_back(device.name);
  }
  ImGui::SetCursorScreenPos({to.x - px(180), middle - px(16)});
  if (!select("Microphone", names, current, px(170))) return;
  app.settings.speech.microphone = names[static_cast<std::size_t>(current)];
  app.keep_settings();
}

/// A note with words that wrap, and buttons at its end. `bad`: an error.
void note_with(const char* icon, std::string_view words, bool bad, float room, const std::function<void()>& buttons) {
  const Theme& t = theme();
  const WithFont font(13);
  const float width = ImGui::GetContentRegionAvail().x, inner = width - px(52) - room;
  const ImVec2 letters = ImGui::CalcTextSize(words.data(), words.data() + words.size(), false, inner);
  const float height = std::max(letters.y + px(20), room > 0 ? px(40) : 0.0F);
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImVec2(width, height);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, bad ? t.danger_soft : t.sunken, px(7));
  draw_icon(canvas, icon, {from.x + px(12), (from.y + to.y) / 2 - px(7.5F)}, px(15), bad ? t.danger : t.text_2);
  ImGui::SetCursorScreenPos({from.x + px(38), (from.y + to.y - letters.y) / 2});
  text(words, bad ? t.danger : t.text, inner);
  if (room > 0) {
    ImGui::SetCursorScreenPos({to.x - px(8) - room, (from.y + to.y) / 2 - px(13)});
    buttons();
  }
  ImGui::SetCursorScreenPos({from.x, to.y});
  ImGui::Dummy(px(0, 8));
}

constexpr ButtonOptions kSmall{.size = ButtonSize::small};

void go_on_note(views::App& app, const char* icon, const std::string& words, bool bad, const char* label) {
  const bool can = label && app.transcribe.has_sound();
  note_with(icon, words, bad, can ? button_width(label, kSmall) : 0, [&] {
    if (button(label, kSmall)) app.transcribe.go_on();
  });
}

/// The bar of a job and what is known of its way.
void draw_progress(views::App& app, const views::Recording& recording, const views::SpeechJob& job) {
  const auto& [done, read, total, rate, left] = job.progress;
  const double all = job.hearing ? recording.seconds : total;
  const bool reading = job.phase == views::SpeechJob::Phase::reading && recording.seconds > 0 && read < total - 1;
  const auto part = [&](double seconds) { return all > 0 ? static_cast<float>(seconds / all) : 0.0F; };
  progress_bar(reading ? part(read) : part(done), 0, reading);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  float x = from.x;
  const WithFont font(12);
  const auto fact = [&](const std::string& words, bool strong = false, float after = 14) {
    const WithFont face(strong ? fonts().medium : fonts().regular, 12);
    ImGui::SetCursorScreenPos({x, from.y + px(6)});
    text(words, strong ? theme().text : theme().text_2);
    x += ImGui::CalcTextSize(words.c_str()).x + px(after);
  };
  if (job.hearing) {
    fact(views::clock_words(recording.seconds), true, 4);
    fact("recorded");
    const bool waits = job.phase == views::SpeechJob::Phase::waiting;
    fact(waits ? "the model is on its way" : views::clock_words(done) + " transcribed");
  } else if (reading) {
    fact("Reading", false, 4);
    fact(views::clock_words(read), true, 4);
    fact("of " + views::clock_words(all));
  } else {
    fact(views::clock_words(done), true, 4);
    fact("of " + views::clock_words(all));
  }
  if (rate > 0 && !job.hearing) fact(views::real_time_words(rate));
  if (left > 0.5 && !job.hearing) fact(views::duration_words(left) + " left");
  const char* const label = job.hearing ? "Stop recording##stop recording" : "Stop, keep the text";
  const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  ImGui::SetCursorScreenPos({from.x + ImGui::GetContentRegionAvail().x - button_width(label, quiet) + px(9), from.y});
  if (button(label, quiet)) app.transcribe.stop();
  ImGui::SetCursorScreenPos(from + px(0, 34));
}

/// The job waits for its model.
void draw_loading(views::App& app) {
  const views::ModelState& model = app.models.state(Task::speech);
  {
    const WithFont font(12);
    text(fmt::format("Loading {}", model.model.empty() ? "the model" : views::model_title(model.model)),
         theme().text_2);
  }
  progress_bar(static_cast<float>(model.progress));
  const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  const ImVec2 from = ImGui::GetCursorScreenPos();
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(from + px(0, 6));
    text(fmt::format("{:.0f} %", 100 * model.progress), theme().text_2);
  }
  ImGui::SetCursorScreenPos({from.x + ImGui::GetContentRegionAvail().x - button_width("Cancel", quiet), from.y});
  if (button("Cancel", quiet)) app.transcribe.stop();
  ImGui::SetCursorScreenPos(from + px(0, 34));
}

/// "a.mp3, b.mp3, c.mp3 and 4 more"
std::string names_of(const std::vector<std::string>& paths) {
  constexpr std::size_t kFew = 3;
  std::string names;
  for (std::size_t i = 0; i < std::min(kFew, paths.size()); ++i) {
    names += (i > 0 ? ", " : "") + paths[i].substr(paths[i].rfind('/') + 1);
  }
  return paths.size() > kFew ? fmt::format("{} and {} more", names, paths.size() - kFew) : names;
}

void draw_queue(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  const views::SpeechJob* const elsewhere = view.shows_work() ? nullptr : view.job();
  const std::vector<std::string>& waiting = view.waiting();
  if (!elsewhere && waiting.empty()) return;
  const bool halted = !view.taking() && !view.job();
  std::string words;
  if (elsewhere) {
    const double total = elsewhere->progress.total;
    words = "Transcribing " + view.worked_on()->title;
    if (total > 0) {
      words += fmt::format(", {} of {}", views::clock_words(elsewhere->progress.done), views::clock_words(total));
    }
  }
  if (!waiting.empty()) {
    words += fmt::format("{}{}: {}", words.empty() ? "" : "\n", view.taking() ? "Next" : "Waiting", names_of(waiting));
  }
  std::vector<std::pair<const char*, std::function<void()>>> actions;
  if (halted) {
    actions.emplace_back(waiting.size() == 1 ? "Transcribe it" : "Transcribe them", [&] { view.open_files({}); });
  }
  if (!waiting.empty()) actions.emplace_back("Clear queue", [&] { view.clear_waiting(); });
  if (elsewhere) {
    actions.emplace_back("Show it", [&] { view.open(view.worked_on()->id); });
    actions.emplace_back("Stop##stop elsewhere", [&] { view.stop(); });
  }
  float room = 0;
  for (const auto& [label, act] : actions) room += button_width(label, kSmall) + px(8);
  note_with(halted ? "pause" : "wave", words, false, room, [&] {
    ImVec2 at = ImGui::GetCursorScreenPos();
    for (const auto& [label, act] : actions) {
      ImGui::SetCursorScreenPos(at);
      at.x += button_width(label, kSmall) + px(8);
      if (button(label, kSmall)) return act();  // the lists are others after it
    }
  });
}

}  // namespace

void draw_source_bar(views::App& app) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x, half = std::floor(width / 2), bottom = from.y + px(kBarHeight);
  draw_microphone(app, {from.x + half, from.y}, {from.x + width, bottom});
  draw_drop(app, from, {from.x + half, bottom});
  ImGui::SetCursorScreenPos({from.x, bottom + px(16)});
}

void draw_recording_title(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  views::TranscriptLook& look = view.text.look;
  const views::Recording& recording = *view.recording();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const WithFont font(fonts().semibold, 20);
  if (look.renaming) {
    const ImVec2 at = from - px(12, 5);
    ImGui::SetCursorScreenPos(at);
    if (look.focus_edit) focus_next();
    ImGui::SetNextItemWidth(std::min(width, px(520)));
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, px(11, 4));
    ImGui::PushStyleColor(ImGuiCol_NavCursor, 0);
    const bool entered = ImGui::InputText("##Title", &look.title,
                                          ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar();
    probe_part("Title", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
    if (ImGui::IsItemActive()) {
      ImGui::GetWindowDrawList()->AddRect(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), theme().flame_deep, px(7),
                                          px(2));
      look.focus_edit = false;
    }
    const bool escaped = ImGui::IsKeyPressed(ImGuiKey_Escape);
    if (escaped || entered) ImGui::SetNavCursorVisible(false);  // keys are the page's again
    if (escaped) {
      look.renaming = false;
    } else if (entered || ImGui::IsItemDeactivated()) {
      view.rename(look.title);
    }
    ImGui::SetCursorScreenPos(from + px(0, 38));
    return;
  }
  std::vector<std::string> facts;
  if (recording.origin != views::Origin::microphone) facts.push_back(recording.file_name());
  if (recording.seconds > 0) facts.push_back(views::clock_words(recording.seconds));
  if (!recording.sound.empty()) facts.push_back(recording.sound);
  const std::string words = fmt::format("{}", fmt::join(facts, " · "));
  float facts_width = 0;
  {
    const WithFont small(12);
    facts_width = ImGui::CalcTextSize(words.c_str()).x;
  }
  const ImVec2 letters = ImGui::CalcTextSize(recording.title.c_str());
  const float shown = std::min(letters.x, width - facts_width - px(24));
  ImGui::SetCursorScreenPos(from - px(5, 2));
  if (ImGui::InvisibleButton("Rename", ImVec2(std::max(px(40), shown), letters.y) + px(10, 4))) {
    look.renaming = look.focus_edit = true;
    look.title = recording.title;
  }
  if (ImGui::IsItemHovered()) {
    ImGui::GetWindowDrawList()->AddRectFilled(ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), theme().hover, px(4));
  }
  probe_part("Rename", ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  tip("Rename");
  ImGui::SetCursorScreenPos(from);
  clipped_text(recording.title, theme().text, shown + 1);
  const WithFont small(12);
  ImGui::SetCursorScreenPos(from + ImVec2(shown + px(12), px(8)));
  text(words, theme().text_2);
  ImGui::SetCursorScreenPos(from + px(0, 38));
}

void draw_transcribe_job(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  const views::Recording& recording = *view.recording();
  if (!view.opening().empty()) {
    const WithFont font(12);
    text("Looking into " + view.opening(), theme().text_2);
    ImGui::Dummy(px(0, 4));
    return;
  }
  if (view.shows_work()) {
    if (!recording.problem.empty()) go_on_note(app, "alert", recording.problem, true, nullptr);
    const views::SpeechJob& job = *view.job();
    const bool waits = job.phase == views::SpeechJob::Phase::waiting && !job.hearing;
    return waits ? draw_loading(app) : draw_progress(app, recording, job);
  }
  if (!recording.complete && lacks_speech_model(app)) {
    return go_on_note(app, "info", "The sound is here; its text comes with a model.", false, nullptr);
  }
  if (!recording.problem.empty()) {
    return go_on_note(app, "alert", recording.problem, true, recording.complete ? nullptr : "Try again");
  }
  if (recording.complete) return;
  const std::string words = fmt::format("Stopped at {} of {}; the text so far is kept.",
                                        views::clock_words(recording.done), views::clock_words(recording.seconds));
  go_on_note(app, "pause", words, false, "Go on");
}

void draw_transcribe_notes(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  if (!view.problem().empty()) note_with("alert", view.problem(), true, 0, [] {});
  if (!view.unkept().empty()) {
    constexpr const char* kAgain = "Try again##Keep again";
    note_with("alert", view.unkept(), true, view.can_keep_again() ? button_width(kAgain, kSmall) : 0, [&] {
      if (button(kAgain, kSmall)) view.keep_again();
    });
  }
  draw_queue(app);
}

void record_or_stop(views::App& app) {
  views::TranscribeView& view = app.transcribe;
  view.hearing() ? view.stop() : view.record();
}

}  // namespace wick::app
