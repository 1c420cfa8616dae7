// What one run came to: its accuracy, where it is, what it cost.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/run_record.hpp"

namespace mog {

/// Accuracies whose time is told: the last is the paper's of n = 128, g = 4, k = 3 on CIFAR-10.
inline constexpr std::array kMilestones{0.90, 0.91, 0.9212};

/// When the network of the last run first had an accuracy, all stages before it counted.
struct Reached {
  Index epochs;
  double seconds;
};

/// One run.
struct RunFigures {
  PlannedRun run;  // of the plan; of a folder beside it, what its config.ini says
  RunRecord record;
  std::string remark = {};          // where the folder is not quite the plan's, or something is missing; else empty
  std::vector<EpochRow> rows = {};  // of all stages, also those that another run trained
  std::optional<double> last = {},
                        best = {};  // test accuracy, 0..1: of a finished run, after the last epoch of the last stage,
  Index best_epoch = 0;             // and in its best one

  [[nodiscard]] bool finished() const { return last.has_value(); }
  /// Nothing while no epoch of its own last stage has this test accuracy.
  [[nodiscard]] std::optional<Reached> reached(double accuracy) const;
  /// "open", "finished", or where it is: "full-precision 3 of 12; 3 of 36 in all".
  [[nodiscard]] std::string state() const;
  /// Median of the last five epochs.
  [[nodiscard]] double images_per_second() const;
  /// Of the processes that trained its own stages; nothing where sessions.csv does not tell of all epochs.
  [[nodiscard]] std::optional<double> cpu_seconds() const;
  /// "Intel Xeon, 2 of 2 cores, avx512vnni", "0.1.0 (90b78e9)": each once for all sessions.
  [[nodiscard]] std::string machines() const;
  [[nodiscard]] std::string programs() const;
};

/// Seconds of training that rows tell of.
double seconds_of(const std::vector<EpochRow>& rows);

}  // namespace mog
