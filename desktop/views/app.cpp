#include "views/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "views/format.h"

namespace wick::views {
namespace {

constexpr int kDownloads = 4;  // at a time

std::string made(const std::string& folder) {
  std::error_code ignored;  // what is written there says why it fails
  std::filesystem::create_directories(folder, ignored);
  return folder;
}

Page page_of(Task task) {
  switch (task) {
    case Task::speech:
      return Page::transcribe;
    case Task::segment:
      return Page::segment;
    case Task::chat:
      break;
  }
  return Page::chat;
}

const char* name_of(Task task) {
  switch (task) {
    case Task::speech:
      return "transcribing";
    case Task::segment:
      return "segmenting";
    case Task::chat:
      break;
  }
  return "chatting";
}

}  // namespace

std::string default_data_folder() {
  const auto environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/wick";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/wick";
  return "wick-data";
}

App::App(const std::string& folder, std::function<void()> wake)
    : folder_(made(folder)),
      settings(load_settings(folder_ + "/settings.json", settings_problem_)),
      engine_(wake),
      fetcher_(wake, kDownloads),
      asker_(wake),
      models(engine_),
      shelf(fetcher_, store_of(settings)),
      chat(engine_, models, settings, folder_ + "/conversations", wake),
      transcribe(engine_, models, settings, folder_ + "/transcripts", wake),
      segment(engine_, models, settings, folder_ + "/pictures", wake),
      catalogue(fetcher_, shelf, models, settings),
      preferences(settings, shelf),
      bench(engine_, shelf, settings),
      dialog(asker_) {
  segment.session.need_model = [this] { need(Task::segment); };
  segment.session.on_show = [this](const std::string& id) {
    settings.picture = id;
    keep_settings();
  };
  transcribe.need_model = [this] { need(Task::speech); };
  transcribe.say = [this](std::string words, std::function<void()> undo) { say(std::move(words), std::move(undo)); };
}

App::~App() {
  chat.stop();
  keep_settings();
}

void App::deliver() {
  engine_.deliver();
  fetcher_.deliver();
  asker_.deliver();
  chat.deliver();
  segment.deliver();
  transcribe.deliver();
  shelf.sweep(now_ms());
  if (settings.page != Page::transcribe && transcribe.player().playing()) transcribe.player().pause();
  if (settings_changed_ && now_ms() - settings_kept_ms_ > 1000) keep_settings();
  heed_speed();
}

/// Takes the speed of an answer that has ended, if it was long enough to tell.
void App::heed_speed() {
  constexpr double kLeastMs = 2000;
  if (const auto& writing = chat.writing()) {
    const bool told =
        writing->phase == Writing::Phase::writing && now_ms() - writing->began_ms - writing->first_word_ms > kLeastMs;
    answer_speed_ = told ? chat.tokens_a_second() : 0;
  } else if (const double speed = std::exchange(answer_speed_, 0); speed > 0) {
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(models.state(Task::chat).path, failed);
    if (!failed) catalogue.heed_answer(speed, bytes);
  }
}

void App::need(Task task) {
  std::string model = settings.model(task);
  if (model.empty()) {
    if (const CatalogEntry* const entry = shelf.first_here(task)) model = entry->name;
  }
  if (model.empty()) return models.refuse(task, "", fmt::format("There is no model for {} yet.", name_of(task)));
  try {
    models.use(task, model, shelf.store().path_of(model), settings);
  } catch (const std::exception& e) {
    models.refuse(task, model, e.what());
  }
}

void App::choose_model(Task task, const std::string& model) {
  settings.model(task) = model;
  if (task == Task::chat) chat.stop();
  need(task);
  if (task == Task::speech) transcribe.model_chosen();
  keep_settings();
  if (task == Task::chat && sends_when_here_) send();
}

void App::open_model(Task task) {
  dialog.ask({.title = "Open a model",
              .name = {},
              .kind = "Models",
              .patterns = {"*.gguf", "*.safetensors", "*.bin", "*.onnx", "*.json"}},
             [this, task](const std::string& path) { choose_model(task, path); });
}

bool App::can_answer() {
  need(Task::chat);
  const ModelState& state = models.state(Task::chat);
  return state.kind != ModelState::Kind::failed;
}

void App::open_page(Task task, const std::string& model) {
  settings.page = page_of(task);
  choose_model(task, model);
}

void App::open_model_file(const std::string& path) {
  catalogue.open(path, [this, path](Task task) { open_page(task, path); });
}

void App::send() {
  sends_when_here_ = false;
  if (can_answer()) return chat.send();
  sends_when_here_ = true;
}

void App::export_conversation(bool markdown) {
  const char* const extension = markdown ? "md" : "json";
  dialog.ask({.title = markdown ? "Save as Markdown" : "Save as JSON",
              .save = true,
              .name = file_name_of(chat.conversation(), extension),
              .kind = markdown ? "Markdown" : "JSON",
              .patterns = {std::string("*.") + extension}},
             [this](const std::string& path) {
               chat.export_file(path, [this, path](const std::string& problem) {
                 say(problem.empty() ? fmt::format("Saved as {}", path)
                                     : fmt::format("Not saved: {}. Free space or choose another place.", problem));
               });
             });
}

void App::import_conversation() {
  dialog.ask({.title = "Open a saved conversation", .name = {}, .kind = "Conversations", .patterns = {"*.json"}},
             [this](const std::string& path) {
               dismiss_file_problem();
               open_conversation(path);
             });
}

void App::open_conversation(const std::string& path) {
  settings.page = Page::chat;
  chat.import_file(path, [this](const std::string& problem) { file_problem_ = problem; });
}

void App::open_files(const std::vector<std::string>& paths) {
  dismiss_file_problem();
  if (paths.empty()) return;
  fetcher_.start(
      [this, paths](const Worker::Turn& turn) {
        std::vector<std::string> recordings;
        bool picture = false;
        for (const std::string& path : paths) {
          try {
            const FileKind kind = kind_of_file(path);
            if (kind == FileKind::recording) recordings.push_back(path);
            if (kind == FileKind::recording || (kind == FileKind::picture && std::exchange(picture, true))) continue;
            turn.post([this, path, kind] { take_file(path, kind); });
          } catch (const Error& error) {
            turn.post([this, words = std::string(error.what())] { file_problem_ = words; });
          }
        }
        if (recordings.empty()) return false;
        turn.post([this, recordings] {
          settings.page = Page::transcribe;
          transcribe.open_files(recordings);
        });
        return false;
      },
      [this](const std::string& message) { file_problem_ = message; });
}

void App::take_file(const std::string& path, FileKind kind) {
  switch (kind) {
    case FileKind::picture:
      settings.page = Page::segment;
      return segment.session.open_file(path);
    case FileKind::recording:
      settings.page = Page::transcribe;
      return transcribe.open_files({path});
    case FileKind::model:
      return open_model_file(path);
    case FileKind::conversation:
      return open_conversation(path);
    case FileKind::none:
      return;
  }
}

std::string App::file_problem() const { return file_problem_.empty() ? catalogue.problem() : file_problem_; }

void App::dismiss_file_problem() {
  file_problem_.clear();
  catalogue.dismiss_problem();
}

void App::remove_model(const CatalogEntry& entry) {
  const auto back = catalogue.remove_at(entry, now_ms() + kToastMs);
  keep_settings();
  say(fmt::format("Deleted {}, {}", entry.title, bytes_words(static_cast<double>(entry.bytes()))), [this, back] {
    back();
    keep_settings();
  });
}

void App::remove_conversation(const std::string& id) {
  const auto head = std::ranges::find(chat.heads(), id, &ConversationHead::id);
  if (head == chat.heads().end()) return;
  chat.remove(id, [this, id, title = head->title](const std::string& problem) {
    if (problem.empty())
      say(fmt::format("Deleted “{}”", title), [this, id] { chat.restore(id); });
    else
      say(fmt::format("“{}” was not deleted: {}", title, problem));
  });
}

void App::fetch_and_use(const CatalogEntry& entry) {
  shelf.fetch(entry, [this, &entry] {
    const std::optional<Task> task = task_of(entry);
    if (task) choose_model(*task, entry.name);
  });
}

void App::keep_settings() {
  settings_changed_ = false;
  settings_kept_ms_ = now_ms();
  try {
    save_settings(settings, folder_ + "/settings.json");
    problem_.clear();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

void App::say(std::string words, std::function<void()> undo) {
  toast = {std::move(words), std::move(undo), now_ms() + kToastMs};
}

std::string App::busy_words() const {
  constexpr const char* kWhy = "Measure when it {}: both at once would slow each other.";
  if (chat.writing()) return "An answer is being written. " + fmt::format(kWhy, "has ended");
  for (const Task task : kTasks) {
    if (models.state(task).kind == ModelState::Kind::loading)
      return fmt::format("{} is being loaded. ", models.state(task).model) + fmt::format(kWhy, "is here");
  }
  return {};
}

bool App::working() const {
  if (chat.writing() || transcribe.job() || !segment.status().empty()) return true;
  for (const Task task : kTasks)
    if (models.state(task).kind == ModelState::Kind::loading) return true;
  return shelf.arriving() > 0 || bench.measuring();
}

std::string App::status() const {
  for (const Task task : kTasks) {
    const ModelState& state = models.state(task);
    if (state.kind == ModelState::Kind::loading) return fmt::format("Loading · {:.0f} %", 100 * state.progress);
  }
  if (chat.writing()) {
    switch (chat.writing()->phase) {
      case Writing::Phase::waiting:
        return "Waiting";
      case Writing::Phase::reading:
        return "Reading";
      case Writing::Phase::writing:
        return fmt::format("Writing · {:.1f} tokens/s", chat.tokens_a_second());
    }
  }
  if (const std::string words = segment.status(); !words.empty()) return words;
  if (const std::string words = transcribe.status(); !words.empty()) return words;
  if (bench.measuring()) return "Measuring";
  if (const int arriving = shelf.arriving(); arriving > 0)
    return fmt::format("Fetching {} {}", arriving, arriving == 1 ? "model" : "models");
  if (!problem_.empty()) return "Settings are not kept";
  return "Ready";
}

}  // namespace wick::views
