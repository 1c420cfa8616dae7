// Batch normalisation's passes in vectors of any instruction set, channels in the lanes; each file of this folder
// instantiates them for one.
#pragma once

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "core/kernels/generic_qrelu.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

template <class Arch>
struct BatchNormLoops {
  using V = Floats<Arch>;

  /// Short runs of rows, each read twice while it is in the first-level cache: once for its mean m, once for the sums
  /// about m, in which nothing cancels. These are then moved from m to the shift, in double: with t = m - shift and r
  /// rows,
  ///   sum (x - shift) = sum (x - m) + r t,   sum (x - shift)^2 = sum (x - m)^2 + t (2 sum (x - m) + r t).
  static void shifted_sums(const ShiftedSums<float>& args) {
    for_runs(args, [&](const Index first, const Index rows, Index c, auto block) {
      constexpr int vectors = decltype(block)::vectors;
      const float* const x = args.x + first * args.channels + c;
      V mean[vectors], sum[vectors], squares[vectors];
      for (int v = 0; v < vectors; ++v) mean[v] = sum[v] = squares[v] = V(0.0F);
      const Index next = next_block(args, c, block);
      for (Index p = 0; p < rows; ++p) {
        for (int v = 0; v < vectors; ++v) {
          prefetch(x + p * args.channels + next, v);
          mean[v] = mean[v] + block.load(x + p * args.channels, v);
        }
      }
      const V share(1.0F / static_cast<float>(rows));
      for (int v = 0; v < vectors; ++v) mean[v] = mean[v] * share;
      for (Index p = 0; p < rows; ++p) {
        for (int v = 0; v < vectors; ++v) {
          const V difference = block.load(x + p * args.channels, v) - mean[v];
          sum[v] = sum[v] + difference;
          squares[v] = multiply_add<Arch>(difference, difference, squares[v]);
        }
      }
      Lanes<vectors> means(mean), sums(sum), squared(squares);
      const double r = static_cast<double>(rows);
      double* __restrict const total = args.sum + c;
      double* __restrict const total_squares = args.squares + c;
      for (Index lane = 0; lane < block.count; ++lane) {
        const double t = static_cast<double>(means[lane]) - args.shift[c + lane], s = sums[lane];
        total[lane] += s + r * t;
        total_squares[lane] += squared[lane] + t * (2 * s + r * t);
      }
    });
  }

  template <class X>
  static void channel_affine(const ChannelAffine<float, X>& args) {
    switch (args.activation.kind) {
      case Activation::none: return affine(args, Plain{}, args.y);
      case Activation::relu: return affine(args, Relu{}, args.y);
      case Activation::qrelu: break;
    }
    const QreluCodes<Arch> codes(args.activation.bits, args.activation.window);
    if (args.codes == nullptr) {
      affine(args, codes, args.y);
    } else {
      affine(args, codes, args.codes);
    }
  }

  template <class X>
  static void gradient_sums(const GradientSums<float, X>& args) {
    if (args.activation.kind == Activation::none) return sum_gradients(args, PlainGradient{});
    sum_gradients(args, MaskedGradient(args.activation, args.passes, args.channels));
  }

  template <class X>
  static void input_gradient(const BatchNormInputGradient<float, X>& args) {
    if (args.activation.kind == Activation::none) return map_gradient(args, PlainGradient{});
    map_gradient(args, MaskedGradient(args.activation, args.passes, args.channels));
  }

 private:
  /// Activations: y of z, and where the gradient passes.
  struct Plain {
    V operator()(V z) const { return z; }
    static Mask<Arch> passes(V z) { return z == z; }
  };
  struct Relu {
    V operator()(V z) const { return xsimd::select(z <= V(0.0F), V(0.0F), z); }
    static Mask<Arch> passes(V z) { return z > V(0.0F); }
  };

