#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fonts.h"
#include "panel.h"
#include "parts.h"
#include "segment_parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::ModelState;
using views::Tool;

const CatalogEntry* first_model() {
  for (const CatalogEntry& entry : catalog())
    if (views::task_of(entry) == Task::segment) return &entry;
  return nullptr;
}

/// A title, a share of it at the right, the bar.
void draw_share(std::string_view title, double share) {
  const float right = ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x;
  const float y = ImGui::GetCursorScreenPos().y;
  {
    const WithFont font(fonts().medium, 13);
    text(title);
  }
  const WithFont font(13);
  const std::string percent = fmt::format("{:.0f} %", 100 * share);
  ImGui::SetCursorScreenPos({right - ImGui::CalcTextSize(percent.c_str()).x, y});
  text(percent, theme().text_2);
  progress_bar(static_cast<float>(share));
}

/// Words in small letters, then a quiet button at the right end; true when it was pressed.
bool draw_facts(const std::string& words, const char* action) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const ButtonOptions options{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(from + px(0, 6));
    text(words, theme().text_2);
  }
  ImGui::SetCursorScreenPos({from.x + width - button_width(action, options) + px(9), from.y});
  return button(action, options);
}

std::string facts_of(const views::Arrival& arrival) {
  if (!arrival.doing.empty()) return arrival.doing;
  std::string words =
      views::bytes_of_words(static_cast<double>(arrival.bytes_done), static_cast<double>(arrival.bytes_total));
  if (arrival.bytes_a_second > 0) words += fmt::format("   {}/s", views::bytes_words(arrival.bytes_a_second));
  if (const auto left = arrival.seconds_left()) words += fmt::format("   {} left", views::duration_words(*left));
  return words;
}

void draw_arrival(views::App& app, const CatalogEntry& entry, const views::Arrival& arrival) {
  const double whole = static_cast<double>(std::max<std::uint64_t>(1, arrival.bytes_total));
  draw_share(fmt::format("Fetching {}", entry.title), static_cast<double>(arrival.bytes_done) / whole);
  if (draw_facts(facts_of(arrival), "Cancel")) app.shelf.cancel(entry);
}

void draw_offer(views::App& app, const CatalogEntry& entry, const views::Arrival* arrival, const std::string& why) {
  if (arrival && !arrival->problem.empty()) {
    note(NoteKind::bad, arrival->problem);
  } else {
    const WithFont font(13);
    text(why, 0, ImGui::GetContentRegionAvail().x);
  }
  {
    const WithFont font(12);
    text(fmt::format("{}, {}, fetched once and kept", views::bytes_words(static_cast<double>(entry.bytes())),
                     entry.licence),
         theme().text_2);
  }
  const bool resumes = app.shelf.place(entry) == views::ModelPlace::partial;
  if (button(fmt::format("{} {}", resumes ? "Resume" : "Get", entry.title).c_str(),
             {.kind = ButtonKind::primary, .icon = "download"})) {
    app.fetch_and_use(entry);
  }
}

/// What floats on the stage, from the bottom up; its height is known once it was drawn.
template <class Draw>
void draw_floating(ImVec2 from, ImVec2 to, Draw&& draw) {
  const float width = std::min(px(380), to.x - from.x - px(24)), x = (from.x + to.x - width) / 2;
  ImGui::SetNextWindowPos({x + width / 2, to.y - px(24)}, ImGuiCond_Always, {0.5F, 1});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, theme().raised);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, px(16, 12));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(10));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, px(1));
  ImGui::Begin("on the stage", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_AlwaysAutoResize);
  ImGui::PopStyleVar(3);
  ImGui::PopStyleColor();
  draw();
  ImGui::End();
}

/// Groups of words and keys, as many as there is room for.
class Hint {
 public:
  /// `at`: its lower left corner; `room`: how wide it may be.
  Hint(ImVec2 at, float room) : from_(at), room_(room) {}
  void words(const char* text_of) { parts_.push_back({text_of, false}); }
  void keys(const char* keys_of) { parts_.push_back({keys_of, true}); }
  void gap() { parts_.push_back({"", false}); }

  void draw() {
    const WithFont font(12);
    while (width() > room_ && !parts_.empty()) drop_group();
    if (parts_.empty()) return;
    ImDrawList* canvas = ImGui::GetWindowDrawList();
    const float height = px(30), width = this->width();
    const ImVec2 from(from_.x, from_.y - height), to(from_.x + width, from_.y);
    shadow(canvas, from, to, 7);
    canvas->AddRectFilled(from, to, theme().raised, px(7));
    float x = from.x + px(10);
    for (const Part& part : parts_) {
      ImGui::SetCursorScreenPos({x, from.y + (part.keys ? px(6) : px(7))});
      if (part.keys) {
        key_cap(part.words);
      } else if (*part.words != '\0') {
        text(part.words, theme().text_2);
      }
      x += width_of(part);
    }
  }

