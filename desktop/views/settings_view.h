#pragma once
// What the settings page shows and does.
#include <functional>
#include <string>
#include <vector>

#include "views/file_dialog.h"
#include "views/model_shelf.h"
#include "views/settings.h"

namespace wick::views {

class SettingsView {
 public:
  SettingsView(Settings& settings, ModelShelf& shelf);

  // As they are being typed; taken over while they make sense.
  std::string threads;        // "": the physical cores
  std::string models_folder;  // "": the user's own

  /// Takes the number over. What is wrong with it is told in threads_problem().
  void set_threads();
  const std::string& threads_problem() const { return threads_problem_; }
  /// Moves the shelf to the folder. What is wrong with it is told in folder_problem().
  void set_models_folder();
  /// Asks for the folder; `taken` is called once it was taken.
  void choose_models_folder(FileDialog& dialog, std::function<void()> taken);
  const std::string& folder_problem() const { return folder_problem_; }

  /// The best of this machine, then every instruction set that it has, as people call them.
  const std::vector<std::string>& instruction_sets() const { return instruction_sets_; }
  /// Which of them the settings say; the first where they say none, or one that this machine lacks.
  int instruction_set() const;
  void set_instruction_set(int index);
  /// "" or why the settings' instruction set is not in use.
  std::string instruction_set_problem() const;

 private:
  Settings& settings_;
  ModelShelf& shelf_;
  std::vector<std::string> instruction_sets_;
  std::string threads_problem_, folder_problem_;
};

}  // namespace wick::views
