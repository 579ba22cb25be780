#pragma once
// What the chat page shows and does.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "views/chat/conversation.h"
#include "views/chat/conversation_saver.h"
#include "views/chat/conversation_store.h"
#include "views/chat/markdown.h"
#include "views/model_host.h"
#include "views/settings.h"
#include "views/worker.h"

namespace wick::views {

/// An answer in work.
struct Writing {
  enum class Phase { waiting, reading, writing };
  std::string conversation, turn;
  Phase phase = Phase::waiting;
  Index prompt_tokens = 0, prompt_left = 0;
  Index context_used = 0;                  // 0 as long as that is not known
  double began_ms = 0, first_word_ms = 0;  // by the clock; from sending on
  double answered_ms = 0;                  // by the clock: when the last token came
};

/// The token whose alternatives show.
struct Inspected {
  std::string turn;
  std::size_t token = 0;
  bool pinned = false;   // stays when the mouse goes
  double since_ms = 0;   // by the clock
  int choice = -1;       // the place in its choices that the keys are at
  bool stepped = false;  // by keys just now: it is to be brought into sight
};

/// Letters of the thread that are selected, from where that began to where it goes, either way.
struct SelectedText {
  struct Place {
    std::string turn;
    std::size_t byte = 0;  // of its text
    bool operator==(const Place&) const = default;
  };
  Place from, to;
  bool dragged = false;  // by a mouse that is held
  bool any() const { return from != to; }
};

/// An example of the empty page.
struct ChatExample {
  const char *title, *prompt;
};

class ChatView {
 public:
  /// `settings` is read whenever an answer begins; `wake`: see Worker. Files are read and written by threads of its
  /// own. Throws nothing: what cannot be read is told in damaged().
  ChatView(
      Worker& worker, ModelHost& models, Settings& settings, const std::string& folder,
      std::function<void()> wake = [] {});
  /// Waits until all is kept.
  ~ChatView();
  ChatView(const ChatView&) = delete;
  ChatView& operator=(const ChatView&) = delete;

  /// Once before each frame: what was read. The worker's deliver() is the caller's.
  void deliver() { files_.deliver(); }

  // What shows.
  const Conversation& conversation() const { return conversation_; }
  bool empty() const { return conversation_.turns.empty(); }
  /// The turns that show, first to last.
  const std::vector<const Turn*>& path() const { return path_; }
  /// The bytes of a turn's text that are selected.
  TextRange selected_in(const Turn& turn) const;
  /// Newest first; all of them once listed().
  const std::vector<ConversationHead>& heads() const { return heads_; }
  bool listed() const { return listed_; }
  /// The conversation that shows, or that is being read to show.
  const std::string& chosen() const { return opening_.empty() ? conversation_.id : opening_; }
  /// The answer in work. It goes on when another conversation is opened; there is one at a time.
  const std::optional<Writing>& writing() const { return writing_; }
  /// The title of the conversation that is written to, where another shows; "" where none is. What needs the model
  /// waits then: sending, and all that makes an answer do nothing.
  std::string writing_elsewhere() const { return away_ ? away_->title : ""; }
  /// Of the model's context: what this conversation takes, and all of it; 0 as long as that is not known.
  Index context_used() const;
  Index context_size() const;
  /// Why the conversation is not kept, or could not be opened, or nothing.
  std::string problem() const;
  /// Files of the folder that are no conversations, a sentence each, until forgotten.
  const std::vector<std::string>& damaged() const { return damaged_; }
  void forget_damaged() { damaged_.clear(); }
  /// Figures of the last answer of the path that has some, nullptr if none has.
  const AnswerStats* last_stats() const;
  /// Of the answer in work.
  double tokens_a_second() const;
  /// What the process held in memory when the last token came.
  std::uint64_t memory_bytes() const { return memory_bytes_; }
  /// The seed of the last answer, -1 before the first.
  int last_seed() const { return last_seed_; }
  static const std::vector<ChatExample>& examples();
  /// Whether a turn's problem only says where it was cut, in words that stand beside it.
  static bool was_cut(const Turn& turn);
  /// Whether extend() makes sense: the last answer, unless it came to its own end.
  bool can_extend(const Turn& turn) const;

