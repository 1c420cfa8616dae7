// What the steps of a training in shards cost between its processes, in the mean; ends of epochs aside.
#pragma once

#include <functional>
#include <string>

#include "core/traffic.hpp"
#include "train/trainer.hpp"

namespace mog {

/// Hears a run, and passes all on to another listener.
class StepTraffic final : public TrainListener {
 public:
  /// `so_far` is the traffic of this process; it and `next` must outlive the run.
  StepTraffic(std::function<Traffic()> so_far, TrainListener& next);

  void on_step(const Progress& progress) override;
  void on_epoch(const EpochRow& row) override;
  void on_message(const std::string& text) override { next_.on_message(text); }

  /// What was before the first step is not its.
  void begin() { before_ = so_far_(); }
  /// One line; nothing where no step has been.
  [[nodiscard]] std::string text() const;

 private:
  std::function<Traffic()> so_far_;
  TrainListener& next_;
  Traffic before_, sum_;
  Index steps_ = 0;
};

}  // namespace mog
