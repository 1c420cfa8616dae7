// Words as a shell reads them back, for lines that people copy and programs pass on.
#pragma once

#include <string>
#include <vector>

namespace mog {

/// The words in one line, each in quotes where a shell would take it for something else.
std::string command_line(const std::vector<std::string>& words);

}  // namespace mog
