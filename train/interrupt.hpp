// Interrupt: signals become flags that a run looks at between two steps: stop, or save and go on.
#pragma once

namespace mog {

/// While one lives, the first SIGINT, SIGTERM, SIGHUP or SIGUSR2 sets a flag to stop; a second one ends the program as it
/// does by default. SIGUSR2 is for launchers: mpirun passes it on at once, and goes on itself. SIGUSR1 sets a flag to
/// save, each time it comes. A SIGHUP that was ignored before stays ignored, as nohup wants. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// Whether a stop was requested since the last Interrupt was made.
  static bool requested() { return signal() != 0; }
  /// The signal that did, the last if there were several; 0: none.
  static int signal();
  /// Whether a save was requested since the last call.
  static bool save_requested();
};

}  // namespace mog
