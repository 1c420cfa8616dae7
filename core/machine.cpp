// Asks Linux what it runs on.
#include "core/machine.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>

namespace mog {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) break;
    std::string name = line.substr(colon + 2);
    std::erase_if(name, [](unsigned char letter) { return letter < ' ' || letter == '|'; });
    return name;
  }
  utsname system{};
  return ::uname(&system) == 0 ? system.machine : "unknown";
}

}  // namespace mog
