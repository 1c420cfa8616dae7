// The 3x3 convolution of narrow groups: as many inputs as outputs, a power of two up to a quarter of the lanes.
#pragma once

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

/// With Q channels in and out of a group, lane l of an input counts in the output's lanes l ^ j, j = 0..Q-1 (^ is
/// "exclusive or"). So there are Q sums over the taps, sum_j[l] = sum of x[l] w_j[l]: plain loads and multiply-adds of
/// whole vectors, and lanes are exchanged only once all taps are summed:
///     y[l] = sum over j of sum_j[l ^ j];
/// the gradient by w_j is the sum over pixels of x[l] dy[l ^ j].
/// Winograd's way, as Conv3x3WinogradRows has it for wider groups, would have more lanes to move than products to save.
template <class Arch, int Registers>
struct Conv3x3SmallGroups {
  static bool suits(const Conv3x3Sizes& z) {
    const Index Q = z.out / z.groups;
    return z.in == z.out && Q <= kWidth / 4 && kWidth % Q == 0;
  }

  /// A block is a vector of channels.
  static Index blocks(const Conv3x3Sizes& z) { return (z.out + kWidth - 1) / kWidth; }
  /// [blocks, 3, 3, Q, lanes]: w_j of each tap.
  static Index packed_size(const Conv3x3Sizes& z) { return blocks(z) * block_size(z); }
  static Index scratch_size(const Conv3x3Sizes& z) {
    const Patch patch = largest_patch(z);
    return (patch.rows + 2) * patch.stride();
  }

