// Counter-based random numbers: a draw is a pure function of a seed and of what it is drawn for.
#pragma once

#include <array>
#include <cstdint>

#include "core/types.hpp"

namespace mog {

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): ten rounds that turn a
/// 128-bit counter and a 64-bit key into 128 random bits. No state: the same (counter, key) gives the same bits on
/// every machine, whatever was drawn before.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// What a number is drawn for: two draws with different purposes are independent.
enum class Purpose : std::uint32_t {
  weights = 1,
  automaton = 2,
  shuffle = 3,
  augment = 4,
  split = 5,
  images = 6,
  flip = 7,
  user = 1000
};

/// A stream of numbers named by (seed, purpose, a, b), for example (seed, augment, epoch, image).
/// Streams of different names are independent; making one costs nothing.
class Random {
 public:
  Random(std::uint64_t seed, Purpose purpose, std::uint32_t a = 0, std::uint32_t b = 0);

  /// The next 32 random bits.
  std::uint32_t bits();
  /// Uniform integer in [0, n), 1 <= n <= 2^32, without bias (Lemire's multiply and reject).
  std::uint32_t below(std::uint64_t n);
  /// Uniform in [0, 1): a multiple of 2^-24, exact in float.
  float uniform() { return static_cast<float>(bits() >> 8) * 0x1p-24F; }
  float uniform(float low, float high) { return low + (high - low) * uniform(); }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;  // words of block_ already handed out
};

template <class T>
class Tensor;  // of core/tensor.hpp: programs without tensors draw numbers, too

/// Numbers drawn uniformly from [low, high), for tests, checks and first tries.
template <class T>
Tensor<T> random_tensor(const Shape& shape, std::uint64_t seed, T low = T{-1}, T high = T{1}) {
  Random random(seed, Purpose::user);
  Tensor<T> tensor(shape);
  for (T& value : tensor.values()) value = low + (high - low) * static_cast<T>(random.uniform());
  return tensor;
}

}  // namespace mog
