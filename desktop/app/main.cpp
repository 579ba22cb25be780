// wick-app: the desktop window.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "pages.h"
#include "views/app.h"
#include "window.h"

namespace {

int open_window(const std::string& folder, float scale, bool once) {
  wick::views::App app(folder, wick::app::Window::wake);
  wick::app::Window window({.width = app.settings.window_width,
                            .height = app.settings.window_height,
                            .scale = scale > 0 ? scale : app.settings.scale});
  window.set_theme(app.settings.theme);
  window.run([&] {
    app.deliver();
    wick::app::draw_shell(app, window);
    if (once) window.close();
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
  bool once = false;
  arguments.add_option("--data", folder, "Where conversations and settings are kept")->capture_default_str();
  arguments.add_option("--scale", scale, "Pixels a unit, where the screen's own does not suit")
      ->check(CLI::Range(0.5, 4.0));
  arguments.add_flag("--first-frame", once, "Leave after the first frame, to time the start");
  CLI11_PARSE(arguments, argc, argv);
  try {
    return open_window(folder, scale, once);
  } catch (const std::exception& error) {
    fmt::print(stderr, "wick-app: {}\n", error.what());
    return 1;
  }
}