  /// y: floats or bytes. What a block needs of args is copied first: a stored byte may be part of args, for all that
  /// the compiler knows, and it would read them again after each.
  template <class X, class Activate, class Y>
  static void affine(const ChannelAffine<float, X>& args, const Activate& activate, Y* y) {
    for_runs(args, [&](const Index first, const Index rows, Index c, auto block) {
      constexpr int vectors = decltype(block)::vectors;
      const Activate activation = activate;
      V scale[vectors], shift[vectors];
      for (int v = 0; v < vectors; ++v) {
        scale[v] = block.load(args.scale + c, v);
        shift[v] = block.load(args.shift + c, v);
      }
      const Index channels = args.channels, next = next_block(args, c, block), begin = first * channels + c;
      const X* x = args.x + begin;
      Y* to = y + begin;
      const bool streams = args.large && channels % kLanes<Arch> == 0 && can_stream<Arch>(args.y);
      std::uint8_t* mask = args.passes == nullptr ? nullptr : args.passes + first * mask_bytes(channels) + c / 8;
      for (Index p = 0; p < rows; ++p, x += channels, to += channels) {
        std::uint64_t passes = 0;
        for (int v = 0; v < vectors; ++v) {
          prefetch(x + next, v);
          const V z = multiply_add<Arch>(block.load(x, v), scale[v], shift[v]);
          passes |= bits_of<Arch>(activation.passes(z)) << (v * kLanes<Arch>);
          put(block, streams, to, v, activation(z));
        }
        if (mask != nullptr) {
          store_bits<Arch>(mask, passes, block.count);
          mask += mask_bytes(channels);
        }
      }
    });
    finish_streams<Arch>();
  }

  /// Writes vector v of a block of y: bytes, or floats, the latter with a streaming store where `streams` says so.
  template <class Block>
  [[gnu::always_inline]] static void put(const Block& block, bool, std::uint8_t* y, int v, V x) {
    block.store(y, v, x);
  }
  template <class Block>
  [[gnu::always_inline]] static void put(const Block& block, bool streams, float* y, int v, V x) {
    if (streams && block.used(v) == kLanes<Arch>) {
      stream<Arch>(y + v * kLanes<Arch>, x);
    } else {
      block.store(y, v, x);
    }
  }

  /// dz from dy, block by block: begin(p, c, block) returns the function that makes vector v's dz from its dy.
  struct PlainGradient {
    static auto begin(Index, Index, auto) {
      return [](V dy, int) { return dy; };
    }
  };
  struct MaskedGradient {
    const std::uint8_t* passes;
    Index row_bytes;
    V factor;

    MaskedGradient(const Activation& activation, const std::uint8_t* mask, Index channels)
        : passes(mask),
          row_bytes(mask_bytes(channels)),
          factor(activation.kind == Activation::relu ? 1.0F : static_cast<float>((1 << activation.bits) - 1)) {}

    auto begin(Index p, Index c, auto block) const {
      return [bits = load_bits<Arch>(passes + p * row_bytes + c / 8, block.count), by = factor](V dy, int v) {
        return xsimd::select(mask_of<Arch>(bits >> (v * kLanes<Arch>)), by * dy, V(0.0F));
      };
    }
  };

  template <class X, class Incoming>
  static void sum_gradients(const GradientSums<float, X>& args, const Incoming& incoming) {
    for_runs(args, [&](const Index first, const Index rows, Index c, auto block) {
      constexpr int vectors = decltype(block)::vectors;
      V mean[vectors], sum[vectors], product[vectors];
      for (int v = 0; v < vectors; ++v) {
        mean[v] = block.load(args.mean + c, v);
        sum[v] = product[v] = V(0.0F);
      }
      const Index next = next_block(args, c, block);
      const Index begin = first * args.channels + c;
      const X* x = args.x + begin;
      const float* dy = args.dy + begin;
      for (Index p = first; p < first + rows; ++p, x += args.channels, dy += args.channels) {
        const auto dz_of = incoming.begin(p, c, block);
        for (int v = 0; v < vectors; ++v) {
          prefetch(x + next, v);
          prefetch(dy + next, v);
          const V dz = dz_of(block.load(dy, v), v);
          sum[v] = sum[v] + dz;
          product[v] = multiply_add<Arch>(dz, block.load(x, v) - mean[v], product[v]);
        }
      }
      Lanes<vectors> sums(sum), products(product);
      double* __restrict const total = args.sum_dz + c;
      double* __restrict const total_product = args.sum_dz_x + c;
      for (Index lane = 0; lane < block.count; ++lane) {
        total[lane] += sums[lane];
        total_product[lane] += products[lane];
      }
    });
  }

