// The laws of keeping conversations beside the frames: what cannot be written is held until it can.
#include "views/chat/conversation_saver.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <semaphore>

#include "core/file_builder.h"
#include "views/conversations.h"

namespace wick::views {
namespace {

using wick::test::TemporaryFolder;
using wick::test::write_file;
using namespace std::chrono_literals;

TEST_CASE("conversation saver: what a full disk refuses is in memory, and on the disk once there is room") {
  const TemporaryFolder folder;
  const std::string inside = folder / "kept";
  write_file(inside, "a file in the folder's place");
  std::counting_semaphore<> woken{0};
  ConversationSaver saver(inside, [&] { woken.release(); }, 5ms);
  Conversation conversation = test::answered();
  saver.save(conversation);
  conversation.title = "Newer";
  saver.save(conversation);
  saver.flush();
  woken.acquire();
  CHECK(saver.problem().find("stays in this window") != std::string::npos);
  CHECK(saver.unsaved(conversation.id) == conversation);
  CHECK_FALSE(saver.unsaved("another"));

  std::filesystem::remove(inside);
  woken.acquire();  // by itself
  CHECK(saver.problem().empty());
  CHECK_FALSE(saver.unsaved(conversation.id));
  CHECK(ConversationStore(inside).load(conversation.id) == conversation);
}

TEST_CASE("conversation saver: it tries once more when it ends") {
  const TemporaryFolder folder;
  const std::string inside = folder / "kept";
  write_file(inside, "a file in the folder's place");
  const Conversation conversation = test::answered();
  {
    ConversationSaver saver(inside, [] {}, 1h);
    saver.save(conversation);
    saver.flush();
    std::filesystem::remove(inside);
  }
  CHECK(ConversationStore(inside).load(conversation.id) == conversation);
}

TEST_CASE("conversation saver: what is forgotten is not written later") {
  const TemporaryFolder folder;
  const std::string inside = folder / "kept";
  write_file(inside, "a file in the folder's place");
  const Conversation conversation = test::answered();
  {
    ConversationSaver saver(inside, [] {}, 1h);
    saver.save(conversation);
    saver.flush();
    CHECK(saver.forget(conversation.id) == conversation);
    CHECK(saver.problem().empty());
    std::filesystem::remove(inside);
  }
  CHECK_FALSE(std::filesystem::exists(inside));
}

}  // namespace
}  // namespace wick::views
