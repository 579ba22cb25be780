#pragma once
// Which model answers for a task, and what is known of it while it loads.
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "models/chat.h"
#include "models/segmenter.h"
#include "models/speech_model.h"
#include "models/task.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

inline constexpr std::array<Task, 3> kTasks = {Task::chat, Task::speech, Task::segment};

/// The models in memory. Only steps of the worker's jobs touch it.
struct LoadedModels {
  std::shared_ptr<Chat> chat;
  std::shared_ptr<const SpeechModel> speech;
  std::shared_ptr<const SegmentModel> segment;
  std::map<Task, std::string> failures;  // why a task's model did not load

  /// False while the task's model still loads: the step is done again later. Throws Error where it did not load.
  bool has(Task task) const;
};

struct ModelState {
  enum class Kind { none, loading, ready, failed };
  Kind kind = Kind::none;
  std::string model;    // as it was asked for: a catalogue name or a path
  std::string path;     // of its file
  std::string engine;   // what of the settings it was loaded with; "" where it was taken as it is
  double progress = 0;  // from 0 to 1
  double load_ms = 0;
  std::string message;                                             // why it failed
  nlohmann::ordered_json info = nlohmann::ordered_json::object();  // of a model that is ready
};

/// Loads models on the worker's thread, at most one for each task.
class ModelHost {
 public:
  explicit ModelHost(Worker& worker) : worker_(worker), loaded_(std::make_shared<LoadedModels>()) {}

  /// Begins to load a model unless it is the one that is there. `path`: its file, `model`: what people call it.
  void use(Task task, const std::string& model, const std::string& path, const Settings& settings);
  /// Takes a speech model that is in memory already; `model`: what people call it.
  void take(const std::string& model, std::shared_ptr<const SpeechModel> speech);
  /// Says, as if loading had failed, why there is none.
  void refuse(Task task, const std::string& model, const std::string& why);
  /// Forgets the model and frees its memory.
  void drop(Task task);
  const ModelState& state(Task task) const { return states_[static_cast<std::size_t>(task)]; }
  /// For the steps of jobs.
  const std::shared_ptr<LoadedModels>& loaded() const { return loaded_; }

 private:
  ModelState& state_of(Task task) { return states_[static_cast<std::size_t>(task)]; }

  Worker& worker_;
  std::shared_ptr<LoadedModels> loaded_;
  std::array<ModelState, kTasks.size()> states_;
  std::array<Job, kTasks.size()> jobs_;
};

}  // namespace wick::views
