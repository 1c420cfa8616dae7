// Random shapes for kernel tests: how many, from which seed, and buffers in the least convenient places.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>

#include "core/parallel.hpp"
#include "core/random.hpp"
#include "tests/support/kernel_rows.hpp"

namespace mog::test {

inline std::int64_t environment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoll(text);
}

/// Calls trial(draw) MOG_SHAPES times (300), on one thread; each trial draws from its own stream of the seed MOG_SEED
/// (1). A failure names both.
template <class Trial>
void for_random_shapes(const Trial& trial) {
  const int before = threads();
  set_threads(1);
  const std::int64_t seed = environment("MOG_SEED", 1), trials = environment("MOG_SHAPES", 300);
  MESSAGE(trials, " shapes, MOG_SEED=", seed);
  for (std::int64_t number = 0; number < trials; ++number) {
    INFO("MOG_SEED=", seed, ", shape ", number);
    Random draw(static_cast<std::uint64_t>(seed), Purpose::user, 77, static_cast<std::uint32_t>(number));
    trial(draw);
  }
  set_threads(before);
}

/// 1 to `most`: often next to a multiple of a vector's width, often small, else any.
inline Index draw_size(Random& draw, Index most) {
  const std::uint32_t kind = draw.below(4);
  Index size = 1 + draw.below(static_cast<std::uint64_t>(most));
  if (kind == 0) size = 1 + draw.below(9);
  if (kind == 1) size = (4L << draw.below(5)) * (1 + draw.below(3)) + draw.below(3) - 1;
  return std::clamp<Index>(size, 1, most);
}

/// A buffer that ends at an unmapped page or begins up to 17 elements after one, filled with numbers drawn by fill().
template <class T>
struct Placed : GuardedBuffer<T> {
  Placed(Random& draw, Index count)
      : GuardedBuffer<T>(count, draw.below(2) == 0 ? GuardedBuffer<T>::kEndsAtPage : draw.below(18)) {}
  template <class Fill>
  Placed(Random& draw, Index count, const Fill& fill) : Placed(draw, count) {
    for (T& number : *this) number = static_cast<T>(fill(draw));
  }
};

/// Results of a kernel's row and of the reference, both filled with the same number first: a number that only one of
/// them writes shows.
template <class T>
struct Results {
  Placed<T> got, expected;
  Results(Random& draw, Index count) : got(draw, count), expected(draw, count) {
    std::fill(got.begin(), got.end(), T{77});
    std::fill(expected.begin(), expected.end(), T{77});
  }
  void check() const {
    check_same_bits(got, expected);
    CHECK(got.intact());
  }
};

}  // namespace mog::test
