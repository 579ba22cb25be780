#include "views/file_dialog.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>

extern char** environ;

namespace wick::views {
namespace {

bool is_installed(const char* program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + '/' + program).c_str(), X_OK) == 0) return true;
  return false;
}

/// What a program prints, without the line's end; empty if it fails.
std::string output_of(const std::vector<std::string>& command) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const bool started = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t count = 0; started && ((count = read(pipe_ends[0], buffer, sizeof buffer)) > 0 || errno == EINTR);) {
    if (count > 0) output.append(buffer, static_cast<std::size_t>(count));
    if (count <= 0) errno = 0;
  }
  close(pipe_ends[0]);
  int status = 1;
  if (started) waitpid(process, &status, 0);
  if (status != 0) return {};
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

/// Where people look for what they saved.
std::string default_folder() {
  const char* const home = std::getenv("HOME");
  std::error_code ignored;
  if (home && std::filesystem::is_directory(std::string(home) + "/Documents", ignored))
    return std::string(home) + "/Documents";
  return home ? home : ".";
}

/// "~/notes" is in the home folder.
std::string with_home(const std::string& path) {
  const char* const home = std::getenv("HOME");
  return home && path.starts_with("~/") ? home + path.substr(1) : path;
}

}  // namespace

std::vector<std::string> zenity_command(const FileQuestion& question) {
  std::vector<std::string> command = {"zenity", "--file-selection", "--title=" + question.title};
  if (question.save) command.insert(command.end(), {"--save", "--confirm-overwrite"});
  if (!question.name.empty()) command.push_back("--filename=" + question.name);
  if (!question.patterns.empty()) {
    command.push_back(fmt::format("--file-filter={} | {}", question.kind, fmt::join(question.patterns, " ")));
    command.emplace_back("--file-filter=All files | *");
  }
  return command;
}

std::vector<std::string> kdialog_command(const FileQuestion& question) {
  std::vector<std::string> command = {"kdialog", "--title", question.title,
                                      question.save ? "--getsavefilename" : "--getopenfilename",
                                      question.name.empty() ? "." : question.name};
  if (!question.patterns.empty()) {
    command.push_back(fmt::format("{} ({})", question.kind, fmt::join(question.patterns, " ")));
  }
  return command;
}

std::string FileDialog::problem() const {
  if (!typed_ || path.empty()) return {};
  std::error_code ignored;
  const std::filesystem::path place = with_home(path);
  if (!typed_->save) return std::filesystem::exists(place, ignored) ? "" : "There is no such file.";
  if (std::filesystem::is_directory(place, ignored)) return "That is a folder.";
  const std::filesystem::path folder = place.has_parent_path() ? place.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, ignored)) return fmt::format("There is no folder {}.", folder.string());
  return std::filesystem::exists(place, ignored) ? "The file that is there will be replaced." : "";
}

void FileDialog::answer(bool take) {
  if (!typed_) return;
  typed_.reset();
  open_ = false;
  const auto chosen = std::exchange(chosen_, nullptr);
  if (take && !path.empty()) chosen(with_home(path));
}

bool FileDialog::available() const { return is_installed("zenity") || is_installed("kdialog"); }

void FileDialog::ask(FileQuestion question, std::function<void(const std::string& path)> chosen) {
  if (std::exchange(open_, true)) return;
  if (!available()) {
    path = question.save ? default_folder() + '/' + question.name : question.name;
    wants_keys = true;
    typed_ = std::move(question);
    chosen_ = std::move(chosen);
    return;
  }
  worker_.start(
      [this, question = std::move(question), chosen = std::move(chosen)](const Worker::Turn& turn) {
        const std::string answered =
            output_of(is_installed("zenity") ? zenity_command(question) : kdialog_command(question));
        turn.post([this, answered, chosen] {
          open_ = false;
          if (!answered.empty()) chosen(answered);
        });
        return false;
      },
      [this](const std::string&) { open_ = false; });
}

}  // namespace wick::views
