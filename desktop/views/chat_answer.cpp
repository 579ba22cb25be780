// How the chat page's answers are written.
#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "core/clock.h"
#include "core/text/unicode.h"
#include "views/chat_view.h"
#include "views/process.h"

namespace wick::views {
namespace {

constexpr double kSaveMs = 2000;  // while an answer grows
constexpr int kAlternatives = 6;
constexpr std::array<const char*, 3> kCut = {"cut at the longest answer allowed", "the context is full", "stopped"};

/// Where an answer was cut, in words; nothing for one that came to its end.
std::string cut_words(StopReason reason, bool nothing) {
  switch (reason) {
    case StopReason::max_tokens:
      return kCut[0];
    case StopReason::context_full:
      return nothing ? "The context is full. Start a new conversation, or edit an earlier message." : kCut[1];
    case StopReason::cancelled:
      return nothing ? "Stopped before the first word." : kCut[2];
    default:
      return "";
  }
}

}  // namespace

/// What the worker tells of one step.
struct ChatView::Told {
  GenerationStep step;
  std::vector<Alternative> alternatives;
  GenerationStats stats;
  Index prompt_left = 0, context_used = 0;

  Told(const Chat& chat, GenerationStep done)
      : step(std::move(done)),
        stats(chat.generator().stats()),
        prompt_left(chat.generator().prompt_left()),
        context_used(chat.generator().context_used()) {
    for (const TokenProbability& each : step.alternatives) {
      const std::string piece = chat.generator().model().tokenizer.piece(each.id);  // may be a part of a character
      alternatives.push_back({each.id, text::replace_invalid(piece), each.probability});
    }
  }
};

bool ChatView::was_cut(const Turn& turn) {
  return !turn.text.empty() && std::find(kCut.begin(), kCut.end(), turn.problem) != kCut.end();
}

Turn* ChatView::writing_turn() {
  if (!writing_) return nullptr;
  std::map<std::string, Turn>& turns = written().turns;
  const auto found = turns.find(writing_->turn);
  return found == turns.end() ? nullptr : &found->second;
}

double ChatView::tokens_a_second() const {
  if (!writing_) return 0;
  const std::map<std::string, Turn>& turns = (away_ ? *away_ : conversation_).turns;
  const auto turn = turns.find(writing_->turn);
  if (turn == turns.end() || !turn->second.stats || turn->second.stats->generate_ms <= 0) return 0;
  const AnswerStats& stats = *turn->second.stats;
  return static_cast<double>(stats.generated_tokens) / stats.generate_ms * 1e3;
}

GenerateOptions ChatView::next_options() {
  last_seed_ = settings_.seed >= 0 ? settings_.seed : static_cast<int>(std::random_device{}() & 0x7FFF'FFFFU);
  GenerateOptions options;
  options.sampling = settings_.sampling;
  options.sampling.seed = static_cast<std::uint64_t>(last_seed_);
  options.max_tokens = settings_.max_tokens;
  options.alternatives = settings_.probabilities ? kAlternatives : 0;
  return options;
}

/// Writes on at the end of a turn's text, in the conversation that shows.
void ChatView::answer(const std::string& id) {
  writing_ = Writing{.conversation = conversation_.id, .turn = id, .began_ms = now_ms()};
  follows = true;
  wants_keys = true;
  selected = {};
  Turn& turn = conversation_.turns.at(id);
  turn.problem.clear();
  save();
  std::vector<Message> messages = messages_to(conversation_, id);
  if (turn.text.empty()) messages.pop_back();
  const nlohmann::ordered_json variables{{"enable_thinking", settings_.thinking}};
  job_ = worker_.start(
      [this, models = models_.loaded(), messages = std::move(messages), options = next_options(), variables,
       started = false](const Worker::Turn& turn_of_worker) mutable {
        if (!models->has(Task::chat)) return true;
        Chat& chat = *models->chat;
        if (!std::exchange(started, true)) chat.reply(messages, options, variables);
        Told told(chat, chat.step());
        const bool goes_on = !chat.generator().finished();
        turn_of_worker.post([this, told = std::move(told)] { take(told); });
        return goes_on;
      },
      [this](const std::string& message) {
        if (Turn* const to = writing_turn()) to->problem = message;
        finish();
      });
}

void ChatView::take(Told told) {
  Turn* const to = writing_turn();
  if (!to) return;
  writing_->context_used = told.context_used;
  if (!away_) context_used_ = told.context_used;
  writing_->phase = told.prompt_left > 0 ? Writing::Phase::reading : Writing::Phase::writing;
  writing_->prompt_tokens = told.stats.prompt_tokens;
  writing_->prompt_left = told.prompt_left;
  if (told.step.drawn && told.step.stopped != StopReason::end) {
    to->tokens.edit().push_back({.id = told.step.token,
                                 .begin = to->text.size(),
                                 .probability = told.step.probability,
                                 .entropy = told.step.entropy,
                                 .alternatives = std::move(told.alternatives)});
  }
  if (!told.step.text.empty() && writing_->first_word_ms == 0) writing_->first_word_ms = now_ms() - writing_->began_ms;
  to->text += told.step.text;
  to->stats = AnswerStats{.prompt_tokens = told.stats.prompt_tokens,
                          .reused_tokens = told.stats.reused_tokens,
                          .generated_tokens = told.stats.generated_tokens,
                          .vocabulary = models_.state(Task::chat).info.value("vocab_size", Index{0}),
                          .prompt_ms = told.stats.prompt_ms,
                          .generate_ms = told.stats.generate_ms,
                          .first_word_ms = writing_->first_word_ms};
  const double now = now_ms();
  if (now - std::exchange(writing_->answered_ms, now) > 1000 || memory_bytes_ == 0) memory_bytes_ = resident_bytes();
  if (told.step.stopped != StopReason::none) {
    to->problem = cut_words(told.step.stopped, to->text.empty());
    return finish();
  }
  if (now - saved_ms_ > kSaveMs) {
    memory_bytes_ = resident_bytes();
    keep(written());
  }
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
  if (Turn* const turn = writing_turn()) turn->problem = cut_words(StopReason::cancelled, turn->text.empty());
  finish();
}

void ChatView::finish() {
  writing_.reset();
  memory_bytes_ = resident_bytes();
  keep(written());
  if (away_) free_later(*std::exchange(away_, std::nullopt));
}

}  // namespace wick::views
