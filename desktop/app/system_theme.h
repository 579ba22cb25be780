#pragma once
// Whether the desktop asks for dark windows, now and when it changes its mind.
#include <atomic>
#include <functional>
#include <thread>

namespace wick::app {

/// Follows the color-scheme of org.freedesktop.appearance on the session's bus, or where there is none the GTK_THEME of
/// the environment. A thread waits for what the bus says.
class SystemTheme {
 public:
  /// `changed` is called from that thread.
  explicit SystemTheme(std::function<void()> changed);
  ~SystemTheme();
  SystemTheme(const SystemTheme&) = delete;
  SystemTheme& operator=(const SystemTheme&) = delete;

  bool prefers_dark() const { return dark_; }

 private:
  void follow();
  void heed(unsigned scheme);

  std::function<void()> changed_;
  std::atomic<bool> dark_;
  int end_ = -1;  // readable when the thread should leave
  std::thread thread_;
};

}  // namespace wick::app
