// What all optimizers share: counting steps, keeping state, passing over parameters without a gradient.
#include "optim/optimizer.hpp"

#include <cmath>

#include "core/float_environment.hpp"

namespace mog {

template <class T>
void Optimizer<T>::step(double learning_rate) {
  require(std::isfinite(learning_rate) && learning_rate >= 0, name(), ": learning rate ", learning_rate,
          ", expected 0 or more");
  require(parameters_->trained().size() == known_, name(), ": ", parameters_->trained().size(), " parameters, but ",
          known_, " when the optimizer was made");
  const FloatEnvironment standard;
  ++steps_;
  begin(learning_rate);
  std::size_t i = 0;
  for (Parameter<T>& parameter : parameters_->trained()) {
    if (!parameter.gradient.empty()) {
      require_shape(parameter.gradient, parameter.value.shape(), parameter.name, "the gradient");
      update(i, parameter);
    }
    ++i;
  }
  parameters_->clear_gradients();
}

template <class T>
void Optimizer<T>::set_steps(Index steps) {
  require(steps >= 0, name(), ": ", steps, " steps, expected 0 or more");
  steps_ = steps;
}

template <class T>
void Optimizer<T>::restart() {
  steps_ = 0;
  for (const State& state : state_) state.value.fill(T{0});
}

template <class T>
std::size_t Optimizer<T>::add_state(const std::string& prefix) {
  const std::size_t first = state_.size();
  for (const Parameter<T>& parameter : parameters_->trained()) {
    state_.push_back({prefix + "." + parameter.name, Tensor<T>::filled(parameter.value.shape(), T{0})});
  }
  return first;
}

template class Optimizer<float>;
template class Optimizer<double>;

}  // namespace mog
