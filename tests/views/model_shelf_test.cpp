#include "views/model_shelf.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/file_builder.h"
#include "core/random.h"
#include "fetch/sha256.h"
#include "views/waited_worker.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

/// A catalogue entry whose files come from a folder, a shelf for it, and the turns of their worker.
class Shelf {
 public:
  Shelf() {
    fs::create_directories(folder_ / "source");
    add_file("one.bin", 3 << 20);
    add_file("two.bin", 1000);
    shelf.look();
  }
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  void add_file(const std::string& name, std::size_t bytes) {
    const std::string path = folder_ / ("source/" + name);
    std::string data(bytes, ' ');
    Random random(bytes);
    for (char& letter : data) letter = static_cast<char>(256 * random.uniform());
    std::ofstream(path, std::ios::binary) << data;
    entry.files.push_back({.name = name, .size = bytes, .sha256 = sha256_of_file(path), .sources = {source(path)}});
  }
  static CatalogSource source(const std::string& path) {
    CatalogSource source;
    source.url = "file://" + path;
    return source;
  }
  void until(const std::function<bool()>& done) { waited_.until(done); }
  void until_rest() {
    until([&] { return !shelf.arrival(entry) || !shelf.arrival(entry)->runs(); });
  }
  void fetch_all() {
    shelf.fetch(entry);
    until_rest();
    REQUIRE(shelf.place(entry) == ModelPlace::here);
  }
  std::string here(const std::string& name) const { return folder_ / ("models/" + name); }
  const test::TemporaryFolder& folder() const { return folder_; }
  Worker& worker() { return waited_.worker; }

 private:
  test::TemporaryFolder folder_;
  test::WaitedWorker waited_{4};

 public:
  CatalogEntry entry{.name = "test",
                     .title = "Test",
                     .task = "chat",
                     .architecture = {},
                     .licence = {},
                     .quantisation = {},
                     .files = {}};
  ModelShelf shelf{waited_.worker, ModelStore(folder_ / "models"), {&entry, 1}};
};

TEST_CASE("model shelf: a model that is fetched is here, all its files counted together") {
  Shelf test;
  bool arrived = false;
  CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  test.shelf.fetch(test.entry, [&] { arrived = true; });
  CHECK(test.shelf.place(test.entry) == ModelPlace::arriving);
  CHECK(test.shelf.arrival(test.entry)->bytes_total == test.entry.bytes());
  test.until([&] { return arrived; });
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);
  CHECK(test.shelf.arrival(test.entry) == nullptr);
  CHECK(fs::file_size(test.here("two.bin")) == 1000);
}

TEST_CASE("model shelf: what cannot be fetched says why, and can be tried again") {
  Shelf test;
  const std::string path = test.folder() / "source/one.bin";
  fs::rename(path, path + ".away");
  test.shelf.fetch(test.entry);
  test.until_rest();
  CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  CHECK_THAT(test.shelf.arrival(test.entry)->problem, Catch::Contains("one.bin could not be fetched"));
  fs::rename(path + ".away", path);
  test.fetch_all();
}

TEST_CASE("model shelf: a paused download keeps what arrived and goes on from there") {
  Shelf test;
  fs::create_directories(test.folder() / "models");
  fs::copy_file(test.folder() / "source/one.bin", test.here("one.bin.part"));
  fs::resize_file(test.here("one.bin.part"), 1 << 20);
  test.shelf.look();
  CHECK(test.shelf.place(test.entry) == ModelPlace::partial);
  CHECK(test.shelf.bytes_here(test.entry) == 1 << 20);
  test.shelf.fetch(test.entry);
  test.shelf.pause(test.entry);
  CHECK(test.shelf.place(test.entry) == ModelPlace::partial);
  CHECK(test.shelf.arrival(test.entry)->paused);
  test.fetch_all();
}

TEST_CASE("model shelf: pausing, resuming and cancelling at once leave no trace of each other") {
  Shelf test;
  for (int i = 0; i < 20; ++i) {
    test.shelf.fetch(test.entry);
    test.shelf.pause(test.entry);
    test.shelf.fetch(test.entry);
    test.shelf.cancel(test.entry);
    CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  }
  test.fetch_all();
  test.shelf.look();
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);
}

TEST_CASE("model shelf: a model that is damaged is found out and fetched anew") {
  Shelf test;
  test.fetch_all();
  test.shelf.verify(test.entry);
  test.until_rest();
  CHECK(test.shelf.was_verified(test.entry));
  {
    std::fstream file(test.here("one.bin"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4321);
    file.write("damage", 6);
  }
  test.shelf.verify(test.entry);
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);  // until something else is known
  test.until_rest();
  CHECK(test.shelf.place(test.entry) == ModelPlace::damaged);
  CHECK(!test.shelf.was_verified(test.entry));
  test.fetch_all();
  CHECK(sha256_of_file(test.here("one.bin")) == test.entry.files.front().sha256);
}

