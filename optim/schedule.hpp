// Schedule: the learning rate of each epoch of a stage.
#pragma once

#include <string>

#include "core/types.hpp"

namespace mog {

/// The learning rate as a function of the epoch, counted from 0.
struct Schedule {
  enum class Kind { constant, exponential, drop, cosine };

  Kind kind = Kind::constant;
  double first = 1e-3;  // learning rate at the beginning, positive
  Index hold = 0;       // exponential, drop: epochs at the first rate; cosine: epochs from the first rate to the last
  double rate = 1;      // exponential: factor of each epoch after them, above 0, at most 1 (paper Table I: 0.9)
  double last = 0;      // drop: the rate after them; cosine: the rate at the end; 0 or more

  static Schedule constant(double first);
  /// first for `hold` epochs, then times `rate` in each epoch: epoch e >= hold has first rate^(e - hold + 1).
  static Schedule exponential(double first, Index hold, double rate);
  /// first for `hold` epochs, then last.
  static Schedule drop(double first, Index hold, double last);
  /// last + (first - last) (1 + cos(pi e / epochs)) / 2; last from then on (Loshchilov and Hutter, ICLR 2017, Eq. 5).
  static Schedule cosine(double first, Index epochs, double last = 0);

  /// Throws std::invalid_argument when epoch is negative.
  [[nodiscard]] double at(Index epoch) const;
  /// The same schedule for a stage of `epochs` instead of `planned` epochs: `hold` keeps its share, rounded.
  [[nodiscard]] Schedule scaled(Index planned, Index epochs) const;
  /// "0.001, times 0.9 each epoch after 120"
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

}  // namespace mog
