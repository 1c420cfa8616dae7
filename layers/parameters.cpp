// Parameters and buffers: names, initial numbers, step sizes.
#include "layers/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_environment.hpp"
#include "core/random.hpp"
#include "layers/quantizers.hpp"

namespace mog {

int bits_per_weight(Precision precision) {
  switch (precision) {
    case Precision::binary: return 1;
    case Precision::ternary: return 2;
    case Precision::full: break;
  }
  return 32;
}

const char* name(Precision precision) {
  switch (precision) {
    case Precision::binary: return "binary";
    case Precision::ternary: return "ternary";
    case Precision::full: break;
  }
  return "full";
}

Initial Initial::glorot(Index fan_in, Index fan_out) {
  require(fan_in + fan_out >= 1, "glorot: fan-in ", fan_in, " and fan-out ", fan_out, ", expected a positive sum");
  return uniform(std::sqrt(6.0 / static_cast<double>(fan_in + fan_out)));
}

template <class T>
void Parameters<T>::require_new(const std::string& name) const {
  const auto named = [&](const auto& entry) { return entry.name == name; };
  require(
      std::none_of(trained_.begin(), trained_.end(), named) && std::none_of(buffers_.begin(), buffers_.end(), named),
      "parameters: the name ", name, " is taken");
}

template <class T>
Parameter<T>* Parameters<T>::add(const std::string& name, const Shape& shape, Initial initial, Precision precision) {
  const FloatEnvironment standard;
  require_new(name);
  require(shape.elements() >= 1, "parameters: ", name, " has shape ", shape, ", expected at least one element");
  Parameter<T> parameter{.name = name, .value = Tensor<T>(shape), .precision = precision};
  if (initial.kind == Initial::Kind::constant) {
    parameter.value.fill(static_cast<T>(initial.value));
  } else {
    // In double for every T, so that a network of floats begins as the rounded network of doubles.
    Random random(seed_, Purpose::weights, static_cast<std::uint32_t>(trained_.size()));
    for (T& value : parameter.value.values()) {
      value = static_cast<T>(initial.value * (2.0 * static_cast<double>(random.uniform()) - 1.0));
    }
  }
  if (precision == Precision::ternary) {
    parameter.step = Tensor<T>::filled({1}, balanced_step<T>(parameter.value.values()));
  }
  trained_.push_back(std::move(parameter));
  return &trained_.back();
}

template <class T>
Buffer<T>* Parameters<T>::add_buffer(const std::string& name, const Shape& shape, T value) {
  require_new(name);
  buffers_.push_back({name, Tensor<T>::filled(shape, value)});
  return &buffers_.back();
}

template <class T>
void Parameters<T>::clear_gradients() {
  for (Parameter<T>& parameter : trained_) parameter.gradient = Tensor<T>();
}

template <class T>
void Parameters<T>::update_step_sizes() {
  for (Parameter<T>& parameter : trained_) {
    if (parameter.precision != Precision::ternary) continue;
    const T step = balanced_step<T>(parameter.value.values());
    if (!(step > 0)) throw NumericError(concat(parameter.name, ": step size ", step, ", expected a positive one"));
    parameter.step[0] = step;
  }
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace mog
