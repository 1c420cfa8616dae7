// Pooling: 2x2 maximum with stride 2, and the mean of each map; forward and backward, channels last.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// y[n, h, w, c] = maximum of x[n, 2h + r, 2w + s, c] over r, s in {0, 1}; which[n, h, w, c] = 2r + s of the first
/// maximum in that order (codes tie often; the gradient goes to the first). x [images, height, width, channels] with
/// even height and width. A NaN is a maximum when it comes first, and is passed over elsewhere. `which` may be null
/// when no gradient is wanted.
template <class T>
struct MaxPoolForward {
  const T* x;
  T* y;
  std::uint8_t* which;
  Index images, height, width, channels;
};

/// dx[n, 2h + r, 2w + s, c] = which[n, h, w, c] == 2r + s ? dy[n, h, w, c] : 0; all of dx is written.
template <class T>
struct MaxPoolBackward {
  const std::uint8_t* which;
  const T* dy;
  T* dx;
  Index images, height, width, channels;
};

/// y[n, c] = (sum_p x[n, p, c]) / pixels, added in the order of p on every instruction set. The sum of integers is
/// exact while it stays below 2^24: then the division is the only rounding. pixels >= 1.
template <class T>
struct MapMeanForward {
  const T* x;
  T* y;
  Index images, pixels, channels;
};

/// dx[n, p, c] = dy[n, c] / pixels.
template <class T>
struct MapMeanBackward {
  const T* dy;
  T* dx;
  Index images, pixels, channels;
};

void max_pool_forward(const MaxPoolForward<float>& args);
void max_pool_backward(const MaxPoolBackward<float>& args);
void map_mean_forward(const MapMeanForward<float>& args);
void map_mean_backward(const MapMeanBackward<float>& args);
void max_pool_forward(const MaxPoolForward<double>& args);
void max_pool_backward(const MaxPoolBackward<double>& args);
void map_mean_forward(const MapMeanForward<double>& args);
void map_mean_backward(const MapMeanBackward<double>& args);

/// One instruction set's bodies. Each does the whole of its Args on the calling thread and checks nothing.
template <class T>
struct PoolKernels {
  Isa isa;
  void (*max_pool_forward)(const MaxPoolForward<T>&);
  void (*max_pool_backward)(const MaxPoolBackward<T>&);
  void (*map_mean_forward)(const MapMeanForward<T>&);
  void (*map_mean_backward)(const MapMeanBackward<T>&);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const PoolKernels<float>> pool_kernels();

}  // namespace mog::kernels
