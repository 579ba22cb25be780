// The laws of the folder of conversations: nothing is lost, whatever happens to a file.
#include "views/chat/conversation_store.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "core/file_builder.h"
#include "views/conversations.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

using wick::test::read_file;
using wick::test::TemporaryFolder;
using wick::test::write_file;

std::vector<std::string> titles(const ConversationStore& store) {
  std::vector<std::string> titles;
  for (const ConversationHead& head : store.heads()) titles.push_back(head.title);
  return titles;
}

Conversation titled(const std::string& title, double updated) {
  Conversation conversation = test::answered();
  conversation.id = new_id();
  conversation.title = title;
  conversation.updated = updated;
  return conversation;
}

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

using Texts = std::vector<std::string>;

TEST_CASE("conversation store: what is saved is there for the next program, newest first") {
  const TemporaryFolder folder;
  const std::string inside = folder / "a/b";
  const Conversation old = titled("Old", 1), fresh = titled("Fresh", 2);
  ConversationStore store(inside);
  CHECK(store.heads().empty());
  store.save(fresh);
  store.save(old);
  CHECK(fs::status(inside).permissions() == fs::perms::owner_all);
  const ConversationStore next(inside);
  CHECK(titles(next) == Texts{"Fresh", "Old"});
  CHECK(next.load(old.id) == old);
  CHECK(next.load(fresh.id) == fresh);
  CHECK(next.heads()[0].words == "fresh\na drink, dear.\n\nleaves\nwhat is tea?");
}

TEST_CASE("conversation store: heads follow every change, whoever makes it") {
  const TemporaryFolder folder;
  ConversationStore store(folder.path());
  Conversation conversation = titled("One", 1);
  store.save(conversation);
  CHECK(titles(store) == Texts{"One"});
  conversation.title = "Two";
  store.save(conversation);
  CHECK(titles(store) == Texts{"Two"});
  ConversationStore other(folder.path());
  other.save(titled("Another's", 5));
  CHECK(titles(store) == Texts{"Another's", "Two"});
}

TEST_CASE("conversation store: a damaged file is told and left, the others are there") {
  const TemporaryFolder folder;
  ConversationStore store(folder.path());
  store.save(titled("Whole", 1));
  write_file(folder / "broken.json", "{\"turns\": [");
  write_file(folder / "new.json", "{\"version\": 99, \"turns\": []}");
  write_file(folder / "other.txt", "no conversation");
  write_file(folder / "x.json.partial-1-0", "half of one");
  fs::create_directory(folder / "folder.json");
  for (int i = 0; i < 2; ++i) {
    CHECK(titles(store) == Texts{"Whole"});
    REQUIRE(store.problems().size() == 2);
    CHECK(store.problems()[0] == folder / "broken.json: cannot be read as a conversation: it is not valid JSON");
  }
  CHECK(read_file(folder / "broken.json") == "{\"turns\": [");
  CHECK_FALSE(error_of([&] { store.load("broken"); }).empty());
  CHECK_FALSE(error_of([&] { store.load("none"); }).empty());
  fs::remove(folder / "broken.json");
  CHECK(titles(store) == Texts{"Whole"});
  CHECK(store.problems().size() == 1);
}

TEST_CASE("conversation store: a list reads no notes") {
  const TemporaryFolder folder;
  ConversationStore store(folder.path());
  const Conversation conversation = titled("Notes", 1);
  store.save(conversation);
  std::string text = read_file(folder / (conversation.id + ".json"));
  text.resize(text.find('\n') + 1);
  write_file(folder / (conversation.id + ".json"), text + "!");
  CHECK(titles(store) == Texts{"Notes"});
}

TEST_CASE("conversation store: files of the web page and of wick chat are conversations too") {
  const TemporaryFolder folder;
  write_file(folder / "from the page.json", to_json(titled("Page", 3)));
  write_file(folder / "saved.json", R"({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})");
  ConversationStore store(folder.path());
  CHECK(titles(store) == Texts{"Page", "Hi"});
  Conversation conversation = store.load("from the page");
  CHECK(conversation.id == "from the page");
  conversation.title = "Mine";
  store.save(conversation);
  CHECK(titles(store) == Texts{"Mine", "Hi"});
}

TEST_CASE("conversation store: what was removed comes back until the program ends") {
  const TemporaryFolder folder;
  const Conversation conversation = titled("One", 1);
  ConversationStore store(folder.path());
  store.save(conversation);
  const std::string text = read_file(folder / (conversation.id + ".json"));
  store.remove(conversation.id);
  CHECK(titles(store).empty());
  CHECK(fs::is_empty(folder.path()));
  store.remove(conversation.id);  // nothing more
  store.restore(conversation.id);
  CHECK(read_file(folder / (conversation.id + ".json")) == text);
  CHECK(titles(store) == Texts{"One"});
  store.remove(conversation.id);
  ConversationStore(folder.path()).restore(conversation.id);
  CHECK(titles(store).empty());
}

TEST_CASE("conversation store: an id is a file's name and leads nowhere else") {
  const TemporaryFolder folder;
  const ConversationStore store(folder.path());
  for (const std::string& id : {std::string(), std::string("../x"), std::string("a/b"), std::string(".hidden"),
                                std::string("a\0b", 3), std::string("a\\b")}) {
    CHECK(error_of([&] { (void)store.load(id); }).starts_with("'"));
  }
}

TEST_CASE("conversation store: where nothing can be written the error says what to do") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  ConversationStore store(folder / "file/folder");
  const std::string error = error_of([&] { store.save(titled("One", 1)); });
  CHECK(error.starts_with(folder / "file/folder: cannot make the folder: "));
  CHECK(error.find("export it to another place") != std::string::npos);
  CHECK(store.heads().empty());
}

/// No file may grow beyond `bytes` while it lives, as on a disk that is full.
struct FullDisk {
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit now{bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
    handler = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  rlimit before{};
  void (*handler)(int) = nullptr;
};

TEST_CASE("conversation store: a full disk leaves the file as it was") {
  const TemporaryFolder folder;
  ConversationStore store(folder.path());
  Conversation conversation = titled("Before", 1);
  store.save(conversation);
  conversation.title = "After";
  std::string error;
  {
    const FullDisk full(100);
    error = error_of([&] { store.save(conversation); });
  }
  CHECK(error.find(".json: cannot write: ") != std::string::npos);
  CHECK(error.find("free space") != std::string::npos);
  CHECK(titles(store) == Texts{"Before"});
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  store.save(conversation);
  CHECK(titles(store) == Texts{"After"});
}

}  // namespace
}  // namespace wick::views
