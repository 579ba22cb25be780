#include "core/byte_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/file_builder.h"

using namespace wick;
using namespace wick::test;
using Catch::Matchers::Contains;

namespace {

std::string read_at(const ByteSource& source, std::uint64_t offset, std::size_t count) {
  std::string text(count, '?');
  source.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

TEST_CASE("byte source: a file and memory give the same bytes at every range") {
  const TemporaryFolder folder;
  const std::string text = "the quick brown fox";
  write_file(folder / "fox", text);
  const SourcePtr memory = Builder().raw(text).source("fox");
  for (const SourcePtr& source : {open_file(folder / "fox"), memory}) {
    REQUIRE(source->size() == text.size());
    for (std::size_t begin = 0; begin <= text.size(); ++begin) {
      for (std::size_t end = begin; end <= text.size(); ++end) {
        REQUIRE(read_at(*source, begin, end - begin) == text.substr(begin, end - begin));
      }
    }
    CHECK(read_text(*source) == text);
  }
  CHECK(memory->view(4, 5).size() == 5);
}

TEST_CASE("byte source: a range past the end is an error with both sizes") {
  const SourcePtr source = Builder().raw("12345678").source("digits");
  struct Case {
    std::uint64_t offset;
    std::size_t count;
  };
  for (const auto& [offset, count] : {Case{8, 1}, Case{0, 9}, Case{9, 0}, Case{~std::uint64_t{0}, 2}}) {
    CAPTURE(offset, count);
    CHECK_THAT(error_of([&, o = offset, c = count] { read_at(*source, o, c); }),
               Contains("digits: needs") && Contains("the file has 8: it is truncated"));
  }
}

TEST_CASE("byte source: what cannot be opened says why") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of([&] { open_file(folder / "nothing.gguf"); }), Contains("nothing.gguf: no such file"));
  CHECK_THAT(error_of([&] { open_file(folder / ""); }), Contains("is a folder, expected a file"));
#ifndef __EMSCRIPTEN__
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(error_of([&] { open_file(folder / "pipe"); }), Contains("pipe: is not a regular file"));
#endif
}

TEST_CASE("byte source: a file cut short while it is open is an error, not garbage") {
  const TemporaryFolder folder;
  write_file(folder / "model", "0123456789");
  const SourcePtr source = open_file(folder / "model");
  REQUIRE(::truncate((folder / "model").c_str(), 4) == 0);
  CHECK_THAT(error_of([&] { read_at(*source, 2, 6); }), Contains("ends at byte 4, it had 10 when it was opened"));
}

TEST_CASE("byte source: offsets beyond 4 GiB are read exactly") {
  const TemporaryFolder folder;
  const std::uint64_t far = (std::uint64_t{5} << 30) + 3;
  {
    std::ofstream out(folder / "sparse", std::ios::binary);
    out.seekp(static_cast<std::streamoff>(far)) << "end";  // a sparse file: takes no space
    if (!out.flush()) {
      WARN("skipped: this file system has no large sparse files");
      return;
    }
  }
  const SourcePtr source = open_file(folder / "sparse");
  REQUIRE(source->size() == far + 3);
  CHECK(read_at(*source, far, 3) == "end");
  CHECK_THAT(error_of([&] { read_text(*source); }), Contains("expected a text of at most 67108864"));
}
