#pragma once
// What the model thought of an answer's tokens.
#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/chat.h"

namespace wick::views {

/// A token that could have stood in another's place.
struct Alternative {
  TokenId id;
  std::string text;
  float probability;  // of the model's own distribution, as below
  bool operator==(const Alternative&) const = default;
};

/// A token of an answer and what the model thought of it.
struct TokenNote {
  TokenId id;
  std::size_t begin;  // byte of Turn::text where its text begins; the next one's begin is its end
  float probability;
  float entropy;                          // bits
  std::vector<Alternative> alternatives;  // likeliest first
  bool operator==(const TokenNote&) const = default;
};

/// The notes of an answer, in order. Copies share them until one is changed: a conversation is copied whenever it is
/// saved, which is to take no time of a frame, and most of it are notes.
class TokenNotes {
 public:
  using List = std::vector<TokenNote>;

  TokenNotes() = default;
  TokenNotes(List notes) : notes_(std::make_shared<List>(std::move(notes))) {}  // NOLINT(google-explicit-constructor)
  TokenNotes(std::initializer_list<TokenNote> notes) : TokenNotes(List(notes)) {}

  std::size_t size() const { return list().size(); }
  bool empty() const { return list().empty(); }
  List::const_iterator begin() const { return list().begin(); }
  List::const_iterator end() const { return list().end(); }
  const TokenNote& operator[](std::size_t token) const { return list()[token]; }
  bool operator==(const TokenNotes& other) const { return list() == other.list(); }

  /// To change them, of this copy alone. What it returns holds until this is copied.
  List& edit() {
    if (!notes_) {
      notes_ = std::make_shared<List>();
    } else if (notes_.use_count() > 1) {
      notes_ = std::make_shared<List>(*notes_);
    } else {
      std::atomic_thread_fence(std::memory_order_acquire);  // after the reads of the thread whose copy went last
    }
    return *notes_;
  }

 private:
  const List& list() const {
    static const List none;
    return notes_ ? *notes_ : none;
  }
  std::shared_ptr<List> notes_;
};

}  // namespace wick::views
