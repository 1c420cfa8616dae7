// The machine that a program runs on, for reports.
#pragma once

#include <string>

namespace mog {

/// The processor's name as the system gives it, for example "AMD EPYC"; its architecture where it gives none.
std::string processor_name();

}  // namespace mog
