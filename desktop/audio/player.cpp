#include "audio/player.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <optional>
#include <utility>

#include "audio/stretcher.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr int kPlaceBits = 40;
constexpr auto kLook = std::chrono::milliseconds(10);  // how often it is looked for room, while it plays
constexpr double kAtEnd = 0.05;                        // seconds before the end from which play() begins anew
constexpr const char* kGone = "The loudspeaker was taken away. Connect one, then press Play again.";
constexpr double kRate = static_cast<double>(kPlayRate);

std::uint64_t pack(std::uint32_t epoch, double sample) {
  const auto place = static_cast<std::uint64_t>(std::max(0.0, sample));
  return static_cast<std::uint64_t>(epoch) << kPlaceBits | (place & ((std::uint64_t{1} << kPlaceBits) - 1));
}

std::uint32_t epoch_in(std::uint64_t place) { return static_cast<std::uint32_t>(place >> kPlaceBits); }
constexpr std::uint32_t kEpochs = 1U << (64 - kPlaceBits);

}  // namespace

/// A ring of short blocks that one thread fills and another empties; neither waits for the other.
struct Player::Blocks {
  struct Block {
    std::uint32_t epoch = 0;
    double sample = 0;  // of the recording, where it begins
    double step = 1;    // samples of the recording in one of its own
    bool last = false;  // nothing comes after it, nor is anything in it
    Stretcher::Block samples{};
  };
  static constexpr std::size_t kCount = 24;  // half a second

  // For the filling thread.
  bool full() const { return filled.load(std::memory_order_relaxed) - done.load(std::memory_order_acquire) == kCount; }
  void push(const Block& next_block) {
    const std::size_t count = filled.load(std::memory_order_relaxed);
    ring[count % kCount] = next_block;
    filled.store(count + 1, std::memory_order_release);
  }

  // For the emptying thread.
  std::size_t read(std::span<float> out, std::uint32_t epoch);
  bool advance(std::uint32_t epoch);

  std::array<Block, kCount> ring;
  std::atomic<std::size_t> filled{0}, done{0};  // blocks ever
  std::atomic<double> ratio{1};                 // of the recording's rate to the device's
  // Of the emptying thread alone, where it is.
  std::size_t taken = 0;         // blocks ever
  const Block* block = nullptr;  // the last of these
  std::size_t next = 0;          // sample of it
  float before = 0, after = 0;   // between which the device's sample lies,
  double phase = 1;              // and how far
};

/// Takes the next block of an epoch; false if it has not come.
bool Player::Blocks::advance(std::uint32_t epoch) {
  next = 0;
  for (;;) {
    block = nullptr;
    done.store(taken, std::memory_order_release);
    if (taken == filled.load(std::memory_order_acquire)) return false;
    block = &ring[taken++ % kCount];
    if (block->epoch == epoch) return true;
  }
}

/// Fills `out` at the device's rate, as far as there are blocks of this epoch. Returns how many samples it wrote.
std::size_t Player::Blocks::read(std::span<float> out, std::uint32_t epoch) {
  if (block && block->epoch != epoch) block = nullptr;
  const double each = ratio;
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (; phase >= 1; phase -= 1) {
      const bool through = !block || (!block->last && next == Stretcher::kBlock);
      if (through && !advance(epoch)) return i;
      if (block->last) return i;
      before = after;
      after = block->samples[next++];
    }
    out[i] = before + static_cast<float>(phase) * (after - before);
    phase += each;
  }
  return out.size();
}

/// What the feeding thread has open.
struct Player::Feeder {
  std::unique_ptr<SoundOutput> output;
  bool on = false;
  std::optional<AudioFile> file;
  int number = -1;  // of the sound that is open
  std::optional<Stretcher> stretcher;
  std::uint32_t epoch = 0;
  double from = 0;  // samples
  bool begun = false, finished = false;

  void stop() {
    if (on) output->stop();
    on = false;
  }

  void forget() {
    output.reset();
    file.reset();
    on = begun = false;
    number = -1;
  }

  void begin(const Wanted& wanted) {
    if (number != wanted.number) {
      file.reset();
      file.emplace(wanted.sound());
      number = wanted.number;
      if (wanted.from > 0) file->seek(wanted.from);
    } else {
      file->seek(wanted.from);
    }
    stretcher.emplace(wanted.speed);
    epoch = wanted.epoch;
    from = wanted.from * kRate;
    begun = true;
    finished = false;
  }

  void top_up(Blocks& blocks, double speed) {
    while (!finished && !blocks.full()) {
      while (!stretcher->ready() && !file->ended()) stretcher->push(file->read(Stretcher::kBlock * 4));
      const bool last = !stretcher->ready() && !stretcher->has_sound();
      const double at = from + stretcher->position();
      blocks.push({epoch, at, speed, last, last ? Stretcher::Block{} : stretcher->take()});
      finished = last;
    }
  }
};

