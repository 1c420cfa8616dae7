// The meaning of Adam's update: a plain loop for float and double.
#include <cmath>

#include "core/kernels/adam_f32/adam_f32.hpp"

namespace mog::kernels {
namespace {

template <class T>
void adam_update(const AdamUpdate<T>& args) {
  const T one = 1;
  for (Index i = 0; i < args.count; ++i) {
    const T g = args.gradient[i];
    args.m[i] = args.beta1 * args.m[i] + (one - args.beta1) * g;
    args.v[i] = args.beta2 * args.v[i] + (one - args.beta2) * (g * g);
    args.weight[i] = args.keep * args.weight[i] - args.rate * args.m[i] / (std::sqrt(args.v[i]) + args.epsilon);
  }
}

}  // namespace

extern constinit const AdamKernels<float> adam_reference{.isa = Isa::reference, .adam_update = adam_update<float>};
extern constinit const AdamKernels<double> adam_reference_f64{.isa = Isa::reference,
                                                              .adam_update = adam_update<double>};

}  // namespace mog::kernels
