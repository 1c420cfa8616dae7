// What this program is: its version, and the commit that it was built from.
#pragma once

#include <string>

namespace mog::apps {

/// "0.1.0".
std::string program_version();
/// Twelve digits, followed by "+" where files differed from the commit's; "unknown" where there was no repository.
std::string program_commit();
/// What people type to start it: a launcher sets its own name.
std::string program_command();

}  // namespace mog::apps
