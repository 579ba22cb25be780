#include "views/transcribe_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/text/jinja_text.h"
#include "views/chat/conversation.h"
#include "views/transcribe/realign.h"
#include "views/transcribe/sample.h"
#include "views/transcribe/time_words.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr double kSaveMs = 2000;  // while a text grows
constexpr double kLookMs = 4000;  // whoever has scrolled since looks elsewhere, and is left there

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
std::function<AudioFile()> opener_of(const Recording& recording) {
  if (recording.origin == Origin::sample) return [] { return AudioFile(sample_recording()); };
  return [path = recording.path] { return open_recording(path); };
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
      devices_(std::move(devices)),
      store_(std::make_shared<RecordingStore>(folder)),
      player_(devices_.speaker, wake),
      sounds_(wake) {
  if (const char* const home = std::getenv("HOME")) export_folder = home;
  keep("", [](RecordingStore&) {});  // reads the list
}

TranscribeView::~TranscribeView() {
  if (stop_hearing_) *stop_hearing_ = true;
  end_work();
  while (keeping_ > 0) {
    sounds_.deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
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
  look = {};
  edits_.clear();
  undone_ = 0;
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
    player_.load(opener_of(*recording), recording->seconds);
  } else {
    player_.load({}, 0);
  }
}

/// Has something done in the folder, then reads the list anew. `what`: "Not kept", where it fails.
void TranscribeView::keep(const std::string& what, std::function<void(RecordingStore&)> act,
                          std::function<void()> then) {
  ++keeping_;
  sounds_.start(
      [this, store = store_, act = std::move(act), then = std::move(then)](const Worker::Turn& turn) {
        act(*store);
        turn.post([this, then, heads = store->heads()]() mutable {
          --keeping_;
          heads_ = std::move(heads);
          unkept_.clear();
          if (then) then();
        });
        return false;
      },
      [this, what](const std::string& message) {
        --keeping_;
        unkept_ = what + message;
      });
}

void TranscribeView::save(const Recording& recording) {
  keep("", [recording](RecordingStore& store) { store.save(recording); });
}

/// Changes and keeps a recording that shows or is in work.
void TranscribeView::change(const std::string& id, const std::function<void(Recording&)>& act) {
  Recording* const recording = find_recording(id);
  if (!recording) return;
  act(*recording);
  recording->updated = wall_ms();
  save(*recording);
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
      save(work_->recording);
    }
  }
  begin_next();
  follow();
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
  waiting_.insert(waiting_.end(), paths.begin(), paths.end());
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
        problem_ += (problem_.empty() ? "" : "\n") + message;
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
  save(work_->recording);
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
  look_into(recording->file_name(), opener_of(*recording),
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
                look = {};
                edits_.clear();
                undone_ = 0;
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
    change(before.id, [&](Recording& now) { now = before; });
  });
}

void TranscribeView::model_chosen() {
  const std::string id = std::exchange(lacking_id_, {});
  if (!id.empty() && id == shown_id_ && !work_) go_on();
}

void TranscribeView::end_work() {
  if (!work_) return;
  if (stop_hearing_) *stop_hearing_ = true;
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
  save(recording);
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
  if (stop_hearing_) {
    *stop_hearing_ = true;
  } else {
    end_work();
  }
}

// ---- The microphone ----