  // What is being written or edited; the window's fields change these.
  std::string draft;                   // the message
  std::string search;                  // in the list
  std::string edited_turn, edit;       // the turn that is edited, its new text
  std::string renamed, name;           // the conversation that gets a name, and that
  SelectedText selected;               // text that would be copied
  std::optional<Inspected> inspected;  // by a mouse or keys
  std::set<std::string> unfolded;      // turns whose thoughts show although they are folded
  bool follows = true;                 // the end of the thread stays in sight
  bool more_sampling = false;          // the rare settings show
  std::string copied;                  // the turn that was copied just now
  double copied_until_ms = 0;          // by the clock: as long as that is told
  // Which field should have the keyboard now: that of the message, of an edit, of a name.
  bool wants_keys = true, edit_wants_keys = false, name_wants_keys = false;

  /// Called with why something could not be done, in words, or nothing where it was.
  using Ended = std::function<void(const std::string& problem)>;

  // What a person does.
  /// Shows a conversation once it is read; until then the one before does.
  void open(const std::string& id);
  void start_new();
  /// Sends the draft, once a conversation that is being opened shows.
  void send();
  void stop();
  void regenerate(const std::string& turn);
  void begin_edit(const std::string& turn);
  void begin_edit_of_last();
  void cancel_edit();
  /// Not while an answer elsewhere keeps the model, where it makes a new one.
  bool can_send_edit() const;
  void send_edit();
  void show_version(const std::string& turn, int step);
  /// A new version of an answer that has `alternative`, a place in its choices_of(), in place of its token number
  /// `token`, and goes on from there.
  void branch(const std::string& turn, std::size_t token, std::size_t alternative);
  /// Goes on with an answer that ended early.
  void extend(const std::string& turn);
  void set_system(const std::string& text);
  void begin_rename(const std::string& id);
  void end_rename(bool keep);
  void rename(const std::string& id, const std::string& title);
  /// Removes a conversation; restore() brings it back, as long as this lives.
  void remove(const std::string& id, Ended ended);
  void restore(const std::string& id);
  /// Reads a file of a conversation and shows it.
  void import_file(const std::string& path, Ended ended);
  /// Writes the conversation that shows: Markdown to a path that ends in .md, else JSON.
  void export_file(const std::string& path, Ended ended);

  // The inspector.
  void hover_token(const std::string& turn, std::size_t token);
  void leave_token();
  void pin_token(const std::string& turn, std::size_t token);
  void step_inspected(int step);
  /// True if there was one to let go.
  bool release_token();
  /// The turn of the inspected token, nullptr if none is.
  const Turn* inspected_turn() const;

 private:
  struct Told;
  void answer(const std::string& turn);
  GenerateOptions next_options();
  void take(Told told);
  void finish();
  void save() { keep(conversation_); }
  void keep(Conversation& conversation);
  void keep_head(const Conversation& conversation);
  void show(Conversation conversation);
  void free_later(Conversation conversation);
  void read_list();
  void with_conversation(const std::string& id, std::function<void(Conversation)> use);
  /// Reads or writes, on the folder's thread; what it returns is called by deliver().
  using Act = std::function<Worker::Call(ConversationStore& store)>;
  void in_folder(Act act, Ended ended);
  Ended tell_problem();
  Conversation& written() { return away_ ? *away_ : conversation_; }
  bool waits() const { return away_.has_value(); }
  Turn* writing_turn();
  const Turn* turn_of(const std::string& id) const;

  Worker& worker_;
  ModelHost& models_;
  Settings& settings_;
  ConversationStore store_;  // of the thread of files_
  ConversationSaver saver_;
  std::vector<ConversationHead> heads_;
  bool listed_ = false;
  std::vector<std::string> damaged_;
  Conversation conversation_;
  std::vector<const Turn*> path_;
  std::string opening_;           // that is being read
  bool sends_when_open_ = false;  // the draft, then
  std::optional<Writing> writing_;
  std::optional<Conversation> away_;             // that is written to while another shows
  std::map<std::string, Conversation> removed_;  // by id: as they were, of those that the disk had otherwise
  Job job_;
  double saved_ms_ = 0;
  Index context_used_ = 0;
  std::uint64_t memory_bytes_ = 0;
  int last_seed_ = -1;
  std::string problem_;
  int in_work_ = 0;  // calls of in_folder() that have not ended
  Worker files_;     // the last: its thread uses what stands above
};

}  // namespace wick::views
