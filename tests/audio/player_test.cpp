// The laws of playing: by a stand-in for a sound card whose clock the test turns.
#include "audio/player.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "audio/stretcher.h"
#include "audio/wav_writer.h"
#include "core/audio/log_mel.h"
#include "core/error.h"

namespace wick {
namespace {

/// A card that takes samples when the test says so.
struct Card {
  FillSound fill;
  int rate = kPlayRate;
  std::atomic<bool> on{false}, gone{false};
  std::vector<float> heard;

  OpenOutput opener() {
    return [this](FillSound fills) -> std::unique_ptr<SoundOutput> {
      fill = std::move(fills);
      struct Output final : SoundOutput {
        explicit Output(Card& of) : card(of) {}
        int rate() const override { return card.rate; }
        void start() override { card.on = true; }
        void stop() override { card.on = false; }
        bool is_playing() const override { return !card.gone; }
        Card& card;
      };
      return std::make_unique<Output>(*this);
    };
  }
  /// Lets the clock run until something is so.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      if (on) {
        std::vector<float> block(480);
        fill(block);
        heard.insert(heard.end(), block.begin(), block.end());
      }
      std::this_thread::yield();
    }
  }
};

/// A file of two seconds that counts its samples.
struct Sound {
  Sound() {
    char name[] = "/tmp/wick-player-XXXXXX";
    REQUIRE(mkdtemp(name));
    folder = name;
    WavWriter wav(path());
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(i) / 40'000;
    wav.write(samples);
    wav.flush();
  }
  ~Sound() { std::filesystem::remove_all(folder); }
  Sound(const Sound&) = delete;
  Sound& operator=(const Sound&) = delete;
  std::string path() const { return folder + "/two.wav"; }
  Player::OpenSound opener() const {
    return [path = path()] { return AudioFile(open_file(path), kPlayRate); };
  }
  std::string folder;
  std::vector<float> samples = std::vector<float>(2 * 16000);
};

TEST_CASE("player: plays to the end, its time goes on with the card's clock, and play begins anew") {
  const Sound sound;
  Card card;
  Player player(card.opener(), [] {});
  player.load(sound.opener(), 2);
  CHECK_FALSE(player.playing());
  player.play();
  card.run_until([&] { return player.time() > 0.5; });
  CHECK(player.playing());
  card.run_until([&] { return !player.playing(); });
  CHECK(player.time() == Approx(2).margin(0.03));
  CHECK(player.problem().empty());
  player.play();
  CHECK(player.time() == 0);
  card.run_until([&] { return player.time() > 0.1; });
  player.pause();
  CHECK_FALSE(player.playing());
  card.run_until([&] { return !card.on; });
}

TEST_CASE("player: after a seek what sounds is what stands there") {
  const Sound sound;
  Card card;
  Player player(card.opener(), [] {});
  player.load(sound.opener(), 2);
  player.seek(1);
  CHECK(player.time() == 1);
  player.play();
  card.run_until([&] { return player.time() > 1.2; });
  const auto first = std::find_if(card.heard.begin(), card.heard.end(), [](float sample) { return sample != 0; });
  REQUIRE(first != card.heard.end());
  CHECK(*std::next(first, 60) == Approx(0.4).margin(0.01));  // past where the resampler begins
  player.seek(0.25);
  CHECK(player.time() == 0.25);
  card.run_until([&] { return player.time() > 0.3; });
  CHECK(player.time() < 0.5);
  player.seek(99);
  CHECK(player.time() == 2);
}

TEST_CASE("player: at twice the speed half as much is heard, on a card of another rate") {
  const Sound sound;
  Card card;
  card.rate = 44'100;
  Player player(card.opener(), [] {});
  player.load(sound.opener(), 2);
  player.set_speed(2);
  player.play();
  card.run_until([&] { return !player.playing(); });
  const auto sounding = std::count_if(card.heard.begin(), card.heard.end(), [](float sample) { return sample != 0; });
  CHECK(static_cast<double>(sounding) == Approx(44'100).epsilon(0.03));
  CHECK(player.time() == Approx(2).margin(0.05));
}

TEST_CASE("player: a card that goes away is told, and play goes on from there on the next one") {
  const Sound sound;
  Card card;
  Player player(card.opener(), [] {});
  player.load(sound.opener(), 2);
  player.play();
  card.run_until([&] { return player.time() > 0.5; });
  card.gone = true;
  card.run_until([&] { return !player.playing(); });
  CHECK(player.problem().starts_with("The loudspeaker was taken away."));
  CHECK(player.time() > 0.5);
  CHECK(player.time() < 2);
  card.gone = false;
  player.play();
  card.run_until([&] { return !player.playing(); });
  CHECK(player.problem().empty());
  CHECK(player.time() == Approx(2).margin(0.05));
}

TEST_CASE("player: without a card, and without the file, it says why and everything else goes on") {
  const Sound sound;
  std::atomic<int> changes{0};
  bool broken = true;
  Card card;
  Player player(
      [&](FillSound fill) {
        if (broken) throw Error("no card");
        return card.opener()(std::move(fill));
      },
      [&] { ++changes; });
  player.load(sound.opener(), 2);
  player.play();
  while (changes == 0) std::this_thread::yield();
  CHECK_FALSE(player.playing());
  CHECK(player.problem() == "no card");
  player.seek(1.5);
  CHECK(player.time() == 1.5);
  broken = false;
  player.play();
  CHECK(player.problem().empty());
  card.run_until([&] { return player.time() > 1.6; });
  std::filesystem::remove(sound.path());
  player.load(sound.opener(), 2);
  player.play();
  card.run_until([&] { return !player.playing(); });
  CHECK(player.problem().find("two.wav") != std::string::npos);
  player.load({}, 0);
  player.play();
  CHECK_FALSE(player.playing());
}

TEST_CASE("stretcher: at its own speed sound is what it was, at others its pitch") {
  std::vector<float> tone(48'000);
  for (std::size_t i = 0; i < tone.size(); ++i) tone[i] = std::sin(static_cast<float>(i) * 0.1F);
  for (const double speed : {0.5, 1.0, 1.5, 2.0}) {
    Stretcher stretcher(speed);
    stretcher.push(tone);
    std::vector<float> out;
    while (stretcher.ready()) {
      for (const float sample : stretcher.take()) out.push_back(sample);
    }
    CHECK(static_cast<double>(out.size()) == Approx(48'000 / speed).epsilon(0.1));
    int crossings = 0;
    for (std::size_t i = 1; i < out.size(); ++i) crossings += out[i - 1] < 0 && out[i] >= 0 ? 1 : 0;
    CHECK(crossings / (static_cast<double>(out.size()) / 48'000) == Approx(0.1 * 48'000 / 6.2832).epsilon(0.03));
    if (speed != 1) continue;
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == Approx(tone[i]).margin(1e-5));
  }
}

TEST_CASE("wav writer: after each flush the file is whole, and a place in it can be gone to") {
  const Sound sound;
  AudioFile file(open_file(sound.path()));
  CHECK(file.seconds() == 2);
  CHECK(file.channels() == 1);
  CHECK(file.rate() == 16000);
  file.seek(1.5);
  CHECK(file.read(1)[0] == Approx(0.6).margin(0.001));
  file.seek(0.5);
  CHECK(file.read(100'000).size() == 24'000);
  CHECK(file.ended());
  CHECK(file.broken().empty());
  file.seek(9);
  CHECK(file.ended());
  CHECK_THROWS_AS(WavWriter("/nowhere/x.wav"), Error);
}

}  // namespace
}  // namespace wick