 private:
  struct Part {
    const char* words;
    bool keys;
  };
  static float width_of(const Part& part) {
    if (*part.words == '\0') return px(12);
    if (!part.keys) return ImGui::CalcTextSize(part.words).x;
    const WithFont mono(fonts().mono, 11);
    return ImGui::CalcTextSize(part.words).x + px(12) + px(5);
  }
  float width() const {
    float sum = px(20);
    for (const Part& part : parts_) sum += width_of(part);
    return sum;
  }
  /// The last one, and the gap before it.
  void drop_group() {
    while (!parts_.empty() && *parts_.back().words != '\0') parts_.pop_back();
    if (!parts_.empty()) parts_.pop_back();
  }

  ImVec2 from_;
  float room_;
  std::vector<Part> parts_;
};

/// What the pointer does now.
void draw_hint(const views::SegmentView& view, ImVec2 corner, float room) {
  Hint hint(corner + px(12, -12), room);
  const Tool tool = view.stage.pointer_tool();
  const auto space = [&] {
    hint.gap();
    hint.keys("Space");
    hint.words("drag moves");
  };
  if (tool == Tool::brush) {
    hint.words("Drag paints");
    hint.gap();
    hint.keys("Alt");
    hint.words("drag erases");
    hint.gap();
    hint.keys("[");
    hint.keys("]");
    hint.words("size");
    space();
  } else if (tool == Tool::move) {
    hint.words("Drag moves the picture");
    hint.gap();
    hint.keys("0");
    hint.words("shows all of it");
  } else if (view.stage.selects() && !view.session.scene().shown().empty()) {
    hint.words("Click an object to work on it");
    hint.gap();
    hint.keys(",");
    hint.keys(".");
    hint.words("go through them");
    if (tool == Tool::point) {
      hint.gap();
      hint.words("Elsewhere a click begins another");
    }
  } else {
    hint.words("Click adds");
    hint.gap();
    hint.keys("Alt");
    hint.words("click leaves out");
    hint.gap();
    hint.words("Drag draws a box");
    space();
  }
  hint.draw();
}

void draw_failed(views::App& app, const std::string& words) {
  views::SegmentSession& session = app.segment.session;
  note(NoteKind::bad, words);
  if (!session.ready()) {
    if (button("Try again", {.size = ButtonSize::small})) session.prepare();
    ImGui::SameLine();
  }
  if (button("Dismiss", {.kind = ButtonKind::quiet, .size = ButtonSize::small})) session.forget_problem();
}

}  // namespace

void draw_segment_model(views::App& app) {
  const ModelState& state = app.models.state(Task::segment);
  const CatalogEntry* const entry = first_model();
  const views::Arrival* const arrival = entry ? app.shelf.arrival(*entry) : nullptr;
  if (arrival && entry && app.shelf.place(*entry) == views::ModelPlace::arriving)
    return draw_arrival(app, *entry, *arrival);
  if (state.kind == ModelState::Kind::loading) {
    draw_share(fmt::format("Loading {}", state.model), state.progress);
    if (draw_facts("Once. It stays while the window is open.", "Cancel")) app.models.drop(Task::segment);
    return;
  }
  const bool offers = entry && !app.shelf.first_here(Task::segment);
  if (state.kind == ModelState::Kind::failed && !(offers && state.model.empty())) {
    note(NoteKind::bad, state.message);
    if (!offers) {
      if (button("Try again", {.size = ButtonSize::small})) app.segment.session.prepare();
      return;
    }
  }
  if (offers) draw_offer(app, *entry, arrival, "A model finds things in pictures, on this computer.");
}

void draw_segment_progress(views::App& app, ImVec2 from, ImVec2 to) {
  views::SegmentSession& session = app.segment.session;
  const ModelState& state = app.models.state(Task::segment);
  if (!session.problem().empty()) return draw_floating(from, to, [&] { draw_failed(app, session.problem()); });
  if (!session.opening().empty()) {
    return draw_floating(from, to, [&] {
      draw_share(fmt::format("Looking into {}", session.opening()), session.opening_share());
      if (draw_facts("", "Cancel")) session.cancel_open();
    });
  }
  if (session.ready()) return draw_hint(app.segment, {from.x, to.y}, to.x - from.x - px(36) - px(kZoomBar));
  if (session.reading()) {
    return draw_floating(from, to, [&] {
      draw_share("Reading the picture", *session.reading());
      if (draw_facts("Once. Then every click is answered at once.", "Cancel")) session.cancel_reading();
    });
  }
  if (state.kind == ModelState::Kind::ready || state.kind == ModelState::Kind::none) {
    if (session.preparing()) return;  // for a moment
    return draw_floating(from, to, [&] {
      if (draw_facts("The picture is not read yet.", "Read it")) session.prepare();
    });
  }
  draw_floating(from, to, [&] { draw_segment_model(app); });
}

}  // namespace wick::app