void TranscribeView::record() {
  if (stop_hearing_) return;
  problem_.clear();
  taking_ = false;
  player_.pause();
  const std::string id = new_id();
  auto stop = std::make_shared<std::atomic<bool>>(false);
  stop_hearing_ = stop;
  const auto sound = std::make_shared<SoundQueue>();
  Hearing hearing{.open = [open = devices_.microphone, name = settings_.speech.microphone] { return open(name); },
                  .opened = [this, id, sound] { begin_hearing(id, sound); },
                  .path = store_->sound_of(id),
                  .into = sound,
                  .stop = stop};
  const auto ended = [this] {
    stop_hearing_.reset();
    level_ = {};
  };
  listening_ = sounds_.start(hear_steps(std::move(hearing),
                                        [this, id, ended](SoundPart&& part) {
                                          level_ = part.level;
                                          const bool over = part.over;
                                          const bool mine = work_ && work_->recording.id == id;
                                          if (!part.problem.empty()) problem_ = part.problem;
                                          part.problem.clear();
                                          if (mine) work_->measure(std::move(part));
                                          if (!over) return;
                                          ended();
                                          if (id == shown_id_) load_sound();
                                        }),
                             [this, ended](const std::string& message) {
                               ended();
                               problem_ = sentence_of(message);
                             });
}

void TranscribeView::begin_hearing(const std::string& id, const std::shared_ptr<SoundQueue>& sound) {
  if (work_) {
    work_->stop();
    settle_work();
  }
  need_model();
  Recording recording = new_recording(Origin::microphone, "Recording, " + day_words(), store_->sound_of(id));
  recording.id = id;
  recording.sound = sound_words(1, static_cast<int>(kSampleRate));
  work_ = std::make_unique<Transcription>(engine_, models_, settings_.speech, std::move(recording), sound);
  saved_ms_ = now_ms();
  save(work_->recording);
  show(id);
}

void TranscribeView::look_for_microphones() {
  if (std::exchange(looking_for_microphones_, true)) return;
  sounds_.start(
      [this, list = devices_.microphones](const Worker::Turn& turn) {
        turn.post([this, found = list()] { microphones_ = found; });
        return false;
      },
      [](const std::string&) {});  // told where one is wanted
}

// ---- Earlier recordings ----

void TranscribeView::open(const std::string& id) {
  if (id == shown_id_) return;
  problem_.clear();
  if (find_recording(id)) return show(id);
  ++keeping_;
  sounds_.start(
      [this, id, store = store_](const Worker::Turn& turn) {
        turn.post([this, recording = store->load(id)] {
          --keeping_;
          if (!find_recording(recording.id)) shown_ = recording;
          show(recording.id);
        });
        return false;
      },
      [this](const std::string& message) {
        --keeping_;
        problem_ = message;
      });
}

void TranscribeView::rename(const std::string& title) {
  const std::string_view bare = jinja::strip(title, true, true);
  look.renaming = false;
  if (!bare.empty()) change(shown_id_, [&](Recording& recording) { recording.title = bare; });
}

void TranscribeView::remove(const std::string& id) {
  const auto head =
      std::find_if(heads_.begin(), heads_.end(), [&](const RecordingHead& each) { return each.id == id; });
  const Recording* const recording = find_recording(id);
  const std::string title = recording ? recording->title : head == heads_.end() ? id : head->title;
  if (work_ && work_->recording.id == id) end_work();
  const bool showed = id == shown_id_;
  if (showed) show_none();
  keep(
      fmt::format("“{}” was not deleted: ", title), [id](RecordingStore& store) { store.remove(id); },
      [this, id, title, showed] {
        say(fmt::format("Deleted “{}”", title), [this, id, showed] {
          keep(
              "", [id](RecordingStore& store) { store.restore(id); },
              [this, id, showed] {
                if (showed) open(id);
              });
        });
      });
}

// ---- Text ----

void TranscribeView::begin_edit(int segment) {
  const Recording* const recording = shown();
  if (!recording || segment < 0 || segment >= std::ssize(recording->segments)) return;
  if (look.editing >= 0 && look.editing != segment) end_edit();
  look.editing = look.segment = segment;
  look.focus_edit = true;
  look.edit = jinja::strip(recording->segments[static_cast<std::size_t>(segment)].text, true, true);
}

