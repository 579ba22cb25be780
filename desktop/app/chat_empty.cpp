#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chat_parts.h"
#include "fonts.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::ModelPlace;
using views::ModelState;

void centred(std::string_view words, ImFont* face, float size, ImU32 colour, float left, float width, float& y) {
  const WithFont font(face, size);
  const ImVec2 letters = ImGui::CalcTextSize(words.data(), words.data() + words.size(), false, width);
  ImGui::SetCursorScreenPos({std::floor(left + (width - letters.x) / 2), std::floor(y)});
  text(words, colour, width);
  y += letters.y;
}

float example_height(const views::ChatExample& example, float width) {
  const WithFont font(13);
  return px(54) + ImGui::CalcTextSize(example.prompt, nullptr, false, width - px(32)).y;
}

/// A card with a prompt; true when it was pressed.
bool draw_example(const views::ChatExample& example, ImVec2 from, ImVec2 size) {
  ImGui::SetCursorScreenPos(from);
  const bool pressed = ImGui::InvisibleButton(example.title, size, ImGuiButtonFlags_EnableNav);
  probe_part(example.title, from, from + size);
  const Theme& t = theme();
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  card(canvas, from, from + size);
  if (ImGui::IsItemHovered()) canvas->AddRect(from, from + size, t.line_field, px(10), px(1));
  if (ImGui::IsItemFocused() && ImGui::GetIO().NavVisible)
    canvas->AddRect(from - px(3, 3), from + size + px(3, 3), t.flame_deep, px(13), px(2));
  ImGui::SetCursorScreenPos(from + px(16, 13));
  {
    const WithFont font(fonts().medium, 13);
    text(example.title);
  }
  ImGui::SetCursorScreenPos(from + px(16, 35));
  const WithFont font(13);
  text(example.prompt, t.text_2, size.x - px(32));
  return pressed;
}

void draw_examples(views::App& app, float left, float width, float& y) {
  const auto& examples = views::ChatView::examples();
  const float gap = px(12), count = static_cast<float>(examples.size());
  const bool wide = width > px(480);
  const float each = wide ? std::floor((width - gap * (count - 1)) / count) : width;
  float height = 0;
  for (const views::ChatExample& example : examples) height = std::max(height, example_height(example, each));
  ImVec2 at(left, y);
  for (const views::ChatExample& example : examples) {
    if (draw_example(example, at, {each, height})) {
      app.chat.draft = example.prompt;
      app.send();
    }
    (wide ? at.x : at.y) += (wide ? each : height) + gap;
  }
  y = wide ? y + height : at.y - gap;
}

/// A model that arrives or rests half way, or the button to get it.
void draw_offer(views::App& app, const CatalogEntry& entry, float left, float width, float& y) {
  const float inner = std::min(width, px(440)), x = left + (width - inner) / 2;
  if (app.shelf.arrival(entry)) {
    ImGui::SetCursorScreenPos({x, y});
    draw_arrival(app, entry, inner);
    y = ImGui::GetItemRectMax().y + px(8);
    return;
  }
  const std::string label = fmt::format("Get {} ({}, {})##Get the model", model_title(entry.name),
                                        views::bytes_words(static_cast<double>(entry.bytes())), entry.licence);
  const ButtonOptions get{.kind = ButtonKind::primary, .size = ButtonSize::large, .icon = "download"};
  const ButtonOptions open{.size = ButtonSize::large, .icon = "file"};
  const char* const other = "Open a model file…";
  const float both = button_width(label.c_str(), get) + px(10) + button_width(other, open);
  ImGui::SetCursorScreenPos({std::floor(left + std::max(0.0F, (width - both) / 2)), y});
  if (button(label.c_str(), get)) app.fetch_and_use(entry);
  const ImVec2 end = ImGui::GetItemRectMax();
  const bool fits = both <= width;
  ImGui::SetCursorScreenPos(fits ? ImVec2(end.x + px(10), y) : ImVec2(left, end.y + px(8)));
  if (button(other, open)) app.open_model(Task::chat);
  y = ImGui::GetItemRectMax().y;
}

