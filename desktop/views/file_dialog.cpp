#include "views/file_dialog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "views/program.h"

namespace wick::views {

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

bool FileDialog::available() const { return is_installed("zenity") || is_installed("kdialog"); }

void FileDialog::ask(FileQuestion question, std::function<void(const std::string& path)> chosen) {
  if (std::exchange(open_, true)) return;
  if (!available()) {
    typed = question.name;
    typed_ = Typed{std::move(question), std::move(chosen)};
    return;
  }
  worker_.start(
      [this, question = std::move(question), chosen = std::move(chosen)](const Worker::Turn& turn) {
        std::string path = output_of(is_installed("zenity") ? zenity_command(question) : kdialog_command(question));
        while (path.ends_with('\n')) path.pop_back();
        turn.post([this, path, chosen] {
          open_ = false;
          if (!path.empty()) chosen(path);
        });
        return false;
      },
      [this](const std::string&) { open_ = false; });
}

void FileDialog::end_typing(bool take) {
  if (!typed_) return;
  const Typed asked = std::move(*std::exchange(typed_, std::nullopt));
  open_ = false;
  if (take && !typed.empty()) asked.chosen(typed);
}

}  // namespace wick::views
