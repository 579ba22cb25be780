#include "views/open_folder.h"

#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace wick::views {

void open_folder(const std::string& path) {
  // The shell leaves at once, and the file manager is nobody's child.
  std::string shell = "sh", option = "-c", script = R"(xdg-open "$0" >/dev/null 2>&1 &)", folder = path;
  char* const arguments[] = {shell.data(), option.data(), script.data(), folder.data(), nullptr};
  pid_t process = 0;
  if (posix_spawnp(&process, "sh", nullptr, nullptr, arguments, environ) == 0) waitpid(process, nullptr, 0);
}

}  // namespace wick::views
