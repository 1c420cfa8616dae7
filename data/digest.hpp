// A digest of a data set: the same pictures with the same labels, wherever they lie.
#pragma once

#include <string>

#include "data/dataset.hpp"

namespace mog {

/// MD5 of sizes, class names, labels and pixels, in their order: 32 hexadecimal digits. The set's name does not count.
std::string digest(const Dataset& data);

}  // namespace mog
