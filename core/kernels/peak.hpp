// The measured limits of arithmetic, on registers alone with each instruction set, and of memory.
#pragma once

#include "core/kernels/isa.hpp"

namespace mog::kernels {

/// Runs a fixed number of multiply-adds, enough of them independent that only the units' rate counts, for a tenth of a
/// millisecond or so, and returns how many floating-point operations that were (two each). `reference` multiplies and
/// adds separately, in the vectors that every processor of this family has, which is what plain C++ may hope for.
double multiply_add_burst(Isa isa);

/// The same with dot products of unsigned and signed bytes: how many multiply-accumulates that was. Without VNNI a dot
/// product takes two instructions, sums of 16 bits; `reference` has a plain loop of 32-bit multiplications.
double byte_dot_burst(Isa isa);

/// What the machine can do at most, all threads at once, just now: the best of a few tries, a quarter of a second.
struct Peaks {
  double flops;  // multiply-adds of the chosen instruction set, two operations each, a second
  double bytes;  // read and written a second, copying blocks that no cache holds
};
Peaks measure_peaks();

}  // namespace mog::kernels
