// Logits of floats that another program computed, beside those that they should be, picture by picture.
#pragma once

#include <span>

#include "core/types.hpp"

namespace mog {

/// A distance is a share of the picture's largest logit, by magnitude: 0 where nothing differs, infinite where a logit is
/// no number.
struct LogitComparison {
  Index images = 0;
  Index beyond = 0;             // pictures with a logit further off than the bound
  Index differing_answers = 0;  // pictures whose first largest logit is another class's
  double largest_within = 0;    // the largest distance of all other pictures
  double largest_deviation = 0;
};

/// `expected` and `found` are [images, classes]; bound 0 or more. Throws std::invalid_argument unless they have the same
/// size, a multiple of `classes`.
LogitComparison compare_logits(std::span<const float> expected, std::span<const double> found, Index classes,
                               double bound);

}  // namespace mog
