// wick-app: the desktop window.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>

#include "pages.h"
#include "views/app.h"
#include "views/process.h"
#include "window.h"

namespace {

/// Frames to draw before the window is closed, and what they take of the memory.
class FrameLimit {
 public:
  explicit FrameLimit(std::uint64_t frames) : frames_(frames) {}

  void heed(wick::app::Window& window) {
    if (frames_ == 0) return;
    if (window.frames() + 1 < frames_) window.again_in(0);
    if (window.frames() == kWarm) warm_bytes_ = wick::views::resident_bytes();
    if (window.frames() + 1 < frames_) return;
    if (warm_bytes_ > 0) {
      fmt::print("{{\"frames\": {}, \"grown_bytes\": {}}}\n", frames_,
                 static_cast<std::int64_t>(wick::views::resident_bytes()) - static_cast<std::int64_t>(warm_bytes_));
    }
    window.close();
  }

 private:
  static constexpr std::uint64_t kWarm = 100;  // after which all is there that a page needs
  std::uint64_t frames_, warm_bytes_ = 0;
};

int open_window(const std::string& folder, float scale, std::uint64_t frames) {
  wick::views::App app(folder, wick::app::Window::wake);
  wick::app::Window window({.width = app.settings.window_width,
                            .height = app.settings.window_height,
                            .scale = scale > 0 ? scale : app.settings.scale});
  window.set_theme(app.settings.theme);
  FrameLimit limit(frames);
  window.run([&] {
    app.deliver();
    wick::app::draw_shell(app, window);
    limit.heed(window);
  });
  app.settings.window_width = window.width();
  app.settings.window_height = window.height();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App arguments("Wick in a window: chat, transcribe and segment on your own computer");
  arguments.set_version_flag("--version", WICK_VERSION);
  std::string folder = wick::views::default_data_folder();
  float scale = 0;
  std::uint64_t frames = 0;
  arguments.add_option("--data", folder, "Where conversations and settings are kept")->capture_default_str();
  arguments.add_option("--scale", scale, "Pixels a unit, where the screen's own does not suit")
      ->check(CLI::Range(0.5, 4.0));
  arguments.add_flag("--first-frame{1}", frames, "Leave after the first frame, to time the start");
  arguments.add_option("--frames", frames, "Leave after so many, and say what memory they took")->group("");
  CLI11_PARSE(arguments, argc, argv);
  try {
    return open_window(folder, scale, frames);
  } catch (const std::exception& error) {
    fmt::print(stderr, "wick-app: {}\n", error.what());
    return 1;
  }
}
