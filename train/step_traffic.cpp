// Sums up the traffic from step to step.
#include "train/step_traffic.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace mog {

StepTraffic::StepTraffic(std::function<Traffic()> so_far, TrainListener& next)
    : so_far_(std::move(so_far)), next_(next) {}

void StepTraffic::on_step(const Progress& progress) {
  const Traffic now = so_far_();
  sum_ += now - before_;
  before_ = now;
  ++steps_;
  next_.on_step(progress);
}

void StepTraffic::on_epoch(const EpochRow& row) {
  before_ = so_far_();  // what measuring cost
  next_.on_epoch(row);
}

std::string StepTraffic::text() const {
  if (steps_ == 0) return {};
  const auto each = [this](double sum) { return sum / static_cast<double>(steps_); };
  std::array<char, 200> line{};
  const int end = std::snprintf(line.data(), line.size(),
                                "a step of shard 0, in the mean: %.2f ms waiting for others, %.2f ms adding up",
                                each(sum_.waiting) * 1e3, each(sum_.adding) * 1e3);
  if (sum_.bytes > 0) {
    std::snprintf(line.data() + end, line.size() - static_cast<std::size_t>(end),
                  ", %.2f ms sending %.0f bytes to other ranks", each(sum_.sending) * 1e3,
                  each(static_cast<double>(sum_.bytes)));
  }
  return line.data();
}

}  // namespace mog
