// A child process that is a training: it saves and ends when its parent is asked to stop, or is gone.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mog::apps {

/// Runs this program once more with other words, in a process group of its own (Ctrl-C reaches the parent only) and
/// with an empty standard input; output goes where ours goes. SIGINT is sent to it, once, when stop() is true, and
/// SIGTERM by the system when this process ends before it: a training ends by the second signal of a kind at once.
/// Returns its exit status, 128 + n when signal n ended it. Throws IoError when it cannot be started.
int run_self(const std::vector<std::string>& words, const std::function<bool()>& stop);

}  // namespace mog::apps
