#pragma once
// The one exception of the engine.
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace wick {

/// What went wrong, as far as a caller can act on it.
enum class ErrorKind { input, memory, io, cancelled };

/// An input error with a message that a user can act on: the file or operation, what was expected, what was found.
/// Becomes a code and a text at the C interface. Broken invariants assert instead.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  /// An input error: Error("{}: tensor '{}' has shape {}", file, name, shape).
  template <class... Args>
  explicit Error(fmt::format_string<Args...> text, Args&&... args)
      : Error(ErrorKind::input, fmt::format(text, std::forward<Args>(args)...)) {}

  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace wick