  template <class X, class Incoming>
  static void map_gradient(const BatchNormInputGradient<float, X>& args, const Incoming& incoming) {
    for_runs(args, [&](const Index first, const Index rows, Index c, auto block) {
      constexpr int vectors = decltype(block)::vectors;
      V mean[vectors], a[vectors], b[vectors], d[vectors];
      for (int v = 0; v < vectors; ++v) {
        mean[v] = block.load(args.mean + c, v);
        a[v] = block.load(args.a + c, v);
        b[v] = block.load(args.b + c, v);
        d[v] = block.load(args.d + c, v);
      }
      const Index begin = first * args.channels + c;
      const X* x = args.x + begin;
      const float* dy = args.dy + begin;
      float* dx = args.dx + begin;
      for (Index p = first; p < first + rows; ++p, x += args.channels, dy += args.channels, dx += args.channels) {
        const auto dz_of = incoming.begin(p, c, block);
        for (int v = 0; v < vectors; ++v) {
          const V inner = multiply_add<Arch>(b[v], block.load(x, v) - mean[v], d[v]);
          block.store(dx, v, multiply_add<Arch>(a[v], dz_of(block.load(dy, v), v), inner));
        }
      }
    });
  }

  /// The numbers of some vectors, one by one.
  template <int vectors>
  struct Lanes {
    float numbers[vectors * kLanes<Arch>];
    explicit Lanes(const V* x) {
      for (int v = 0; v < vectors; ++v) x[v].store_unaligned(numbers + v * kLanes<Arch>);
    }
    float operator[](Index lane) const { return numbers[lane]; }
  };

  /// Floats from a block of channels of a run of rows to the next block, whose vector v prefetch() brings into the
  /// second-level cache: rows of many channels are too far apart for the hardware prefetcher.
  template <class Args, class Block>
  static Index next_block(const Args& args, Index c, const Block& block) {
    return c + block.count < args.channels ? block.count : kRunRows * args.channels - c;
  }
  template <class X>
  static void prefetch(const X* block, int v) {
    __builtin_prefetch(block + v * kLanes<Arch>, 0, 2);
  }

  /// Calls work(first row, rows, c, block) for every block of channels of every short run of rows.
  template <class Args, class Work>
  static void for_runs(const Args& args, const Work& work) {
    for (Index first = 0; first < args.rows; first += kRunRows) {
      const Index rows = args.rows - first < kRunRows ? args.rows - first : kRunRows;
      for_channels<Arch>(args.channels, [&](Index c, auto block) { work(first, rows, c, block); });
    }
  }
};

template <class Arch>
constexpr BatchNormKernels<float> batch_norm_row(Isa isa) {
  using Loops = BatchNormLoops<Arch>;
  using Short = std::int16_t;
  return {
      .isa = isa,
      .shifted_sums = Loops::shifted_sums,
      .numbers = {Loops::template channel_affine<float>, Loops::template gradient_sums<float>,
                  Loops::template input_gradient<float>},
      .shorts = {Loops::template channel_affine<Short>, Loops::template gradient_sums<Short>,
                 Loops::template input_gradient<Short>},
  };
}

}  // namespace mog::kernels
