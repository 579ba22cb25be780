#pragma once
// What the transcribe page shows and does.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/player.h"
#include "views/model_host.h"
#include "views/settings.h"
#include "views/transcribe/listener.h"
#include "views/transcribe/recording.h"
#include "views/transcribe/recording_keeper.h"
#include "views/transcribe/sound_devices.h"
#include "views/transcribe/transcript_editor.h"
#include "views/transcribe/transcription.h"
#include "views/worker.h"

namespace wick::views {

/// Recordings and their text: one shows, one may be in work, which may be another, and files may wait for their turn.
/// What is found is kept at once and while it grows, on a thread of its own.
class TranscribeView {
 public:
  /// `settings` is read whenever a transcription begins; `wake`: see Worker. Throws nothing: what goes wrong is told in
  /// problem() and unkept().
  TranscribeView(Worker& engine, ModelHost& models, Settings& settings, const std::string& folder,
                 std::function<void()> wake, SoundDevices devices = system_sound());
  /// Ends the work, and waits until all is kept.
  ~TranscribeView();
  TranscribeView(const TranscribeView&) = delete;
  TranscribeView& operator=(const TranscribeView&) = delete;

  /// Called where a transcription begins: loads the model that there is.
  std::function<void()> need_model = [] {};
  /// Says what happened elsewhere, with a way back.
  std::function<void(std::string words, std::function<void()> undo)> say = [](auto&&...) {};

  /// Once before each frame: what the workers found.
  void deliver();

  // What shows.
  /// Nothing before the first.
  const Recording* recording() const { return const_cast<TranscribeView*>(this)->shown(); }
  /// Whether its sound is where it was.
  bool has_sound() const { return has_sound_; }
  /// What is in work, on whichever recording; nullptr if nothing is.
  const SpeechJob* job() const { return work_ ? &work_->job() : nullptr; }
  /// The recording in work.
  const Recording* worked_on() const { return work_ ? &work_->recording : nullptr; }
  bool shows_work() const { return work_ && work_->recording.id == shown_id_; }
  const std::vector<RecordingHead>& heads() const { return keeper_.heads(); }
  /// A file that is being looked into.
  const std::string& opening() const { return opening_; }
  /// Why what was asked last could not begin, a line for each file; what was there stays.
  const std::string& problem() const { return problem_; }
  /// Why something is not kept, or nothing; it is still here, and can be kept once there is room.
  const std::string& unkept() const { return keeper_.problem(); }
  bool can_keep_again() const { return keeper_.can_try_again(); }
  void keep_again() { keeper_.try_again(); }
  /// Why the last export failed, or nothing.
  const std::string& export_problem() const { return export_problem_; }
  /// Something is on its way from or to the disk.
  bool keeping() const { return keeper_.busy(); }
  /// Files whose turn has not come; `taking`: they come by themselves.
  const std::vector<std::string>& waiting() const { return waiting_; }
  bool taking() const { return taking_; }
  bool hearing() const { return listener_.on(); }
  /// The microphone is on its way: nothing is heard yet.
  bool opening_microphone() const { return listener_.opening(); }
  const Level& level() const { return listener_.level(); }
  /// Once known; asked for by look_for_microphones().
  const std::vector<InputDevice>& microphones() const { return listener_.microphones(); }
  /// "Transcribing · 14 × real time", or "" where nothing is in work.
  std::string status() const;
  Player& player() { return player_; }
  std::string search;      // in the list of recordings
  bool all_heads = false;  // that list is shown to its end

  // What a person does.
  /// Transcribes files, and what is in folders, one after another, behind those that wait already. The first is shown;
  /// the others leave what is shown alone. With none, those that wait go on.
  void open_files(const std::vector<std::string>& paths);
  void open_sample();
  void clear_waiting() { waiting_.clear(); }
  /// Records, and transcribes as it hears.
  void record();
  /// Ends the microphone, or else the work; what is done is kept, and files that wait go on waiting.
  void stop();
  /// Transcribes the rest of what was stopped.
  void go_on();
  /// Transcribes anew, with the settings and model of now; Undo brings the text back.
  void again();
  /// There is another model: what ended for want of one goes on.
  void model_chosen();
  void open(const std::string& id);
  /// The empty page.
  void show_none();
  void rename(const std::string& title);
  /// Deletes; Undo brings it back.
  void remove(const std::string& id);
  /// Writes a file with a text, and says how that went.
  void export_to(const std::string& path, const std::string& text);
  void look_for_microphones() { listener_.look_for_microphones(); }

 private:
  Recording* shown();
  Recording* find_recording(const std::string& id);
  void show(const std::string& id);
  void load_sound();
  void change(const std::string& id, const std::function<void(Recording&)>& act);
  void begin_next();
  void add_problem(const std::string& message);
  void look_into(std::string name, std::function<AudioFile()> open,
                 std::function<void(std::shared_ptr<AudioFile>)> opened);
  void begin_file(const std::string& path, bool show_it);
  void begin_work(Recording recording, std::shared_ptr<AudioFile> file, bool show_it);
  void read_again(bool anew);
  void begin_hearing(const std::string& id, const std::shared_ptr<SoundQueue>& sound);
  void hear(const std::string& id, SoundPart&& part);
  void end_work();
  void settle_work();

  Worker& engine_;
  ModelHost& models_;
  Settings& settings_;
  Player player_;
  Worker sounds_;  // reads, listens, keeps

  std::string shown_id_;
  std::optional<Recording> shown_;  // unless it is in work
  bool has_sound_ = false;

  std::unique_ptr<Transcription> work_;
  Job reading_;
  double saved_ms_ = 0;
  std::string opening_, problem_, export_problem_;
  std::vector<std::string> waiting_;
  bool taking_ = false, begun_ = false;  // whether one of those that wait has begun
  std::string lacking_id_;               // of the recording that waits for a model

  RecordingKeeper keeper_;
  Listener listener_;

 public:
  TranscriptEditor text;  // of what shows
};

}  // namespace wick::views
