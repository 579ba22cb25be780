#pragma once
// What the chat page shows and does.
#include <optional>
#include <string>
#include <vector>

#include "views/chat/conversation.h"
#include "views/chat/conversation_store.h"
#include "views/model_host.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

/// An answer in work.
struct Writing {
  enum class Phase { waiting, reading, writing };
  std::string turn;
  Phase phase = Phase::waiting;
  Index prompt_tokens = 0, prompt_left = 0;
  double began_ms = 0, first_word_ms = 0;  // by the clock; from sending on
};

class ChatView {
 public:
  /// `settings` is read whenever an answer begins. Throws nothing: what cannot be read is told in problem().
  ChatView(Worker& worker, ModelHost& models, Settings& settings, const std::string& folder);

  // What shows.
  const Conversation& conversation() const { return conversation_; }
  const std::vector<ConversationHead>& heads() const { return heads_; }
  const std::optional<Writing>& writing() const { return writing_; }
  /// Of the model's context that this conversation takes, as far as that is known.
  Index context_used() const { return context_used_; }
  /// Why the conversation is not kept, or nothing.
  const std::string& problem() const { return problem_; }
  double tokens_a_second() const;

  // What is being written or edited; the window's fields change these.
  std::string draft;              // the message
  std::string search;             // in the list
  std::string edited_turn, edit;  // the turn that is edited, its new text

  // What a person does.
  void open(const std::string& id);
  void start_new();
  void send();
  void stop();
  void regenerate(const std::string& turn);
  void begin_edit(const std::string& turn);
  void cancel_edit();
  void send_edit();
  void show_version(const std::string& turn, int step);
  /// A new version of an answer that has `alternative` in place of its token number `token`, and goes on from there.
  void branch(const std::string& turn, std::size_t token, std::size_t alternative);
  /// Goes on with an answer that ended early.
  void extend(const std::string& turn);
  void set_system(const std::string& text);
  void rename(const std::string& id, const std::string& title);
  void remove(const std::string& id);

 private:
  void answer(const std::string& turn);
  void finish();
  void save();
  Turn* writing_turn();

  Worker& worker_;
  ModelHost& models_;
  Settings& settings_;
  ConversationStore store_;
  std::vector<ConversationHead> heads_;
  Conversation conversation_;
  std::optional<Writing> writing_;
  Job job_;
  double saved_ms_ = 0;
  Index context_used_ = 0;
  std::string problem_;
};

}  // namespace wick::views
