// What the paper prints: the rows of its Table II, which are also all that it gives in numbers of its Fig. 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// One figure of Table II with its size.
struct Printed {
  const char* method;   // "MOGNET", "SLBF RN-18"
  const char* dataset;  // "cifar10", "cifar100"
  Index groups;         // g of a MOGNET with n = 128; 0 for the other methods
  int bits;             // of an activation
  double megabits;      // model size: weights, a million bits
  double accuracy;      // on the test images, %
};

/// All of them, in the table's order.
const std::vector<Printed>& table2();
/// The MOGNET (n = 128) of this data set, g and k; nothing where the table has none.
std::optional<Printed> printed_mognet(std::string_view dataset, Index groups, int bits);
/// That of another method.
std::optional<Printed> printed_method(std::string_view dataset, std::string_view method);

}  // namespace mog
