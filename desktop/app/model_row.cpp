#include "model_row.h"

#include <fmt/format.h>

#include "column.h"
#include "fonts.h"
#include "icons.h"
#include "parts.h"
#include "theme.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::Arrival;
using views::ModelPlace;
using views::Verdict;

constexpr float kInset = 16, kIcon = 15, kGap = 8;
constexpr ButtonOptions kQuiet{.kind = ButtonKind::quiet, .size = ButtonSize::small};
constexpr ButtonOptions kNormal{.size = ButtonSize::small};

/// A label that shows `words`, and whose name for tests says of what.
std::string labelled(const char* words, const std::string& title) {
  return fmt::format("{}##{} {}", words, words, title);
}

/// Buttons from the right end leftwards.
class Actions {
 public:
  Actions(float right, float middle) : x_(right), middle_(middle) {}

  bool button(const std::string& label, const ButtonOptions& options) {
    place(button_width(label.c_str(), options), px(26));
    return app::button(label.c_str(), options);
  }
  bool icon(const std::string& label, const char* icon) {
    place(px(26), px(26));
    return icon_button(label.c_str(), icon, {.small = true});
  }

 private:
  void place(float width, float height) {
    x_ -= width;
    ImGui::SetCursorScreenPos({x_, middle_ - height / 2});
    x_ -= px(kGap);
  }
  float x_, middle_;
};

void draw_title(std::string_view title, std::string_view sub) {
  {
    const WithFont font(fonts().medium, 14);
    text(title);
  }
  if (sub.empty()) return;
  ImGui::SameLine(0, px(8));
  ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 2));
  const WithFont font(12);
  text(sub, theme().text_3);
}

void draw_verdict(const Verdict& verdict) {
  const Theme& t = theme();
  ImU32 colour = t.text_2;
  const char* icon = nullptr;
  switch (verdict.kind) {
    case Verdict::Kind::good:
      colour = t.ok, icon = "check";
      break;
    case Verdict::Kind::bad:
      colour = t.danger, icon = "x";
      break;
    case Verdict::Kind::doubtful:
      icon = "alert";
      break;
    case Verdict::Kind::plain:
      break;
  }
  if (icon) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_icon(ImGui::GetWindowDrawList(), icon, at, px(kIcon), colour);
    ImGui::SetCursorScreenPos(at + px(kIcon + 5, 0));
  }
  const WithFont font(12);
  text(verdict.words, colour);
}

/// Size, licence, verdict.
void draw_facts(views::App& app, const CatalogEntry& entry) {
  {
    const WithFont font(12);
    text(views::bytes_words(static_cast<double>(entry.bytes())), theme().text_2);
    ImGui::SameLine(0, px(12));
    text(entry.licence, theme().text_2);
  }
  ImGui::SameLine(0, px(12));
  draw_verdict(app.catalogue.verdict(entry));
  if (const auto task = views::task_of(entry); task && app.catalogue.in_use(*task, entry.name)) {
    ImGui::SameLine(0, px(12));
    const WithFont font(12);
    text("In use", theme().text_2);
  }
}

void draw_actions(views::App& app, const CatalogEntry& entry, Actions actions) {
  const Arrival* const arrival = app.shelf.arrival(entry);
  switch (app.shelf.place(entry)) {
    case ModelPlace::arriving:
      if (actions.button(labelled("Pause", entry.title),
                         {.kind = ButtonKind::quiet, .size = ButtonSize::small, .icon = "pause"})) {
        app.shelf.pause(entry);
      }
      return;
    case ModelPlace::here:
      if (actions.icon("Delete##Delete " + entry.title, "trash")) app.remove_model(entry);
      if (!arrival && actions.icon("Verify##Verify " + entry.title, "check")) app.shelf.verify(entry);
      if (actions.button(labelled("Open", entry.title), kNormal)) app.open_page(*views::task_of(entry), entry.name);
      return;
    case ModelPlace::damaged:
      if (actions.icon("Delete##Delete " + entry.title, "trash")) app.remove_model(entry);
      if (actions.button(labelled("Fetch again", entry.title), kNormal)) app.shelf.fetch(entry);
      return;
    case ModelPlace::partial:
    case ModelPlace::missing:
      break;
  }
  const bool failed = arrival && !arrival->problem.empty();
  const char* const words = failed ? "Retry" : app.shelf.place(entry) == ModelPlace::partial ? "Resume" : "Get";
  if (actions.button(labelled(words, entry.title), {.size = ButtonSize::small,
                                                    .icon = failed ? "again" : "download",
                                                    .enabled = app.catalogue.can_be_fetched(entry)})) {
    app.shelf.fetch(entry);
  }
}

