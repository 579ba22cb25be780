#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "column.h"
#include "fonts.h"
#include "pages.h"
#include "panel.h"
#include "parts.h"
#include "theme.h"
#include "views/bench_words.h"
#include "views/format.h"

namespace wick::app {
namespace {

using views::BenchLine;
using views::BenchScope;
using views::BenchView;

constexpr float kColumn = 852, kRow = 56, kBar = 200, kShare = 48, kValue = 128, kInset = 16;

struct ScopeWords {
  const char *title, *about;
};
constexpr std::array<ScopeWords, 4> kScopes = {{
    {"Quick", "Ten figures, some 15 seconds"},
    {"Kernels", "All kernels, on one thread and on all: some minutes"},
    {"Models##Measure models", "Every model that is on this computer"},
    {"Everything", "Kernels, then every model that is on this computer"},
}};

void draw_right(std::string_view words, float right, float y, ImU32 colour) {
  const ImVec2 size = ImGui::CalcTextSize(words.data(), words.data() + words.size());
  ImGui::SetCursorScreenPos({right - size.x, y});
  text(words, colour);
}

void draw_progress(const BenchView& bench, float width) {
  const std::size_t done = bench.measured(), total = bench.lines().size();
  gap(14);
  progress_bar(total > 0 ? static_cast<float>(done) / static_cast<float>(total) : 0, width);
  gap(8);
  const WithFont font(12);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const BenchLine* const running = bench.running();
  text(bench.stopping() ? "Stops after this row"
       : running        ? views::words_of(running->name).full
                        : bench.doing(),
       theme().text_2);
  std::string facts = total > 0 ? fmt::format("{} of {}", done, total) : "Starting";
  if (total > 0 && bench.more_to_come()) facts += ", more to come";
  if (const auto left = bench.seconds_left()) facts += fmt::format(", {} left", views::duration_words(*left));
  draw_right(facts, from.x + width, from.y, theme().text_2);
}

void draw_controls(views::App& app, const Column& column) {
  BenchView& bench = app.bench;
  const Card ground(column.width(), {20, 20});
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const std::string busy = bench.measuring() ? "" : app.busy_words();
  ImGui::SetCursorScreenPos(from + px(0, 5));
  constexpr std::array<const char*, 4> kTitles = {kScopes[0].title, kScopes[1].title, kScopes[2].title,
                                                  kScopes[3].title};
  ImGui::BeginDisabled(bench.measuring());
  bench.scope = static_cast<BenchScope>(segmented("scope", kTitles, static_cast<int>(bench.scope), px(340)));
  ImGui::EndDisabled();
  const float right = from.x + ground.inner();
  const char* const label = bench.measuring() ? "Stop" : "Measure";
  ButtonOptions options{.kind = bench.measuring() ? ButtonKind::normal : ButtonKind::primary,
                        .size = ButtonSize::large,
                        .icon = bench.measuring() ? "stop" : nullptr,
                        .width = px(116),
                        .enabled = busy.empty() && !bench.stopping()};
  ImGui::SetCursorScreenPos(from + px(356, 11));
  {
    const WithFont font(13);
    text(kScopes[static_cast<std::size_t>(bench.scope)].about, theme().text_2);
  }
  ImGui::SetCursorScreenPos({right - button_width(label, options), from.y});
  if (button(label, options)) bench.measuring() ? bench.stop() : bench.start();
  ImGui::SetCursorScreenPos({from.x, from.y + px(40)});
  ImGui::Dummy({0, 0});
  if (bench.measuring()) draw_progress(bench, ground.inner());
  if (!bench.problem().empty()) {
    gap(14);
    note(NoteKind::bad, bench.problem(), ground.inner());
  }
  if (!busy.empty()) {
    gap(14);
    note(NoteKind::plain, busy, ground.inner());
  }
  gap(14);
  const WithFont font(12);
  text("It takes all threads and some 600 MB of memory while it runs, and gives both back.", theme().text_2,
       ground.inner());
}

void draw_copies(views::App& app, float width) {
  const BenchView& bench = app.bench;
  const ImVec2 from = ImGui::GetCursorScreenPos();
  {
    const WithFont font(12);
    ImGui::SetCursorScreenPos(from + px(0, 6));
    text(fmt::format("{} figures, {}", bench.measured(), bench.device()), theme().text_2);
  }
  const ButtonOptions options{.size = ButtonSize::small, .icon = "copy"};
  float x = from.x + width - button_width("Copy as JSON", options);
  ImGui::SetCursorScreenPos({x, from.y});
  if (button("Copy as JSON", options)) {
    ImGui::SetClipboardText(bench.json().c_str());
    app.say(fmt::format("Copied {} figures as JSON", bench.measured()));
  }
  x -= px(8) + button_width("Copy as Markdown", options);
  ImGui::SetCursorScreenPos({x, from.y});
  if (button("Copy as Markdown", options)) {
    ImGui::SetClipboardText(bench.markdown().c_str());
    app.say(fmt::format("Copied {} figures as Markdown", bench.measured()));
  }
  ImGui::SetCursorScreenPos({from.x, from.y + px(26)});
  ImGui::Dummy({0, 0});
}

/// The peaks side by side, and what the figures say.
void draw_machine(views::App& app, const Column& column) {
  const BenchView& bench = app.bench;
  const Theme& t = theme();
  const Peaks* const most = bench.most();
  if (!most) return;
  gap(24);
  const Card ground(column.width(), {20, 20});
  headline("The most this machine can do", 14);
  gap(14);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float part = ground.inner() / static_cast<float>(views::kPeakWords.size());
  for (std::size_t i = 0; i < views::kPeakWords.size(); ++i) {
    const views::PeakWords& words = views::kPeakWords[i];
    const ImVec2 at = from + ImVec2(part * static_cast<float>(i) + (i > 0 ? px(16) : 0), 0);
    if (i > 0) ImGui::GetWindowDrawList()->AddRectFilled(at - px(16, 0), at + px(-15, 52), t.line);
    ImGui::SetCursorScreenPos(at);
    {
      const WithFont font(12);
      text(words.what, t.text_2);
    }
    ImGui::SetCursorScreenPos(at + px(0, 18));
    headline(views::big_number(most->*words.value), 26);
    ImGui::SetCursorScreenPos({ImGui::GetItemRectMax().x + px(6), at.y + px(32)});
    const WithFont font(13);
    text(words.unit, t.text_2);
  }
  ImGui::SetCursorScreenPos(from + px(0, 60));
  ImGui::Dummy({0, 0});
  gap(10);
  {
    const WithFont font(13);
    const ImVec2 line = ImGui::GetCursorScreenPos();
    ImGui::GetWindowDrawList()->AddRectFilled(line, line + ImVec2(ground.inner(), std::max(1.0F, px(1))), t.line);
    ImGui::SetCursorScreenPos(line + px(0, 14));
    std::vector<std::string> sentences = bench.measuring() ? std::vector<std::string>{} : bench.findings();
    sentences.emplace_back(
        "A bar below is the part of this peak that a loop reaches. GFLOP/s and GOP/s are billions of calculations a "
        "second, GB/s billions of bytes.");
    for (const std::string& sentence : sentences) text(sentence, t.text_2, std::min(ground.inner(), px(700)));
  }
  if (bench.measuring() || bench.measured() == 0) return;
  gap(14);
  draw_copies(app, ground.inner());
}

void draw_rate(const BenchLine& line, float right, float y, bool running) {
  const Theme& t = theme();
  if (!line.row) {
    const WithFont font(12);
    draw_right(running ? "Measuring" : "Waiting", right, y + px(20), running ? t.flame_text : t.text_3);
    if (!running) return;
    const float width = ImGui::CalcTextSize("Measuring").x;
    ImGui::SetCursorScreenPos({right - width - px(16), y + px(18)});
    status_dot(true);
    return;
  }
  const views::BenchFigures figures = views::figures_of(*line.row);
  const float top = y + px(figures.range.empty() ? 20 : 11);
  {
    const WithFont font(fonts().semibold, 13);
    const ImVec2 number = ImGui::CalcTextSize(figures.median.c_str());
    float unit = 0;
    {
      const WithFont plain(13);
      unit = ImGui::CalcTextSize(figures.unit.c_str()).x;
      draw_right(figures.unit, right, top, t.text);
    }
    ImGui::SetCursorScreenPos({right - unit - px(4) - number.x, top});
    text(figures.median);
  }
  const WithFont font(12);
  if (!figures.range.empty()) draw_right(figures.range, right, y + px(29), t.text_3);
}

void draw_line(const BenchLine& line, float width, bool running) {
  const Theme& t = theme();
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const views::BenchWords words = views::words_of(line.name);
  const float right = from.x + width - px(kInset), share_right = right - px(kValue) - px(12),
              bar = share_right - px(kShare) - px(12) - px(kBar);
  ImGui::PushClipRect(from, {bar - px(12), from.y + px(kRow)}, true);
  ImGui::SetCursorScreenPos(from + px(kInset, 11));
  {
    const WithFont font(fonts().medium, 13);
    text(words.title, line.row || running ? t.text : t.text_3);
  }
  ImGui::SetCursorScreenPos(from + px(kInset, 29));
  {
    const WithFont font(12);
    std::string detail = words.detail;
    if (!line.model.empty()) detail = fmt::format("{} · {}", line.model, detail);
    text(detail, t.text_3);
    ImGui::SameLine(0, px(8));
    ImGui::SetCursorScreenPos({ImGui::GetCursorScreenPos().x, from.y + px(30)});
    const WithFont mono(fonts().mono, 11);
    text(line.name, t.text_3);
  }
  ImGui::PopClipRect();
  const double share = line.row ? line.row->peak_fraction() : 0;
  if (share > 0 || (!line.row && line.model.empty())) {
    const ImVec2 track(bar, from.y + px(kRow / 2 - 4)), size = px(kBar, 8);
    ImDrawList* canvas = ImGui::GetWindowDrawList();
    canvas->AddRectFilled(track, track + size, t.line, px(4));
    const float filled = size.x * static_cast<float>(std::clamp(share, 0.0, 1.0));
    if (filled > 0) canvas->AddRectFilled(track, track + ImVec2(filled, size.y), t.text, px(4));
  }
  if (share > 0) {
    const WithFont font(13);
    draw_right(views::share_words(share), share_right, from.y + px(20), t.text_2);
  }
  draw_rate(line, right, from.y, running);
  ImGui::SetCursorScreenPos({from.x, from.y + px(kRow)});
}

/// Rows of a group; those out of sight cost nothing.
void draw_group(const BenchView& bench, const views::BenchGroupWords& group, const Column& column) {
  std::vector<const BenchLine*> lines;
  for (const BenchLine& line : bench.lines())
    if (views::words_of(line.name).group == group.group) lines.push_back(&line);
  if (lines.empty()) return;
  gap(32);
  headline(group.title, 14);
  gap(4);
  {
    const WithFont font(13);
    text(group.about, theme().text_2, std::min(column.width(), px(640)));
  }
  gap(12);
  const BenchLine* const running = bench.running();
  const Card ground(column.width(), {0, 0});
  for (const BenchLine* line : lines) {
    const ImVec2 from = ImGui::GetCursorScreenPos();
    if (ImGui::IsRectVisible(from, from + ImVec2(column.width(), px(kRow)))) {
      if (line != lines.front())
        ImGui::GetWindowDrawList()->AddRectFilled(from, from + ImVec2(column.width(), std::max(1.0F, px(1))),
                                                  theme().line);
      draw_line(*line, column.width(), line == running);
    }
    ImGui::SetCursorScreenPos(from + px(0, kRow));
  }
  ImGui::Dummy({0, 0});
}

}  // namespace

void draw_bench_page(views::App& app, Window&) {
  const ImVec2 from = ImGui::GetCursorScreenPos(), to = from + ImGui::GetContentRegionAvail();
  const Panel panel("bench", from, to, {.padding = {24, 32}});
  const Column column(kColumn);
  headline("Speed of this computer", 26);
  gap(10);
  {
    const WithFont font(15);
    text(
        "Nearly all of a model’s work happens in a few inner loops. This measures them here, each beside the most that "
        "this machine can do, as wick bench does at the terminal.",
        theme().text_2, std::min(column.width(), px(640)));
  }
  gap(24);
  draw_controls(app, column);
  draw_machine(app, column);
  for (const views::BenchGroupWords& group : views::kBenchGroups) draw_group(app.bench, group, column);
  gap(32);
}

}  // namespace wick::app
