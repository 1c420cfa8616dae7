// Elementwise operations in vectors of any instruction set; each file of this folder instantiates them for one.
#pragma once

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"
#include "core/kernels/generic_qrelu.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

template <class Arch>
struct ElementwiseLoops {
  using V = Floats<Arch>;

  static void add(const Add<float>& args) {
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        block.store(args.y + i, v, block.load(args.a + i, v) + block.load(args.b + i, v));
      }
    });
  }

  static void relu_forward(const ReluForward<float>& args) {
    const V zero(0.0F);
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        const V x = block.load(args.x + i, v);
        block.store(args.y + i, v, xsimd::select(x <= zero, zero, x));
      }
    });
  }

  static void relu_backward(const ReluBackward<float>& args) {
    const V zero(0.0F);
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        const V dy = block.load(args.dy + i, v);
        block.store(args.dx + i, v, xsimd::select(block.load(args.y + i, v) > zero, dy, zero));
      }
    });
  }

  static void qrelu_forward(const QreluForward<float>& args) {
    const QreluCodes<Arch> codes(args.bits, args.window);
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      std::uint64_t passes = 0;
      for (int v = 0; v < block.vectors; ++v) {
        const V x = block.load(args.x + i, v);
        passes |= bits_of<Arch>(codes.passes(x)) << (v * kLanes<Arch>);
        block.store(args.q + i, v, codes(x));
      }
      if (args.passes != nullptr) store_bits<Arch>(args.passes + i / 8, passes, block.count);
    });
  }

  static void qrelu_backward(const QreluBackward<float>& args) {
    const V zero(0.0F), top(static_cast<float>((1 << args.bits) - 1));
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      const std::uint64_t passes = load_bits<Arch>(args.passes + i / 8, block.count);
      for (int v = 0; v < block.vectors; ++v) {
        const V dx = top * block.load(args.dq + i, v);
        block.store(args.dx + i, v, xsimd::select(mask_of<Arch>(passes >> (v * kLanes<Arch>)), dx, zero));
      }
    });
  }

  static void bitshift_forward(const BitshiftForward<float>& args) {
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        block.store(args.y + i, v, bitshift(block.load(args.a + i, v) + block.load(args.b + i, v), args.bits));
      }
    });
  }

  static void mux_forward(const MuxForward<float>& args) {
    const V zero(0.0F);
    for_selected(args, [&](Index i, auto block, const float* second) {
      for (int v = 0; v < block.vectors; ++v) {
        block.store(
            args.y + i, v,
            xsimd::select(block.load(second, v) != zero, block.load(args.i1 + i, v), block.load(args.i0 + i, v)));
      }
    });
  }

  static void residual_mux_forward(const ResidualMuxForward<float>& args) {
    const V zero(0.0F);
    for_selected(args, [&](Index i, auto block, const float* second) {
      for (int v = 0; v < block.vectors; ++v) {
        const V i1 = block.load(args.i1 + i, v), sum = block.load(args.x + i, v) + i1;
        const V i0 = args.bits == 0 ? sum : bitshift(sum, args.bits);
        block.store(args.y + i, v, xsimd::select(block.load(second, v) != zero, i1, i0));
      }
    });
  }

  static void mux_backward(const MuxBackward<float>& args) {
    const V zero(0.0F);
    for_selected(args, [&](Index i, auto block, const float* second) {
      for (int v = 0; v < block.vectors; ++v) {
        const V dy = block.load(args.dy + i, v);
        const Mask<Arch> chosen = block.load(second, v) != zero;
        if (args.di0 != nullptr) block.store(args.di0 + i, v, xsimd::select(chosen, zero, dy));
        if (args.di1 != nullptr) block.store(args.di1 + i, v, xsimd::select(chosen, dy, zero));
      }
    });
  }

  static void mux_add_gradient(const MuxAddGradient<float>& args) {
    const V zero(0.0F);
    for_selected(args, [&](Index i, auto block, const float* second) {
      const float* const dy = args.dy + i;
      float* const dx = args.dx + i;
      for (int v = 0; v < block.vectors; ++v) {
        const V taken = xsimd::select(block.load(second, v) != zero, zero, block.load(dy, v));
        block.store(dx, v, block.load(dx, v) + taken);
      }
    });
  }

 private:
  /// Paper Eq. 2 on the sum of two codes.
  static V bitshift(V sum, int bits) {
    const V half(0.5F), one(1.0F);
    return bits == 1 ? xsimd::select(sum >= one, one, V(0.0F)) : round_down<Arch>(sum * half);
  }

  /// Calls work(i, block, numbers) for every block of channels, row after row, in the order of memory; the
  /// numbers, one a lane, are s[n, c]. They are made once an image, for as many channels at a time as the
  /// first-level cache has room for.
  template <class Args, class Work>
  static void for_selected(const Args& args, const Work& work) {
    constexpr Index kChannels = 1024;
    for (Index n = 0; n < args.images; ++n) {
      for (Index first = 0; first < args.channels; first += kChannels) {
        const Index channels = args.channels - first < kChannels ? args.channels - first : kChannels;
        float second[kChannels];
        for (Index c = 0; c < channels; ++c) second[c] = args.s[n * args.channels + first + c];
        for (Index p = 0; p < args.pixels; ++p) {
          const Index row = (n * args.pixels + p) * args.channels + first;
          for_channels<Arch>(channels, [&](Index c, auto block) { work(row + c, block, second + c); });
        }
      }
    }
  }
};

template <class Arch>
constexpr ElementwiseKernels<float> elementwise_row(Isa isa) {
  using Loops = ElementwiseLoops<Arch>;
  return {.isa = isa,
          .add = Loops::add,
          .relu_forward = Loops::relu_forward,
          .relu_backward = Loops::relu_backward,
          .qrelu_forward = Loops::qrelu_forward,
          .qrelu_backward = Loops::qrelu_backward,
          .bitshift_forward = Loops::bitshift_forward,
          .mux_forward = Loops::mux_forward,
          .residual_mux_forward = Loops::residual_mux_forward,
          .mux_backward = Loops::mux_backward,
          .mux_add_gradient = Loops::mux_add_gradient};
}

}  // namespace mog::kernels
