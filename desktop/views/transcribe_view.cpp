#include "views/transcribe_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "core/text/jinja_text.h"
#include "views/chat/conversation.h"
#include "views/transcribe/sample.h"
#include "views/transcribe/sound_files.h"
#include "views/transcribe/time_words.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr double kSaveMs = 2000;  // while a text grows

/// "29 November at 18:03"
std::string day_words() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{} {:%B} at {:%H:%M}", local.tm_mday, local, local);
}

Recording new_recording(Origin origin, std::string title, std::string path) {
  Recording recording;
  recording.id = new_id();
  recording.title = std::move(title);
  recording.created = recording.updated = wall_ms();
  recording.origin = origin;
  recording.path = std::move(path);
  return recording;
}

/// A message of the terminal's program, to stand alone.
std::string sentence_of(std::string message) {
  if (!message.empty() && message[0] >= 'a' && message[0] <= 'z')
    message[0] = static_cast<char>(message[0] - 'a' + 'A');
  return message.ends_with('.') ? message : message + ".";
}

std::uint64_t bytes_of(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t bytes = fs::file_size(path, missing);
  return missing ? 0 : bytes;
}

/// How a recording's sound is opened.
std::function<AudioFile()> opener_of(const Recording& recording, int rate) {
  if (recording.origin == Origin::sample) return [rate] { return AudioFile(sample_recording(), rate); };
  return [path = recording.path, rate] { return open_recording(path, rate); };
}

bool is_there(const Recording& recording) {
  std::error_code missing;
  return recording.origin == Origin::sample || fs::is_regular_file(recording.path, missing);
}

}  // namespace

TranscribeView::TranscribeView(Worker& engine, ModelHost& models, Settings& settings, const std::string& folder,
                               std::function<void()> wake, SoundDevices devices)
    : engine_(engine),
      models_(models),
      settings_(settings),
      player_(devices.speaker, wake),
      sounds_(wake),
      keeper_(sounds_, folder),
      listener_(sounds_, std::move(devices)),
      text(player_, settings.speech,
           {.shown = [this] { return recording(); },
            .change = [this](const std::function<void(Recording&)>& act) { change(shown_id_, act); },
            .say = [this](std::string words, std::function<void()> undo) { say(std::move(words), std::move(undo)); }}) {
}

TranscribeView::~TranscribeView() {
  listener_.finish();
  end_work();
  keeper_.finish();
}

// ---- What shows, and what is kept ----

Recording* TranscribeView::find_recording(const std::string& id) {
  if (work_ && work_->recording.id == id) return &work_->recording;
  return shown_ && shown_->id == id ? &*shown_ : nullptr;
}

Recording* TranscribeView::shown() { return shown_id_.empty() ? nullptr : find_recording(shown_id_); }

void TranscribeView::show(const std::string& id) {
  shown_id_ = id;
  if (shown_ && shown_->id != id) shown_.reset();
  text.clear();
  export_problem_.clear();
  load_sound();
}

void TranscribeView::show_none() {
  show("");
  problem_.clear();
}

/// What plays is what shows, but for a microphone that is still on.
void TranscribeView::load_sound() {
  const Recording* const recording = shown();
  const bool growing = recording && shows_work() && work_->job().hearing;
  has_sound_ = recording && !growing && is_there(*recording);
  if (has_sound_) {
    player_.load(opener_of(*recording, kPlayRate), recording->seconds);
  } else {
    player_.load({}, 0);
  }
}

/// Changes and keeps a recording that shows or is in work.
void TranscribeView::change(const std::string& id, const std::function<void(Recording&)>& act) {
  Recording* const recording = find_recording(id);
  if (!recording) return;
  act(*recording);
  recording->updated = wall_ms();
  keeper_.save(*recording);
}

void TranscribeView::deliver() {
  sounds_.deliver();
  if (work_) {
    work_->update();
    if (work_->over()) {
      settle_work();
    } else if (now_ms() - saved_ms_ > kSaveMs && work_->take_changed()) {
      saved_ms_ = now_ms();
      work_->recording.updated = wall_ms();
      keeper_.save(work_->recording);
    }
  }
  begin_next();
  text.follow();
}

std::string TranscribeView::status() const {
  if (!work_) return "";
  const SpeechJob& job = work_->job();
  if (job.hearing) return "Recording";
  if (job.phase == SpeechJob::Phase::waiting) return "";
  const std::string rate = real_time_words(job.progress.rate);
  return job.phase == SpeechJob::Phase::reading ? "Reading" : rate.empty() ? "Transcribing" : "Transcribing · " + rate;
}

