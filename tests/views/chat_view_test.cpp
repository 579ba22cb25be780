#include "views/chat_view.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <semaphore>
#include <thread>

#include "models/tiny_model.h"
#include "views/chat/tokens.h"
#include "views/waited_worker.h"

namespace wick::views {
namespace {

using test::TemporaryFolder;

/// A chat page with a tiny model, whose worker is waited for.
struct Desk {
  TemporaryFolder folder;
  Settings settings;
  test::WaitedWorker waited;
  ModelHost models{waited.worker};
  std::optional<ChatView> view;

  explicit Desk(bool with_model = true) {
    settings.threads = 1;
    settings.seed = 7;
    settings.max_tokens = 12;
    constexpr float kNever = -std::numeric_limits<float>::infinity();
    settings.sampling.logit_bias = {{test::kEnd, kNever}, {test::kTurnEnd, kNever}};
    test::tiny_model().write(folder / "tiny.gguf");
    if (with_model) models.use(Task::chat, "tiny", folder / "tiny.gguf", settings);
    open();
  }
  /// As if the program had been started again.
  void open() { view.emplace(waited.worker, models, settings, folder / "conversations"); }

  void finish() {
    waited.until([this] { return !view->writing(); });
  }
  void ask(const std::string& words) {
    view->draft = words;
    view->send();
    finish();
  }
  const Turn& last() const { return *path_of(view->conversation()).back(); }
  std::size_t turns() const { return view->conversation().turns.size(); }
};

TEST_CASE("chat view: a message is answered as it streams, and the field is free again") {
  Desk desk;
  desk.view->draft = "  Hello  \n";
  desk.view->send();
  CHECK(desk.view->draft.empty());
  REQUIRE(desk.view->writing());
  std::size_t seen = 0;
  desk.waited.until([&] {
    if (desk.view->writing()) {
      const Turn& turn = desk.last();
      CHECK(turn.tokens.size() >= seen);
      seen = turn.tokens.size();
    }
    return !desk.view->writing();
  });
  const auto path = path_of(desk.view->conversation());
  REQUIRE(path.size() == 2);
  CHECK(path[0]->text == "Hello");
  CHECK(path[0]->role == "user");
  CHECK(path[1]->role == "assistant");
  CHECK_FALSE(path[1]->text.empty());
  REQUIRE(path[1]->stats);
  CHECK(path[1]->stats->generated_tokens == static_cast<Index>(path[1]->tokens.size()));
  CHECK(path[1]->problem == "cut at the longest answer allowed");
  CHECK(ChatView::was_cut(*path[1]));
  CHECK(desk.view->context_used() > 0);
  CHECK(desk.view->context_size() == 512);
  CHECK(desk.view->last_seed() == 7);
}

TEST_CASE("chat view: nothing but blanks is no message") {
  Desk desk(false);
  desk.view->draft = " \n\t";
  desk.view->send();
  CHECK_FALSE(desk.view->writing());
  CHECK(desk.view->empty());
}

TEST_CASE("chat view: each token has its choices, and the places of tokens make up the text") {
  Desk desk;
  desk.ask("Hello");
  const Turn& turn = desk.last();
  REQUIRE(turn.tokens.size() == 12);
  std::size_t at = 0;
  for (std::size_t i = 0; i < turn.tokens.size(); ++i) {
    const TokenPlace place = place_of_token(turn, i);
    CHECK(place.begin == at);
    at = place.end;
    const TokenChoices choices = choices_of(turn, i);
    CHECK(choices.list.size() >= 6);
    CHECK(choices.list[choices.chosen].id == turn.tokens[i].id);
    CHECK(choices.rest >= 0);
    CHECK(turn.tokens[i].entropy > 0);
    if (place.end > place.begin) CHECK(token_at(turn, place.begin) == i);
  }
  CHECK(at == turn.text.size());
}

TEST_CASE("chat view: without probabilities a token has no alternatives") {
  Desk desk;
  desk.settings.probabilities = false;
  desk.ask("Hello");
  for (const TokenNote& note : desk.last().tokens) CHECK(note.alternatives.empty());
}

TEST_CASE("chat view: stop keeps what has come, and says so") {
  Desk desk;
  desk.settings.max_tokens = 400;
  desk.view->draft = "Hello";
  desk.view->send();
  desk.waited.until([&] { return desk.last().text.size() > 3; });
  desk.view->stop();
  CHECK_FALSE(desk.view->writing());
  CHECK(desk.last().text.size() > 3);
  CHECK(desk.last().problem == "stopped");
  CHECK(desk.view->can_extend(desk.last()));

  const std::string before = desk.last().text;
  desk.settings.max_tokens = 5;
  desk.view->extend(desk.last().id);
  desk.finish();
  CHECK(desk.last().text.starts_with(before));
  CHECK(desk.last().text.size() > before.size());
  CHECK(desk.turns() == 2);
}

TEST_CASE("chat view: stopped before the first word, an answer has a problem and no version is left of it") {
  Desk desk;
  desk.view->draft = "Hello";
  desk.view->send();
  desk.view->stop();
  CHECK(desk.last().problem == "Stopped before the first word.");
  desk.view->regenerate(desk.last().id);
  desk.finish();
  CHECK(desk.turns() == 2);
  CHECK_FALSE(desk.last().text.empty());
}

TEST_CASE("chat view: regenerate makes versions that one can move between") {
  Desk desk;
  desk.ask("Hello");
  const std::string first = desk.last().id;
  desk.settings.seed = 8;
  desk.view->regenerate(first);
  desk.finish();
  const std::string second = desk.last().id;
  CHECK(second != first);
  CHECK(versions_of(desk.view->conversation(), second) == std::vector{first, second});
  desk.view->show_version(second, -1);
  CHECK(desk.last().id == first);
  desk.view->show_version(first, -1);
  CHECK(desk.last().id == first);
  desk.view->show_version(first, 1);
  CHECK(desk.last().id == second);
}

TEST_CASE("chat view: an edited message is a version of its own, answered anew; an edited answer is kept as it is") {
  Desk desk;
  desk.ask("Hello");
  const std::string question = path_of(desk.view->conversation())[0]->id;
  desk.view->begin_edit(question);
  CHECK(desk.view->edit == "Hello");
  desk.view->edit = "Good day";
  desk.view->send_edit();
  CHECK(desk.view->edited_turn.empty());
  desk.finish();
  CHECK(desk.turns() == 4);
  CHECK(path_of(desk.view->conversation())[0]->text == "Good day");
  desk.view->show_version(path_of(desk.view->conversation())[0]->id, -1);
  CHECK(path_of(desk.view->conversation())[0]->text == "Hello");

  desk.view->begin_edit(desk.last().id);
  desk.view->edit = "My own words";
  desk.view->send_edit();
  CHECK_FALSE(desk.view->writing());
  CHECK(desk.last().text == "My own words");
  CHECK(desk.view->can_extend(desk.last()));

  desk.view->begin_edit_of_last();
  CHECK(desk.view->edit == "Hello");
  desk.view->send_edit();  // nothing was changed
  CHECK(desk.turns() == 5);
}

TEST_CASE("chat view: a branch has the other token in its place and the same words before it") {
  Desk desk;
  desk.ask("Hello");
  const Turn before = desk.last();
  const std::size_t token = 4;
  const TokenChoices choices = choices_of(before, token);
  const std::size_t other = choices.chosen == 0 ? 1 : 0;
  desk.view->pin_token(before.id, token);
  desk.view->branch(before.id, token, other);
  CHECK_FALSE(desk.view->inspected);
  desk.finish();
  const Turn& turn = desk.last();
  CHECK(turn.id != before.id);
  REQUIRE(turn.tokens.size() > token);
  CHECK(turn.tokens[token].id == choices.list[other].id);
  CHECK(turn.text.starts_with(before.text.substr(0, place_of_token(before, token).begin)));
  for (std::size_t i = 0; i < token; ++i) CHECK(turn.tokens[i] == before.tokens[i]);
  CHECK(versions_of(desk.view->conversation(), turn.id).size() == 2);

  const std::size_t turns = desk.turns();
  desk.view->branch(before.id, 999, 0);
  desk.view->branch(before.id, token, 999);
  desk.view->branch(before.id, token, choices.chosen);
  desk.view->branch("no such turn", 0, 0);
  CHECK(desk.turns() == turns);
}

TEST_CASE("chat view: the inspector follows the mouse until a token is pinned, then the keys") {
  Desk desk;
  desk.ask("Hello");
  const std::string turn = desk.last().id;
  ChatView& view = *desk.view;
  view.hover_token(turn, 2);
  CHECK(view.inspected_turn() == &desk.last());
  view.leave_token();
  CHECK_FALSE(view.inspected);
  view.pin_token(turn, 3);
  view.leave_token();
  view.hover_token(turn, 7);
  CHECK(view.inspected->token == 3);
  for (int i = 0; i < 100; ++i) view.step_inspected(1);
  const std::size_t last = view.inspected->token;
  CHECK(last > 3);
  view.step_inspected(1);
  CHECK(view.inspected->token == last);
  CHECK(view.release_token());
  CHECK_FALSE(view.release_token());
  view.pin_token(turn, 999);
  CHECK(view.inspected_turn() == nullptr);
}

TEST_CASE("chat view: what was said is there after the program was started again") {
  Desk desk;
  desk.ask("Hello");
  desk.ask("And then?");
  const Conversation said = desk.view->conversation();
  desk.view.reset();
  desk.open();
  REQUIRE(desk.view->heads().size() == 1);
  CHECK(desk.view->empty());
  desk.view->open(said.id);
  CHECK(desk.view->conversation().turns == said.turns);
  CHECK(desk.view->conversation().chosen == said.chosen);
  CHECK(desk.view->problem().empty());
  CHECK(desk.view->context_used() > 0);
}

TEST_CASE("chat view: while an answer is written the disk has it as one that was stopped") {
  Desk desk;
  desk.settings.max_tokens = 400;
  desk.view->draft = "Hello";
  desk.view->send();
  desk.waited.until([&] { return desk.last().text.size() > 3; });
  const std::string id = desk.view->conversation().id;
  {
    Desk other(false);  // looks at the same folder, as after a kill
    other.view.emplace(other.waited.worker, other.models, other.settings, desk.folder / "conversations");
    for (int tries = 0; other.view->heads().empty() && tries < 1000; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      other.view.emplace(other.waited.worker, other.models, other.settings, desk.folder / "conversations");
    }
    other.view->open(id);
    CHECK(other.turns() == 2);
    CHECK(other.last().problem == "stopped");
  }
  desk.view->stop();
}

TEST_CASE("chat view: conversations are named, removed, brought back, opened") {
  Desk desk;
  desk.ask("First");
  const std::string first = desk.view->conversation().id;
  desk.view->start_new();
  desk.ask("Second");
  const std::string second = desk.view->conversation().id;
  REQUIRE(desk.view->heads().size() == 2);
  CHECK(desk.view->heads()[0].id == second);

  desk.view->begin_rename(first);
  CHECK(desk.view->name == "First");
  desk.view->name = "  Tea  ";
  desk.view->end_rename(true);
  CHECK(desk.view->heads()[1].title == "Tea");
  desk.view->begin_rename(first);
  desk.view->name = "Coffee";
  desk.view->end_rename(false);
  desk.view->open(first);
  CHECK(desk.view->conversation().title == "Tea");

  desk.view->remove(first);
  CHECK(desk.view->heads().size() == 1);
  CHECK(desk.view->empty());
  desk.view->restore(first);
  CHECK(desk.view->heads().size() == 2);
  CHECK(desk.view->conversation().title == "Tea");
  CHECK(desk.view->problem().empty());

  desk.view->open("no such one");
  CHECK_FALSE(desk.view->problem().empty());
  CHECK(desk.view->conversation().title == "Tea");
}

TEST_CASE("chat view: a conversation goes to a file and comes back as one of its own") {
  Desk desk;
  desk.ask("Hello");
  const Conversation said = desk.view->conversation();
  desk.view->export_file(desk.folder / "said.json");
  desk.view->export_file(desk.folder / "said.md");
  CHECK(std::filesystem::file_size(desk.folder / "said.md") > 20);
  desk.view->import_file(desk.folder / "said.json");
  CHECK(desk.view->conversation().id != said.id);
  CHECK(desk.last().text == path_of(said).back()->text);
  CHECK(desk.view->heads().size() == 2);
  CHECK_THROWS_AS(desk.view->import_file(desk.folder / "tiny.gguf"), Error);
  CHECK_THROWS_AS(desk.view->import_file(desk.folder / "none.json"), Error);
  CHECK_THROWS_AS(desk.view->export_file(desk.folder / "no/such/folder.json"), Error);
  CHECK(desk.last().text == path_of(said).back()->text);
}

TEST_CASE("chat view: a model that is not there, or is none, is told in the answer's place and nothing is lost") {
  Desk desk(false);
  const std::string path = GENERATE("missing.gguf", "broken.gguf");
  test::write_file(desk.folder / "broken.gguf", "GGUF, but not really");
  desk.models.use(Task::chat, path, desk.folder / path, desk.settings);
  desk.ask("Hello");
  CHECK(desk.last().text.empty());
  CHECK(desk.last().problem.find(path) != std::string::npos);
  CHECK(desk.models.state(Task::chat).kind == ModelState::Kind::failed);

  desk.models.use(Task::chat, "tiny", desk.folder / "tiny.gguf", desk.settings);
  desk.view->regenerate(desk.last().id);
  desk.finish();
  CHECK_FALSE(desk.last().text.empty());
  CHECK(desk.turns() == 2);
}

TEST_CASE("chat view: files that are no conversations are told once") {
  Desk desk(false);
  std::filesystem::create_directories(desk.folder / "conversations");
  test::write_file(desk.folder / "conversations/odd.json", "{");
  desk.open();
  REQUIRE(desk.view->damaged().size() == 1);
  CHECK(desk.view->damaged()[0].find("odd.json") != std::string::npos);
  desk.view->forget_damaged();
  CHECK(desk.view->damaged().empty());
  CHECK(desk.view->heads().empty());
}

TEST_CASE("chat view: a folder that cannot be written is told, and the conversation stays") {
  Desk desk;
  test::write_file(desk.folder / "conversations", "a file in the folder's place");
  desk.open();
  desk.ask("Hello");
  for (int tries = 0; desk.view->problem().empty() && tries < 1000; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(desk.view->problem().find("conversations") != std::string::npos);
  CHECK_FALSE(desk.last().text.empty());
}

}  // namespace
}  // namespace wick::views
