// The inner loops of the 3x3 convolution: one vector of outputs, a tile of sums in registers.
#pragma once

#include "core/kernels/conv3x3_f32/generic_patch.hpp"

namespace mog::kernels {

/// Where one vector of channels of the patch's pixels lies, in a map or in a tile of its own.
struct Conv3x3Channels {
  float* data;
  Index row, pixel;  // floats from one to the next
};

/// The sums of a tile are the accumulators: 16 of 32 registers, or 8 of 16, in the forward pass, 24 or 12
/// in the weight gradient.
template <class Arch, int Registers>
struct Conv3x3Tiles {
  using Input = BroadcastInput<Arch>;
  using Vector = xsimd::batch<float, Arch>;
  static constexpr Index kLanes = Index{Vector::size};
  static constexpr int kSums = Registers / 2;

  /// y of a patch of one image from packed weights [3, depth, 3, lanes].
  static void forward(const Conv3x3Patch& patch, const float* x, const float* weight, Index depth, Conv3x3Channels y) {
    if (patch.columns >= 8) {
      rows<kSums / 8, 8>(patch, x, weight, depth, y);
    } else if (patch.columns >= 4) {
      rows<kSums / 4, 4>(patch, x, weight, depth, y);
    } else {
      rows<1, 1>(patch, x, weight, depth, y);
    }
  }

  /// Adds to sums [3, depth, 3, lanes] what the patch contributes; dy [pixels of the patch, lanes].
  static void weight_gradient(const Conv3x3Patch& patch, const float* x, const float* dy, Index depth, float* sums) {
    for (Index r = 0; r < 3; ++r) {
      for (Index plane = 0; plane * Input::kInner < depth; ++plane) {
        const Index inner = smaller(Input::kInner, depth - plane * Input::kInner);
        const float* from = x + r * patch.stride + plane * patch.plane;
        for (Index d = 0; d < inner; d += kInputs) {
          gradient_of<kInputs>(smaller(kInputs, inner - d), patch, from + d * Input::kStep, dy, sums);
          sums += smaller(kInputs, inner - d) * 3 * kLanes;
        }
      }
    }
  }

 private:
  /// Inputs, and pixels at once, of the weight gradient's tile: 3 kInputs sums, kPixels vectors of dy.
  static constexpr int kInputs = static_cast<int>(Input::kInner < Registers / 4 ? Input::kInner : Registers / 4);
  static constexpr int kPixels = 2;

  /// Hides from the compiler where a pointer came from. Otherwise gcc keeps inputs that neighbouring pixels share in
  /// registers, of which none are left, and spills the sums.
  [[gnu::always_inline]] static void hide(const float*& pointer) { asm volatile("" : "+r"(pointer)); }

  /// All tiles of R rows and P pixels of one image. The last ones overlap their neighbours rather than be smaller, and
  /// compute the same numbers again.
  template <int R, int P>
  static void rows(const Conv3x3Patch& patch, const float* x, const float* weight, Index depth, Conv3x3Channels y) {
    if constexpr (R > 1) {
      if (patch.rows < R) return rows<1, P>(patch, x, weight, depth, y);
    }
    for (Index h = 0; h < patch.rows; h += R) {
      const Index row = smaller(h, patch.rows - R);
      for (Index w = 0; w < patch.columns; w += P) {
        const Index column = smaller(w, patch.columns - P);
        tile<R, P>(patch, x + row * patch.stride + column * Input::kPixel, weight, depth,
                   {y.data + row * y.row + column * y.pixel, y.row, y.pixel});
      }
    }
  }

  /// R rows of P neighbouring pixels. An input is loaded once for the three taps of a row that read it.
  template <int R, int P>
  static void tile(const Conv3x3Patch& patch, const float* x, const float* weight, Index depth, Conv3x3Channels y) {
    Vector sum[R][P];
    for (int h = 0; h < R; ++h) {
      for (int w = 0; w < P; ++w) sum[h][w] = Vector(0.0F);
    }
    for (Index r = 0; r < 3; ++r, x += patch.stride) {
      const float* plane = x;
      for (Index left = depth; left > 0; left -= Input::kInner, plane += patch.plane) {
        const float* at = plane;
        for (Index d = smaller(left, Input::kInner); d > 0; --d, at += Input::kStep, weight += 3 * kLanes) {
          const Vector taps[3] = {Vector::load_aligned(weight), Vector::load_aligned(weight + kLanes),
                                  Vector::load_aligned(weight + 2 * kLanes)};
          for (int h = 0; h < R; ++h) {
            for (int w = 0; w < P + 2; ++w) {
              const Vector value = Input::load(at + h * patch.stride + w * Input::kPixel);
              for (int s = 0; s < 3; ++s) {
                if (w - s >= 0 && w - s < P) sum[h][w - s] = multiply_add(value, taps[s], sum[h][w - s]);
              }
            }
          }
        }
      }
    }
    for (int h = 0; h < R; ++h) {
      for (int w = 0; w < P; ++w) sum[h][w].store_unaligned(y.data + h * y.row + w * y.pixel);
    }
  }

  /// `gradient` for a number of inputs that is known at run time, at most D.
  template <int D>
  static void gradient_of(Index inputs, const Conv3x3Patch& patch, const float* x, const float* dy, float* sums) {
    if constexpr (D > 1) {
      if (inputs < D) return gradient_of<D - 1>(inputs, patch, x, dy, sums);
    }
    gradient<D>(patch, x, dy, sums);
  }

  /// D inputs and the three taps of a row, over all pixels of the patch.
  template <int D>
  static void gradient(const Conv3x3Patch& patch, const float* x, const float* dy, float* sums) {
    Vector sum[D][3];
    for (int d = 0; d < D; ++d) {
      for (int s = 0; s < 3; ++s) sum[d][s] = Vector::load_aligned(sums + (d * 3 + s) * kLanes);
    }
    for (Index n = 0; n < patch.images; ++n, x += 2 * patch.stride) {
      for (Index h = 0; h < patch.rows; ++h, x += patch.stride) {
        const float* at = x;
        Index w = patch.columns;
        for (; w >= kPixels; w -= kPixels, at += kPixels * Input::kPixel, dy += kPixels * kLanes) {
          pixels<D, kPixels>(at, dy, sum);
          hide(at);
        }
        for (; w > 0; --w, at += Input::kPixel, dy += kLanes) pixels<D, 1>(at, dy, sum);
      }
    }
    for (int d = 0; d < D; ++d) {
      for (int s = 0; s < 3; ++s) sum[d][s].store_aligned(sums + (d * 3 + s) * kLanes);
    }
  }

  /// P neighbouring pixels: again an input is loaded once for the three taps.
  template <int D, int P>
  [[gnu::always_inline]] static void pixels(const float* x, const float* dy, Vector (&sum)[D][3]) {
    Vector out[P];
    for (int w = 0; w < P; ++w) out[w] = Vector::load_aligned(dy + w * kLanes);
#pragma GCC unroll 8  // else gcc keeps the sums in memory
    for (int d = 0; d < D; ++d) {
      for (int w = 0; w < P + 2; ++w) {
        const Vector value = Input::load(x + w * Input::kPixel + d * Input::kStep);
        for (int s = 0; s < 3; ++s) {
          if (w - s >= 0 && w - s < P) sum[d][s] = multiply_add(value, out[w - s], sum[d][s]);
        }
      }
    }
  }
};

}  // namespace mog::kernels