void TranscribeView::end_edit() {
  const int at = std::exchange(look.editing, -1);
  const Recording* const recording = shown();
  if (!recording || at < 0 || at >= std::ssize(recording->segments)) return;
  const Segment before = recording->segments[static_cast<std::size_t>(at)];
  if (jinja::strip(before.text, true, true) == jinja::strip(look.edit, true, true)) return;
  const std::vector<Segment> one = with_segment_text({before}, 0, look.edit);
  edits_.resize(edits_.size() - undone_);
  undone_ = 0;
  edits_.push_back({static_cast<std::size_t>(at), before, one.empty() ? std::nullopt : std::optional(one.front())});
  replace(edits_.back().at, edits_.back().before, edits_.back().after);
  if (one.empty()) say("Removed a line of the transcript", [this] { undo(); });
}

/// A line becomes another one, goes, or comes back.
void TranscribeView::replace(std::size_t at, const std::optional<Segment>& from, const std::optional<Segment>& to) {
  change(shown_id_, [&](Recording& recording) {
    at = std::min(at, recording.segments.size());
    const auto place = recording.segments.begin() + static_cast<std::ptrdiff_t>(at);
    if (from && to) {
      *place = *to;
    } else if (from) {
      recording.segments.erase(place);
    } else if (to) {
      recording.segments.insert(place, *to);
    }
  });
  if (!look.query.empty()) find(look.query);
}

void TranscribeView::undo() {
  if (!can_undo()) return;
  look.editing = -1;
  const Edit edit = edits_[edits_.size() - ++undone_];
  replace(edit.at, edit.after, edit.before);
  look.reveal = static_cast<int>(edit.at);
}

void TranscribeView::redo() {
  if (!can_redo()) return;
  look.editing = -1;
  const Edit edit = edits_[edits_.size() - undone_--];
  replace(edit.at, edit.before, edit.after);
  look.reveal = static_cast<int>(edit.at);
}

void TranscribeView::find(const std::string& query) {
  const Recording* const recording = shown();
  look.query = query;
  look.hits = recording ? find_hits(recording->segments, query) : std::vector<TextHit>();
  const auto ahead =
      std::find_if(look.hits.begin(), look.hits.end(), [&](const TextHit& hit) { return hit.segment >= look.segment; });
  look.hit = look.hits.empty() ? -1 : ahead == look.hits.end() ? 0 : static_cast<int>(ahead - look.hits.begin());
  if (const TextHit* const hit = look.current_hit()) look.reveal = hit->segment;
}

void TranscribeView::step_hit(int step) {
  look.hit = next_hit(static_cast<int>(look.hits.size()), look.hit, step);
  if (const TextHit* const hit = look.current_hit()) look.reveal = hit->segment;
}

void TranscribeView::step_segment(int step) {
  const Recording* const recording = shown();
  if (!recording || recording->segments.empty()) return;
  const int last = static_cast<int>(recording->segments.size()) - 1;
  look.segment = look.reveal = std::clamp(look.segment + step, 0, last);
  player_.seek(recording->segments[static_cast<std::size_t>(look.segment)].start);
}

void TranscribeView::play_from(int segment, double time) {
  look.segment = segment;
  player_.seek(time);
  player_.play();
}

void TranscribeView::toggle_edit_mode() {
  look.edit_mode = !look.edit_mode;
  if (!look.edit_mode) return end_edit();
  if (look.editing < 0) begin_edit(look.segment);
}

/// The word that is heard now; scrolls along where another segment has begun.
void TranscribeView::follow() {
  const Recording* const recording = shown();
  const double time = player_.time();
  const bool playing = player_.playing();
  const auto now = recording && (time > 0 || playing) ? word_at(recording->segments, time) : std::nullopt;
  const bool turned = now && (!look.now || look.now->segment != now->segment);
  look.now = now;
  if (!turned || !playing || !settings_.speech.follow || now_ms() - look.looked_ms < kLookMs) return;
  look.reveal = now->segment;
  look.reveal_middle = true;
}

}  // namespace wick::views
