#include <fmt/format.h>

#include <array>

#include "column.h"
#include "fonts.h"
#include "icons.h"
#include "model_row.h"
#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"
#include "views/format.h"
#include "views/process.h"

namespace wick::app {
namespace {

using Filter = views::ModelsView::Filter;

constexpr float kColumn = 852;

struct TaskWords {
  Task task;
  const char *title, *about;
};
constexpr std::array<TaskWords, 3> kTaskWords = {{
    {Task::chat, "Chat", "language models, GGUF"},
    {Task::speech, "Transcribe", "speech to text, Whisper"},
    {Task::segment, "Segment", "pictures to masks, Segment Anything"},
}};

constexpr std::array<std::pair<const char*, Filter>, 5> kFilters = {{{"All##Show all", Filter::all},
                                                                     {"Chat##Show chat", Filter::chat},
                                                                     {"Transcribe##Show transcribe", Filter::speech},
                                                                     {"Segment##Show segment", Filter::segment},
                                                                     {"On this computer", Filter::here}}};

void ask_for_file(views::App& app) {
  app.dialog.ask({.title = "Open a model",
                  .name = {},
                  .kind = "Models",
                  .patterns = {"*.gguf", "*.safetensors", "*.bin", "*.onnx", "*.pt", "*.pth"}},
                 [&app](const std::string& path) { app.open_model_file(path); });
}

void draw_titles(views::App& app, const Column& column) {
  const ImVec2 from = ImGui::GetCursorScreenPos();
  headline("Models", 26);
  const float below = ImGui::GetCursorScreenPos().y;
  const ButtonOptions options{.icon = "file", .enabled = !app.catalogue.opening()};
  ImGui::SetCursorScreenPos({from.x + column.width() - button_width("Open a file…", options), from.y + px(1)});
  if (button("Open a file…", options)) ask_for_file(app);
  ImGui::SetCursorScreenPos({from.x, below});
}

/// A share of the disk as a part of a track; a little of something is still seen.
float draw_share(ImDrawList* canvas, float x, ImVec2 from, ImVec2 size, double share, ImU32 colour) {
  if (share <= 0) return x;
  const float width = std::max(px(4), static_cast<float>(share) * size.x);
  canvas->AddRectFilled({x, from.y}, {x + width, from.y + size.y}, colour, px(2));
  return x + width + px(2);
}

void draw_legend(ImU32 colour, const char* words, std::uint64_t bytes) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::GetWindowDrawList()->AddRectFilled(at + px(0, 4), at + px(9, 13), colour, px(3));
  ImGui::SetCursorScreenPos(at + px(17, 0));
  text(fmt::format("{} {}", words, views::bytes_words(static_cast<double>(bytes))), theme().text_2);
  ImGui::SameLine(0, px(16));
}

void draw_disk(views::App& app, const Column& column) {
  const Theme& t = theme();
  const views::ModelShelf::Room room = app.shelf.room();
  const Card ground(column.width(), {20, 16});
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const std::string used = views::bytes_words(static_cast<double>(room.used()));
  headline(used, 15);
  ImGui::SameLine(0, px(5));
  {
    const WithFont font(13);
    ImGui::SetCursorScreenPos(ImGui::GetCursorScreenPos() + px(0, 1.5F));
    text(fmt::format("used, {} free", views::bytes_words(static_cast<double>(room.free))), t.text_2);
  }
  const float below = ImGui::GetCursorScreenPos().y;
  const ButtonOptions options{.kind = ButtonKind::quiet, .size = ButtonSize::small};
  ImGui::SetCursorScreenPos({from.x + ground.inner() - button_width("Open folder", options), from.y - px(3)});
  if (button("Open folder", options)) views::open_folder(app.shelf.store().folder());
  ImGui::SetCursorScreenPos({from.x, below + px(2)});
  const ImVec2 track = ImGui::GetCursorScreenPos(), size(ground.inner(), px(10));
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  canvas->AddRectFilled(track, track + size, t.line, px(5));
  const auto all = static_cast<double>(room.used() + room.free);
  const auto share = [&](std::uint64_t bytes) { return all > 0 ? static_cast<double>(bytes) / all : 0; };
  float x = draw_share(canvas, track.x, track, size, share(room.ready), t.text);
  x = draw_share(canvas, x, track, size, share(room.partial), t.line_field);
  draw_share(canvas, x, track, size, share(room.arriving), t.flame);
  ImGui::Dummy(size);
  gap(10);
  const WithFont font(12);
  if (room.ready > 0) draw_legend(t.text, "Ready", room.ready);
  if (room.partial > 0) draw_legend(t.line_field, "Paused or damaged", room.partial);
  if (room.arriving > 0) draw_legend(t.flame, "Arriving", room.arriving);
  if (room.used() > 0) ImGui::NewLine();
  text(fmt::format("They lie in {} until you delete them.", app.shelf.store().folder()), t.text_2, ground.inner());
}

void draw_filters(views::App& app, const Column& column) {
  views::ModelsView& view = app.catalogue;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(from + px(0, 3));
  for (const auto& [label, filter] : kFilters) {
    if (chip(label, view.filter == filter)) view.filter = filter;
    ImGui::SameLine(0, px(8));
  }
  ImGui::SetCursorScreenPos({from.x + column.width() - px(220), from.y});
  text_field("Search models", view.query, "Search", px(220), "search");
}

/// Rows in one card, a line between two.
template <class Rows, class Draw>
void draw_card(const Rows& rows, const Column& column, Draw&& draw) {
  const Card ground(column.width(), {0, 0});
  bool first = true;
  for (const auto* row : rows) {
    const ImVec2 from = ImGui::GetCursorScreenPos();
    if (!first)
      ImGui::GetWindowDrawList()->AddRectFilled(from, from + ImVec2(column.width(), std::max(1.0F, px(1))),
                                                theme().line);
    first = false;
    draw(*row);
  }
  ImGui::Dummy({0, 0});
}

void draw_groups(views::App& app, const Column& column) {
  bool any = false;
  for (const TaskWords& words : kTaskWords) {
    const auto entries = app.catalogue.entries(words.task);
    if (entries.empty()) continue;
    any = true;
    group_title(words.title, words.about);
    gap(8);
    draw_card(entries, column, [&](const CatalogEntry& entry) { draw_model_row(app, entry, column.width()); });
    gap(24);
  }
  if (const auto own = app.catalogue.own_files(); !own.empty()) {
    any = true;
    group_title("Your files", "used in place, without a copy");
    gap(8);
    std::string forgotten;
    draw_card(own, column, [&](const views::OwnFile& file) {
      if (draw_own_row(app, file, column.width())) forgotten = file.model.path;
    });
    if (!forgotten.empty()) {
      app.catalogue.forget(forgotten);
      app.keep_settings();
    }
    gap(24);
  }
  if (any) return;
  const std::string words = app.catalogue.query.empty() ? "No model is on this computer yet."
                                                        : fmt::format("No model is called “{}”.", app.catalogue.query);
  const WithFont font(14);
  text(words, theme().text_2);
}

/// A dashed line around a place to drop files.
void draw_zone(views::App& app, const Column& column) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImVec2(column.width(), px(58));
  ImDrawList* canvas = ImGui::GetWindowDrawList();
  dashed_frame(canvas, from, to);
  draw_icon(canvas, "file", from + px(20, 20), px(18), theme().text_2);
  ImGui::SetCursorScreenPos(from + px(52, 12));
  {
    const WithFont font(13);
    text(
        "Drop a model file of any kind (GGUF, safetensors, Whisper, Segment Anything, ONNX, PyTorch) on this page to "
        "use "
        "it in place, without a copy.",
        theme().text_2, column.width() - px(160));
  }
  ImGui::SetCursorScreenPos({to.x - px(20) - button_width("Choose", {.size = ButtonSize::small}), from.y + px(16)});
  if (button("Choose", {.size = ButtonSize::small})) ask_for_file(app);
  ImGui::SetCursorScreenPos({from.x, to.y});
  ImGui::Dummy(px(0, 24));
}

}  // namespace

void draw_models_page(views::App& app, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("models", from, to, {.padding = {24, 32}});
  if (ImGui::IsWindowAppearing()) app.catalogue.look();
  const Column column(kColumn);
  draw_titles(app, column);
  gap(24);
  draw_disk(app, column);
  gap(24);
  draw_filters(app, column);
  gap(28);
  draw_groups(app, column);
  draw_zone(app, column);
}

}  // namespace wick::app
