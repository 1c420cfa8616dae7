// Schedule: the learning rate of a stage, by the epoch or by the step.
#pragma once

#include <string>

#include "core/types.hpp"

namespace mog {

/// The learning rate as a function of how many epochs of the stage are over; parts of an epoch count. exponential,
/// step and drop change between epochs, as Keras's callbacks do; linear, cosine and the warm-up change with every step.
struct Schedule {
  enum class Kind { constant, exponential, step, drop, linear, cosine };

  Kind kind = Kind::constant;
  double first = 1e-3;  // learning rate at the beginning, positive
  Index hold = 0;       // exponential, drop: epochs at the first rate; step: at each rate; linear, cosine: to the last
  double rate = 1;      // exponential: factor of each epoch after them; step: of each `hold` epochs; above 0, at most 1
  double last = 0;      // drop: the rate after them; linear, cosine: the rate at the end; 0 or more
  double warm_up = 0;   // epochs in which the rate first rises from 0, linearly, to what it is otherwise; 0 or more

  static Schedule constant(double first);
  /// first for `hold` epochs, then times `rate` in each epoch: epoch e >= hold has first rate^(e - hold + 1).
  static Schedule exponential(double first, Index hold, double rate);
  /// first for `hold` epochs, then times `rate` for as many, and so on: epoch e has first rate^floor(e / hold).
  static Schedule step(double first, Index hold, double rate);
  /// first for `hold` epochs, then last.
  static Schedule drop(double first, Index hold, double last);
  /// first + (last - first) t / epochs at time t; last from then on.
  static Schedule linear(double first, Index epochs, double last = 0);
  /// last + (first - last) (1 + cos(pi t / epochs)) / 2; last from then on (Loshchilov and Hutter, ICLR 2017, Eq. 5).
  static Schedule cosine(double first, Index epochs, double last = 0);

  /// The rate when `epochs` of the stage are over: a whole number at the beginning of an epoch. Throws
  /// std::invalid_argument when it is negative.
  [[nodiscard]] double at(double epochs) const;
  /// The same schedule for a stage of `epochs` instead of `planned` epochs: `hold`, rounded, and
  /// `warm_up` keep their shares.
  [[nodiscard]] Schedule scaled(Index planned, Index epochs) const;
  /// The same schedule from another first rate; the last one keeps its proportion to it.
  [[nodiscard]] Schedule from(double other_first) const;
  /// "0.001, times 0.9 each epoch after 120"
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// Throws std::invalid_argument unless all numbers are in their ranges.
void check(const Schedule& schedule);
/// "constant", "exponential", "step", "drop", "linear", "cosine".
const char* name(Schedule::Kind kind);

}  // namespace mog
