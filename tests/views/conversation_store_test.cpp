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
#include "views/conversations.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with the test.
struct Folder {
  Folder() : path((fs::temp_directory_path() / "wick-views-XXXXXX").string()) { REQUIRE(mkdtemp(path.data())); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void put(const std::string& name, std::string_view text) const {
    std::ofstream(path + "/" + name, std::ios::binary) << text;
  }
  std::string get(const std::string& name) const {
    std::ifstream file(path + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path;
};

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
  const Folder folder;
  const std::string inside = folder.path + "/a/b";
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
  const Folder folder;
  ConversationStore store(folder.path);
  Conversation conversation = titled("One", 1);
  store.save(conversation);
  CHECK(titles(store) == Texts{"One"});
  conversation.title = "Two";
  store.save(conversation);
  CHECK(titles(store) == Texts{"Two"});
  ConversationStore other(folder.path);
  other.save(titled("Another's", 5));
  CHECK(titles(store) == Texts{"Another's", "Two"});
}

TEST_CASE("conversation store: a damaged file is told and left, the others are there") {
  const Folder folder;
  ConversationStore store(folder.path);
  store.save(titled("Whole", 1));
  folder.put("broken.json", "{\"turns\": [");
  folder.put("new.json", "{\"version\": 99, \"turns\": []}");
  folder.put("other.txt", "no conversation");
  folder.put("x.json.partial-1-0", "half of one");
  fs::create_directory(folder.path + "/folder.json");
  for (int i = 0; i < 2; ++i) {
    CHECK(titles(store) == Texts{"Whole"});
    REQUIRE(store.problems().size() == 2);
    CHECK(store.problems()[0] == folder.path + "/broken.json: cannot be read as a conversation: it is not valid JSON");
  }
  CHECK(folder.get("broken.json") == "{\"turns\": [");
  CHECK_FALSE(error_of([&] { store.load("broken"); }).empty());
  CHECK_FALSE(error_of([&] { store.load("none"); }).empty());
  fs::remove(folder.path + "/broken.json");
  CHECK(titles(store) == Texts{"Whole"});
  CHECK(store.problems().size() == 1);
}

TEST_CASE("conversation store: a list reads no notes") {
  const Folder folder;
  ConversationStore store(folder.path);
  const Conversation conversation = titled("Notes", 1);
  store.save(conversation);
  std::string text = folder.get(conversation.id + ".json");
  text.resize(text.find('\n') + 1);
  folder.put(conversation.id + ".json", text + "!");
  CHECK(titles(store) == Texts{"Notes"});
}

TEST_CASE("conversation store: files of the web page and of wick chat are conversations too") {
  const Folder folder;
  folder.put("from the page.json", to_json(titled("Page", 3)));
  folder.put("saved.json", R"({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})");
  ConversationStore store(folder.path);
  CHECK(titles(store) == Texts{"Page", "Hi"});
  Conversation conversation = store.load("from the page");
  CHECK(conversation.id == "from the page");
  conversation.title = "Mine";
  store.save(conversation);
  CHECK(titles(store) == Texts{"Mine", "Hi"});
}

TEST_CASE("conversation store: what was removed comes back until the program ends") {
  const Folder folder;
  const Conversation conversation = titled("One", 1);
  ConversationStore store(folder.path);
  store.save(conversation);
  const std::string text = folder.get(conversation.id + ".json");
  store.remove(conversation.id);
  CHECK(titles(store).empty());
  CHECK(fs::is_empty(folder.path));
  store.remove(conversation.id);  // nothing more
  store.restore(conversation.id);
  CHECK(folder.get(conversation.id + ".json") == text);
  CHECK(titles(store) == Texts{"One"});
  store.remove(conversation.id);
  ConversationStore(folder.path).restore(conversation.id);
  CHECK(titles(store).empty());
}

TEST_CASE("conversation store: an id is a file's name and leads nowhere else") {
  const Folder folder;
  const ConversationStore store(folder.path);
  for (const std::string& id : {std::string(), std::string("../x"), std::string("a/b"), std::string(".hidden"),
                                std::string("a\0b", 3), std::string("a\\b")}) {
    CHECK(error_of([&] { (void)store.load(id); }).starts_with("'"));
  }
}

TEST_CASE("conversation store: where nothing can be written the error says what to do") {
  const Folder folder;
  folder.put("file", "");
  ConversationStore store(folder.path + "/file/folder");
  const std::string error = error_of([&] { store.save(titled("One", 1)); });
  CHECK(error.starts_with(folder.path + "/file/folder: cannot make the folder: "));
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
  const Folder folder;
  ConversationStore store(folder.path);
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
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
  store.save(conversation);
  CHECK(titles(store) == Texts{"After"});
}

}  // namespace
}  // namespace wick::views