/// What has arrived, how fast, and how it ends.
void draw_arrival(views::App& app, const CatalogEntry& entry, float width) {
  const Arrival* const arrival = app.shelf.arrival(entry);
  const bool partial = app.shelf.place(entry) == ModelPlace::partial;
  const bool runs = arrival && arrival->runs();
  if (!runs && !partial) return;
  Arrival shown;
  if (runs) {
    shown = *arrival;
  } else {
    shown.bytes_done = app.shelf.bytes_here(entry);
    shown.bytes_total = entry.bytes();
    shown.paused = true;
    if (arrival) shown.given_up = arrival->given_up;
  }
  gap(20);
  progress_bar(static_cast<float>(shown.part()), width, !runs);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  std::vector<std::string> facts = app.catalogue.facts(shown);
  if (runs && !shown.doing.empty() && shown.bytes_a_second == 0) facts.push_back(shown.doing);
  ImGui::SetCursorScreenPos(from + px(0, 4));
  facts_line(facts, theme().text_2, width - px(80));
  Actions actions(from.x + width, from.y + px(11));
  if (actions.button(labelled(runs ? "Cancel" : "Remove", entry.title), kQuiet)) app.shelf.cancel(entry);
}

void draw_problem(views::App& app, const CatalogEntry& entry, float width) {
  const Arrival* const arrival = app.shelf.arrival(entry);
  if (!arrival || arrival->problem.empty()) return;
  gap(20);
  note(NoteKind::bad, arrival->problem, width);
}

/// The row's text and its buttons beside it; returns where the next line begins.
template <class Text, class Buttons>
void draw_row(float width, Text&& draw_words, Buttons&& draw_buttons) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(from + px(kInset, 13));
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, px(8, 4));
  ImGui::BeginGroup();
  draw_words();
  ImGui::EndGroup();
  ImGui::PopStyleVar();
  const float bottom = ImGui::GetItemRectMax().y;
  draw_buttons(Actions(from.x + width - px(kInset), from.y + px(32)));
  ImGui::SetCursorScreenPos({from.x + px(kInset), bottom});
}

}  // namespace

void draw_model_row(views::App& app, const CatalogEntry& entry, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::PushID(entry.name.c_str());
  draw_row(
      width,
      [&] {
        draw_title(entry.title, entry.quantisation);
        draw_facts(app, entry);
      },
      [&](const Actions& actions) { draw_actions(app, entry, actions); });
  ImGui::BeginGroup();
  draw_arrival(app, entry, width - 2 * px(kInset));
  draw_problem(app, entry, width - 2 * px(kInset));
  ImGui::EndGroup();
  const float bottom = std::max(ImGui::GetItemRectMax().y, from.y + px(51)) + px(13);
  ImGui::SetCursorScreenPos({from.x, bottom});
  ImGui::PopID();
}

bool draw_own_row(views::App& app, const views::OwnFile& file, float width) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const std::string& path = file.model.path;
  ImGui::PushID(path.c_str());
  bool forgotten = false;
  const char* const task = file.model.task == Task::chat     ? "Chat"
                           : file.model.task == Task::speech ? "Transcribe"
                                                             : "Segment";
  draw_row(
      width,
      [&] {
        draw_title(file.title(), task);
        std::vector<std::string> facts{views::bytes_words(static_cast<double>(file.bytes)), path};
        if (!file.exists) facts = {"It is no longer there", path};
        if (app.catalogue.in_use(file.model.task, path)) facts.insert(facts.begin() + 1, "In use");
        facts_line(facts, theme().text_2, width - px(160));
      },
      [&](Actions actions) {
        forgotten = actions.icon("Take off the list##Forget " + file.title(), "x");
        if (file.exists && actions.button(labelled("Open", file.title()), kNormal)) {
          app.open_page(file.model.task, path);
        }
      });
  ImGui::SetCursorScreenPos({from.x, from.y + px(64)});
  ImGui::PopID();
  return forgotten;
}

}  // namespace wick::app
