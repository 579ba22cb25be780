#include "views/app.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/file_builder.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

/// All of the window but the window, in a folder of its own.
class Opened {
 public:
  Opened() { app.settings.models_folder = folder_ / "models"; }

  std::string write(const char* name, std::string_view bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  void until(const std::function<bool()>& done) {
    while (!done()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      app.deliver();
    }
  }

 private:
  test::TemporaryFolder folder_;

 public:
  App app{folder_ / "data", [] {}};
};

TEST_CASE("app: a file goes to where it belongs, whatever page shows") {
  Opened test;
  test.app.settings.page = Page::bench;
  test.app.open_files({"/nowhere/none.jpg"});
  test.until([&] { return !test.app.file_problem().empty(); });
  CHECK(test.app.settings.page == Page::bench);

  test.app.open_files({test.write("picture.bmp", "BM no picture")});
  CHECK(test.app.file_problem().empty());
  test.until([&] { return !test.app.segment.session.problem().empty(); });
  CHECK(test.app.settings.page == Page::segment);

  test.app.open_files({test.write("sound.wav", "RIFF no sound")});
  test.until([&] { return test.app.settings.page == Page::transcribe && !test.app.transcribe.problem().empty(); });

  test.app.open_files({test.write("talk.json", R"({"messages": [{"role": "user", "content": "Hello"}]})")});
  test.until([&] { return test.app.settings.page == Page::chat; });
  CHECK(test.app.file_problem().empty());
  CHECK(!test.app.chat.empty());
}

TEST_CASE("app: a file that is not taken says why until it is dismissed or another comes") {
  Opened test;
  test.app.open_files({test.write("notes.txt", "Dear diary")});
  test.until([&] { return !test.app.file_problem().empty(); });
  CHECK_THAT(test.app.file_problem(), Catch::Contains("notes.txt: looks like a text file"));
  test.app.dismiss_file_problem();
  CHECK(test.app.file_problem().empty());

  test.app.open_files({test.write("broken.gguf", "GGUF")});
  test.until([&] { return !test.app.file_problem().empty(); });
  CHECK_THAT(test.app.file_problem(), Catch::Contains("broken.gguf"));
  test.app.open_files({test.write("broken.json", "{")});
  test.until([&] { return test.app.file_problem().find("broken.json") != std::string::npos; });
  CHECK(test.app.settings.page == Page::chat);
}

}  // namespace
}  // namespace wick::views