TEST_CASE("model shelf: a model that is deleted is gone from the disk") {
  Shelf test;
  test.fetch_all();
  test.shelf.remove(test.entry);
  CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  test.until([&] { return !fs::exists(test.here("one.bin")) && !fs::exists(test.here("two.bin")); });
}

TEST_CASE("model shelf: a model that is to be deleted seems gone, comes back when it is kept, and goes in time") {
  Shelf test;
  test.fetch_all();
  test.shelf.remove_at(test.entry, 1000);
  CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  test.shelf.sweep(999);
  test.shelf.look();
  CHECK(test.shelf.place(test.entry) == ModelPlace::missing);
  CHECK(test.shelf.room().used() == 0);
  test.shelf.keep(test.entry);
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);
  test.shelf.sweep(2000);
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);
  test.shelf.remove_at(test.entry, 1000);
  test.shelf.sweep(1000);
  test.until([&] { return !fs::exists(test.here("one.bin")) && !fs::exists(test.here("two.bin")); });
}

TEST_CASE("model shelf: what is to be deleted goes with the shelf, or when another folder is taken") {
  for (const bool moves : {false, true}) {
    std::optional<Shelf> test(std::in_place);
    test->fetch_all();
    const std::string path = test->here("one.bin");
    test->shelf.remove_at(test->entry, 1e300);
    if (moves) {
      test->shelf.move_to(ModelStore(test->folder() / "other"));
      CHECK(!fs::exists(path));
    } else {
      ModelShelf(test->worker(), ModelStore(test->folder() / "models"), {&test->entry, 1})
          .remove_at(test->entry, 1e300);
      CHECK(!fs::exists(path));
    }
  }
}

TEST_CASE("model shelf: a model that is to be deleted is kept when it is fetched") {
  Shelf test;
  test.fetch_all();
  test.shelf.remove_at(test.entry, 1000);
  test.fetch_all();
  test.shelf.sweep(2000);
  CHECK(test.shelf.place(test.entry) == ModelPlace::here);
}

TEST_CASE("model shelf: files of a source in parts count while they arrive, and go when they are deleted") {
  Shelf test;
  CatalogFile& file = test.entry.files.front();
  CatalogSource whole;
  whole.parts = {Shelf::source(test.folder() / "source/one.bin"), Shelf::source(test.folder() / "source/two.bin")};
  file.sources = {whole};
  fs::create_directories(test.folder() / "models");
  std::ofstream(test.here("one.bin.part.0")) << "first";
  std::ofstream(test.here("one.bin.part.1.part")) << "sec";
  test.shelf.look();
  CHECK(test.shelf.place(test.entry) == ModelPlace::partial);
  CHECK(test.shelf.bytes_here(test.entry) == 8);
  test.shelf.remove(test.entry);
  test.until([&] { return fs::is_empty(test.folder() / "models"); });
}

TEST_CASE("model shelf: a folder that cannot be written says so") {
  Shelf test;
  std::ofstream(test.folder() / "models") << "a file where the folder should be";
  test.shelf.fetch(test.entry);
  test.until_rest();
  CHECK_THAT(test.shelf.arrival(test.entry)->problem, Catch::Contains("cannot be created"));
}

TEST_CASE("speed meter: the speed is that of the last seconds") {
  SpeedMeter meter;
  CHECK(meter.measure(0, 0) == 0);
  CHECK(meter.measure(100, 100) == 0);  // too soon to tell
  CHECK(meter.measure(1000, 1000) == Approx(1000));
  for (int second = 2; second < 20; ++second) meter.measure(1000, second * 1e3);
  CHECK(meter.measure(1000, 20e3) == 0);
  CHECK(meter.measure(0, 21e3) == 0);  // begins anew
}

TEST_CASE("fit: a verdict for what memory, disk and speed allow") {
  constexpr std::uint64_t kGb = 1'000'000'000;
  const FitFacts small{.missing = kGb, .size = kGb, .disk_free = 4 * kGb, .memory = 4 * kGb, .bytes_a_second = 2e10};
  CHECK(fit_of(small).verdict == Fit::Verdict::fits);
  CHECK(fit_of(small).tokens_a_second == Approx(20));
  FitFacts slow = small;
  slow.bytes_a_second = 3e9;
  CHECK(fit_of(slow).verdict == Fit::Verdict::slow);
  FitFacts large = small;
  large.size = 4 * kGb;
  CHECK(fit_of(large).verdict == Fit::Verdict::too_large);
  FitFacts full = small;
  full.disk_free = kGb / 2;
  CHECK(fit_of(full).verdict == Fit::Verdict::no_space);
  FitFacts unknown = small;
  unknown.memory = 0;
  unknown.bytes_a_second = 0;
  CHECK(fit_of(unknown).verdict == Fit::Verdict::fits);
}

}  // namespace
}  // namespace wick::views
