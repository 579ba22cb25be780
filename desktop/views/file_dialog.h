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
  bool folder = false;                // one is wanted, no file
  std::string name;                   // to begin with: a path, or a file's name
  std::string kind;                   // "Pictures"
  std::vector<std::string> patterns;  // "*.png"; none: all files
  bool several = false;               // of them may be chosen at once
};

/// Asks with the program that the desktop has for it, zenity or kdialog; without one the window shows a field for the
/// path.
class FileDialog {
 public:
  using Chosen = std::function<void(const std::vector<std::string>& paths)>;

  /// `worker` waits while a person chooses; nothing else should wait behind it.
  explicit FileDialog(Worker& worker) : worker_(worker) {}

  /// Whether there is such a program.
  bool available() const;
  /// Calls `chosen` with a path, or nothing if the person changed their mind; one question at a time.
  void ask(FileQuestion question, std::function<void(const std::string& path)> chosen);
  /// The same for several files at once.
  void ask_several(FileQuestion question, Chosen chosen);
  bool open() const { return open_; }

  /// What the window asks itself, nothing while the desktop does or nobody does.
  const std::optional<FileQuestion>& typed() const { return typed_; }
  std::string path;         // that is being typed
  bool wants_keys = false;  // its field should have the keyboard
  /// Ends typed(): takes the path, or changes the mind.
  void answer(bool take);
  /// Why the path would not do, in words; nothing if it does.
  std::string problem() const;

 private:
  void ask_any(FileQuestion question, Chosen chosen);

  Worker& worker_;
  bool open_ = false;
  std::optional<FileQuestion> typed_;
  Chosen chosen_;  // once typed
};

/// The command line for a question, for each of the programs.
std::vector<std::string> zenity_command(const FileQuestion& question);
std::vector<std::string> kdialog_command(const FileQuestion& question);

}  // namespace wick::views
