// What a number of test images and a number of seeds leave open.
#pragma once

#include <optional>
#include <vector>

#include "core/types.hpp"

namespace mog {

struct Interval {
  double low, high;
};

/// Wilson's 95 % interval (JASA 22, 1927) for the share that a binomial count of `images` images estimates.
Interval wilson95(double share, Index images);

/// Of a few runs that differ in their seeds.
struct Spread {
  Index count = 0;
  double mean = 0;
  double deviation = 0;  // of the sample, count - 1 in the denominator; 0 for fewer than two
};
Spread spread_of(const std::vector<double>& values);

/// How far two means may lie apart by the chance of their seeds: half the 95 % interval of their difference, Student's
/// with the deviations pooled. Nothing unless both have two values at least.
std::optional<double> margin95(const Spread& a, const Spread& b);

}  // namespace mog