/// What is with the model: its way here, its loading, why there is none.
void draw_model_line(views::App& app, float left, float width, float& y) {
  const ModelState& state = app.models.state(Task::chat);
  const bool failed = state.kind == ModelState::Kind::failed && !state.model.empty();
  if (failed) {
    ImGui::SetCursorScreenPos({left, y});
    note(NoteKind::bad, state.message + " Choose another model below, or get this one again on the page Models.",
         width);
    y = ImGui::GetItemRectMax().y + px(16);
  }
  if (state.kind == ModelState::Kind::loading) {
    const float inner = std::min(width, px(440)), x = left + (width - inner) / 2;
    centred(fmt::format("Loading {}", model_title(state.model)), fonts().regular, 13, theme().text_2, left, width, y);
    ImGui::SetCursorScreenPos({x, y + px(8)});
    progress_bar(static_cast<float>(state.progress), inner);
    y += px(20);
    return;
  }
  const CatalogEntry& entry = first_chat_model();
  const bool has_own = !app.settings.chat_model.empty() && !find_in_catalog(app.settings.chat_model) && !failed;
  if (app.shelf.arrival(entry) || (!app.shelf.first_here(Task::chat) && !has_own))
    draw_offer(app, entry, left, width, y);
  if (app.sends_when_here() && !app.chat.draft.empty()) {
    y += px(14);
    centred("Your message is sent as soon as a model is here.", fonts().regular, 13, theme().text_2, left, width, y);
  }
  if (state.kind == ModelState::Kind::ready)
    centred(fmt::format("{} is loaded", model_title(state.model)), fonts().regular, 13, theme().text_2, left, width, y);
}

/// Draws it all from `y` on; returns where it ends.
float draw_start(views::App& app, float left, float width, float y) {
  const Theme& t = theme();
  centred("Ask it something", fonts().semibold, 20, t.text, left, width, y);
  y += px(12);
  centred("A language model runs here, on your own processor. What you write stays on this computer.", fonts().regular,
          15, t.text_2, left, width, y);
  y += px(28);
  draw_examples(app, left, width, y);
  y += px(28);
  draw_model_line(app, left, width, y);
  return y;
}

}  // namespace

const CatalogEntry& first_chat_model() {
  return *std::ranges::find_if(catalog(),
                               [](const CatalogEntry& entry) { return views::task_of(entry) == Task::chat; });
}

void draw_arrival(views::App& app, const CatalogEntry& entry, float width) {
  const views::Arrival& arrival = *app.shelf.arrival(entry);
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const auto done = static_cast<double>(arrival.bytes_done), total = static_cast<double>(arrival.bytes_total);
  const bool rests = arrival.paused || !arrival.problem.empty();
  float y = from.y;
  if (!arrival.problem.empty()) {
    note(NoteKind::bad, arrival.problem, width);
    y = ImGui::GetItemRectMax().y + px(10);
  }
  ImGui::SetCursorScreenPos({from.x, y});
  {
    const WithFont font(13);
    text(fmt::format("{} {}", arrival.paused ? "Paused:" : "Fetching", model_title(entry.name)), t.text);
  }
  ImGui::SetCursorScreenPos({from.x, y + px(24)});
  progress_bar(static_cast<float>(total > 0 ? done / total : 0), width, rests);
  std::string facts =
      rests ? fmt::format("{} at {}", arrival.paused ? "Paused" : "Stopped", views::bytes_of_words(done, total))
            : views::bytes_of_words(done, total);
  if (!rests && arrival.bytes_a_second > 0) facts += fmt::format("   {}/s", views::bytes_words(arrival.bytes_a_second));
  if (const auto left = arrival.seconds_left(); left && !rests)
    facts += fmt::format("   {} left", views::duration_words(*left));
  ImGui::SetCursorScreenPos({from.x, y + px(40)});
  {
    const WithFont font(12);
    text(facts, t.text_2);
  }
  const ButtonOptions small{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  float x = from.x + width - button_width("Cancel", small);
  ImGui::SetCursorScreenPos({x, y + px(34)});
  const bool cancels = button("Cancel##Cancel the download", small);
  const char* const other = rests ? "Resume" : "Pause";
  x -= px(4) + button_width(other, small);
  ImGui::SetCursorScreenPos({x, y + px(34)});
  const bool turns = button(other, small);
  ImGui::SetCursorScreenPos({from.x, y + px(60)});
  ImGui::Dummy({width, px(2)});
  if (cancels) return app.shelf.cancel(entry);
  if (turns) rests ? app.fetch_and_use(entry) : app.shelf.pause(entry);
}

void draw_chat_empty(views::App& app, Window& window) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), space = ImGui::GetContentRegionAvail();
  const float width = std::min(px(700), space.x), left = std::floor(from.x + (space.x - width) / 2);
  float& known = window.texts().height_of("empty chat", width);
  const float top = from.y + std::max(px(8), std::floor((space.y - (known > 0 ? known : px(320))) / 2));
  const float height = draw_start(app, left, width, top) - top;
  if (known != height) window.again_in(0);
  known = height;
  ImGui::SetCursorScreenPos({from.x, top + height + px(8)});
  ImGui::Dummy({1, 1});
}

}  // namespace wick::app
