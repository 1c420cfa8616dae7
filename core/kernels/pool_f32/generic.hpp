// Pooling in vectors of any instruction set, channels in the lanes; each file of this folder instantiates it for one.
#pragma once

#include "core/kernels/pool_f32/pool_f32.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

template <class Arch>
struct PoolLoops {
  using V = Floats<Arch>;

  static void max_pool_forward(const MaxPoolForward<float>& args) {
    for_windows(args, [&](Index in, Index below, Index out, auto block) {
      std::uint8_t* const which = args.which;
      for (int v = 0; v < block.vectors; ++v) {
        V best = block.load(args.x + in, v), first(0.0F);
        const auto compare = [&](const float* x, float window) {
          const V candidate = block.load(x, v);
          const Mask<Arch> larger = candidate > best;
          best = xsimd::select(larger, candidate, best);
          first = xsimd::select(larger, V(window), first);
        };
        compare(args.x + in + args.channels, 1.0F);
        compare(args.x + in + below, 2.0F);
        compare(args.x + in + below + args.channels, 3.0F);
        block.store(args.y + out, v, best);
        if (which != nullptr) store_first_bytes<Arch>(which + out + v * kLanes<Arch>, first, block.used(v));
      }
    });
  }

  static void max_pool_backward(const MaxPoolBackward<float>& args) {
    for_windows(args, [&](Index in, Index below, Index out, auto block) {
      const V zero(0.0F);
      for (int v = 0; v < block.vectors; ++v) {
        const V dy = block.load(args.dy + out, v);
        const V which = load_first_bytes<Arch>(args.which + out + v * kLanes<Arch>, block.used(v));
        block.store(args.dx + in, v, xsimd::select(which == zero, dy, zero));
        block.store(args.dx + in + args.channels, v, xsimd::select(which == V(1.0F), dy, zero));
        block.store(args.dx + in + below, v, xsimd::select(which == V(2.0F), dy, zero));
        block.store(args.dx + in + below + args.channels, v, xsimd::select(which == V(3.0F), dy, zero));
      }
    });
  }

  static void map_mean_forward(const MapMeanForward<float>& args) {
    const V pixels(static_cast<float>(args.pixels));
    for (Index n = 0; n < args.images; ++n) {
      const float* const x = args.x + n * args.pixels * args.channels;
      for_channels<Arch>(args.channels, [&](Index c, auto block) {
        V sum[block.vectors];
        for (int v = 0; v < block.vectors; ++v) sum[v] = V(0.0F);
        for (Index p = 0; p < args.pixels; ++p) {
          for (int v = 0; v < block.vectors; ++v) sum[v] = sum[v] + block.load(x + p * args.channels + c, v);
        }
        for (int v = 0; v < block.vectors; ++v) {
          block.store(args.y + n * args.channels + c, v, divide<Arch>(sum[v], pixels));
        }
      });
    }
  }

  /// The first row, and copies of it.
  static void map_mean_backward(const MapMeanBackward<float>& args) {
    const V pixels(static_cast<float>(args.pixels));
    for (Index n = 0; n < args.images; ++n) {
      float* const dx = args.dx + n * args.pixels * args.channels;
      for_channels<Arch>(args.channels, [&](Index c, auto block) {
        for (int v = 0; v < block.vectors; ++v) {
          block.store(dx + c, v, divide<Arch>(block.load(args.dy + n * args.channels + c, v), pixels));
        }
      });
      for (Index p = 1; p < args.pixels; ++p) {
        for_channels<Arch>(args.channels, [&](Index c, auto block) {
          for (int v = 0; v < block.vectors; ++v) block.store(dx + p * args.channels + c, v, block.load(dx + c, v));
        });
      }
    }
  }

 private:
  /// Calls work(in, below, out, block) for every block of channels of every window: `in` is the index of its first
  /// input, in + below that of the input in the next row, `out` that of its output.
  template <class Args, class Work>
  static void for_windows(const Args& args, const Work& work) {
    const Index columns = args.width / 2, below = args.width * args.channels;
    for (Index pair = 0; pair < args.images * (args.height / 2); ++pair) {
      for (Index w = 0; w < columns; ++w) {
        const Index in = 2 * pair * below + 2 * w * args.channels, out = (pair * columns + w) * args.channels;
        for_channels<Arch>(args.channels, [&](Index c, auto block) { work(in + c, below, out + c, block); });
      }
    }
  }
};

template <class Arch>
constexpr PoolKernels<float> pool_row(Isa isa) {
  using Loops = PoolLoops<Arch>;
  return {.isa = isa,
          .max_pool_forward = Loops::max_pool_forward,
          .max_pool_backward = Loops::max_pool_backward,
          .map_mean_forward = Loops::map_mean_forward,
          .map_mean_backward = Loops::map_mean_backward};
}

}  // namespace mog::kernels
