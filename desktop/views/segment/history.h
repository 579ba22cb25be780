#pragma once
// Values that one can go back and forth between.
#include <cstddef>
#include <utility>
#include <vector>

namespace wick::views {

template <class Value>
class History {
 public:
  explicit History(Value now = {}) : now_(std::move(now)) {}

  const Value& now() const { return now_; }
  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !future_.empty(); }

  /// A step on; what was undone before is gone.
  void advance(Value next) {
    past_.push_back(std::exchange(now_, std::move(next)));
    if (past_.size() > kMost) past_.erase(past_.begin());
    future_.clear();
  }
  /// Changes what is now, without a step that could be undone.
  void settle(Value now) { now_ = std::move(now); }
  bool undo() { return step(past_, future_); }
  bool redo() { return step(future_, past_); }

 private:
  static constexpr std::size_t kMost = 200;

  bool step(std::vector<Value>& from, std::vector<Value>& to) {
    if (from.empty()) return false;
    to.push_back(std::exchange(now_, std::move(from.back())));
    from.pop_back();
    return true;
  }

  std::vector<Value> past_, future_;  // the last is the next to come back
  Value now_;
};

}  // namespace wick::views
