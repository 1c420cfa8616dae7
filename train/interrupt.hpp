// Interrupt: signals become flags that a run looks at between two steps: stop, or save and go on.
#pragma once

namespace mog {

/// While one lives, the first SIGINT, SIGTERM or SIGHUP sets a flag to stop; a second one ends the program as it does
/// by default. SIGUSR1 sets a flag to save, each time it comes. A SIGHUP that was ignored before stays ignored, as
/// nohup wants. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// Whether a stop was requested since the last Interrupt was made.
  static bool requested();
  /// Whether a save was requested since the last call.
  static bool save_requested();
};

}  // namespace mog
