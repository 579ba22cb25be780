#pragma once
// Ctrl-C as a wish that a command sees to.
#include <stdexcept>

namespace wick::cli {

/// Ctrl-C ends what runs, not the program, while this lives.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*previous_)(int);
};

/// A command that ends before its end, as Ctrl-C was pressed: the program's exit status says so.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How often Ctrl-C was pressed since the newest guard was made.
int interrupts();

}  // namespace wick::cli
