#include "views/model_host.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "core/clock.h"
#include "core/error.h"
#include "models/catalog.h"
#include "views/engine.h"

namespace wick::views {
namespace {

using Json = nlohmann::ordered_json;

void forget(LoadedModels& models, Task task) {
  switch (task) {
    case Task::chat:
      models.chat.reset();
      break;
    case Task::speech:
      models.speech.reset();
      break;
    case Task::segment:
      models.segment.reset();
      break;
  }
  models.failures.erase(task);
}

/// What of the settings a loaded model depends on.
std::string engine_of(Task task, const Settings& settings) {
  return fmt::format("{} {} {}", settings.threads, settings.instruction_set,
                     task == Task::chat ? settings.cache_type : "");
}

/// Whether a model's template heeds enable_thinking.
bool can_think(const Chat& chat) {
  const std::vector<Message> asked{{"user", "?"}};
  try {
    return chat.prompt(asked, {{"enable_thinking", true}}) != chat.prompt(asked, {{"enable_thinking", false}});
  } catch (const Error&) {  // told when it answers
    return false;
  }
}

/// One model on its way into memory, whatever it does.
class Loading {
 public:
  Loading(Task task, const std::string& path, const Settings& settings) : task_(task) {
    ModelFiles files = ModelFiles::open(path);
    require_task(files.checkpoint, task);
    const Device device = open_device(settings);
    switch (task) {
      case Task::chat: {
        chat_ = std::make_unique<LanguageModelLoader>(std::move(files), device, llama_options(settings));
        break;
      }
      case Task::speech:
        speech_ =
            std::make_unique<SpeechModelLoader>(files, device, Precision::fast, default_quantization(Precision::fast));
        break;
      case Task::segment:
        segment_ = std::make_unique<SegmentLoader>(files, device, Precision::fast);
        break;
    }
  }

  bool step() { return chat_ ? chat_->step() : speech_ ? speech_->step() : segment_->step(); }

  double progress() const {
    const auto part = [](const auto& loader) {
      return static_cast<double>(loader.bytes_done()) /
             static_cast<double>(std::max<std::uint64_t>(1, loader.bytes_total()));
    };
    return chat_ ? part(*chat_) : speech_ ? part(*speech_) : part(*segment_);
  }

  /// Puts it among the loaded ones and says what it is.
  Json finish(LoadedModels& models) {
    switch (task_) {
      case Task::chat: {
        models.chat = std::make_shared<Chat>(chat_->finish());
        Json json = models.chat->generator().model().info();
        json["context"] = models.chat->generator().context();
        json["thinks"] = can_think(*models.chat);
        return json;
      }
      case Task::speech:
        models.speech = speech_->finish();
        return models.speech->info();
      case Task::segment:
        break;
    }
    models.segment = segment_->finish();
    return {{"device", models.segment->device.describe()}, {"memory_bytes", models.segment->weight_bytes}};
  }

 private:
  Task task_;
  std::unique_ptr<LanguageModelLoader> chat_;
  std::unique_ptr<SpeechModelLoader> speech_;
  std::unique_ptr<SegmentLoader> segment_;
};

}  // namespace

bool LoadedModels::has(Task task) const {
  if (const auto failure = failures.find(task); failure != failures.end()) throw Error("{}", failure->second);
  switch (task) {
    case Task::speech:
      return speech != nullptr;
    case Task::segment:
      return segment != nullptr;
    case Task::chat:
      break;
  }
  return chat != nullptr;
}

void ModelHost::use(Task task, const std::string& model, const std::string& path, const Settings& settings) {
  ModelState& state = state_of(task);
  const bool there = state.kind == ModelState::Kind::loading || state.kind == ModelState::Kind::ready;
  const std::string engine = engine_of(task, settings);
  if (there && state.path == path && (state.engine.empty() || state.engine == engine)) return;
  drop(task);
  state = {.kind = ModelState::Kind::loading,
           .model = model,
           .path = path,
           .engine = engine,
           .message = {},
           .info = Json::object()};
  const auto models = loaded_;
  const double begin = now_ms();
  auto step = [this, task, path, settings, models, begin,
               loading = std::shared_ptr<Loading>()](const Worker::Turn& turn) mutable {
    if (!loading) loading = std::make_shared<Loading>(task, path, settings);
    const bool more = loading->step();
    turn.post([this, task, part = loading->progress()] { state_of(task).progress = part; });
    if (more) return true;
    turn.post([this, task, json = loading->finish(*models), took = now_ms() - begin] {
      ModelState& done = state_of(task);
      done.kind = ModelState::Kind::ready;
      done.info = json;
      done.load_ms = took;
    });
    return false;
  };
  jobs_[static_cast<std::size_t>(task)] = worker_.start(
      [task, models, step = std::move(step)](const Worker::Turn& turn) mutable {
        try {
          return step(turn);
        } catch (const std::exception& e) {
          models->failures[task] = e.what();  // so that jobs that wait for it end as well
          throw;
        }
      },
      [this, task](const std::string& message) {
        ModelState& failed = state_of(task);
        failed.kind = ModelState::Kind::failed;
        failed.message = message;
        if (find_in_catalog(failed.model))
          failed.message += ". The Models page can verify its files and fetch them again.";
      });
}

void ModelHost::take(const std::string& model, std::shared_ptr<const SpeechModel> speech) {
  drop(Task::speech);
  state_of(Task::speech) = {.kind = ModelState::Kind::ready,
                            .model = model,
                            .path = model,
                            .engine = {},
                            .progress = 1,
                            .message = {},
                            .info = speech->info()};
  worker_.start(
      [models = loaded_, speech = std::move(speech)](const Worker::Turn&) {
        models->speech = speech;
        return false;
      },
      [](const std::string&) {});
}

void ModelHost::refuse(Task task, const std::string& model, const std::string& why) {
  drop(task);
  ModelState& state = state_of(task);
  state.kind = ModelState::Kind::failed;
  state.model = model;
  state.message = why;
}

void ModelHost::drop(Task task) {
  jobs_[static_cast<std::size_t>(task)].stop();
  state_of(task) = {};
  worker_.start(
      [task, models = loaded_](const Worker::Turn&) {
        forget(*models, task);
        return false;
      },
      [](const std::string&) {});
}

}  // namespace wick::views
