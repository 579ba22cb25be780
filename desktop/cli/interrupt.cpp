#include "interrupt.h"

#include <csignal>

namespace wick::cli {
namespace {

volatile std::sig_atomic_t count = 0;

}  // namespace

InterruptGuard::InterruptGuard() : previous_(std::signal(SIGINT, [](int) { count = count + 1; })) { count = 0; }
InterruptGuard::~InterruptGuard() { std::signal(SIGINT, previous_); }

int interrupts() { return count; }

}  // namespace wick::cli
