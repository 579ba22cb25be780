#include "views/transcribe/transcription.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "core/clock.h"
#include "models/catalog.h"

namespace wick::views {

std::string model_title(const std::string& model) {
  if (const CatalogEntry* const entry = find_in_catalog(model)) return entry->title;
  return std::filesystem::path(model).filename().string();
}

Transcription::Transcription(Worker& engine, ModelHost& models, const SpeechSettings& settings, Recording of)
    : recording(std::move(of)),
      engine_(engine),
      models_(models),
      work_(std::make_shared<SpeechWork>()),
      from_(recording.done) {
  work_->settings = settings;
  const auto skipped = static_cast<std::size_t>(std::llround(from_ * static_cast<double>(kSampleRate)));
  work_->sound = std::make_shared<SoundQueue>(skipped);
  job_state_.progress = {.done = from_, .read = from_, .total = recording.seconds};
  recording.problem.clear();
}

Transcription::Transcription(Worker& engine, ModelHost& models, const SpeechSettings& settings, Recording of,
                             std::shared_ptr<SoundQueue> microphone)
    : Transcription(engine, models, settings, std::move(of)) {
  work_->sound = std::move(microphone);
  work_->live = job_state_.hearing = true;
}

void Transcription::measure(SoundPart&& part) {
  peaks_.insert(peaks_.end(), part.peaks.begin(), part.peaks.end());
  recording.seconds = part.over ? part.seconds : std::max(recording.seconds, part.seconds);
  // What is known already stays while a part is read again.
  if (part.over || peaks_.size() > recording.peaks.size()) recording.peaks = peaks_;
  if (!part.problem.empty()) sound_problem_ = part.problem;
  measured_ = part.over;
  if (part.over) job_state_.hearing = false;
  changed_ = true;
}

void Transcription::update() {
  if (over_ || running_) return;
  if (done_ || failed_) {
    if (measured_) finish(done_, done_ ? sound_problem_ : recording.problem);  // what is being said is kept in any case
    return;
  }
  const ModelState& model = models_.state(Task::speech);
  switch (model.kind) {
    case ModelState::Kind::loading:
      return;
    case ModelState::Kind::none:
    case ModelState::Kind::failed:
      if (!measured_ && (job_state_.hearing || work_->sound->waiting() < kAheadSamples)) return;
      lacks_model_ = true;
      return finish(false, model.message.empty() ? "There is no model for transcribing yet." : model.message);
    case ModelState::Kind::ready:
      break;
  }
  if (job_state_.phase == SpeechJob::Phase::waiting) {
    job_state_.phase = work_->live ? SpeechJob::Phase::transcribing : SpeechJob::Phase::reading;
    recording.model = model_title(model.model);
    meter_.emplace(recording.seconds, from_, now_ms());
  }
  if (work_->sound->waiting() == 0 && !work_->sound->over()) return;
  running_ = true;
  job_ = engine_.start(speech_steps(models_.loaded(), work_, [this](SpeechTold&& told) { take(std::move(told)); }),
                       [this](const std::string& message) {
                         running_ = false;
                         fail(message);
                       });
}

void Transcription::take(SpeechTold&& told) {
  const bool writes = !told.segments.empty() || !told.preview.empty();
  if (writes) job_state_.phase = SpeechJob::Phase::transcribing;
  for (Segment& segment : told.segments) recording.segments.push_back(shifted(std::move(segment), from_));
  if (!told.language.empty()) recording.language = told.language;
  job_state_.preview = std::move(told.preview);
  job_state_.progress = meter_->take(told.seconds, told.seconds_done, now_ms());
  job_state_.progress.total = std::max(job_state_.progress.total, recording.seconds);
  recording.done = std::max(recording.done, job_state_.progress.done);
  running_ = !told.waiting && !told.done;
  changed_ = true;
  done_ = told.done;
}

void Transcription::fail(const std::string& problem) {
  recording.problem = problem;
  failed_ = changed_ = true;
}

void Transcription::stop() {
  if (!over_) finish(false, "");
}

void Transcription::finish(bool complete, const std::string& problem) {
  job_.stop();
  over_ = changed_ = true;
  recording.complete = complete;
  recording.problem = problem;
  if (complete) {
    recording.done = recording.seconds;
  } else if (!job_state_.preview.empty()) {  // what was heard but not settled is heard again
    recording.done = recording.segments.empty() ? 0 : recording.segments.back().end;
  }
}

}  // namespace wick::views
