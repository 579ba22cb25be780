#include "views/chat_view.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/text/jinja_text.h"
#include "views/chat/tokens.h"

namespace wick::views {
namespace {

std::string trimmed(const std::string& text) { return std::string(jinja::strip(text, true, true)); }

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

TextRange ChatView::selected_in(const Turn& turn) const {
  if (!selected.any()) return {};
  const auto place_of = [&](const std::string& id) {
    return std::ranges::find(path_, id, [](const Turn* each) { return std::string_view(each->id); }) - path_.begin();
  };
  const auto at = place_of(turn.id);
  std::pair from{place_of(selected.from.turn), selected.from.byte}, to{place_of(selected.to.turn), selected.to.byte};
  if (from > to) std::swap(from, to);
  if (to.first == std::ssize(path_) || at < from.first || at > to.first) return {};
  const std::size_t begin = at == from.first ? from.second : 0, end = at == to.first ? to.second : turn.text.size();
  return {std::min(begin, turn.text.size()), std::min(end, turn.text.size())};
}

// ---- Messages ----

void ChatView::send() {
  const std::string text = trimmed(draft);
  if (text.empty() || waits()) return;
  if (!opening_.empty()) {
    sends_when_open_ = true;
    return;
  }
  stop();
  const std::string parent = path_.empty() ? "" : path_.back()->id;
  const Turn& asked = add_turn(conversation_, new_turn("user", parent, text));
  draft.clear();
  answer(add_turn(conversation_, new_turn("assistant", asked.id)).id);
}

void ChatView::regenerate(const std::string& id) {
  const Turn* const turn = turn_of(id);
  if (!turn || turn->role != "assistant" || waits()) return;
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

bool ChatView::can_send_edit() const {
  const Turn* const turn = turn_of(edited_turn);
  return turn && (turn->role != "user" || !waits());
}

void ChatView::send_edit() {
  if (!can_send_edit()) return;
  const Turn* const found = turn_of(edited_turn);
  const std::string text = trimmed(edit);
  cancel_edit();
  wants_keys = true;
  if (text.empty() || text == found->text) return;
  if (!waits()) stop();
  const std::string role = found->role;
  const std::string id = add_turn(conversation_, new_turn(role, found->parent, text)).id;
  if (role != "user") return save();
  answer(add_turn(conversation_, new_turn("assistant", id)).id);
}

void ChatView::show_version(const std::string& turn, int step) {
  if (!waits()) stop();
  release_token();
  selected = {};
  step_version(conversation_, turn, step);
  context_used_ = 0;
  save();
}

void ChatView::branch(const std::string& id, std::size_t token, std::size_t alternative) {
  const Turn* const from = turn_of(id);
  if (!from || token >= from->tokens.size() || waits()) return;
  const TokenChoices choices = choices_of(*from, token);
  if (alternative >= choices.list.size() || alternative == choices.chosen) return;
  stop();
  release_token();
  const TokenNote& note = from->tokens[token];
  const Alternative& other = choices.list[alternative];
  Turn turn = new_turn(from->role, from->parent, from->text.substr(0, note.begin) + other.text);
  TokenNotes::List notes(from->tokens.begin(), from->tokens.begin() + static_cast<std::ptrdiff_t>(token));
  notes.push_back({.id = other.id,
                   .begin = note.begin,
                   .probability = other.probability,
                   .entropy = note.entropy,
                   .alternatives = note.alternatives});
  turn.tokens = std::move(notes);
  answer(add_turn(conversation_, std::move(turn)).id);
}

void ChatView::extend(const std::string& id) {
  if (!turn_of(id) || waits()) return;
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
  inspected->stepped = true;
}

bool ChatView::release_token() {
  const bool any = inspected.has_value();
  inspected.reset();
  return any;
}

}  // namespace wick::views
