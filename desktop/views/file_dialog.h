#pragma once
// The desktop's own window to choose a file.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "views/worker.h"

namespace wick::views {

struct FileQuestion {
  std::string title;
  bool save = false;
  std::string name;                   // to begin with: a path, or a file's name
  std::string kind;                   // "Pictures"
  std::vector<std::string> patterns;  // "*.png"; none: all files
};

/// Asks with the program that the desktop has for it: zenity or kdialog.
class FileDialog {
 public:
  /// `worker` waits while a person chooses; nothing else should wait behind it.
  explicit FileDialog(Worker& worker) : worker_(worker) {}

  /// Whether there is such a program. Without one, ask() has the window show a field for the path.
  bool available() const;
  /// Calls `chosen` with a path, or nothing if the person changed their mind; one question at a time.
  void ask(FileQuestion question, std::function<void(const std::string& path)> chosen);
  bool open() const { return open_; }

  /// What the window's own field asks for, or nullptr; `typed` is what stands in it.
  const FileQuestion* typed_question() const { return typed_ ? &typed_->question : nullptr; }
  std::string typed;
  /// Takes the path in the field, or gives the question up.
  void end_typing(bool take);

 private:
  struct Typed {
    FileQuestion question;
    std::function<void(const std::string& path)> chosen;
  };
  Worker& worker_;
  bool open_ = false;
  std::optional<Typed> typed_;
};

/// The command line for a question, for each of the programs.
std::vector<std::string> zenity_command(const FileQuestion& question);
std::vector<std::string> kdialog_command(const FileQuestion& question);

}  // namespace wick::views
