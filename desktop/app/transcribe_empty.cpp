#include <fmt/format.h>
#include <imgui_internal.h>

#include <array>

#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "transcribe_parts.h"
#include "views/format.h"
#include "views/transcribe/languages.h"

namespace wick::app {
namespace {

/// The loudness of the sample's eleven seconds.
constexpr std::array<float, 60> kEnvelope = {1,  1, 17, 1,  28, 24, 22, 1, 25, 13, 19, 1, 1, 1,  1,  1, 1, 1, 17, 20,
                                             1,  1, 10, 23, 1,  1,  1,  1, 1,  1,  18, 5, 1, 16, 4,  2, 1, 9, 1,  9,
                                             17, 1, 1,  1,  1,  18, 17, 1, 1,  9,  1,  1, 4, 3,  20, 4, 1, 1, 1,  1};

void draw_envelope(ImVec2 middle) {
  const float scale = px(132) / 240;
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  for (std::size_t bar = 0; bar < kEnvelope.size(); ++bar) {
    const float x = middle.x + (4 * static_cast<float>(bar) + 2 - 120) * scale,
                reach = kEnvelope[bar] * scale + px(0.6F);
    canvas->AddRectFilled({x - px(0.7F), middle.y - reach}, {x + px(0.7F), middle.y + reach}, theme().line_field,
                          px(0.7F));
  }
}

void centred(std::string_view words, float left, float width, ImU32 colour) {
  const float needed = ImGui::CalcTextSize(words.data(), words.data() + words.size()).x;
  ImGui::SetCursorScreenPos({left + std::max(0.0F, (width - needed) / 2), ImGui::GetCursorScreenPos().y});
  text(words, colour, needed > width ? width : 0);
}

void draw_zone(views::App& app, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float inner = width - px(40), left = from.x + px(20);
  ImGui::SetCursorScreenPos(from + px(20, 40));
  draw_envelope(from + ImVec2(width / 2, px(59)));
  ImGui::SetCursorScreenPos({left, from.y + px(88)});
  {
    const WithFont font(fonts().semibold, 20);
    centred("Drop a recording here", left, inner, theme().text);
  }
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y + px(2)});
  {
    const WithFont font(14);
    centred("Sound, any length. It is read in place and never sent anywhere.", left, inner, theme().text_2);
  }
  const ButtonOptions primary{.kind = ButtonKind::primary, .size = ButtonSize::large},
      plain{.size = ButtonSize::large, .icon = "mic"};
  const float both = button_width("Choose a file", primary) + px(8) + button_width("Record", plain);
  const ImVec2 at(from.x + (width - both) / 2, ImGui::GetCursorScreenPos().y + px(6));
  ImGui::SetCursorScreenPos(at);
  if (button("Choose a file", primary)) choose_recordings(app);
  ImGui::SetCursorScreenPos(at + ImVec2(button_width("Choose a file", primary) + px(8), 0));
  const bool hearing = app.transcribe.hearing();
  if (button(hearing ? "Stop##Stop recording" : "Record", plain)) record_or_stop(app);
  ImGui::SetCursorScreenPos({left, at.y + px(52)});
  {
    const WithFont font(12);
    const std::string& opening = app.transcribe.opening();
    centred(app.transcribe.opening_microphone() ? "Opening the microphone"
            : opening.empty()                   ? "Several at once work too, and folders"
                                                : "Looking into " + opening,
            left, inner, theme().text_2);
  }
  const ImVec2 to(from.x + width, ImGui::GetCursorScreenPos().y + px(32));
  dashed_frame(ImGui::GetWindowDrawList(), from, to, {.rounding = 14});
  ImGui::SetCursorScreenPos({from.x, to.y + px(12)});
}

void draw_sample(views::App& app, float width) {
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImVec2(width, px(62));
  if (ImGui::InvisibleButton("Try a sample", to - from, ImGuiButtonFlags_EnableNav)) app.transcribe.open_sample();
  const bool hovered = ImGui::IsItemHovered();
  probe_part("Try a sample", from, to);
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  card(canvas, from, to);
  if (hovered) canvas->AddRect(from, to, t.line_field, px(10), px(1));
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible) {
    canvas->AddRect(from - px(3, 3), to + px(3, 3), t.flame_deep, px(13), px(2));
  }
  draw_icon(canvas, "play", from + px(16, 23), px(15), t.text);
  {
    const WithFont font(fonts().medium, 13);
    ImGui::SetCursorScreenPos(from + px(44, 13));
    text("Try a sample");
  }
  {
    const WithFont font(13);
    ImGui::SetCursorScreenPos(from + px(44, 33));
    text("Kennedy, 1961, eleven seconds of English", t.text_2);
  }
  draw_icon(canvas, "arrow", {to.x - px(34), from.y + px(22)}, px(18), t.text);
  ImGui::SetCursorScreenPos({from.x, to.y + px(12)});
}

