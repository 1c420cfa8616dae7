// How long what is left of a plan takes, from what its runs have measured so far.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reproduce/run_record.hpp"

namespace mog {

/// Training speeds that were measured, and what they say about runs that were not.
class Speeds {
 public:
  /// `records` are the folders of the plan's runs, in its order.
  Speeds(const Plan& plan, const std::vector<RunRecord>& records);

  /// Seconds until the run is finished; nothing while no epoch of any run tells. A network that was not measured goes
  /// as fast as the nearest that was, times the ratio of their multiply-accumulates to the power of 0.75: the smaller
  /// one fills vectors and caches less well.
  [[nodiscard]] std::optional<double> seconds_left(const PlannedRun& run, const RunRecord& record) const;

 private:
  struct Measured {
    std::string dataset;
    Stage stage;
    double macs;
    double images_per_second;
    double images;  // of an epoch
  };

  [[nodiscard]] std::optional<double> images_of_epoch(const PlannedRun& run) const;
  [[nodiscard]] std::optional<double> speed(const PlannedRun& run, Stage stage) const;

  std::vector<Measured> measured_;
};

/// "12 s", "34 min", "5 h 06 min", "3 d 4 h".
std::string duration_text(double seconds);

/// The middle value, the upper one of two; 0 of none.
double median(std::vector<double> values);

}  // namespace mog
