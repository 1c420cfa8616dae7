// Adam's bias corrections; the update itself is a kernel.
#include "optim/adam.hpp"

#include <cmath>

#include "core/kernels/adam_f32/adam_f32.hpp"

namespace mog {

template <class T>
Adam<T>::Adam(Parameters<T>& parameters, const AdamOptions& options)
    : Optimizer<T>(parameters), options_(options), m_(this->add_state("adam.m")), v_(this->add_state("adam.v")) {
  require(options.beta1 >= 0 && options.beta1 < 1, "adam: beta1 = ", options.beta1, ", expected 0 <= beta1 < 1");
  require(options.beta2 >= 0 && options.beta2 < 1, "adam: beta2 = ", options.beta2, ", expected 0 <= beta2 < 1");
  require(options.epsilon > 0, "adam: epsilon = ", options.epsilon, ", expected more than 0");
  require(options.weight_decay >= 0, "adam: weight decay ", options.weight_decay, ", expected 0 or more");
}

template <class T>
void Adam<T>::begin(double learning_rate) {
  const auto t = static_cast<double>(this->steps());
  // The betas as the kernel has them: 1 - 0.999 in float is off by 1e-5 of itself, which the corrections must share.
  const double beta1 = static_cast<T>(options_.beta1), beta2 = static_cast<T>(options_.beta2);
  const double root = std::sqrt(1 - std::pow(beta2, t));
  rate_ = static_cast<T>(learning_rate * root / (1 - std::pow(beta1, t)));
  epsilon_ = static_cast<T>(options_.epsilon * root);
  keep_ = static_cast<T>(1 - learning_rate * options_.weight_decay);
}

template <class T>
void Adam<T>::update(std::size_t i, Parameter<T>& parameter) {
  kernels::adam_update(kernels::AdamUpdate<T>{.gradient = parameter.gradient.data(),
                                              .weight = parameter.value.data(),
                                              .m = this->state_at(m_ + i).data(),
                                              .v = this->state_at(v_ + i).data(),
                                              .count = parameter.value.elements(),
                                              .beta1 = static_cast<T>(options_.beta1),
                                              .beta2 = static_cast<T>(options_.beta2),
                                              .rate = rate_,
                                              .epsilon = epsilon_,
                                              .keep = parameter.decays ? keep_ : T{1}});
}

template class Adam<float>;
template class Adam<double>;

}  // namespace mog
