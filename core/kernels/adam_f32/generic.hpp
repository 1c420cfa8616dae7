// Adam's update in vectors of any instruction set; each file of this folder instantiates it for one.
#pragma once

#include "core/kernels/adam_f32/adam_f32.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

template <class Arch>
struct AdamLoops {
  using V = Floats<Arch>;

  static void adam_update(const AdamUpdate<float>& args) {
    const V beta1(args.beta1), beta2(args.beta2), rate(args.rate), epsilon(args.epsilon), keep(args.keep);
    const V rest1(1.0F - args.beta1), rest2(1.0F - args.beta2);
    for_elements<Arch>(args.count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        const V g = block.load(args.gradient + i, v);
        const V first = beta1 * block.load(args.m + i, v) + rest1 * g;
        const V second = beta2 * block.load(args.v + i, v) + rest2 * (g * g);
        const V step = divide<Arch>(rate * first, square_root<Arch>(second) + epsilon);
        block.store(args.m + i, v, first);
        block.store(args.v + i, v, second);
        block.store(args.weight + i, v, keep * block.load(args.weight + i, v) - step);
      }
    });
  }
};

template <class Arch>
constexpr AdamKernels<float> adam_row(Isa isa) {
  return {.isa = isa, .adam_update = AdamLoops<Arch>::adam_update};
}

}  // namespace mog::kernels
