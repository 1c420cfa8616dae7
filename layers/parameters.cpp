// Parameters and buffers: names, initial numbers, what happens at the beginning of an epoch.
#include "layers/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/float_environment.hpp"
#include "core/random.hpp"

namespace mog {

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
Parameter<T>* Parameters<T>::add(const std::string& name, const Shape& shape, Initial initial) {
  const FloatEnvironment standard;
  require_new(name);
  require(shape.elements() >= 1, "parameters: ", name, " has shape ", shape, ", expected at least one element");
  if (shape.elements() > limit_ - numbers_) {
    throw TooManyParameters(concat("parameters: ", name, " of shape ", shape, " is more than ", limit_ - numbers_,
                                   " numbers, which is all that there is room for"));
  }
  numbers_ += shape.elements();
  Parameter<T> parameter{.name = name, .value = Tensor<T>(shape)};
  if (initial.kind == Initial::Kind::constant) {
    parameter.value.fill(static_cast<T>(initial.value));
  } else {
    // In double for every T, so that a network of floats begins as the rounded network of doubles.
    Random random(seed_, Purpose::weights, static_cast<std::uint32_t>(trained_.size()));
    for (T& value : parameter.value.values()) {
      value = static_cast<T>(initial.value * (2.0 * static_cast<double>(random.uniform()) - 1.0));
    }
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
void Parameters<T>::begin_epoch() {
  const FloatEnvironment standard;
  for (const auto& work : on_epoch_) work();
}

template <class T>
Parameter<T>* Parameters<T>::find(std::string_view name) {
  const auto found = std::find_if(trained_.begin(), trained_.end(), [&](const auto& one) { return one.name == name; });
  return found == trained_.end() ? nullptr : &*found;
}

template <class T>
Buffer<T>* Parameters<T>::find_buffer(std::string_view name) {
  const auto found = std::find_if(buffers_.begin(), buffers_.end(), [&](const auto& one) { return one.name == name; });
  return found == buffers_.end() ? nullptr : &*found;
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace mog
