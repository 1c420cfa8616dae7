// Version and commit as the build found them.
#include "apps/program.hpp"

#include <cstdlib>

#include "generated/commit.hpp"

namespace mog::apps {

std::string program_version() { return MOG_VERSION; }

std::string program_commit() { return kCommit; }

std::string program_command() {
  const char* command = std::getenv("MOG_COMMAND");
  return command != nullptr ? command : "mog";
}

}  // namespace mog::apps
