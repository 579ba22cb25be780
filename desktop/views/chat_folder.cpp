// How the chat page reads and keeps conversations: the frame waits for none of it.
#include <algorithm>
#include <chrono>
#include <thread>
#include <tuple>
#include <utility>

#include "core/byte_source.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/formats/atomic_file.h"
#include "core/text/jinja_text.h"
#include "views/chat_view.h"

namespace wick::views {
namespace {

constexpr std::uint64_t kMostImported = std::uint64_t{256} << 20;

}  // namespace

ChatView::ChatView(Worker& worker, ModelHost& models, Settings& settings, const std::string& folder,
                   std::function<void()> wake)
    : worker_(worker), models_(models), settings_(settings), store_(folder), saver_(folder, wake), files_(wake) {
  read_list();
  start_new();
}

ChatView::~ChatView() {
  stop();
  while (in_work_ > 0) {
    files_.deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Once all that was saved before is on the disk; in the order of the calls.
void ChatView::in_folder(Act act, Ended ended) {
  ++in_work_;
  files_.start(
      [this, act = std::move(act), ended](const Worker::Turn& turn) {
        saver_.flush();
        turn.post([this, ended, then = act(store_)] {
          --in_work_;
          then();
          ended("");
        });
        return false;
      },
      [this, ended](const std::string& message) {
        --in_work_;
        ended(message);
      });
}

ChatView::Ended ChatView::tell_problem() {
  return [this](const std::string& problem) { problem_ = problem; };
}

/// Reads the heads and adds those that are not known.
void ChatView::read_list() {
  in_folder(
      [this](ConversationStore& store) -> Worker::Call {
        std::vector<ConversationHead> found = store.heads();
        return [this, heads = std::move(found), damaged = store.problems()] {
          for (const ConversationHead& head : heads) {
            if (std::ranges::find(heads_, head.id, &ConversationHead::id) == heads_.end()) heads_.push_back(head);
          }
          std::ranges::sort(heads_, std::ranges::greater(),
                            [](const ConversationHead& head) { return std::tie(head.updated, head.id); });
          damaged_ = damaged;
          listed_ = true;
        };
      },
      tell_problem());
}

/// The notes of a long conversation are many: they are freed beside the frame.
void ChatView::free_later(Conversation conversation) {
  files_.start(
      [gone = std::make_shared<const Conversation>(std::move(conversation))](const Worker::Turn&) { return false; },
      [](const std::string&) {});
}

/// In place of the one before, which goes on if it is written to.
void ChatView::show(Conversation conversation) {
  cancel_edit();
  end_rename(false);
  inspected.reset();
  selected = {};
  unfolded.clear();
  follows = true;
  wants_keys = true;
  opening_.clear();
  sends_when_open_ = false;
  if (writing_ && !away_) {
    away_ = std::exchange(conversation_, std::move(conversation));
  } else {
    free_later(std::exchange(conversation_, std::move(conversation)));
  }
  const bool writes = writing_ && writing_->conversation == conversation_.id;
  if (writes) away_.reset();  // it was moved from
  context_used_ = writes ? writing_->context_used : 0;
  path_ = path_of(conversation_);
}

/// Calls with a conversation that does not show: at once where it is in memory, else once it is read.
void ChatView::with_conversation(const std::string& id, std::function<void(Conversation)> use) {
  if (std::optional<Conversation> newest = saver_.unsaved(id)) return use(*std::move(newest));
  in_folder(
      [id, use = std::move(use)](ConversationStore& store) -> Worker::Call {
        auto read = std::make_shared<Conversation>(store.load(id));
        return [use, read] { use(std::move(*read)); };
      },
      [this, id](const std::string& problem) {
        problem_ = problem;
        if (!problem.empty() && opening_ == id) opening_.clear();
      });
}

void ChatView::open(const std::string& id) {
  if (id == chosen()) return;
  if (id == conversation_.id) return opening_.clear();
  if (away_ && away_->id == id) return show(std::move(*away_));
  opening_ = id;
  with_conversation(id, [this, id](Conversation conversation) {
    if (opening_ != id) return;  // another was chosen since
    const bool sends = sends_when_open_;
    show(std::move(conversation));
    if (sends) send();
  });
}

void ChatView::start_new() { show(create_conversation(settings_.system_prompt, wall_ms())); }

/// Puts what the list shows of a conversation to the front. While an answer grows its words are left as they are: there
/// may be many.
void ChatView::keep_head(const Conversation& conversation) {
  const auto known = std::ranges::find(heads_, conversation.id, &ConversationHead::id);
  if (known == heads_.end()) {
    heads_.insert(heads_.begin(), head_of(conversation));
    return;
  }
  std::rotate(heads_.begin(), known, known + 1);
  ConversationHead& head = heads_.front();
  if (writing_ && head.title == conversation.title)
    head.updated = conversation.updated;
  else
    head = head_of(conversation);
}

void ChatView::keep(Conversation& conversation) {
  saved_ms_ = now_ms();
  if (&conversation == &conversation_) path_ = path_of(conversation_);
  conversation.updated = wall_ms();
  keep_head(conversation);
  Conversation copy = conversation;
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

void ChatView::end_rename(bool keeps) {
  const std::string id = std::exchange(renamed, {}), title = std::exchange(name, {});
  if (keeps && !id.empty()) rename(id, title);
}

void ChatView::rename(const std::string& id, const std::string& words) {
  const std::string title(jinja::strip(words, true, true));
  if (title.empty()) return;
  const auto give = [title](Conversation& conversation) {
    conversation.title = title;
    conversation.named = true;
  };
  for (Conversation* const held : {&conversation_, away_ ? &*away_ : nullptr}) {
    if (!held || held->id != id) continue;
    give(*held);
    if (!held->turns.empty()) keep(*held);
    return;
  }
  with_conversation(id, [this, id, give](Conversation other) {
    give(other);
    const auto head = std::ranges::find(heads_, id, &ConversationHead::id);
    if (head != heads_.end()) *head = head_of(other);
    saver_.save(std::move(other));
  });
}

void ChatView::remove(const std::string& id, Ended ended) {
  if (writing_ && writing_->conversation == id) stop();
  if (id == chosen()) start_new();
  std::erase_if(heads_, [&](const ConversationHead& head) { return head.id == id; });
  in_folder(
      [this, id](ConversationStore& store) -> Worker::Call {
        store.remove(id);
        auto newest = std::make_shared<std::optional<Conversation>>(saver_.forget(id));
        return [this, id, newest] {
          if (*newest) removed_.insert_or_assign(id, **std::move(newest));
        };
      },
      [this, ended = std::move(ended)](const std::string& problem) {
        if (!problem.empty()) read_list();
        ended(problem);
      });
}

void ChatView::restore(const std::string& id) {
  if (const auto newest = removed_.find(id); newest != removed_.end()) {
    show(std::move(newest->second));
    removed_.erase(newest);
    return save();
  }
  in_folder(
      [this, id](ConversationStore& store) -> Worker::Call {
        store.restore(id);
        auto read = std::make_shared<Conversation>(store.load(id));
        return [this, read] {
          ConversationHead head = head_of(*read);
          const auto place =
              std::ranges::lower_bound(heads_, head.updated, std::ranges::greater(), &ConversationHead::updated);
          heads_.insert(place, std::move(head));
          show(std::move(*read));
        };
      },
      tell_problem());
}

void ChatView::import_file(const std::string& path, Ended ended) {
  in_folder(
      [this, path](ConversationStore&) -> Worker::Call {
        auto read = std::make_shared<Conversation>(
            import_conversation(read_text(*open_file(path), kMostImported), path, wall_ms()));
        return [this, read] {
          show(std::move(*read));
          save();
        };
      },
      std::move(ended));
}

void ChatView::export_file(const std::string& path, Ended ended) {
  in_folder(
      [path, copy = std::make_shared<const Conversation>(conversation_)](ConversationStore&) -> Worker::Call {
        write_text(path, path.ends_with(".md") ? to_markdown(*copy) : to_json(*copy));
        return [] {};
      },
      std::move(ended));
}

}  // namespace wick::views
