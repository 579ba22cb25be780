#pragma once
// All that the window shows, apart from how it looks.
#include <functional>
#include <string>
#include <vector>

#include "views/bench_view.h"
#include "views/chat_view.h"
#include "views/file_dialog.h"
#include "views/file_kind.h"
#include "views/model_host.h"
#include "views/model_shelf.h"
#include "views/models_view.h"
#include "views/segment_view.h"
#include "views/settings.h"
#include "views/settings_view.h"
#include "views/toast.h"
#include "views/transcribe_view.h"
#include "views/worker.h"

namespace wick::views {

/// The folder for what the window keeps: $XDG_DATA_HOME/wick, else ~/.local/share/wick.
std::string default_data_folder();

class App {
 public:
  /// `wake`: see Worker. Reads what an earlier run kept in `folder`, and makes it where it is missing.
  App(const std::string& folder, std::function<void()> wake);
  ~App();

  /// Once before each frame: what the workers found.
  void deliver();

  /// Loads the model that a task needs, if it is not there: the one of the settings, else the first of the catalogue
  /// that is here. Says so in its state if there is none.
  void need(Task task);
  /// Takes a model of the catalogue or a file for its task from now on.
  void choose_model(Task task, const std::string& model);
  /// Asks for a file with a model and takes it.
  void open_model(Task task);
  /// Loads the chat's model. False, with the reason in its state, if there is none: what needs it must wait.
  bool can_answer();
  /// Sends the chat's draft, once the model that is on its way has arrived.
  void send();
  bool sends_when_here() const { return sends_when_here_; }
  /// Asks where to, and writes the conversation there: Markdown, or else JSON.
  void export_conversation(bool markdown);
  /// Asks for a file with a conversation and shows it.
  void import_conversation();
  /// Takes files to where they belong, whatever page shows, and shows that page: the first picture, recordings, models
  /// for their task, conversations. Why one was not taken is told in file_problem().
  void open_files(const std::vector<std::string>& paths);
  std::string file_problem() const;
  void dismiss_file_problem();
  /// Deletes a conversation, which a toast brings back.
  void remove_conversation(const std::string& id);
  /// Deletes a model of the catalogue, which a toast brings back.
  void remove_model(const CatalogEntry& entry);
  /// Takes a model and shows the page of its task.
  void open_page(Task task, const std::string& model);
  /// Finds out what a model file is for, takes it and shows its page; what is wrong is told in file_problem().
  void open_model_file(const std::string& path);
  /// Fetches a model and takes it for its task once it is here.
  void fetch_and_use(const CatalogEntry& entry);
  /// Keeps the settings; what goes wrong is told in problem().
  void keep_settings();
  /// The same within a second, for what changes from frame to frame.
  void keep_settings_soon() { settings_changed_ = true; }
  const std::string& problem() const { return problem_; }
  /// What was wrong with the settings that an earlier run kept, or nothing.
  const std::string& settings_problem() const { return settings_problem_; }
  /// Where all is kept.
  const std::string& folder() const { return folder_; }
  /// "Writing, 41.8 tokens/s", "Loading SmolLM2", or "Ready".
  std::string status() const;
  bool working() const;
  /// Says what happened elsewhere, for a while, with a way back.
  void say(std::string words, std::function<void()> undo = {});

  Toast toast;
  /// Why one should wait before measuring, in words; nothing if nothing else runs.
  std::string busy_words() const;

 private:
  void heed_speed();
  void take_file(const std::string& path, FileKind kind);
  void open_conversation(const std::string& path);

  std::string folder_, settings_problem_;

 public:
  Settings settings;

 private:
  std::string problem_, file_problem_;
  bool settings_changed_ = false;
  double settings_kept_ms_ = 0;
  bool sends_when_here_ = false;
  double answer_speed_ = 0;          // of the answer that is being written, once it can be told
  Worker engine_, fetcher_, asker_;  // that computes, that downloads, that waits for a person

 public:
  ModelHost models;
  ModelShelf shelf;
  ChatView chat;
  TranscribeView transcribe;
  SegmentView segment;
  ModelsView catalogue;
  SettingsView preferences;
  BenchView bench;
  FileDialog dialog;
};

}  // namespace wick::views
