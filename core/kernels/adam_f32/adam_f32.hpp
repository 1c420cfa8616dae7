// Adam's update of one parameter tensor (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
// Algorithm 1).
#pragma once

#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  w = keep w - rate m / (sqrt(v) + epsilon).
/// The caller folds the bias corrections of step t into the last line, as the algorithm's remark in
/// section 2 does: rate = lr sqrt(1 - beta2^t) / (1 - beta1^t), epsilon = eps sqrt(1 - beta2^t). keep is
/// 1, or less where weights decay.
template <class T>
struct AdamUpdate {
  const T* gradient;
  T* weight;
  T* m;
  T* v;
  Index count;
  T beta1, beta2, rate, epsilon;
  T keep = 1;
};

void adam_update(const AdamUpdate<float>& args);
void adam_update(const AdamUpdate<double>& args);

/// One instruction set's body. It does the whole of its Args on the calling thread and checks nothing.
template <class T>
struct AdamKernels {
  Isa isa;
  void (*adam_update)(const AdamUpdate<T>&);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits: no line is fused.
std::span<const AdamKernels<float>> adam_kernels();

}  // namespace mog::kernels
