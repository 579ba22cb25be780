#include "views/file_dialog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "views/program.h"

namespace wick::views {
namespace {

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

/// What a program printed, a path on each line.
std::vector<std::string> lines_of(std::string_view printed) {
  std::vector<std::string> lines;
  while (!printed.empty()) {
    const std::size_t end = std::min(printed.find('\n'), printed.size());
    if (end > 0) lines.emplace_back(printed.substr(0, end));
    printed.remove_prefix(std::min(end + 1, printed.size()));
  }
  return lines;
}

}  // namespace

std::vector<std::string> zenity_command(const FileQuestion& question) {
  std::vector<std::string> command = {"zenity", "--file-selection", "--title=" + question.title};
  if (question.folder) command.emplace_back("--directory");
  if (question.save) command.insert(command.end(), {"--save", "--confirm-overwrite"});
  if (question.several) command.insert(command.end(), {"--multiple", "--separator=\n"});
  if (!question.name.empty()) command.push_back("--filename=" + question.name);
  if (!question.patterns.empty()) {
    command.push_back(fmt::format("--file-filter={} | {}", question.kind, fmt::join(question.patterns, " ")));
    command.emplace_back("--file-filter=All files | *");
  }
  return command;
}

std::vector<std::string> kdialog_command(const FileQuestion& question) {
  const char* const what = question.folder ? "--getexistingdirectory"
                           : question.save ? "--getsavefilename"
                                           : "--getopenfilename";
  std::vector<std::string> command = {"kdialog", "--title", question.title, what,
                                      question.name.empty() ? "." : question.name};
  if (!question.patterns.empty()) {
    command.push_back(fmt::format("{} ({})", question.kind, fmt::join(question.patterns, " ")));
  }
  if (question.several) command.insert(command.end(), {"--multiple", "--separate-output"});
  return command;
}

std::string FileDialog::problem() const {
  if (!typed_ || path.empty()) return {};
  std::error_code ignored;
  const std::filesystem::path place = with_home(path);
  if (typed_->folder) return std::filesystem::is_directory(place, ignored) ? "" : "There is no such folder.";
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
  if (take && !path.empty()) chosen({with_home(path)});
}

bool FileDialog::available() const { return is_installed("zenity") || is_installed("kdialog"); }

void FileDialog::ask(FileQuestion question, std::function<void(const std::string& path)> chosen) {
  question.several = false;
  ask_any(std::move(question),
          [chosen = std::move(chosen)](const std::vector<std::string>& paths) { chosen(paths[0]); });
}

void FileDialog::ask_several(FileQuestion question, Chosen chosen) {
  question.several = true;
  ask_any(std::move(question), std::move(chosen));
}

void FileDialog::ask_any(FileQuestion question, Chosen chosen) {
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
        const bool zenity = is_installed("zenity");
        const auto paths = lines_of(output_of(zenity ? zenity_command(question) : kdialog_command(question)));
        turn.post([this, paths, chosen] {
          open_ = false;
          if (!paths.empty()) chosen(paths);
        });
        return false;
      },
      [this](const std::string&) { open_ = false; });
}

}  // namespace wick::views
