// What an exception means to whoever called the program.
#pragma once

#include <exception>

#include "apps/commands.hpp"

namespace mog::apps {

/// The code that the program ends with; kFailure is a mistake of ours, every other code comes with a line that says
/// what to do.
ExitCode exit_code(const std::exception& error);

}  // namespace mog::apps