  static void pack(const Conv3x3Sizes& z, Index block, const float* weight, bool transposed, float* packed) {
    for_each_weight(z, block, transposed,
                    [=](Index to, Index from, bool there) { packed[to] = there ? weight[from] : 0.0F; });
  }
  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }
  static void unpack(const Conv3x3Sizes& z, Index block, const float* packed, float* weight) {
    for_each_weight(z, block, false, [=](Index from, Index to, bool there) {
      if (there) weight[to] = packed[from];
    });
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    const float* w = packed + part.block * block_size(z);
    for_each_patch<1>(part, x, [&]<int Q>(std::integral_constant<int, Q>, const Patch& patch, const auto& channels) {
      forward_patch<Q, kPixels<Q>>(patch, part.scratch, w, y + patch.at(z, part.block), {z.width * z.out, z.out},
                                   channels);
    });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    for_each_patch<1>(part, x, [&]<int Q>(std::integral_constant<int, Q>, const Patch& patch, const auto& channels) {
      // As many rows of taps at once as registers hold sums for.
      constexpr int kTaps = 9 * Q <= Registers * 3 / 4 ? 9 : 3;
      float* s = sums + part.block * block_size(z);
      for (Index r = 0; r < 9 / kTaps; ++r, s += kTaps * Q * kWidth) {
        gradient<Q, kTaps>(patch, part.scratch + r * patch.stride(), dy + patch.at(z, part.block),
                           {z.width * z.out, z.out}, channels, s);
      }
    });
  }

 private:
  using Vector = Floats<Arch>;
  static constexpr Index kWidth = kLanes<Arch>;
  /// Pixels whose sums are computed together: these take half of the registers.
  template <int Q>
  static constexpr int kPixels = Registers / 2 / Q < 8 ? Registers / 2 / Q : 8;
  /// A patch stays in the first-level cache.
  static constexpr Index kPatchFloats = 6144, kPatchColumns = 32;

  static Index block_size(const Conv3x3Sizes& z) { return 9 * z.out / z.groups * kWidth; }

  /// Some pixels of a map; in working memory with one more on each side, [rows + 2, columns + 2, lanes].
  struct Patch {
    Index image, row, rows, column, columns;

    [[nodiscard]] Index stride() const { return (columns + 2) * kWidth; }
    /// Of the first pixel in a map, at the first channel of a block.
    [[nodiscard]] Index at(const Conv3x3Sizes& z, Index block) const {
      return ((image * z.height + row) * z.width + column) * z.out + block * kWidth;
    }
  };
  /// Floats of a map from one row, and from one pixel, to the next.
  struct Steps {
    Index row, pixel;
  };

  static Patch largest_patch(const Conv3x3Sizes& z) {
    const Index columns = smaller(z.width, kPatchColumns);
    return {0, 0, smaller(z.height, larger(1, kPatchFloats / ((columns + 2) * kWidth) - 2)), 0, columns};
  }

  /// Calls visit(offset in the packed order, offset in the contract's order, whether there is such a weight).
  template <class Visit>
  static void for_each_weight(const Conv3x3Sizes& z, Index block, bool transposed, const Visit& visit) {
    const Index Q = z.out / z.groups;
    Index packed = block * block_size(z);
    for (Index tap = 0; tap < 9; ++tap) {
      for (Index j = 0; j < Q; ++j) {
        for (Index lane = 0; lane < kWidth; ++lane, ++packed) {
          const Index channel = block * kWidth + lane, group = channel / Q, i = channel % Q, q = i ^ j;
          const Index weight =
              transposed ? ((group * 9 + 8 - tap) * Q + q) * Q + i : ((group * 9 + tap) * Q + i) * Q + q;
          visit(packed, weight, channel < z.out);
        }
      }
    }
  }

  /// Fills the working memory with patches of a part, one after the other, and calls work(Q, patch, channels) for each,
  /// the channels being a whole vector or part of one.
  template <int Q, class Work>
  static void for_each_patch(const Conv3x3Part& part, const float* x, const Work& work) {
    const Conv3x3Sizes& z = part.sizes;
    if constexpr (2 * Q <= kWidth / 4) {
      if (z.out / z.groups > Q) return for_each_patch<2 * Q>(part, x, work);
    }
    const Patch most = largest_patch(z);
    for (Index n = part.image_begin; n < part.image_end; ++n) {
      for (Index row = part.row_begin; row < part.row_end; row += most.rows) {
        for (Index column = 0; column < z.width; column += most.columns) {
          const Patch patch{n, row, smaller(most.rows, part.row_end - row), column,
                            smaller(most.columns, z.width - column)};
          const Index count = z.out - part.block * kWidth;
          const auto with = [&](const auto& channels) {
            fill(part, patch, x, channels);
            work(std::integral_constant<int, Q>(), patch, channels);
          };
          if (count >= kWidth) {
            with(Whole<Arch, 1>{});
          } else {
            with(Part<Arch, 1>{count});
          }
        }
      }
    }
  }

  template <class Channels>
  static void fill(const Conv3x3Part& part, const Patch& patch, const float* x, const Channels& channels) {
    const Conv3x3Sizes& z = part.sizes;
    float* to = part.scratch;
    for (Index h = patch.row - 1; h <= patch.row + patch.rows; ++h) {
      const bool inside = h >= 0 && h < z.height;
      const float* from = x + ((patch.image * z.height + h) * z.width) * z.in + part.block * kWidth;
      for (Index w = patch.column - 1; w <= patch.column + patch.columns; ++w, to += kWidth) {
        const bool there = inside && w >= 0 && w < z.width;
        (there ? channels.load(from + w * z.in, 0) : Vector(0.0F)).store_aligned(to);
      }
    }
  }

  /// P neighbouring pixels at a time. The last ones overlap their neighbours rather than be fewer, and compute the same
  /// numbers again; a row shorter than P is computed one pixel at a time.
  template <int Q, int P, class Channels>
  static void forward_patch(const Patch& patch, const float* x, const float* w, float* y, Steps steps,
                            const Channels& channels) {
    if constexpr (P > 1) {
      if (patch.columns < P) return forward_patch<Q, P / 2>(patch, x, w, y, steps, channels);
    }
    for (Index h = 0; h < patch.rows; ++h) {
      for (Index left = patch.columns; left > 0; left -= P) {
        const Index column = patch.columns - larger(left, P);
        const float* from = x + h * patch.stride() + column * kWidth;
        float* to = y + h * steps.row + column * steps.pixel;
        Vector sum[Q][P];
        add_taps(from, patch.stride(), w, sum);
        if constexpr (Q > 1) gather<1>(sum);
        for (int p = 0; p < P; ++p) channels.store(to + p * steps.pixel, 0, sum[0][p]);
      }
    }
  }

  /// The Q sums of P pixels.
  template <int Q, int P>
  [[gnu::always_inline]] static void add_taps(const float* x, Index stride, const float* w, Vector (&sum)[Q][P]) {
    for (int j = 0; j < Q; ++j) {
      for (int p = 0; p < P; ++p) sum[j][p] = Vector(0.0F);
    }
    for (Index r = 0; r < 3; ++r, x += stride) {
      Vector in[P + 2];
      for (int p = 0; p < P + 2; ++p) in[p] = Vector::load_aligned(x + p * kWidth);
      for (int s = 0; s < 3; ++s) {
#pragma GCC unroll 8
        for (int j = 0; j < Q; ++j, w += kWidth) {
          const Vector weight = Vector::load_aligned(w);
          for (int p = 0; p < P; ++p) sum[j][p] = multiply_add(in[p + s], weight, sum[j][p]);
        }
      }
    }
  }

  /// sum[0][l] = sum over j of sum[j][l ^ j], by halves: the other sums are used up.
  template <int Step, int Q, int P>
  [[gnu::always_inline]] static void gather(Vector (&sum)[Q][P]) {
#pragma GCC unroll 8
    for (int j = 0; j < Q; j += 2 * Step) {
      for (int p = 0; p < P; ++p) sum[j][p] += exchange<Step>(sum[j + Step][p]);
    }
    if constexpr (2 * Step < Q) gather<2 * Step>(sum);
  }

  /// Adds to sums [kTaps / 3, 3, Q, lanes] what the pixels of a patch contribute; x: its first row
  /// that these taps read.
  template <int Q, int kTaps, class Channels>
  static void gradient(const Patch& patch, const float* x, const float* dy, Steps steps, const Channels& channels,
                       float* sums) {
    Vector sum[Q][kTaps];
    for (int j = 0; j < Q; ++j) {
      for (int tap = 0; tap < kTaps; ++tap) sum[j][tap] = Vector::load_aligned(sums + (tap * Q + j) * kWidth);
    }
    for (Index h = 0; h < patch.rows; ++h, dy += steps.row) {
      const float* at = x + h * patch.stride();
      for (Index w = 0; w < patch.columns; ++w, at += kWidth) {
        Vector in[kTaps];
        for (int tap = 0; tap < kTaps; ++tap) {
          in[tap] = Vector::load_aligned(at + tap / 3 * patch.stride() + tap % 3 * kWidth);
        }
        add_products<0>(in, channels.load(dy + w * steps.pixel, 0), sum);
      }
    }
    for (int j = 0; j < Q; ++j) {
      for (int tap = 0; tap < kTaps; ++tap) sum[j][tap].store_aligned(sums + (tap * Q + j) * kWidth);
    }
  }

  /// From step to step one bit of j changes (Gray's code), which is one exchange of dy.
  template <int Step, int Q, int kTaps>
  [[gnu::always_inline]] static void add_products(const Vector (&in)[kTaps], Vector dy, Vector (&sum)[Q][kTaps]) {
    constexpr int j = Step ^ (Step >> 1);
    for (int tap = 0; tap < kTaps; ++tap) sum[j][tap] = multiply_add(in[tap], dy, sum[j][tap]);
    constexpr int kNext = Step + 1;
    if constexpr (kNext < Q) add_products<kNext>(in, exchange<kNext & -kNext>(dy), sum);
  }
};

}  // namespace mog::kernels
