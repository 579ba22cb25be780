// wick-app: the desktop window.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "core/clock.h"
#include "pages.h"
#include "views/app.h"
#include "views/process.h"
#include "window.h"

namespace {

/// Closes the window after its first frame, or after so many more once it is warm, and says what memory those took.
class FrameLimit {
 public:
  FrameLimit(bool first, std::uint64_t frames) : first_(first), frames_(frames) {}

  void heed(wick::app::Window& window) {
    if (first_) return window.close();
    if (frames_ == 0) return;
    window.again_in(0);
    if (warm_at_ == 0 && window.frames() >= kWarmFrames && wick::now_ms() - begun_ms_ >= kWarmMs) {
      warm_at_ = window.frames();
      warm_bytes_ = wick::views::resident_bytes();
    }
    if (warm_at_ == 0 || window.frames() < warm_at_ + frames_) return;
    fmt::print("{{\"frames\": {}, \"grown_bytes\": {}}}\n", frames_,
               static_cast<std::int64_t>(wick::views::resident_bytes()) - static_cast<std::int64_t>(warm_bytes_));
    window.close();
  }

 private:
  // After which all is there that a page needs.
  static constexpr std::uint64_t kWarmFrames = 100;
  static constexpr double kWarmMs = 2000;

  bool first_;
  std::uint64_t frames_, warm_at_ = 0, warm_bytes_ = 0;
  double begun_ms_ = wick::now_ms();
};

/// One line of JSON: the middle, the slowest of twenty and the slowest frame.
void print_times(const std::vector<wick::app::FrameTime>& times) {
  const auto line = [&](double wick::app::FrameTime::* part) {
    std::vector<double> sorted;
    for (const wick::app::FrameTime& time : times) sorted.push_back(time.*part);
    std::ranges::sort(sorted);
    const auto at = [&](std::size_t twentieths) { return sorted[(sorted.size() - 1) * twentieths / 20]; };
    return fmt::format(R"({{"median": {:.3f}, "p95": {:.3f}, "most": {:.3f}}})", at(10), at(19), at(20));
  };
  if (times.empty()) return;
  fmt::print("{{\"frames\": {}, \"own_ms\": {}, \"gl_ms\": {}}}\n", times.size(), line(&wick::app::FrameTime::own),
             line(&wick::app::FrameTime::gl));
}

struct Arguments {
  std::string folder = wick::views::default_data_folder();
  float scale = 0;
  bool first_frame = false;
  std::uint64_t frames = 0;
  bool frame_times = false;
};

int open_window(const Arguments& given) {
  wick::views::App app(given.folder, wick::app::Window::wake);
  wick::app::Window window({.width = app.settings.window_width,
                            .height = app.settings.window_height,
                            .scale = given.scale > 0 ? given.scale : app.settings.scale,
                            .paced = given.frames == 0});
  window.set_theme(app.settings.theme);
  if (given.frame_times) window.keep_times();
  FrameLimit limit(given.first_frame, given.frames);
  window.run([&] {
    app.deliver();
    wick::app::draw_shell(app, window);
    limit.heed(window);
  });
  print_times(window.times());
  app.settings.window_width = window.width();
  app.settings.window_height = window.height();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App arguments("Wick in a window: chat, transcribe and segment on your own computer");
  arguments.set_version_flag("--version", WICK_VERSION);
  Arguments given;
  arguments.add_option("--data", given.folder, "Where conversations and settings are kept")->capture_default_str();
  arguments.add_option("--scale", given.scale, "Pixels a unit, where the screen's own does not suit")
      ->check(CLI::Range(0.5, 4.0));
  arguments.add_flag("--first-frame", given.first_frame, "Leave after the first frame, to time the start");
  arguments
      .add_option("--frames", given.frames,
                  "Leave after so many, drawn as fast as can be, and say what memory they took")
      ->group("");
  arguments.add_flag("--frame-times", given.frame_times, "Say at the end what the frames took of the processor")
      ->group("");
  CLI11_PARSE(arguments, argc, argv);
  try {
    return open_window(given);
  } catch (const std::exception& error) {
    fmt::print(stderr, "wick-app: {}\n", error.what());
    return 1;
  }
}
