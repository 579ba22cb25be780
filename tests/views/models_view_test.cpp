#include "views/models_view.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/file_builder.h"
#include "views/waited_worker.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

/// The catalogue on a machine that has none of its models.
struct View {
  const CatalogEntry& chat_model() { return *view.entries(Task::chat).front(); }

  test::TemporaryFolder folder;
  test::WaitedWorker waited;
  Settings settings;
  ModelShelf shelf{waited.worker, ModelStore(folder / "none")};
  ModelHost host{waited.worker};
  ModelsView view{waited.worker, shelf, host, settings};
};

TEST_CASE("models view: the filter and the query leave what was asked for") {
  View test;
  CHECK(!test.view.entries(Task::chat).empty());
  CHECK(!test.view.entries(Task::segment).empty());
  test.view.query = "SMOLLM";
  CHECK(test.view.entries(Task::chat).size() == 1);
  CHECK(test.view.entries(Task::segment).empty());
  test.view.query.clear();
  test.view.filter = ModelsView::Filter::segment;
  CHECK(test.view.entries(Task::chat).empty());
  CHECK(!test.view.entries(Task::segment).empty());
  test.view.filter = ModelsView::Filter::here;
  CHECK(test.view.entries(Task::segment).empty());
}

TEST_CASE("models view: a verdict tells the speed that an answer had") {
  View test;
  const CatalogEntry& entry = test.chat_model();
  CHECK(test.view.verdict(entry).words == "Fits");
  test.view.heed_answer(40, entry.bytes());
  CHECK(test.view.verdict(entry).words == "Fits, about 40 tokens/s here");
  test.view.heed_answer(2, entry.bytes());
  CHECK(test.view.verdict(entry).words == "Slow here, about 2 tokens/s");
  CHECK(test.view.verdict(entry).kind == Verdict::Kind::doubtful);
  CHECK(test.view.can_be_fetched(entry));
}

TEST_CASE("models view: a file that is no model says so and is not remembered") {
  View test;
  const std::string path = test.folder / "notes.txt";
  std::ofstream(path) << "no model";
  bool found = false;
  test.view.open(path, [&](Task) { found = true; });
  CHECK(test.view.opening());
  test.waited.until([&] { return !test.view.opening(); });
  CHECK(!found);
  CHECK_THAT(test.view.problem(), Catch::Contains("notes.txt"));
  test.view.open(test.folder / "missing.gguf", [&](Task) { found = true; });
  test.waited.until([&] { return !test.view.opening(); });
  CHECK_THAT(test.view.problem(), Catch::Contains("missing.gguf"));
  CHECK(test.settings.own_models.empty());
}

TEST_CASE("models view: a model file of one's own is remembered until it is taken off the list") {
  const std::string path = WICK_SHARED_DIR "/data/llama/stories260K.bin";
  if (!fs::exists(path)) return;
  View test;
  std::optional<Task> task;
  for (int i = 0; i < 2; ++i) {
    task.reset();
    test.view.open(path, [&](Task found) { task = found; });
    test.waited.until([&] { return task.has_value(); });
  }
  CHECK(task == Task::chat);
  REQUIRE(test.settings.own_models.size() == 1);
  CHECK(test.settings.own_models.front().path == path);
  REQUIRE(test.view.own_files().size() == 1);
  CHECK(test.view.own_files().front()->title() == "stories260K.bin");
  CHECK(test.view.own_files().front()->bytes == fs::file_size(path));
  test.view.forget(path);
  CHECK(test.settings.own_models.empty());
  CHECK(test.view.own_files().empty());
}

TEST_CASE("models view: a file whose name says nothing is called by its folder too") {
  CHECK(OwnFile{{"/models/Qwen3-0.6B/model.safetensors", Task::chat}, 0, true}.title() ==
        "Qwen3-0.6B/model.safetensors");
  CHECK(OwnFile{{"/models/Qwen3-0.6B/", Task::chat}, 0, true}.title() == "Qwen3-0.6B");
  CHECK(OwnFile{{"/models/qwen3.gguf", Task::chat}, 0, true}.title() == "qwen3.gguf");
}

TEST_CASE("models view: what arrives is told in bytes, speed and time") {
  View test;
  Arrival arrival;
  arrival.bytes_done = 301'000'000;
  arrival.bytes_total = 639'000'000;
  arrival.bytes_a_second = 18'400'000;
  CHECK(test.view.facts(arrival) == std::vector<std::string>{"301 of 639 MB", "18.4 MB/s", "18 s left"});
  arrival.bytes_a_second = 0;
  arrival.paused = true;
  CHECK(test.view.facts(arrival) == std::vector<std::string>{"301 of 639 MB", "Paused"});
}

}  // namespace
}  // namespace wick::views