// ---- Files ----

void TranscribeView::open_files(const std::vector<std::string>& paths) {
  problem_.clear();
  for (const std::string& path : paths) {
    try {
      const std::vector<std::string> found = recordings_at(path);
      waiting_.insert(waiting_.end(), found.begin(), found.end());
    } catch (const Error& error) {
      add_problem(error.what());
    }
  }
  taking_ = !waiting_.empty();
  begun_ = work_ != nullptr || !opening_.empty();
  begin_next();
}

void TranscribeView::begin_next() {
  if (!taking_ || work_ || !opening_.empty()) return;
  if (waiting_.empty()) {
    taking_ = false;
    return;
  }
  const std::string path = waiting_.front();
  waiting_.erase(waiting_.begin());
  begin_file(path, !begun_);
}

void TranscribeView::add_problem(const std::string& message) { problem_ += (problem_.empty() ? "" : "\n") + message; }

/// Opens a file on the way; `opened` gets it, problem() why it is none.
void TranscribeView::look_into(std::string name, std::function<AudioFile()> open,
                               std::function<void(std::shared_ptr<AudioFile>)> opened) {
  opening_ = std::move(name);
  sounds_.start(
      [this, open = std::move(open), opened = std::move(opened)](const Worker::Turn& turn) {
        auto file = std::make_shared<AudioFile>(open());
        turn.post([this, opened, file] {
          opening_.clear();
          opened(file);
        });
        return false;
      },
      [this](const std::string& message) {
        opening_.clear();
        add_problem(message);
      });
}

void TranscribeView::begin_file(const std::string& path, bool show_it) {
  const std::string name = fs::path(path).filename().string();
  Recording* const before = shown();
  if (before && !has_sound_ && !shows_work() && before->file_name() == name && before->bytes == bytes_of(path)) {
    change(before->id, [&](Recording& recording) { recording.path = path; });  // it was only somewhere else
    return load_sound();
  }
  look_into(
      name, [path] { return open_recording(path); },
      [this, path, name, show_it](std::shared_ptr<AudioFile> file) {
        Recording recording = new_recording(Origin::file, title_of_file(name), path);
        recording.bytes = bytes_of(path);
        begun_ = true;
        begin_work(std::move(recording), std::move(file), show_it);
      });
}

void TranscribeView::open_sample() {
  problem_.clear();
  look_into(
      "the sample", [] { return AudioFile(sample_recording()); },
      [this](std::shared_ptr<AudioFile> file) {
        begin_work(new_recording(Origin::sample, kSampleTitle, ""), std::move(file), true);
      });
}

/// Transcribes a recording from recording.done on.
void TranscribeView::begin_work(Recording recording, std::shared_ptr<AudioFile> file, bool show_it) {
  end_work();
  need_model();
  if (recording.seconds == 0) recording.seconds = file->seconds();
  recording.sound = sound_words(file->channels(), file->rate());
  const std::string id = recording.id;
  work_ = std::make_unique<Transcription>(engine_, models_, settings_.speech, std::move(recording));
  reading_ = sounds_.start(
      read_steps(std::move(file), work_->sound(), [this](SoundPart&& part) { work_->measure(std::move(part)); }),
      [this](const std::string& message) {
        work_->measure(
            {.peaks = {}, .seconds = work_->recording.seconds, .over = true, .problem = message, .level = {}});
      });
  saved_ms_ = now_ms();
  keeper_.save(work_->recording);
  if (show_it) {
    show(id);
  } else if (id == shown_id_) {
    shown_.reset();
  }
}

/// What shows, to be transcribed from where it was left, or anew.
void TranscribeView::read_again(bool anew) {
  const Recording* const recording = shown();
  if (!recording || !has_sound_ || !opening_.empty()) return;
  problem_.clear();
  taking_ = false;
  look_into(recording->file_name(), opener_of(*recording, static_cast<int>(kSampleRate)),
            [this, anew, id = shown_id_](std::shared_ptr<AudioFile> file) {
              const Recording* const found = find_recording(id);
              if (!found) return;
              Recording again = *found;
              if (anew) {
                again.done = 0;
                again.complete = false;
                again.segments.clear();
                again.language.clear();
                again.peaks.clear();
                text.clear();
              }
              begin_work(std::move(again), std::move(file), false);
            });
}

void TranscribeView::go_on() { read_again(false); }

