// Moving average of the weights: the network that a stage measures and leaves, while the raw one goes on learning.
#pragma once

#include <optional>
#include <vector>

#include "layers/parameters.hpp"

namespace mog {

/// Exponential moving average a of a network's parameters w over the steps of a stage:
///   a := w                                                            as the stage begins
///   a := d a + (1 - d) w,   d = min(decay, (1 + t) / (10 + t))        after its step t, counted from 1
/// The smaller d of the first steps is that of TensorFlow's ExponentialMovingAverage with num_updates: the weights that
/// a stage began with are forgotten in time. Of weights that are quantized the proxies are averaged, and then quantized:
/// a sign is a majority over time. Step sizes and statistics belong to weights, so the average has buffers of its own.
class WeightAverage {
 public:
  /// Of all parameters, which must outlive it and be complete; decay 0 <= it < 1.
  WeightAverage(Parameters<float>& parameters, double decay);

  /// Takes in the network's weights as step number `step` of the stage left them. Takes no memory.
  void update(Index step);
  /// The average's buffers become those of the network, to be renewed from there.
  void take_buffers();
  /// The network's numbers and those kept here change places: the averages come into the network, or leave it.
  void exchange();
  /// What is kept: under names of the raw network, raw.NAME, whose numbers they are while the averages are in the
  /// network. Parameters first, then buffers.
  [[nodiscard]] const std::vector<Buffer<float>>& kept() const { return kept_; }

 private:
  Parameters<float>& parameters_;
  double decay_;
  std::vector<Buffer<float>> kept_;
};

/// As long as it lives the averages are in the network; does nothing where there is no average.
class Averaged {
 public:
  explicit Averaged(std::optional<WeightAverage>& average) : average_(average) { exchange(); }
  Averaged(const Averaged&) = delete;
  Averaged& operator=(const Averaged&) = delete;
  ~Averaged() { exchange(); }

 private:
  void exchange() {
    if (average_) average_->exchange();
  }
  std::optional<WeightAverage>& average_;
};

}  // namespace mog
