#include "views/chat_view.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/byte_source.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "views/chat/tokens.h"

namespace wick::views {
namespace {

constexpr std::uint64_t kMostImported = std::uint64_t{256} << 20;

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

Turn new_turn(std::string role, std::string parent, std::string text = {}) {
  Turn turn;
  turn.id = new_id();
  turn.parent = std::move(parent);
  turn.role = std::move(role);
  turn.text = std::move(text);
  turn.created = wall_ms();
  return turn;
}

}  // namespace

const std::vector<ChatExample>& ChatView::examples() {
  static const std::vector<ChatExample> examples = {
      {"Tell a short story", "Tell me a short story that begins: Once upon a time, in a small village by the sea,"},
      {"Explain page tables", "Explain page tables as if they were a library."},
      {"Count words in Python", "Write a Python function that counts the words of a text."},
  };
  return examples;
}

ChatView::ChatView(Worker& worker, ModelHost& models, Settings& settings, const std::string& folder,
                   std::function<void()> wake)
    : worker_(worker), models_(models), settings_(settings), store_(folder), saver_(folder, std::move(wake)) {
  guard([this] {
    heads_ = store_.heads();
    damaged_ = store_.problems();
  });
  start_new();
}

// ---- What shows ----

const Turn* ChatView::turn_of(const std::string& id) const {
  const auto found = conversation_.turns.find(id);
  return found == conversation_.turns.end() ? nullptr : &found->second;
}

const AnswerStats* ChatView::last_stats() const {
  for (auto turn = path_.rbegin(); turn != path_.rend(); ++turn)
    if ((*turn)->stats) return &*(*turn)->stats;
  return nullptr;
}

double ChatView::tokens_a_second() const {
  const AnswerStats* const stats = last_stats();
  if (!stats || stats->generate_ms <= 0) return 0;
  return static_cast<double>(stats->generated_tokens) / stats->generate_ms * 1e3;
}

Index ChatView::context_used() const {
  if (context_used_ > 0) return context_used_;
  const AnswerStats* const stats = last_stats();
  return stats ? stats->prompt_tokens + stats->generated_tokens : 0;
}

Index ChatView::context_size() const { return models_.state(Task::chat).info.value("context", Index{0}); }

std::string ChatView::problem() const { return problem_.empty() ? saver_.problem() : problem_; }

bool ChatView::can_extend(const Turn& turn) const {
  if (turn.role != "assistant" || turn.text.empty() || writing_) return false;
  if (turn.stats && turn.problem.empty()) return false;
  return !path_.empty() && path_.back()->id == turn.id;
}

// ---- Conversations ----

/// Tells what an action throws in problem().
void ChatView::guard(const std::function<void()>& action) {
  try {
    action();
    problem_.clear();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

void ChatView::show(Conversation conversation) {
  stop();
  cancel_edit();
  end_rename(false);
  inspected.reset();
  selected = {};
  unfolded.clear();
  follows = true;
  wants_keys = true;
  context_used_ = 0;
  conversation_ = std::move(conversation);
  path_ = path_of(conversation_);
}

void ChatView::open(const std::string& id) {
  if (id == conversation_.id) return;
  guard([&] {
    saver_.flush();
    show(store_.load(id));
  });
}

void ChatView::start_new() { show(create_conversation(settings_.system_prompt, wall_ms())); }

/// Puts what the list shows of the conversation to the front.
void ChatView::keep_head() {
  std::erase_if(heads_, [&](const ConversationHead& head) { return head.id == conversation_.id; });
  heads_.insert(heads_.begin(), head_of(conversation_));
}

void ChatView::save() {
  saved_ms_ = now_ms();
  path_ = path_of(conversation_);
  conversation_.updated = wall_ms();
  keep_head();
  Conversation copy = conversation_;
  if (writing_) {  // what a killed program leaves behind says that it was stopped
    const auto turn = copy.turns.find(writing_->turn);
    if (turn != copy.turns.end()) turn->second.problem = "stopped";
  }
  saver_.save(std::move(copy));
}

void ChatView::set_system(const std::string& text) {
  conversation_.system = text;
  settings_.system_prompt = text;
  if (!empty()) save();
}

void ChatView::begin_rename(const std::string& id) {
  const auto head = std::ranges::find(heads_, id, &ConversationHead::id);
  if (head == heads_.end()) return;
  renamed = id;
  name = head->title;
  name_wants_keys = true;
}

void ChatView::end_rename(bool keep) {
  const std::string id = std::exchange(renamed, {}), title = std::exchange(name, {});
  if (keep && !id.empty()) rename(id, title);
}

void ChatView::rename(const std::string& id, const std::string& words) {
  const std::string title = trimmed(words);
  if (title.empty()) return;
  const auto give = [&](Conversation& conversation) {
    conversation.title = title;
    conversation.named = true;
  };
  if (id == conversation_.id) {
    give(conversation_);
    if (!empty()) save();
    return;
  }
  guard([&] {
    saver_.flush();
    Conversation other = store_.load(id);
    give(other);
    const auto head = std::ranges::find(heads_, id, &ConversationHead::id);
    if (head != heads_.end()) *head = head_of(other);
    saver_.save(std::move(other));
  });
}

void ChatView::remove(const std::string& id) {
  if (id == conversation_.id) start_new();
  guard([&] {
    saver_.flush();
    store_.remove(id);
    std::erase_if(heads_, [&](const ConversationHead& head) { return head.id == id; });
  });
}

void ChatView::restore(const std::string& id) {
  guard([&] {
    store_.restore(id);
    ConversationHead head = head_of(store_.load(id));
    const auto place =
        std::ranges::lower_bound(heads_, head.updated, std::ranges::greater(), &ConversationHead::updated);
    heads_.insert(place, std::move(head));
  });
  open(id);
}

void ChatView::import_file(const std::string& path) {
  show(import_conversation(read_text(*open_file(path), kMostImported), path, wall_ms()));
  save();
}

void ChatView::export_file(const std::string& path) const {
  const std::string text = path.ends_with(".md") ? to_markdown(conversation_) : to_json(conversation_);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

// ---- Messages ----

void ChatView::send() {
  const std::string text = trimmed(draft);
  if (text.empty()) return;
  stop();
  const std::string parent = path_.empty() ? "" : path_.back()->id;
  const Turn& asked = add_turn(conversation_, new_turn("user", parent, text));
  draft.clear();
  answer(add_turn(conversation_, new_turn("assistant", asked.id)).id);
}

void ChatView::regenerate(const std::string& id) {
  const Turn* const turn = turn_of(id);
  if (!turn || turn->role != "assistant") return;
  stop();
  const std::string parent = turn->parent;
  if (turn->text.empty()) remove_turn(conversation_, id);  // a failed try is no version
  answer(add_turn(conversation_, new_turn("assistant", parent)).id);
}

void ChatView::begin_edit(const std::string& id) {
  const Turn* const turn = turn_of(id);
  if (!turn) return;
  edited_turn = id;
  edit = turn->text;
  edit_wants_keys = true;
}

void ChatView::begin_edit_of_last() {
  const auto last = std::find_if(path_.rbegin(), path_.rend(), [](const Turn* turn) { return turn->role == "user"; });
  if (last != path_.rend()) begin_edit((*last)->id);
}

void ChatView::cancel_edit() {
  edited_turn.clear();
  edit.clear();
}

void ChatView::send_edit() {
  const Turn* const found = turn_of(edited_turn);
  const std::string text = trimmed(edit);
  cancel_edit();
  wants_keys = true;
  if (!found || text.empty() || text == found->text) return;
  stop();
  const std::string role = found->role;
  const std::string id = add_turn(conversation_, new_turn(role, found->parent, text)).id;
  if (role != "user") return save();
  answer(add_turn(conversation_, new_turn("assistant", id)).id);
}

void ChatView::show_version(const std::string& turn, int step) {
  stop();
  release_token();
  step_version(conversation_, turn, step);
  context_used_ = 0;
  save();
}

void ChatView::branch(const std::string& id, std::size_t token, std::size_t alternative) {
  const Turn* const from = turn_of(id);
  if (!from || token >= from->tokens.size()) return;
  const TokenChoices choices = choices_of(*from, token);
  if (alternative >= choices.list.size() || alternative == choices.chosen) return;
  stop();
  release_token();
  const TokenNote& note = from->tokens[token];
  const Alternative& other = choices.list[alternative];
  Turn turn = new_turn(from->role, from->parent, from->text.substr(0, note.begin) + other.text);
  turn.tokens.assign(from->tokens.begin(), from->tokens.begin() + static_cast<std::ptrdiff_t>(token));
  turn.tokens.push_back({.id = other.id,
                         .begin = note.begin,
                         .probability = other.probability,
                         .entropy = note.entropy,
                         .alternatives = note.alternatives});
  answer(add_turn(conversation_, std::move(turn)).id);
}

void ChatView::extend(const std::string& id) {
  if (!turn_of(id)) return;
  stop();
  answer(id);
}

// ---- The inspector ----

const Turn* ChatView::inspected_turn() const {
  if (!inspected) return nullptr;
  const Turn* const turn = turn_of(inspected->turn);
  return turn && inspected->token < turn->tokens.size() ? turn : nullptr;
}

void ChatView::hover_token(const std::string& turn, std::size_t token) {
  if (inspected && (inspected->pinned || (inspected->turn == turn && inspected->token == token))) return;
  inspected = Inspected{.turn = turn, .token = token, .pinned = false, .since_ms = now_ms()};
}

void ChatView::leave_token() {
  if (inspected && !inspected->pinned) inspected.reset();
}

void ChatView::pin_token(const std::string& turn, std::size_t token) { inspected = Inspected{turn, token, true}; }

void ChatView::step_inspected(int step) {
  const Turn* const turn = inspected_turn();
  if (!turn) return;
  inspected->token = step_token(*turn, inspected->token, step);
  inspected->choice = -1;
}

bool ChatView::release_token() {
  const bool any = inspected.has_value();
  inspected.reset();
  return any;
}

}  // namespace wick::views
