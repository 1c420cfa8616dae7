// What the tests of a kernel family share: its rows that this machine runs, buffers filled from
// a seed, bitwise equality.
#pragma once

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "core/kernels/isa.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"
#include "tests/support/guarded_buffer.hpp"

namespace mog::test {

/// Calls check(row) for every row of a table that this machine runs. An instruction set that the machine has and no row
/// covers is a failure, as is a table that does not end with the reference.
template <class Kernel, class Check>
void for_rows(std::span<const Kernel> table, const Check& check) {
  using kernels::Isa;
  REQUIRE(table.back().isa == Isa::reference);
  for (const Isa isa : {Isa::avx512, Isa::avx2, Isa::neon64}) {
    bool covered = false;
    for (const Kernel& row : table) covered = covered || row.isa == isa;
    INFO("instruction set ", kernels::name(isa));
    CHECK((covered || !kernels::available(isa)));
  }
  for (const Kernel& row : table) {
    if (!kernels::available(row.isa)) continue;
    INFO("row ", kernels::name(row.isa));
    check(row);
  }
}

/// Around the vector widths 4, 8, 16 and their blocks of four, primes, and the models' channel counts.
inline const std::vector<Index> kSizes{1,  2,  3,  4,  5,  7,  8,  9,   10,  13,  15,  16,  17,  31,  32,  33,
                                       37, 47, 63, 64, 65, 67, 97, 100, 127, 128, 129, 131, 256, 512, 1031};

/// Uniform in [low, high).
struct Numbers : GuardedBuffer<float> {
  Numbers(Index count, std::uint32_t seed, float low, float high) : GuardedBuffer<float>(count) {
    Random random(seed, Purpose::user);
    for (float& number : *this) number = random.uniform(low, high);
  }
};

/// Integers 0..most.
struct Codes : GuardedBuffer<float> {
  Codes(Index count, std::uint32_t seed, int most) : GuardedBuffer<float>(count) {
    Random random(seed, Purpose::user, 1);
    for (float& number : *this) number = static_cast<float>(random.below(static_cast<std::uint64_t>(most) + 1));
  }
};

/// Equal in every bit, but that any NaN is like any other.
inline bool same_bits(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}
inline bool same_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
template <std::integral T>
bool same_bits(T a, T b) {
  return a == b;
}

template <class T>
void check_same_bits(const GuardedBuffer<T>& got, const GuardedBuffer<T>& expected) {
  REQUIRE(got.size() == expected.size());
  for (Index i = 0; i < got.size(); ++i) {
    if (same_bits(got[i], expected[i])) continue;
    FAIL_CHECK("element ", i, " of ", got.size(), ": ", got[i], ", expected ", expected[i]);
    return;
  }
}

/// Calls run(out) with 1, 2, 3 and 5 threads and checks that it leaves the same bits in `out`, of `count` numbers.
template <class T = float, class Run>
void check_threads(Index count, const Run& run) {
  const int before = threads();
  GuardedBuffer<T> expected(count);
  set_threads(1);
  run(expected.data());
  for (const int number : {2, 3, 5}) {
    INFO(number, " threads");
    GuardedBuffer<T> got(count);
    set_threads(number);
    run(got.data());
    check_same_bits(got, expected);
  }
  set_threads(before);
}

}  // namespace mog::test
