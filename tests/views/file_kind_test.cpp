#include "views/file_kind.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "core/file_builder.h"

namespace wick::views {
namespace {

using std::string_view_literals::operator""sv;

std::string written(const test::TemporaryFolder& folder, const char* name, std::string_view bytes) {
  const std::string path = folder / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST_CASE("file kind: what a file is for is told by its first bytes, whatever its name") {
  const test::TemporaryFolder folder;
  struct Case {
    std::string_view bytes;
    FileKind kind;
  };
  for (const Case& each : {
           Case{"\xFF\xD8\xFF\xE0"sv, FileKind::picture},
           Case{"\x89PNG\r\n\x1A\n"sv, FileKind::picture},
           Case{"RIFF\0\0\0\0WEBPVP8 "sv, FileKind::picture},
           Case{"RIFF\0\0\0\0WAVEfmt "sv, FileKind::recording},
           Case{"fLaC\0\0\0\x22"sv, FileKind::recording},
           Case{"ID3\4\0\0\0\0\0\0"sv, FileKind::recording},
           Case{"\xFF\xFB\x90\x64\0\0\0\0\0\0"sv, FileKind::recording},
           Case{"GGUF\3\0\0\0"sv, FileKind::model},
           Case{"PK\3\4\0\0\0\0"sv, FileKind::model},
       })
    CHECK(kind_of_file(written(folder, "file", each.bytes)) == each.kind);
}

TEST_CASE("file kind: where the first bytes do not tell, the name does") {
  const test::TemporaryFolder folder;
  CHECK(kind_of_file(written(folder, "a.JSON", "{}")) == FileKind::conversation);
  CHECK(kind_of_file(written(folder, "model.safetensors.index.json", "{}")) == FileKind::model);
  CHECK(kind_of_file(written(folder, "broken.gguf", "nothing of the kind")) == FileKind::model);
  CHECK(kind_of_file(written(folder, "broken.Mp3", "nothing of the kind")) == FileKind::recording);
  CHECK(kind_of_file(written(folder, "broken.jpeg", "nothing of the kind")) == FileKind::picture);
  CHECK(kind_of_file(folder.path()) == FileKind::model);
  const test::TemporaryFolder talks;
  CHECK(kind_of_file(talks.path()) == FileKind::model);
  written(talks, "talk.Wav", "nothing of the kind");
  CHECK(kind_of_file(talks.path()) == FileKind::recording);
}

TEST_CASE("file kind: a file that is for nothing here says what it looks like") {
  const test::TemporaryFolder folder;
  const auto problem = [&](std::string_view bytes) {
    return test::error_of([&] { kind_of_file(written(folder, "notes.txt", bytes)); });
  };
  CHECK_THAT(problem("Dear diary"), Catch::Contains("notes.txt: looks like a text file; expected a picture"));
  CHECK_THAT(problem("\xFF\xFE"
                     "D\0e\0a\0r\0"sv),
             Catch::Contains("looks like"));
  CHECK_THAT(problem("%PDF-1.7"), Catch::Contains("a PDF document"));
  CHECK_THAT(problem(""), Catch::Contains("the file is empty"));
  CHECK_THAT(test::error_of([&] { kind_of_file(folder / "missing"); }), Catch::Contains("missing"));
}

}  // namespace
}  // namespace wick::views
