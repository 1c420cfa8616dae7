// What the tests of integer kernels share: random integers in guarded buffers.
#pragma once

#include "tests/support/kernel_rows.hpp"

namespace mog::test {

/// Integers low..high.
template <class T>
struct RandomIntegers : GuardedBuffer<T> {
  RandomIntegers(Index count, std::uint32_t seed, std::int64_t low, std::int64_t high) : GuardedBuffer<T>(count) {
    Random random(seed, Purpose::user, 2);
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    for (T& number : *this) number = static_cast<T>(low + std::int64_t{random.below(span)});
  }
};

/// Packed operands begin at a cache line, and end where they end.
inline GuardedBuffer<std::byte> packed_buffer(Index bytes) { return GuardedBuffer<std::byte>((bytes + 63) / 64 * 64); }

template <class T>
void check_equal(const std::vector<T>& got, const std::vector<T>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == expected[i]) continue;
    FAIL_CHECK("element ", i, " of ", got.size(), ": ", int{got[i]}, ", expected ", int{expected[i]});
    return;
  }
}

}  // namespace mog::test
