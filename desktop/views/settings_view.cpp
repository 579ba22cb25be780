#include "views/settings_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include "core/device.h"
#include "kernels/ops.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr int kMostThreads = 1024;

std::string trimmed(const std::string& words) {
  const std::size_t begin = words.find_first_not_of(" \t"), end = words.find_last_not_of(" \t");
  return begin == std::string::npos ? "" : words.substr(begin, end - begin + 1);
}

/// What is wrong with a folder for models, in words; nothing if it is there or can be made.
std::string problem_with(const fs::path& folder) {
  if (!folder.is_absolute()) return "Give the whole path of a folder, from / on.";
  std::error_code failed;
  fs::path there = folder;
  while (!fs::exists(there, failed) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, failed)) return fmt::format("{} is a file, no folder.", there.string());
  if (access(there.c_str(), W_OK) != 0) return fmt::format("{} cannot be written to.", there.string());
  return {};
}

}  // namespace

SettingsView::SettingsView(Settings& settings, ModelShelf& shelf)
    : threads(settings.threads > 0 ? std::to_string(settings.threads) : ""),
      models_folder(settings.models_folder),
      settings_(settings),
      shelf_(shelf) {
  const OpsList list = available_ops();
  for (int i = 0; i < list.count; ++i) instruction_sets_.emplace_back(list.ops[i]->name);
  const std::string best = list.count > 0 ? list.ops[0]->name : "none";
  instruction_sets_.insert(instruction_sets_.begin(), fmt::format("The best here ({})", best));
}

void SettingsView::set_threads() {
  const std::string words = trimmed(threads);
  int count = 0;
  const auto [end, failed] = std::from_chars(words.data(), words.data() + words.size(), count);
  const bool whole = failed == std::errc() && end == words.data() + words.size();
  if (!words.empty() && (!whole || count < 1 || count > kMostThreads)) {
    threads_problem_ = fmt::format("A whole number from 1 to {}, or nothing for one thread a core.", kMostThreads);
    return;
  }
  threads_problem_.clear();
  settings_.threads = count;
}

void SettingsView::set_models_folder() {
  const std::string folder = trimmed(models_folder);
  folder_problem_ = folder.empty() ? "" : problem_with(folder);
  if (!folder_problem_.empty() || folder == settings_.models_folder) return;
  settings_.models_folder = folder;
  shelf_.move_to(store_of(settings_));
}

void SettingsView::choose_models_folder(FileDialog& dialog, std::function<void()> taken) {
  dialog.ask({.title = "Choose a folder for models",
              .folder = true,
              .name = shelf_.store().folder() + '/',
              .kind = {},
              .patterns = {}},
             [this, taken = std::move(taken)](const std::string& path) {
               models_folder = path;
               set_models_folder();
               if (folder_problem_.empty()) taken();
             });
}

int SettingsView::instruction_set() const {
  for (std::size_t i = 1; i < instruction_sets_.size(); ++i)
    if (instruction_sets_[i] == settings_.instruction_set) return static_cast<int>(i);
  return 0;
}

void SettingsView::set_instruction_set(int index) {
  settings_.instruction_set = index > 0 ? instruction_sets_[static_cast<std::size_t>(index)] : "";
}

std::string SettingsView::instruction_set_problem() const {
  if (settings_.instruction_set.empty() || instruction_set() > 0) return {};
  return fmt::format("This machine has no {}: the best that it has is in use.", settings_.instruction_set);
}

}  // namespace wick::views
