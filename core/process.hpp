// Runs another program and waits for it, without a shell in between.
#pragma once

#include <string>
#include <vector>

namespace mog {

/// Runs `program` (found through PATH) with these arguments and an empty standard input; output and messages go where
/// ours go, or both into a new file `output`, if one is named.
/// Returns its exit status, 128 + n when signal n ended it. Throws IoError when it cannot be started: `package` is the
/// Debian package that the message names when the program is not there.
int run_program(const std::string& program, const std::vector<std::string>& arguments, const std::string& package,
                const std::string& output = {});

}  // namespace mog
