// The signal handler sets one lock-free flag and does nothing else.
#include "train/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>

namespace mog {
namespace {

std::atomic<bool> flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

constexpr std::array kSignals{SIGINT, SIGTERM};
std::array<struct sigaction, kSignals.size()> old_actions;

}  // namespace

Interrupt::Interrupt() {
  flag.store(false);
  struct sigaction action {};
  action.sa_handler = [](int) { flag.store(true); };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // the second signal acts as if we were not there
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &old_actions[i]);
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_actions[i], nullptr);
}

bool Interrupt::requested() { return flag.load(std::memory_order_relaxed); }

}  // namespace mog