void TranscribeView::again() {
  const Recording* const recording = shown();
  if (!recording || work_) return;
  read_again(true);
  say("Transcribing anew; edits are replaced", [this, before = *recording] {
    if (work_ && work_->recording.id == before.id) end_work();
    if (before.id == shown_id_) text.clear();
    change(before.id, [&](Recording& now) { now = before; });
  });
}

void TranscribeView::model_chosen() {
  const std::string id = std::exchange(lacking_id_, {});
  if (!id.empty() && id == shown_id_ && !work_) go_on();
}

void TranscribeView::end_work() {
  if (!work_) return;
  listener_.stop();
  work_->stop();
  settle_work();
}

/// The work is over: its recording is one like the others.
void TranscribeView::settle_work() {
  reading_.stop();
  Recording recording = std::move(work_->recording);
  const bool lacks_model = work_->lacks_model();
  work_.reset();
  recording.updated = wall_ms();
  keeper_.save(recording);
  if (lacks_model) {
    taking_ = false;  // what waits would fail as this did
    lacking_id_ = recording.id;
  }
  if (recording.id != shown_id_) return;
  player_.set_seconds(recording.seconds);
  shown_ = std::move(recording);
  if (!player_.has_sound()) load_sound();
}

void TranscribeView::stop() {
  taking_ = false;
  listener_.on() ? listener_.stop() : end_work();
}

// ---- The microphone ----

void TranscribeView::record() {
  if (listener_.on()) return;
  problem_.clear();
  taking_ = false;
  player_.pause();
  const std::string id = new_id();
  const auto sound = std::make_shared<SoundQueue>();
  listener_.start(settings_.speech.microphone, keeper_.sound_of(id), sound,
                  {.opened = [this, id, sound] { begin_hearing(id, sound); },
                   .heard = [this, id](SoundPart&& part) { hear(id, std::move(part)); },
                   .failed = [this](const std::string& message) { problem_ = sentence_of(message); }});
}

void TranscribeView::hear(const std::string& id, SoundPart&& part) {
  const bool over = part.over;
  if (!part.problem.empty()) problem_ = std::exchange(part.problem, {});
  if (work_ && work_->recording.id == id) work_->measure(std::move(part));
  if (over && id == shown_id_) load_sound();
}

void TranscribeView::begin_hearing(const std::string& id, const std::shared_ptr<SoundQueue>& sound) {
  if (work_) {
    work_->stop();
    settle_work();
  }
  need_model();
  Recording recording = new_recording(Origin::microphone, "Recording, " + day_words(), keeper_.sound_of(id));
  recording.id = id;
  recording.sound = sound_words(1, static_cast<int>(kSampleRate));
  work_ = std::make_unique<Transcription>(engine_, models_, settings_.speech, std::move(recording), sound);
  saved_ms_ = now_ms();
  keeper_.save(work_->recording);
  show(id);
}

// ---- Earlier recordings ----

void TranscribeView::open(const std::string& id) {
  if (id == shown_id_) return;
  problem_.clear();
  if (find_recording(id)) return show(id);
  keeper_.load(
      id,
      [this](const Recording& recording) {
        if (!find_recording(recording.id)) shown_ = recording;
        show(recording.id);
      },
      [this](const std::string& message) { problem_ = message; });
}

void TranscribeView::rename(const std::string& title) {
  const std::string_view bare = jinja::strip(title, true, true);
  text.look.renaming = false;
  if (!bare.empty()) change(shown_id_, [&](Recording& recording) { recording.title = bare; });
}

void TranscribeView::export_to(const std::string& path, const std::string& words) {
  export_problem_.clear();
  sounds_.start(
      [this, path, words](const Worker::Turn& turn) {
        write_text(path, words);
        turn.post([this, path] { say(fmt::format("Exported to {}", path), {}); });
        return false;
      },
      [this](const std::string& message) {
        export_problem_ = fmt::format(
            "Not exported: {}. The text is kept here: free space or choose another place, then export again.", message);
      });
}

void TranscribeView::remove(const std::string& id) {
  const std::vector<RecordingHead>& all = heads();
  const auto head = std::find_if(all.begin(), all.end(), [&](const RecordingHead& each) { return each.id == id; });
  const Recording* const recording = find_recording(id);
  const std::string title = recording ? recording->title : head == all.end() ? id : head->title;
  if (work_ && work_->recording.id == id) end_work();
  const bool showed = id == shown_id_;
  if (showed) show_none();
  keeper_.remove(id, title, [this, id, title, showed] {
    say(fmt::format("Deleted “{}”", title), [this, id, showed] {
      keeper_.restore(id, [this, id, showed] {
        if (showed) open(id);
      });
    });
  });
}

}  // namespace wick::views
