// Interrupt: Ctrl-C and SIGTERM become a flag that a run looks at between two steps.
#pragma once

namespace mog {

/// While one lives, the first SIGINT or SIGTERM sets the flag; a second one ends the program as it does by default.
/// One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// Whether somebody asked to stop since the last Interrupt was made.
  static bool requested();
};

}  // namespace mog
