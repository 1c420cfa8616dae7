// What a network computes for one picture, by kinds of operation, and an estimate of the energy that it takes.
#pragma once

#include "layers/pass.hpp"

namespace mog::apps {

struct Operations {
  Index multiplications = 0, additions = 0;
  Index one_bit = 0;  // multiply-accumulates of a binary weight and a sign

  Operations& operator+=(const Operations& other);
};

/// Of a layer with this output for one picture. A multiply-accumulate by a weight in full precision is a multiplication
/// and an addition; by one of 1 or 2 bits an addition, zeros counted, or where its input are signs one one-bit
/// operation. A normalisation is a multiplication and an addition for each number. Nothing else is counted: neither
/// activations, pooling and sums of maps nor biases.
Operations operations_of(const LayerReport& layer, const Shape& output, bool of_signs);

/// What the numbers are: floats of 16 or 32 bits, or integers of 32.
enum class Arithmetic { float16, float32, int32 };

/// In picojoules, of arithmetic in 45 nm at 0.9 V (Horowitz, "Computing's energy problem", ISSCC 2014, figure 1.1.9):
/// no memory, no control. That figure has no one-bit operation: one is taken for an eighth of an 8-bit addition.
double energy_pj(const Operations& operations, Arithmetic arithmetic);

}  // namespace mog::apps
