// The signal handlers set one lock-free flag each and do nothing else.
#include "train/interrupt.hpp"

#include <array>
#include <atomic>
#include <csignal>

namespace mog {
namespace {

std::atomic<int> stop{0};  // the signal's number
std::atomic<bool> save{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a signal handler may touch nothing else");

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
std::array<struct sigaction, kSignals.size()> old_actions;

}  // namespace

Interrupt::Interrupt() {
  stop.store(0);
  save.store(false);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    struct sigaction action {};
    if (kSignals[i] == SIGUSR1) {
      action.sa_handler = [](int) { save.store(true); };
      action.sa_flags = SA_RESTART;
    } else {
      action.sa_handler = [](int signal) { stop.store(signal); };
      action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // the second one acts by default
    }
    sigemptyset(&action.sa_mask);
    sigaction(kSignals[i], &action, &old_actions[i]);
    if (kSignals[i] == SIGHUP && old_actions[i].sa_handler == SIG_IGN) sigaction(SIGHUP, &old_actions[i], nullptr);
  }
}

Interrupt::~Interrupt() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_actions[i], nullptr);
}

int Interrupt::signal() { return stop.load(std::memory_order_relaxed); }

bool Interrupt::save_requested() { return save.exchange(false, std::memory_order_relaxed); }

}  // namespace mog