/// Which model would be used; where there is none, what draw_speech_model() says.
void draw_model_note(views::App& app, float width) {
  const CatalogEntry* const here = app.shelf.first_here(Task::speech);
  const std::string wanted = !app.settings.speech_model.empty() ? app.settings.speech_model : here ? here->name : "";
  if (wanted.empty()) {
    draw_speech_model(app);
    return;
  }
  const auto count = views::languages_of(app.models.state(Task::speech), wanted).size();
  const std::string hears = count == 1  ? ". It knows English only. "
                            : count > 1 ? fmt::format(": {} languages, found by itself. ", count)
                                        : ". ";
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImVec2(width, px(39));
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(from, to, t.sunken, px(7));
  draw_icon(canvas, "info", from + px(12, 10.5F), px(18), t.text_2);
  ImVec2 at = from + px(40, 11);
  const auto part = [&](const std::string& words, ImFont* face, ImU32 colour) {
    const WithFont font(face, 13);
    ImGui::SetCursorScreenPos(at);
    text(words, colour);
    at.x += ImGui::CalcTextSize(words.c_str()).x;
  };
  part("Uses ", fonts().regular, t.text_2);
  part(views::model_title(wanted), fonts().medium, t.text);
  part((find_in_catalog(wanted) ? ", already on this device" : ", a file of yours") + hears, fonts().regular, t.text_2);
  const ImVec2 link = at;
  part("Other models", fonts().regular, t.text_2);
  ImGui::SetCursorScreenPos(link);
  const ImVec2 size(at.x - link.x, px(18));
  if (ImGui::InvisibleButton("Other models", size, ImGuiButtonFlags_EnableNav)) app.settings.page = views::Page::models;
  if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  probe_part("Other models", link, link + size);
  canvas->AddLine(link + ImVec2(0, px(17)), link + ImVec2(size.x, px(17)), t.text_2, px(1));
  ImGui::SetCursorScreenPos({from.x, to.y + px(24)});
}

const CatalogEntry* first_speech_model() {
  for (const CatalogEntry& entry : catalog())
    if (views::task_of(entry) == Task::speech) return &entry;
  return nullptr;
}

}  // namespace

bool lacks_speech_model(const views::App& app) {
  return !app.shelf.first_here(Task::speech) && app.settings.speech_model.empty();
}

bool draw_speech_model(views::App& app) {
  const CatalogEntry* const entry = first_speech_model();
  if (!entry || !lacks_speech_model(app)) return false;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const views::Arrival* const arrival = app.shelf.arrival(*entry);
  const ImVec2 to = from + ImVec2(width, px(arrival ? 92 : 62));
  card(ImGui::GetWindowDrawList(), from, to);
  {
    const WithFont font(fonts().medium, 13);
    ImGui::SetCursorScreenPos(from + px(16, 13));
    text(entry->title);
  }
  const WithFont font(13);
  ImGui::SetCursorScreenPos(from + px(16, 33));
  const bool ended = arrival && !arrival->problem.empty();
  if (!arrival || ended) {
    const std::string facts =
        ended ? arrival->problem
              : fmt::format("{} · {} licence · fetched once and kept",
                            views::bytes_words(static_cast<double>(entry->bytes())), entry->licence);
    text(facts, ended ? theme().danger : theme().text_2, width - px(120));
    const std::string get = fmt::format("{}##Get {}", ended ? "Try again" : "Get", entry->name);
    const ButtonOptions options{.kind = ButtonKind::primary, .icon = "download"};
    ImGui::SetCursorScreenPos({to.x - px(16) - button_width(get.c_str(), options), from.y + px(15)});
    if (button(get.c_str(), options)) app.fetch_and_use(*entry);
  } else {
    const auto done = static_cast<double>(arrival->bytes_done), total = static_cast<double>(arrival->bytes_total);
    std::string facts = total > 0 ? views::bytes_of_words(done, total) : "Starting";
    if (arrival->bytes_a_second > 0) facts += fmt::format("   {}/s", views::bytes_words(arrival->bytes_a_second));
    if (const auto left = arrival->seconds_left()) facts += fmt::format("   {} left", views::duration_words(*left));
    progress_bar(total > 0 ? static_cast<float>(done / total) : 0, width - px(32), arrival->paused);
    ImGui::SetCursorScreenPos(from + px(16, 52));
    text(facts, theme().text_2);
    const ButtonOptions quiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
    ImGui::SetCursorScreenPos({to.x - px(16) - button_width("Cancel", quiet), from.y + px(48)});
    if (button("Cancel##Cancel the download", quiet)) app.shelf.cancel(*entry);
  }
  ImGui::SetCursorScreenPos({from.x, to.y + px(12)});
  return true;
}

void draw_transcribe_empty(views::App& app, float width) {
  const float left = ImGui::GetCursorScreenPos().x;
  draw_zone(app, width);
  draw_transcribe_notes(app);
  draw_sample(app, width);
  draw_model_note(app, width);
  ImGui::SetCursorScreenPos({left, ImGui::GetCursorScreenPos().y});
  draw_recording_list(app);
}

}  // namespace wick::app
