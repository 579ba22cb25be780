#include "views/file_dialog.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "core/file_builder.h"

namespace wick::views {
namespace {

using test::TemporaryFolder;

/// A desktop without any program that asks for files.
struct NoPrograms {
  std::string path = std::getenv("PATH");
  NoPrograms() { setenv("PATH", "/nowhere", 1); }
  ~NoPrograms() { setenv("PATH", path.c_str(), 1); }
};

TEST_CASE("file dialog: without a program for it the window asks for the path, one question at a time") {
  const NoPrograms none;
  const TemporaryFolder folder;
  Worker worker{[] {}};
  FileDialog dialog(worker);
  CHECK_FALSE(dialog.available());
  std::string chosen, other;
  dialog.ask({.title = "Open", .name = {}, .kind = {}, .patterns = {}},
             [&](const std::string& path) { chosen = path; });
  dialog.ask({.title = "Again", .name = {}, .kind = {}, .patterns = {}},
             [&](const std::string& path) { other = path; });
  REQUIRE(dialog.typed());
  CHECK(dialog.typed()->title == "Open");
  CHECK(dialog.wants_keys);

  dialog.path = folder / "none.txt";
  CHECK(dialog.problem() == "There is no such file.");
  test::write_file(folder / "some.txt", "x");
  dialog.path = folder / "some.txt";
  CHECK(dialog.problem().empty());
  dialog.answer(true);
  CHECK(chosen == folder / "some.txt");
  CHECK(other.empty());
  CHECK_FALSE(dialog.typed());
  CHECK_FALSE(dialog.open());
}

TEST_CASE("file dialog: who changes their mind chooses nothing; where to save is looked at before") {
  const NoPrograms none;
  const TemporaryFolder folder;
  Worker worker{[] {}};
  FileDialog dialog(worker);
  bool called = false;
  dialog.ask({.title = "Save", .save = true, .name = "tea.md", .kind = {}, .patterns = {}},
             [&](const std::string&) { called = true; });
  CHECK(std::filesystem::path(dialog.path).filename() == "tea.md");
  dialog.path = folder / "no/such/folder.md";
  CHECK(dialog.problem().starts_with("There is no folder"));
  dialog.path = folder / "";
  CHECK(dialog.problem() == "That is a folder.");
  test::write_file(folder / "tea.md", "x");
  dialog.path = folder / "tea.md";
  CHECK(dialog.problem() == "The file that is there will be replaced.");
  dialog.answer(false);
  CHECK_FALSE(called);
  CHECK_FALSE(dialog.open());
}

TEST_CASE("file dialog: several files at once are told one by one") {
  const TemporaryFolder folder;
  const std::string path = std::getenv("PATH");
  test::write_file(folder / "zenity", "#!/bin/sh\nprintf 'a b.wav\\nc.wav\\n'\n");
  std::filesystem::permissions(folder / "zenity", std::filesystem::perms::owner_all);
  setenv("PATH", (folder.path() + ":" + path).c_str(), 1);
  Worker worker{[] {}};
  FileDialog dialog(worker);
  std::vector<std::string> chosen;
  dialog.ask_several({.title = "Open", .name = {}, .kind = {}, .patterns = {}},
                     [&](const std::vector<std::string>& paths) { chosen = paths; });
  while (dialog.open()) worker.deliver();
  setenv("PATH", path.c_str(), 1);
  CHECK(chosen == std::vector<std::string>{"a b.wav", "c.wav"});
  const FileQuestion question{.title = "Open", .name = {}, .kind = {}, .patterns = {}, .several = true};
  CHECK(zenity_command(question).back() == "--separator=\n");
  CHECK(kdialog_command(question).back() == "--separate-output");
}

TEST_CASE("file dialog: a folder is asked for as one") {
  const NoPrograms none;
  const TemporaryFolder folder;
  Worker worker{[] {}};
  FileDialog dialog(worker);
  const FileQuestion question{.title = "Choose", .folder = true, .name = {}, .kind = {}, .patterns = {}};
  dialog.ask(question, [](const std::string&) {});
  test::write_file(folder / "file", "x");
  dialog.path = folder / "file";
  CHECK(dialog.problem() == "There is no such folder.");
  dialog.path = folder.path();
  CHECK(dialog.problem().empty());
  CHECK_THAT(zenity_command(question), Catch::VectorContains(std::string("--directory")));
  CHECK_THAT(kdialog_command(question), Catch::VectorContains(std::string("--getexistingdirectory")));
}

}  // namespace
}  // namespace wick::views
