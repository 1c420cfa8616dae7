// Stochastic gradient descent with momentum.
#include "optim/sgd.hpp"

namespace mog {

template <class T>
Sgd<T>::Sgd(Parameters<T>& parameters, const SgdOptions& options)
    : Optimizer<T>(parameters), options_(options), u_(this->add_state("sgd.u")) {
  require(options.momentum >= 0 && options.momentum < 1, "sgd: momentum ", options.momentum,
          ", expected 0 <= momentum < 1");
  require(options.weight_decay >= 0, "sgd: weight decay ", options.weight_decay, ", expected 0 or more");
}

template <class T>
void Sgd<T>::begin(double learning_rate) {
  rate_ = static_cast<T>(learning_rate);
}

template <class T>
void Sgd<T>::update(std::size_t i, Parameter<T>& parameter) {
  const auto momentum = static_cast<T>(options_.momentum);
  const auto decay = static_cast<T>(parameter.decays ? options_.weight_decay : 0);
  const Tensor<T>& u = this->state_at(u_ + i);
  for (Index e = 0; e < u.elements(); ++e) {
    u[e] = momentum * u[e] + parameter.gradient[e] + decay * parameter.value[e];
    parameter.value[e] -= rate_ * u[e];
  }
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace mog
