#include "views/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

extern char** environ;

namespace wick::views {
namespace {

/// Starts a program that reads from and writes to these, nothing for -1; -1 if there is none.
pid_t start(const std::vector<std::string>& command, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto connect = [&](int end, int to, int mode) {
    if (end >= 0) {
      posix_spawn_file_actions_adddup2(&actions, end, to);
    } else {
      posix_spawn_file_actions_addopen(&actions, to, "/dev/null", mode, 0);
    }
  };
  connect(input, STDIN_FILENO, O_RDONLY);
  connect(output, STDOUT_FILENO, O_WRONLY);
  connect(-1, STDERR_FILENO, O_WRONLY);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t process = -1;
  const bool started = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  return started ? process : -1;
}

bool ended_well(pid_t process) {
  int status = 1;
  return process > 0 && waitpid(process, &status, 0) == process && status == 0;
}

}  // namespace

bool is_installed(const char* program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + '/' + program).c_str(), X_OK) == 0) return true;
  return false;
}

std::string output_of(const std::vector<std::string>& command) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return {};
  const pid_t process = start(command, -1, pipe_ends[1]);
  close(pipe_ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t count = 0; process > 0 && ((count = read(pipe_ends[0], buffer, sizeof buffer)) > 0 || errno == EINTR);) {
    if (count > 0) output.append(buffer, static_cast<std::size_t>(count));
    if (count <= 0) errno = 0;
  }
  close(pipe_ends[0]);
  return ended_well(process) ? output : std::string();
}

bool feed(const std::vector<std::string>& command, std::span<const std::byte> input) {
  int ends[2];  // not a pipe: to write to a program that has ended must not end this one
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  const pid_t process = start(command, ends[1], -1);
  close(ends[1]);
  while (process > 0 && !input.empty()) {
    const ssize_t count = send(ends[0], input.data(), input.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) break;
    if (count > 0) input = input.subspan(static_cast<std::size_t>(count));
  }
  close(ends[0]);
  return ended_well(process) && input.empty();
}

}  // namespace wick::views
