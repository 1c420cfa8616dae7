// The measured limit of arithmetic: multiply-adds on registers alone, with each instruction set.
#pragma once

#include "core/kernels/isa.hpp"

namespace mog::bench {

/// Runs a fixed number of multiply-adds, enough of them independent that only the units' rate counts, for a tenth of a
/// millisecond or so, and returns how many floating-point operations that were (two each). `reference` multiplies and
/// adds separately, in the vectors that every processor of this family has, which is what plain C++ may hope for.
double multiply_add_burst(kernels::Isa isa);

/// The same with dot products of unsigned and signed bytes: how many multiply-accumulates that was. Without VNNI a dot
/// product takes two instructions, sums of 16 bits; `reference` has a plain loop of 32-bit multiplications.
double byte_dot_burst(kernels::Isa isa);

/// Processor time of this thread in seconds, so that other programs' turns do not count.
double thread_seconds();

}  // namespace mog::bench
