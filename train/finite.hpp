// Finite: finds numbers that went wrong, before they reach the weights or a file.
#pragma once

#include <string>

#include "layers/parameters.hpp"

namespace mog {

/// Index of the first number that is NaN or infinite; -1 for none.
Index first_not_finite(const Tensor<float>& tensor);

/// Throws NumericError, naming tensor and element, when a weight, a step size or a running statistic is NaN or
/// infinite. Binary and ternary weights hide an infinity, quantized activations hide a NaN: neither need ever show in
/// the loss.
void check_values(const Parameters<float>& parameters);

/// Throws NumericError, naming tensor and element, when a gradient is NaN or infinite, or so large (from 2^64 on) that
/// Adam's mean of squares would be infinite.
void check_gradients(const Parameters<float>& parameters);

}  // namespace mog
