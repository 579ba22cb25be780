#include "views/chat_view.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
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
  ~Desk() { view.reset(); }  // which wakes what is waited for
  /// As if the program had been started again.
  void open() {
    view.emplace(waited.worker, models, settings, folder / "conversations", [this] { waited.woken.release(); });
    until([this] { return view->listed(); });
  }

  void until(const std::function<bool()>& done) {
    waited.until([&] {
      view->deliver();
      return done();
    });
  }
  void finish() {
    until([this] { return !view->writing(); });
  }
  void show(const std::string& id) {
    view->open(id);
    until([&] { return view->chosen() == view->conversation().id; });
  }
  /// What a call that ends later says went wrong.
  std::string ended(const std::function<void(ChatView::Ended)>& call) {
    std::optional<std::string> told;
    call([&](const std::string& problem) { told = problem; });
    until([&] { return told.has_value(); });
    return *told;
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
  desk.until([&] {
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
  desk.until([&] { return desk.last().text.size() > 3; });
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

TEST_CASE("chat view: what is selected goes from one message to another, either way") {
  Desk desk;
  desk.ask("Hello");
  desk.ask("And then?");
  ChatView& view = *desk.view;
  const std::vector<const Turn*> path = view.path();
  const auto in = [&](std::size_t turn) { return view.selected_in(*path[turn]); };
  CHECK(in(0) == TextRange{});
  const SelectedText::Place first{path[0]->id, 2}, last{path[2]->id, 3};
  for (const auto& [from, to] : {std::pair(first, last), std::pair(last, first)}) {
    view.selected = {from, to};
    CHECK(in(0) == TextRange{2, 5});
    CHECK(in(1) == TextRange{0, path[1]->text.size()});
    CHECK(in(2) == TextRange{0, 3});
    CHECK(in(3) == TextRange{});
  }
  view.selected = {{path[0]->id, 4}, {path[0]->id, 1}};
  CHECK(in(0) == TextRange{1, 4});
  CHECK(in(1) == TextRange{});
  view.selected = {first, {"no such turn", 0}};
  CHECK(in(0) == TextRange{});
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
  desk.show(said.id);
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
  desk.until([&] { return desk.last().text.size() > 3; });
  const std::string id = desk.view->conversation().id;
  const ConversationStore disk(desk.folder / "conversations");  // as after a kill
  for (int tries = 0; disk.heads().empty() && tries < 1000; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Conversation kept = disk.load(id);
  REQUIRE(kept.turns.size() == 2);
  CHECK(path_of(kept).back()->problem == "stopped");
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
  desk.until([&] { return desk.view->heads()[1].title == "Tea"; });
  desk.view->begin_rename(first);
  desk.view->name = "Coffee";
  desk.view->end_rename(false);
  desk.show(first);
  CHECK(desk.view->conversation().title == "Tea");

  CHECK(desk.ended([&](auto ended) { desk.view->remove(first, ended); }).empty());
  CHECK(desk.view->heads().size() == 1);
  CHECK(desk.view->empty());
  desk.view->restore(first);
  desk.until([&] { return desk.view->heads().size() == 2; });
  CHECK(desk.view->conversation().title == "Tea");
  CHECK(desk.view->problem().empty());

  desk.show("no such one");
  CHECK_FALSE(desk.view->problem().empty());
  CHECK(desk.view->conversation().title == "Tea");
}

TEST_CASE("chat view: a conversation goes to a file and comes back as one of its own") {
  Desk desk;
  desk.ask("Hello");
  const Conversation said = desk.view->conversation();
  const auto exported = [&](const std::string& name) {
    return desk.ended([&](auto ended) { desk.view->export_file(desk.folder / name, ended); });
  };
  const auto imported = [&](const std::string& name) {
    return desk.ended([&](auto ended) { desk.view->import_file(desk.folder / name, ended); });
  };
  CHECK(exported("said.json").empty());
  CHECK(exported("said.md").empty());
  CHECK(std::filesystem::file_size(desk.folder / "said.md") > 20);
  CHECK(imported("said.json").empty());
  CHECK(desk.view->conversation().id != said.id);
  CHECK(desk.last().text == path_of(said).back()->text);
  CHECK(desk.view->heads().size() == 2);
  CHECK(imported("tiny.gguf").find("tiny.gguf") != std::string::npos);
  CHECK(imported("none.json").find("none.json") != std::string::npos);
  CHECK(exported("no/such/folder.json").find("folder.json") != std::string::npos);
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
  desk.until([&] { return !desk.view->problem().empty(); });
  CHECK(desk.view->problem().find("conversations") != std::string::npos);
  CHECK_FALSE(desk.last().text.empty());

  const Conversation said = desk.view->conversation();
  desk.view->start_new();
  desk.show(said.id);  // from memory, with what the disk lacks
  CHECK(desk.view->conversation().turns == said.turns);
  CHECK(desk.ended([&](auto ended) { desk.view->remove(said.id, ended); }).empty());
  CHECK(desk.view->heads().empty());
  CHECK(desk.view->problem().empty());
  desk.view->restore(said.id);
  CHECK(desk.view->conversation().turns == said.turns);
  std::filesystem::remove(desk.folder / "conversations");
  desk.view.reset();
  desk.open();
  desk.show(said.id);
  CHECK(desk.view->conversation().turns == said.turns);
}

TEST_CASE("chat view: an answer goes on while another conversation shows") {
  Desk desk;
  desk.ask("First");
  const std::string first = desk.view->conversation().id;
  desk.view->start_new();
  desk.settings.max_tokens = 400;
  desk.view->draft = "Second";
  desk.view->send();
  desk.until([&] { return desk.last().text.size() > 3; });
  const std::string second = desk.view->conversation().id;
  CHECK(desk.view->writing_elsewhere().empty());
  desk.show(first);
  REQUIRE(desk.view->writing());
  CHECK(desk.view->writing()->conversation == second);
  CHECK(desk.view->writing_elsewhere() == "Second");
  CHECK(path_of(desk.view->conversation())[0]->text == "First");

  const std::string answer = desk.last().id;
  desk.view->draft = "Third";  // what needs the model waits, and nothing is lost
  desk.view->send();
  desk.view->regenerate(answer);
  desk.view->extend(answer);
  desk.view->branch(answer, 1, 1);
  desk.view->begin_edit_of_last();
  desk.view->edit = "Changed";
  desk.view->send_edit();
  CHECK(desk.view->draft == "Third");
  CHECK(desk.view->edit == "Changed");
  CHECK(desk.turns() == 2);
  CHECK(desk.view->writing()->conversation == second);

  desk.show(second);  // as it is now
  CHECK(desk.view->writing_elsewhere().empty());
  const std::size_t seen = desk.last().text.size();
  CHECK(seen > 3);
  desk.until([&] { return desk.last().text.size() > seen; });
  desk.view->start_new();
  desk.view->rename(second, "Renamed");
  CHECK(desk.view->writing_elsewhere() == "Renamed");
  desk.view->stop();
  CHECK_FALSE(desk.view->writing());
  desk.show(second);
  CHECK(desk.last().problem == "stopped");
  CHECK(desk.last().text.size() > seen);
  CHECK(desk.view->conversation().title == "Renamed");
}

TEST_CASE("chat view: what is written elsewhere is kept when the program ends, and goes when it is removed") {
  Desk desk;
  desk.settings.max_tokens = 400;
  desk.view->draft = "Hello";
  desk.view->send();
  desk.until([&] { return desk.last().text.size() > 3; });
  const std::string id = desk.view->conversation().id;
  const bool removed = GENERATE(false, true);
  desk.view->start_new();
  if (removed) CHECK(desk.ended([&](auto ended) { desk.view->remove(id, ended); }).empty());
  CHECK(desk.view->writing().has_value() != removed);
  desk.view.reset();
  desk.open();
  REQUIRE(desk.view->heads().size() == (removed ? 0 : 1));
  if (removed) return;
  desk.show(id);
  CHECK(desk.last().problem == "stopped");
  CHECK(desk.last().text.size() > 3);
}

TEST_CASE("chat view: a message that is sent while a conversation is opened is said there") {
  Desk desk;
  desk.ask("First");
  const std::string first = desk.view->conversation().id;
  desk.ask("Second");
  desk.view.reset();
  desk.open();
  desk.view->open(first);
  CHECK(desk.view->chosen() == first);
  CHECK(desk.view->empty());
  desk.view->draft = "Third";
  desk.view->send();
  desk.until([&] { return desk.view->writing().has_value(); });
  desk.finish();
  CHECK(desk.turns() == 6);
  CHECK(path_of(desk.view->conversation())[4]->text == "Third");
}

}  // namespace
}  // namespace wick::views
