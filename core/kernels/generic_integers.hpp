// Integers<Arch> of the instruction set that a file is compiled for.
#pragma once

#if defined(__AVX512BW__)
#include "core/kernels/integers_avx512.hpp"
#elif defined(__AVX2__)
#include "core/kernels/integers_avx2.hpp"
#elif defined(__aarch64__)
#include "core/kernels/integers_neon64.hpp"
#endif
