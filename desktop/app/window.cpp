#include "window.h"

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <utility>

#include "app_icon.h"
#include "core/error.h"
#include "event_order.h"
#include "fonts.h"
#include "parts.h"
#include "probe.h"
#include "theme.h"

namespace wick::app {
namespace {

constexpr double kFrameSeconds = 1.0 / 60;
constexpr int kSettling = 3;         // frames after an event
constexpr double kTipSeconds = 0.4;  // after which a tip may be due

std::string last_error;
std::atomic<bool> opened{false};

/// Processor time of this thread.
double thread_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void remember_error(int, const char* words) { last_error = words; }

}  // namespace

Window::Window(const WindowOptions& options)
    : wanted_scale_(options.scale), frame_s_(options.paced ? kFrameSeconds : 0) {
  glfwSetErrorCallback(remember_error);
  if (glfwInit() == GLFW_FALSE) {
    throw Error("There is no screen to open a window on ({}). Set DISPLAY, or use `wick` at the terminal.", last_error);
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "wick");
  float screen = 1;
  if (GLFWmonitor* const monitor = glfwGetPrimaryMonitor()) glfwGetMonitorContentScale(monitor, &screen, nullptr);
  const float scale = wanted_scale_ > 0 ? wanted_scale_ : screen;
  const auto pixels = [&](int units) { return static_cast<int>(static_cast<float>(units) * scale); };
  window_ = glfwCreateWindow(pixels(options.width), pixels(options.height), options.title.c_str(), nullptr, nullptr);
  if (!window_) {
    const std::string why = last_error;
    glfwTerminate();
    throw Error(
        "The window needs OpenGL 3.3, which this machine's driver does not offer ({}). Update the graphics "
        "driver, set LIBGL_ALWAYS_SOFTWARE=1 to draw without it, or use `wick` at the terminal.",
        why);
  }
  glfwSetWindowSizeLimits(window_, pixels(480), pixels(360), GLFW_DONT_CARE, GLFW_DONT_CARE);
  set_app_icon(window_);
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(options.paced ? 1 : 0);
  glfwSetWindowUserPointer(window_, this);
  glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* window, float, float) {
    static_cast<Window*>(glfwGetWindowUserPointer(window))->scale_changed_ = true;
  });
  glfwSetDropCallback(window_, [](GLFWwindow* window, int count, const char** paths) {
    auto& dropped = static_cast<Window*>(glfwGetWindowUserPointer(window))->dropped_;
    dropped.insert(dropped.end(), paths, paths + count);
  });
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // the settings keep what is kept
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  io.ConfigInputTextCursorBlink = false;  // it would draw frames for ever
  io.ConfigNavCursorVisibleAuto = true;
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  load_fonts();
  update_theme();
  update_scale();
  opened = true;
}

Window::~Window() {
  opened = false;
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::wake() {
  if (opened) glfwPostEmptyEvent();
}

void Window::close() { glfwSetWindowShouldClose(window_, GLFW_TRUE); }

void Window::again_in(double seconds) {
  const double at = glfwGetTime() + seconds;
  next_s_ = next_s_ < 0 ? at : std::min(next_s_, at);
}

void Window::set_theme(views::ThemeChoice choice) {
  if (choice == theme_) return;
  theme_ = choice;
  due_ = kSettling;
}

void Window::set_scale(float scale) {
  if (scale == wanted_scale_) return;
  wanted_scale_ = scale;
  scale_changed_ = true;
  due_ = kSettling;
}

bool Window::wants_dark() const {
  return theme_ == views::ThemeChoice::system ? system_theme_.prefers_dark() : theme_ == views::ThemeChoice::dark;
}

void Window::update_theme() {
  app::set_theme(wants_dark());
  apply_style(scale_);
}

/// Where the system scales what is drawn (Wayland, macOS), a unit has more pixels of its own and coordinates stay.
void Window::update_scale() {
  float content = 1;
  glfwGetWindowContentScale(window_, &content, nullptr);
  int width = 0, pixels = 0;
  glfwGetWindowSize(window_, &width, nullptr);
  glfwGetFramebufferSize(window_, &pixels, nullptr);
  const float already = width > 0 ? static_cast<float>(pixels) / static_cast<float>(width) : 1;
  scale_ = (wanted_scale_ > 0 ? wanted_scale_ : content) / already;
  apply_style(scale_);
}

int Window::width() const {
  int width = 0;
  glfwGetWindowSize(window_, &width, nullptr);
  return static_cast<int>(static_cast<float>(width) / scale_);
}

int Window::height() const {
  int height = 0;
  glfwGetWindowSize(window_, nullptr, &height);
  return static_cast<int>(static_cast<float>(height) / scale_);
}

std::vector<std::string> Window::take_dropped() { return std::exchange(dropped_, {}); }

/// Returns when a frame is to be drawn.
void Window::wait() {
  const double now = glfwGetTime();
  if (due_ > 0) {
    const double early = drawn_s_ + frame_s_ - now;  // where the screen does not hold the program back
    early > 0.002 ? glfwWaitEventsTimeout(early) : glfwPollEvents();
  } else if (next_s_ >= 0) {
    if (next_s_ > now) glfwWaitEventsTimeout(next_s_ - now);
    if (glfwGetTime() >= next_s_) next_s_ = -1;
    due_ = kSettling;
  } else {
    glfwWaitEvents();
    due_ = kSettling;
  }
  if (ImGui::GetCurrentContext()->InputEventsQueue.Size == 0) return;
  due_ = kSettling;
  again_in(kTipSeconds);
}

void Window::draw(const std::function<void()>& frame) {
  if (theme().dark != wants_dark()) update_theme();
  if (std::exchange(scale_changed_, false)) update_scale();
  const double begin = thread_ms();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  hold_late_events();
  ImGui::NewFrame();
  if (give_late_events()) due_ = kSettling;
  frame();
  ImGui::Render();
  const double made = thread_ms();
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  glViewport(0, 0, width, height);
  const ImVec4 ground = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
  glClearColor(ground.x, ground.y, ground.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window_);
  if (keeps_times_) times_.push_back({made - begin, thread_ms() - made});
  probe_end_frame();
  texts_.end_frame();
  ++frames_;
  if (find_letters()) due_ = kSettling;
}

void Window::run(const std::function<void()>& frame) {
  for (bool shown = false; glfwWindowShouldClose(window_) == GLFW_FALSE;) {
    if (shown) wait();
    if (glfwWindowShouldClose(window_) == GLFW_TRUE) break;
    if (glfwGetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_TRUE) {
      due_ = 0;
      continue;
    }
    drawn_s_ = glfwGetTime();
    --due_;
    draw(frame);
    if (!shown) glfwShowWindow(window_);
    shown = true;
  }
}

}  // namespace wick::app
