#pragma once
// Ctrl-C as a wish that a command sees to.

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

/// How often Ctrl-C was pressed since the newest guard was made.
int interrupts();

}  // namespace wick::cli
