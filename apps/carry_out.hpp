// Carries out a plan: one training after the other, each a process of its own.
#pragma once

#include "reproduce/command_line.hpp"

namespace mog::apps {

/// Trains what is not finished yet, with a table of all runs on standard error before each. Finished runs are known
/// by their folders, others go on where they stopped. When a training fails, those that do not need it still run.
/// Returns kSuccess, kStopped after a request to stop, or the first failed training's code. Throws before anything
/// is trained: std::invalid_argument when a folder holds another run, IoError when pictures or a checkpoint to
/// begin with are missing.
int carry_out(const Plan& plan, const Place& place);

}  // namespace mog::apps
