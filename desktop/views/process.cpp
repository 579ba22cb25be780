#include "views/process.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

extern char** environ;

namespace wick::views {
namespace {

/// The shell leaves at once and the opener, which may wait for a browser, is nobody's child.
void open_by_desktop(std::string address) {
  std::string shell = "sh", option = "-c", script = R"(xdg-open "$0" >/dev/null 2>&1 &)";
  char* const arguments[] = {shell.data(), option.data(), script.data(), address.data(), nullptr};
  pid_t process = 0;
  if (posix_spawnp(&process, "sh", nullptr, nullptr, arguments, environ) == 0) waitpid(process, nullptr, 0);
}

}  // namespace

std::uint64_t resident_bytes() {
  std::uint64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void open_link(const std::string& url) {
  if (url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:")) open_by_desktop(url);
}

void open_folder(const std::string& path) {
  if (path.starts_with('/')) open_by_desktop(path);
}

}  // namespace wick::views
