// Activation range: how many deviations of its input a quantized activation spans as a run begins.
#pragma once

#include "layers/parameters.hpp"

namespace mog {

/// Divides gamma and beta of every normalisation before an activation by `range` > 0. QReLU's codes end at 1 (paper Eq.
/// 1): where gamma is 1, a sixth of its inputs lies beyond; after this the end lies at `range` deviations. A network of
/// ReLUs, normalised by its batches' statistics, computes the same logits as before.
void divide_ranges(Parameters<float>& parameters, double range);

}  // namespace mog
