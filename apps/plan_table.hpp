// The table of a plan's runs for a person who waits for them.
#pragma once

#include <string>
#include <vector>

#include "reproduce/run_record.hpp"

namespace mog::apps {

/// Prints every run to standard error: done, stopped, waiting, or running where it is `running`; epochs, accuracy so
/// far, the paper's, time left. `records` are the folders of the plan's runs, in its order.
void print_plan(const Plan& plan, const std::vector<RunRecord>& records, const std::string& running);

}  // namespace mog::apps
