#pragma once
// The window of the system: it waits until something happens, then draws.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "system_theme.h"
#include "text_cache.h"
#include "views/settings.h"

struct GLFWwindow;

namespace wick::app {

struct WindowOptions {
  std::string title = "Wick";
  int width = 1280, height = 800;  // in units of the design
  float scale = 0;                 // pixels a unit; 0: as the screen says
  bool paced = true;               // no faster than the screen, or 60 frames a second
};

/// What a frame took of this thread's processor time, in ms: all that is ours, and handing it to OpenGL.
struct FrameTime {
  double own, gl;
};

/// One window with OpenGL 3.3 and the toolkit's context.
class Window {
 public:
  /// Throws Error, saying what to do, where there is no screen or no OpenGL 3.3.
  explicit Window(const WindowOptions& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Draws frames until the window is closed. A frame is drawn after something happened: an event, a wake(), the time
  /// that `next` said; with none of them nothing runs.
  void run(const std::function<void()>& frame);
  void close();

  /// Lets the next frame be drawn at once; from any thread.
  static void wake();
  /// Asks, while a frame is drawn, for the one after it within so many seconds.
  void again_in(double seconds);

  /// Both from the next frame on: while one is drawn its parts hold on to what they found.
  void set_theme(views::ThemeChoice choice);
  void set_scale(float scale);
  /// The system's, and the one in use, in pixels a unit.
  float scale() const { return scale_; }
  /// In units of the design.
  int width() const;
  int height() const;
  /// Files that were dropped since the last call.
  std::vector<std::string> take_dropped();
  /// Texts that are laid out.
  TextCache& texts() { return texts_; }
  /// How many frames were drawn.
  std::uint64_t frames() const { return frames_; }
  /// What each frame took, kept from keep_times() on.
  const std::vector<FrameTime>& times() const { return times_; }
  void keep_times() { keeps_times_ = true; }

 private:
  void wait();
  void draw(const std::function<void()>& frame);
  void update_scale();
  bool wants_dark() const;
  void update_theme();

  GLFWwindow* window_ = nullptr;
  float wanted_scale_ = 0, scale_ = 1;
  double frame_s_;  // the least from one frame to the next
  bool scale_changed_ = false;
  SystemTheme system_theme_{wake};  // asks before anything else is made: the answer is there for the first frame
  views::ThemeChoice theme_ = views::ThemeChoice::system;
  int due_ = 3;         // frames that are still to be drawn: the toolkit settles in a few
  double next_s_ = -1;  // when one more is due, -1: never
  double drawn_s_ = 0;  // when the last one was
  std::uint64_t frames_ = 0;
  bool keeps_times_ = false;
  std::vector<FrameTime> times_;
  std::vector<std::string> dropped_;
  TextCache texts_;
};

}  // namespace wick::app
