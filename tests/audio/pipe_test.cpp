// What comes through a pipe, while it comes.
#include "audio/pipe.h"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "audio/audio_file.h"
#include "audio/pipe_listener.h"
#include "core/error.h"
#include "sounds.h"

using namespace wick;

namespace {

struct Ends {
  int read = -1, write = -1;

  Ends() {
    std::array<int, 2> ends;
    REQUIRE(::pipe(ends.data()) == 0);
    read = ends[0], write = ends[1];
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    ::close(read);
    if (write >= 0) ::close(write);
  }
  void put(const std::string& bytes) const {
    REQUIRE(::write(write, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void end() {
    ::close(write);
    write = -1;
  }
};

constexpr std::size_t kHeader = 44;
const std::vector<float> kSamples(8000, 0.25F);

/// A wav whose header claims another size.
std::string wav_of_size(std::uint32_t size) {
  std::string bytes = wav(kSamples, 1, 16000);
  std::memcpy(bytes.data() + 4, &size, 4);
  std::memcpy(bytes.data() + 40, &size, 4);
  return bytes;
}

}  // namespace

TEST_CASE("pipe: a wav is heard while it still comes, and its header need not know how long it is") {
  const std::uint32_t size = GENERATE(0xFFFFFFFFU, 0x7FFFF024U);
  CAPTURE(size);
  Ends ends;
  const std::string bytes = wav_of_size(size);
  ends.put(bytes.substr(0, kHeader + 4 * 4000));
  AudioFile file(std::make_shared<Pipe>("a pipe", ends.read));
  CHECK(file.read(4000) == std::vector<float>(4000, 0.25F));
  ends.put(bytes.substr(kHeader + 4 * 4000));
  ends.end();
  CHECK(read_all(file).size() == 4000);
  CHECK(file.broken().empty());
}

TEST_CASE("pipe: a wav that ends before its end says so, and what is no wav is read to its end first") {
  Ends ends;
  const std::string whole = wav(kSamples, 1, 16000);
  ends.put(whole.substr(0, whole.size() / 2));
  ends.end();
  AudioFile file(std::make_shared<Pipe>("a pipe", ends.read));
  CHECK(read_all(file).size() == 3994);
  CHECK(file.broken() == "a pipe: only the first 0.2 s can be used: it is cut off or damaged there");
  for (const std::string& text : {std::string(), std::string("short"), std::string("A letter to a friend")}) {
    Ends other;
    other.put(text);
    other.end();
    CHECK_THROWS_AS(AudioFile(std::make_shared<Pipe>("a pipe", other.read)), Error);
  }
}

TEST_CASE("pipe: a listener gives what has come, to the end or until it is stopped") {
  Ends ends;
  ends.put(wav_of_size(0xFFFFFFFFU));
  PipeListener listener(std::make_shared<Pipe>("a pipe", ends.read));
  const auto heard = [&] {
    std::size_t count = 0;
    while (count < 8000) count += listener.take().value().size();
    return count;
  };
  CHECK(heard() == 8000);
  SECTION("to the end") {
    ends.end();
    while (listener.take()) {
    }
  }
  SECTION("until it is stopped") {
    listener.stop();
    CHECK_FALSE(listener.take());
  }
  CHECK(listener.broken().empty());
}
