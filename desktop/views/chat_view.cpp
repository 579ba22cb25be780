#include "views/chat_view.h"

#include <random>
#include <utility>

#include "core/clock.h"
#include "core/error.h"

namespace wick::views {
namespace {

constexpr double kSaveMs = 2000;  // while an answer grows
constexpr int kAlternatives = 6;

/// What the worker tells of one step.
struct Told {
  GenerationStep step;
  std::vector<Alternative> alternatives;
  GenerationStats stats;
  Index prompt_left = 0, context_used = 0;
};

GenerateOptions options_of(const Settings& settings) {
  GenerateOptions options;
  options.sampling = settings.sampling;
  options.sampling.seed = settings.seed >= 0 ? static_cast<std::uint64_t>(settings.seed) : std::random_device{}();
  options.max_tokens = settings.max_tokens;
  options.alternatives = settings.probabilities ? kAlternatives : 0;
  return options;
}

Told tell(const Chat& chat, GenerationStep step) {
  const Generator& generator = chat.generator();
  Told told{.step = {},
            .alternatives = {},
            .stats = generator.stats(),
            .prompt_left = generator.prompt_left(),
            .context_used = generator.context_used()};
  for (const TokenProbability& each : step.alternatives) {
    told.alternatives.push_back({each.id, generator.model().tokenizer.piece(each.id), each.probability});
  }
  told.step = std::move(step);
  return told;
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

/// Why an answer ended, where a person should know.
std::string problem_of(StopReason reason, bool empty) {
  switch (reason) {
    case StopReason::context_full:
      return "The context is full. Start a new conversation, or edit an earlier message.";
    case StopReason::max_tokens:
      return "Stopped at the limit of tokens.";
    case StopReason::cancelled:
      return empty ? "Stopped before the first word." : "";
    default:
      return "";
  }
}

}  // namespace

ChatView::ChatView(Worker& worker, ModelHost& models, Settings& settings, const std::string& folder)
    : worker_(worker), models_(models), settings_(settings), store_(folder) {
  heads_ = store_.heads();
  start_new();
}

double ChatView::tokens_a_second() const {
  const std::vector<const Turn*> path = path_of(conversation_);
  for (auto turn = path.rbegin(); turn != path.rend(); ++turn) {
    const auto& stats = (*turn)->stats;
    if (stats && stats->generate_ms > 0) return static_cast<double>(stats->generated_tokens) / stats->generate_ms * 1e3;
  }
  return 0;
}

void ChatView::open(const std::string& id) {
  if (id == conversation_.id) return;
  stop();
  try {
    conversation_ = store_.load(id);
    problem_.clear();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
  cancel_edit();
  context_used_ = 0;
}

void ChatView::start_new() {
  stop();
  cancel_edit();
  conversation_ = create_conversation(settings_.system_prompt, wall_ms());
  context_used_ = 0;
}

void ChatView::send() {
  const std::size_t first = draft.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return;
  stop();
  const std::vector<const Turn*> path = path_of(conversation_);
  const std::string parent = path.empty() ? "" : path.back()->id;
  const std::string text = draft.substr(first, draft.find_last_not_of(" \t\r\n") + 1 - first);
  const Turn& asked = add_turn(conversation_, new_turn("user", parent, text));
  draft.clear();
  answer(add_turn(conversation_, new_turn("assistant", asked.id)).id);
}

void ChatView::stop() {
  if (!writing_) return;
  job_.stop();
  worker_.start(
      [models = models_.loaded()](const Worker::Turn&) {
        if (models->chat) models->chat->cancel();
        return false;
      },
      [](const std::string&) {});
  if (Turn* const turn = writing_turn()) turn->problem = problem_of(StopReason::cancelled, turn->text.empty());
  finish();
}

void ChatView::regenerate(const std::string& id) {
  const auto found = conversation_.turns.find(id);
  if (found == conversation_.turns.end() || found->second.role != "assistant") return;
  stop();
  answer(add_turn(conversation_, new_turn("assistant", found->second.parent)).id);
}

void ChatView::begin_edit(const std::string& id) {
  const auto found = conversation_.turns.find(id);
  if (found == conversation_.turns.end()) return;
  edited_turn = id;
  edit = found->second.text;
}

void ChatView::cancel_edit() {
  edited_turn.clear();
  edit.clear();
}

void ChatView::send_edit() {
  const auto found = conversation_.turns.find(edited_turn);
  if (found == conversation_.turns.end() || edit.empty()) return cancel_edit();
  stop();
  const Turn before = found->second;
  const std::string id = add_turn(conversation_, new_turn(before.role, before.parent, edit)).id;
  cancel_edit();
  if (before.role != "user") return save();
  answer(add_turn(conversation_, new_turn("assistant", id)).id);
}

void ChatView::show_version(const std::string& turn, int step) {
  stop();
  step_version(conversation_, turn, step);
  save();
}

void ChatView::branch(const std::string& id, std::size_t token, std::size_t alternative) {
  const auto found = conversation_.turns.find(id);
  if (found == conversation_.turns.end() || token >= found->second.tokens.size()) return;
  const Turn& from = found->second;
  const TokenNote& note = from.tokens[token];
  if (alternative >= note.alternatives.size()) return;
  stop();
  const Alternative& other = note.alternatives[alternative];
  Turn turn = new_turn(from.role, from.parent, from.text.substr(0, note.begin));
  turn.tokens.assign(from.tokens.begin(), from.tokens.begin() + static_cast<std::ptrdiff_t>(token));
  turn.tokens.push_back({.id = other.id,
                         .begin = note.begin,
                         .probability = other.probability,
                         .entropy = note.entropy,
                         .alternatives = note.alternatives});
  turn.text += other.text;
  answer(add_turn(conversation_, std::move(turn)).id);
}

void ChatView::extend(const std::string& id) {
  if (conversation_.turns.contains(id)) {
    stop();
    answer(id);
  }
}

void ChatView::set_system(const std::string& text) {
  conversation_.system = text;
  settings_.system_prompt = text;
  if (!conversation_.turns.empty()) save();
}

void ChatView::rename(const std::string& id, const std::string& title) {
  if (id == conversation_.id) {
    conversation_.title = title;
    conversation_.named = true;
    return save();
  }
  try {
    Conversation other = store_.load(id);
    other.title = title;
    other.named = true;
    store_.save(other);
    heads_ = store_.heads();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

void ChatView::remove(const std::string& id) {
  if (id == conversation_.id) start_new();
  try {
    store_.remove(id);
    heads_ = store_.heads();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

Turn* ChatView::writing_turn() {
  if (!writing_) return nullptr;
  const auto found = conversation_.turns.find(writing_->turn);
  return found == conversation_.turns.end() ? nullptr : &found->second;
}

/// Writes on at the end of a turn's text.
void ChatView::answer(const std::string& id) {
  writing_ = Writing{.turn = id, .began_ms = now_ms()};
  Turn& turn = conversation_.turns.at(id);
  turn.problem.clear();
  save();
  std::vector<Message> messages = messages_to(conversation_, id);
  if (turn.text.empty()) messages.pop_back();
  const nlohmann::ordered_json variables{{"enable_thinking", settings_.thinking}};
  job_ = worker_.start(
      [this, models = models_.loaded(), messages = std::move(messages), options = options_of(settings_), variables,
       started = false](const Worker::Turn& turn_of_worker) mutable {
        if (!models->has(Task::chat)) return true;
        Chat& chat = *models->chat;
        if (!std::exchange(started, true)) chat.reply(messages, options, variables);
        Told told = tell(chat, chat.step());
        const bool goes_on = !chat.generator().finished();
        turn_of_worker.post([this, told = std::move(told)] {
          Turn* const to = writing_turn();
          if (!to) return;
          context_used_ = told.context_used;
          writing_->phase = told.prompt_left > 0 ? Writing::Phase::reading : Writing::Phase::writing;
          writing_->prompt_tokens = told.stats.prompt_tokens;
          writing_->prompt_left = told.prompt_left;
          if (told.step.drawn && told.step.stopped != StopReason::end) {
            to->tokens.push_back({.id = told.step.token,
                                  .begin = to->text.size(),
                                  .probability = told.step.probability,
                                  .entropy = 0,
                                  .alternatives = told.alternatives});
          }
          if (!told.step.text.empty() && writing_->first_word_ms == 0)
            writing_->first_word_ms = now_ms() - writing_->began_ms;
          to->text += told.step.text;
          to->stats = AnswerStats{.prompt_tokens = told.stats.prompt_tokens,
                                  .reused_tokens = told.stats.reused_tokens,
                                  .generated_tokens = told.stats.generated_tokens,
                                  .prompt_ms = told.stats.prompt_ms,
                                  .generate_ms = told.stats.generate_ms,
                                  .first_word_ms = writing_->first_word_ms};
          if (told.step.stopped != StopReason::none) {
            to->problem = problem_of(told.step.stopped, to->text.empty());
            return finish();
          }
          if (now_ms() - saved_ms_ > kSaveMs) save();
        });
        return goes_on;
      },
      [this](const std::string& message) {
        if (Turn* const to = writing_turn()) to->problem = message;
        finish();
      });
}

void ChatView::finish() {
  writing_.reset();
  save();
}

void ChatView::save() {
  saved_ms_ = now_ms();
  conversation_.updated = wall_ms();
  try {
    store_.save(conversation_);
    heads_ = store_.heads();
    problem_.clear();
  } catch (const std::exception& e) {
    problem_ = e.what();
  }
}

}  // namespace wick::views