Player::Player(OpenOutput open, std::function<void()> changed)
    : open_(std::move(open)),
      changed_(std::move(changed)),
      blocks_(std::make_unique<Blocks>()),
      place_(0),
      ended_(kEpochs),
      thread_([this] { feed(); }) {}

Player::~Player() {
  {
    const std::lock_guard lock(mutex_);
    wanted_.closing = true;
  }
  woken_.notify_one();
  thread_.join();
}

/// The mutex is held.
void Player::begin_at(double seconds) {
  if (wanted_.seconds > 0) seconds = std::min(seconds, wanted_.seconds);
  wanted_.from = std::max(0.0, seconds);
  wanted_.epoch = (wanted_.epoch + 1) % kEpochs;
  place_ = pack(wanted_.epoch, wanted_.from * kRate);
}

void Player::load(OpenSound sound, double seconds) {
  const std::lock_guard lock(mutex_);
  wanted_.sound = std::move(sound);
  wanted_.seconds = seconds;
  wanted_.playing = false;
  ++wanted_.number;
  begin_at(0);
  problem_.clear();
  woken_.notify_one();
}

void Player::set_seconds(double seconds) {
  const std::lock_guard lock(mutex_);
  wanted_.seconds = seconds;
}

bool Player::has_sound() const {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(wanted_.sound);
}

void Player::play() {
  const std::lock_guard lock(mutex_);
  if (!wanted_.sound || wanted_.playing) return;
  const double now = time();
  begin_at(wanted_.seconds > 0 && now >= wanted_.seconds - kAtEnd ? 0 : now);
  wanted_.playing = true;
  problem_.clear();
  woken_.notify_one();
}

void Player::pause() {
  const std::lock_guard lock(mutex_);
  wanted_.playing = false;
  woken_.notify_one();
}

void Player::seek(double seconds) {
  const std::lock_guard lock(mutex_);
  begin_at(seconds);
  woken_.notify_one();
}

void Player::set_speed(double speed) {
  const std::lock_guard lock(mutex_);
  wanted_.speed = std::clamp(speed, kSlowest, kFastest);
  begin_at(time());
  woken_.notify_one();
}

bool Player::playing() const {
  const std::lock_guard lock(mutex_);
  return wanted_.playing;
}

double Player::time() const {
  return static_cast<double>(place_.load() & ((std::uint64_t{1} << kPlaceBits) - 1)) / kRate;
}

double Player::speed() const {
  const std::lock_guard lock(mutex_);
  return wanted_.speed;
}

std::string Player::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void Player::feed() {
  Feeder feeder;
  std::unique_lock lock(mutex_);
  const auto due = [&] {
    return wanted_.closing || (wanted_.playing ? feeder.epoch != wanted_.epoch || !feeder.begun : feeder.on);
  };
  while (!wanted_.closing) {
    if (wanted_.playing) {
      woken_.wait_for(lock, kLook, due);
    } else {
      woken_.wait(lock, [&] { return due() || wanted_.playing; });
    }
    if (wanted_.closing) break;
    const Wanted wanted = wanted_;
    lock.unlock();
    std::string problem;
    bool ended = false;
    try {
      if (!wanted.playing) {
        feeder.stop();
      } else {
        if (!feeder.output) {
          feeder.output = open_([this](std::span<float> out) { fill(out); });
          blocks_->ratio = kRate / feeder.output->rate();
        }
        if (!feeder.begun || feeder.epoch != wanted.epoch || feeder.number != wanted.number) feeder.begin(wanted);
        feeder.top_up(*blocks_, wanted.speed);
        if (!feeder.on) feeder.output->start();
        feeder.on = true;
        if (!feeder.output->is_playing()) throw Error(ErrorKind::io, kGone);
        ended = ended_ == wanted.epoch;
      }
    } catch (const std::exception& error) {
      problem = error.what();
      feeder.forget();  // a device that was plugged in since is found at the next try
    }
    lock.lock();
    if ((problem.empty() && !ended) || wanted_.epoch != wanted.epoch) continue;
    wanted_.playing = false;
    problem_ = problem;
    lock.unlock();
    feeder.stop();
    changed_();
    lock.lock();
  }
  lock.unlock();
  feeder.stop();
}

/// In the device's thread, which may not wait: no allocation, no lock.
void Player::fill(std::span<float> out) {
  std::uint64_t place = place_;
  const std::uint32_t epoch = epoch_in(place);
  const std::size_t filled = blocks_->read(out, epoch);
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(filled), out.end(), 0.0F);
  const Blocks::Block* const block = blocks_->block;
  if (!block) return;
  const double sample = block->sample + static_cast<double>(blocks_->next) * block->step;
  place_.compare_exchange_strong(place, pack(epoch, sample));  // where somebody went elsewhere, that stays
  if (block->last) ended_ = epoch;
}

}  // namespace wick
