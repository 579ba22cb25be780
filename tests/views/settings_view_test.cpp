#include "views/settings_view.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/file_builder.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

using test::TemporaryFolder;

struct View {
  TemporaryFolder folder;
  Settings settings;
  Worker worker{[] {}};
  ModelShelf shelf{worker, ModelStore(folder.path())};
  SettingsView view{settings, shelf};
};

TEST_CASE("settings view: a number of threads that makes none says so and changes nothing") {
  View test;
  for (const char* wrong : {"0", "-1", "two", "4.5", "4 cores", "100000", "99999999999999999999"}) {
    test.view.threads = wrong;
    test.view.set_threads();
    CHECK_THAT(test.view.threads_problem(), Catch::Contains("from 1 to"));
    CHECK(test.settings.threads == 0);
  }
  test.view.threads = " 3 ";
  test.view.set_threads();
  CHECK(test.view.threads_problem().empty());
  CHECK(test.settings.threads == 3);
  test.view.threads = "";
  test.view.set_threads();
  CHECK(test.settings.threads == 0);
}

TEST_CASE("settings view: a folder for models is one, or can be made") {
  View test;
  std::ofstream(test.folder / "file") << "";
  for (const std::string& wrong : {std::string("models"), test.folder / "file", test.folder / "file/in"}) {
    test.view.models_folder = wrong;
    test.view.set_models_folder();
    CHECK(!test.view.folder_problem().empty());
    CHECK(test.settings.models_folder.empty());
  }
  test.view.models_folder = test.folder / "new/one";
  test.view.set_models_folder();
  CHECK(test.view.folder_problem().empty());
  CHECK(test.shelf.store().folder() == test.folder / "new/one");
}

TEST_CASE("settings view: an instruction set is one of this machine's") {
  View test;
  REQUIRE(test.view.instruction_sets().size() > 1);
  CHECK(test.view.instruction_set() == 0);
  test.view.set_instruction_set(1);
  CHECK(test.settings.instruction_set == test.view.instruction_sets()[1]);
  CHECK(test.view.instruction_set_problem().empty());
  test.settings.instruction_set = "neon9";
  CHECK(test.view.instruction_set() == 0);
  CHECK_THAT(test.view.instruction_set_problem(), Catch::Contains("neon9"));
}

TEST_CASE("settings: a damaged file gives the defaults and is kept beside") {
  const TemporaryFolder folder;
  const std::string path = folder / "settings.json";
  std::string problem;
  CHECK(load_settings(path, problem).theme == ThemeChoice::system);
  CHECK(problem.empty());  // there was none
  std::ofstream(path) << R"({"theme": "dark", "scale": 2)";
  CHECK(load_settings(path, problem).theme == ThemeChoice::system);
  CHECK_THAT(problem, Catch::Contains("settings.json.broken"));
  CHECK(!fs::exists(path));
  std::ostringstream kept;
  kept << std::ifstream(path + ".broken").rdbuf();
  CHECK_THAT(kept.str(), Catch::Contains("dark"));
}

TEST_CASE("settings: what is kept is what is read") {
  const TemporaryFolder folder;
  Settings settings;
  settings.own_models = {{"/models/one.gguf", Task::chat}, {"/models/two", Task::segment}};
  settings.bytes_a_second = 2e9;
  save_settings(settings, folder / "settings.json");
  std::string problem;
  const Settings read = load_settings(folder / "settings.json", problem);
  REQUIRE(read.own_models.size() == 2);
  CHECK(read.own_models[1].path == "/models/two");
  CHECK(read.own_models[1].task == Task::segment);
  CHECK(read.bytes_a_second == 2e9);
}

TEST_CASE("settings: a disk that takes nothing says so") {
  CHECK_THROWS_WITH(save_settings({}, "/dev/full/settings.json"), Catch::Contains("/dev/full/settings.json"));
}

}  // namespace
}  // namespace wick::views
