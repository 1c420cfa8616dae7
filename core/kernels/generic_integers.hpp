// Integers<Arch> of the instruction set that a file is compiled for: the other sets' headers are empty then.
#pragma once

#include "core/kernels/integers_avx2.hpp"
#include "core/kernels/integers_avx512.hpp"
#include "core/kernels/integers_neon64.hpp"
