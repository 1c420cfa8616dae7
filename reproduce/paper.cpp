// Table II, digit for digit.
#include "reproduce/paper.hpp"

#include <algorithm>

namespace mog {

const std::vector<Printed>& table2() {
  static const std::vector<Printed> rows = {
      {"SLBF RN-18", "cifar10", 0, 32, 1.67, 91.70},  {"SLBF RN-18", "cifar100", 0, 32, 1.72, 67.89},
      {"SLBF VGG-16", "cifar10", 0, 32, 1.84, 89.24}, {"SLBF VGG-16", "cifar100", 0, 32, 1.89, 62.88},
      {"ETD RN-20", "cifar10", 0, 32, 1.94, 91.47},   {"ETD RN-20", "cifar100", 0, 32, 3.80, 67.36},
      {"ETD RN-32", "cifar10", 0, 32, 2.54, 91.96},   {"ETD RN-32", "cifar100", 0, 32, 2.83, 67.17},
      {"MOGNET", "cifar10", 8, 1, 1.13, 87.60},       {"MOGNET", "cifar100", 8, 1, 1.22, 59.30},
      {"MOGNET", "cifar10", 8, 2, 1.13, 90.81},       {"MOGNET", "cifar100", 8, 2, 1.22, 65.88},
      {"MOGNET", "cifar10", 8, 3, 1.13, 91.31},       {"MOGNET", "cifar100", 8, 3, 1.22, 66.83},
      {"MOGNET", "cifar10", 4, 1, 1.72, 88.99},       {"MOGNET", "cifar100", 4, 1, 1.76, 61.27},
      {"MOGNET", "cifar10", 4, 2, 1.72, 91.16},       {"MOGNET", "cifar100", 4, 2, 1.76, 66.55},
      {"MOGNET", "cifar10", 4, 3, 1.72, 92.12},       {"MOGNET", "cifar100", 4, 3, 1.76, 68.80},
  };
  return rows;
}

std::optional<Printed> printed_mognet(std::string_view dataset, Index groups, int bits) {
  const auto found = std::find_if(table2().begin(), table2().end(), [&](const Printed& row) {
    return row.dataset == dataset && row.groups == groups && row.bits == bits;
  });
  if (groups == 0 || found == table2().end()) return std::nullopt;
  return *found;
}

std::optional<Printed> printed_method(std::string_view dataset, std::string_view method) {
  const auto found = std::find_if(table2().begin(), table2().end(), [&](const Printed& row) {
    return row.dataset == dataset && row.groups == 0 && row.method == method;
  });
  return found == table2().end() ? std::nullopt : std::optional(*found);
}

}  // namespace mog
