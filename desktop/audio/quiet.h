#pragma once
// Libraries of sound that write what they tried and did not find.

namespace wick {

/// Keeps standard error to ourselves while it lives, in whichever threads. Some libraries of sound write there and have
/// no option against it.
class QuietLibraries {
 public:
  QuietLibraries();
  ~QuietLibraries();
  QuietLibraries(const QuietLibraries&) = delete;
  QuietLibraries& operator=(const QuietLibraries&) = delete;
};

}  // namespace wick
