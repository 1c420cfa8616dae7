// The meaning of pooling: plain loops for float and double.
#include "core/kernels/pool_f32/pool_f32.hpp"

namespace mog::kernels {
namespace {

/// Index of x[n, 2h + r, 2w + s, 0], with window = 2r + s, where `pair` counts the pairs of rows: n height/2 + h.
Index input_index(Index pair, Index w, Index window, Index width, Index channels) {
  return ((2 * pair + window / 2) * width + 2 * w + window % 2) * channels;
}

template <class T>
void max_pool_forward(const MaxPoolForward<T>& args) {
  const auto [x, y, which, images, height, width, channels] = args;
  for (Index pair = 0; pair < images * (height / 2); ++pair) {
    for (Index w = 0; w < width / 2; ++w) {
      for (Index c = 0; c < channels; ++c) {
        T best = x[input_index(pair, w, 0, width, channels) + c];
        std::uint8_t first = 0;
        for (std::uint8_t window = 1; window < 4; ++window) {
          const T candidate = x[input_index(pair, w, window, width, channels) + c];
          if (candidate > best) {
            best = candidate;
            first = window;
          }
        }
        const Index i = (pair * (width / 2) + w) * channels + c;
        y[i] = best;
        if (which != nullptr) which[i] = first;
      }
    }
  }
}

template <class T>
void max_pool_backward(const MaxPoolBackward<T>& args) {
  const auto [which, dy, dx, images, height, width, channels] = args;
  for (Index pair = 0; pair < images * (height / 2); ++pair) {
    for (Index w = 0; w < width / 2; ++w) {
      for (Index c = 0; c < channels; ++c) {
        const Index i = (pair * (width / 2) + w) * channels + c;
        for (Index window = 0; window < 4; ++window) {
          dx[input_index(pair, w, window, width, channels) + c] = which[i] == window ? dy[i] : 0;
        }
      }
    }
  }
}

template <class T>
void map_mean_forward(const MapMeanForward<T>& args) {
  const auto [x, y, images, pixels, channels] = args;
  for (Index n = 0; n < images; ++n) {
    for (Index c = 0; c < channels; ++c) {
      T sum = 0;
      for (Index p = 0; p < pixels; ++p) sum += x[(n * pixels + p) * channels + c];
      y[n * channels + c] = sum / static_cast<T>(pixels);
    }
  }
}

template <class T>
void map_mean_backward(const MapMeanBackward<T>& args) {
  const auto [dy, dx, images, pixels, channels] = args;
  for (Index n = 0; n < images; ++n) {
    for (Index p = 0; p < pixels; ++p) {
      for (Index c = 0; c < channels; ++c) {
        dx[(n * pixels + p) * channels + c] = dy[n * channels + c] / static_cast<T>(pixels);
      }
    }
  }
}

template <class T>
constexpr PoolKernels<T> kRow{.isa = Isa::reference,
                              .max_pool_forward = max_pool_forward<T>,
                              .max_pool_backward = max_pool_backward<T>,
                              .map_mean_forward = map_mean_forward<T>,
                              .map_mean_backward = map_mean_backward<T>};

}  // namespace

extern constinit const PoolKernels<float> pool_reference = kRow<float>;
extern constinit const PoolKernels<double> pool_reference_f64 = kRow<double>;

}  // namespace mog::kernels
