// The report's numbers: what the runs of a plan, and runs that lie beside them, came to.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/paper.hpp"
#include "reproduce/run_figures.hpp"
#include "reproduce/statistics.hpp"

namespace mog {

/// One line of a table: the runs of all seeds.
struct RowFigures {
  std::string row;
  std::vector<RunFigures> runs;
  std::optional<Printed> paper = {};
  Index weight_bits = 0;  // 0 where the number of classes is not known
  Index images = 0;       // that the accuracy was measured on; 0 where that is not known
  Spread last{};          // of the finished runs' accuracies after the last epoch, 0..1
};

struct Report {
  Plan plan;
  std::vector<RowFigures> rows;
  std::vector<std::string> unread = {};  // folders beside the plan that could not be read, and why
};

/// Reads the folders of the plan below `out`. For table2 and fig4 it also reads other run folders there whose network a
/// row has: they become rows of their own, after it. Throws as read_run does for the plan's folders.
Report make_report(const Plan& plan, const std::filesystem::path& out);

}  // namespace mog
