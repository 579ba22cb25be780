#include "views/transcribe/sound_steps.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "audio/wav_writer.h"
#include "core/error.h"
#include "views/transcribe/peaks.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 4 * static_cast<std::size_t>(kSampleRate);
constexpr auto kRest = std::chrono::milliseconds(20);    // where there is nothing to do
constexpr auto kListen = std::chrono::milliseconds(50);  // from one look at the microphone to the next
constexpr double kFlushSeconds = 1;

double seconds_of(std::size_t samples) { return static_cast<double>(samples) / kSampleRate; }

/// A microphone that is on, and what it has heard.
class Ear {
 public:
  explicit Ear(Hearing hearing) : hearing_(std::move(hearing)), input_(hearing_.open()) { open_file(); }

  SoundPart listen() {
    SoundPart part;
    const bool gone = !input_->is_listening();
    part.over = *hearing_.stop || gone;
    const std::vector<float> samples = input_->read(part.over);
    samples_ += samples.size();
    part.seconds = seconds_of(samples_);
    part.peaks = peaks_.add(samples);
    level_ = part.over ? Level() : next_level(level_, samples, seconds_of(samples.size()));
    part.level = level_;
    hearing_.into->push(samples);
    keep(samples, part.over);
    if (part.over) hearing_.into->end();
    if (gone) part.problem = "The microphone was taken away; what it heard is kept.";
    if (!unkept_.empty()) part.problem = std::exchange(unkept_, {});
    if (const double lost = input_->lost_seconds(); part.over && lost > 0 && part.problem.empty()) {
      part.problem = fmt::format("{:.1f} s came faster than this computer could follow and are lost.", lost);
    }
    return part;
  }

 private:
  void open_file() {
    try {
      const fs::path folder = fs::path(hearing_.path).parent_path();
      std::error_code failed;
      if (fs::create_directories(folder, failed)) fs::permissions(folder, fs::perms::owner_all, failed);
      file_.emplace(hearing_.path);
    } catch (const std::exception& error) {
      lose_file(error.what());
    }
  }

  /// What is heard matters more than that it is kept.
  void keep(std::span<const float> samples, bool last) {
    if (!file_) return;
    try {
      file_->write(samples);
      if (!last && file_->seconds() < flushed_ + kFlushSeconds) return;
      file_->flush();
      flushed_ = file_->seconds();
    } catch (const std::exception& error) {
      lose_file(error.what());
    }
  }
  void lose_file(const std::string& why) {
    file_.reset();
    unkept_ = fmt::format("{}. Its sound is not kept from here on; its text is. Free space, then record anew.", why);
  }

  Hearing hearing_;
  std::unique_ptr<SoundInput> input_;
  std::optional<WavWriter> file_;
  PeakMeter peaks_;
  Level level_;
  std::size_t samples_ = 0;
  double flushed_ = 0;  // seconds of the file
  std::string unkept_;
};

}  // namespace

AudioFile open_recording(const std::string& path, int rate) {
  std::error_code missing;
  if (fs::exists(path, missing) && !fs::is_regular_file(path, missing)) {
    throw Error("{}: is no file that can be read", path);  // a pipe would be waited for
  }
  AudioFile file(open_file(path), rate);
  if (file.ended()) throw Error("{}", file.broken().empty() ? path + ": the recording is empty" : file.broken());
  return file;
}

Worker::Step read_steps(std::shared_ptr<AudioFile> file, std::shared_ptr<SoundQueue> into, FoundSound found) {
  return [file = std::move(file), into = std::move(into), found = std::move(found), peaks = PeakMeter(),
          samples = std::size_t{0}](const Worker::Turn& turn) mutable {
    if (into->waiting() >= kAheadSamples) {
      std::this_thread::sleep_for(kRest);
      return true;
    }
    const std::vector<float> piece = file->read(kPiece);
    samples += piece.size();
    into->push(piece);
    SoundPart part{
        .peaks = peaks.add(piece), .seconds = seconds_of(samples), .over = file->ended(), .problem = {}, .level = {}};
    const bool over = part.over;
    if (over) {
      part.problem = file->broken();
      into->end();
    }
    turn.post([found, part = std::move(part)]() mutable { found(std::move(part)); });
    return !over;
  };
}

Worker::Step hear_steps(Hearing hearing, FoundSound found) {
  return [hearing = std::move(hearing), found = std::move(found),
          ear = std::shared_ptr<Ear>()](const Worker::Turn& turn) mutable {
    if (!ear) {
      ear = std::make_shared<Ear>(hearing);
      turn.post(hearing.opened);
      return true;
    }
    if (!*hearing.stop) std::this_thread::sleep_for(kListen);
    SoundPart part = ear->listen();
    const bool over = part.over;
    turn.post([found, part = std::move(part)]() mutable { found(std::move(part)); });
    return !over;
  };
}

}  // namespace wick::views
