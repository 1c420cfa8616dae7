// Instruction sets, and how a kernel family picks the best body that this machine can run.
#pragma once

#include <span>
#include <string>

namespace mog::kernels {

/// An instruction set that kernels are compiled for; `reference` is plain C++ that runs everywhere. avx512vnni is
/// avx512 with the 8-bit and 16-bit dot products of integers: only families of integer kernels have a row for it.
enum class Isa { reference, neon64, avx2, avx512, avx512vnni };

/// "reference", "neon64", "avx2", "avx512", "avx512vnni".
const char* name(Isa isa);

/// Whether this machine (and its operating system) can run code compiled for `isa`.
bool available(Isa isa);

/// The instruction set that programs use: the best available one, or what the environment variable MOG_ISA names.
/// Throws std::invalid_argument, once and at the first use, when MOG_ISA names an unknown or unavailable one.
Isa chosen_isa();

/// The row of a family's table (best first, `reference` last) that runs for chosen_isa(): the first row that the
/// machine has and that is not above the chosen one. Every table ends with a reference row, so there always is one.
template <class Kernel>
const Kernel& select(std::span<const Kernel> table) {
  for (const Kernel& row : table) {
    if (row.isa <= chosen_isa() && available(row.isa)) return row;
  }
  return table.back();
}

}  // namespace mog::kernels
