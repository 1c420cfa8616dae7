// The recursion, in plain loops on one thread: a fraction of what a step of the optimizer costs.
#include "train/weight_average.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "train/checkpoint.hpp"

namespace mog {

WeightAverage::WeightAverage(Parameters<float>& parameters, double decay) : parameters_(parameters), decay_(decay) {
  require(decay >= 0 && decay < 1, "weight average: decay ", decay, ", expected 0 <= it < 1");
  const auto keep = [this](const std::string& name, const Tensor<float>& value) {
    kept_.push_back({concat(kRawPrefix, name), Tensor<float>(value.shape())});
    kept_.back().value.copy_from(value);
  };
  for (const Parameter<float>& parameter : parameters.trained()) keep(parameter.name, parameter.value);
  for (const Buffer<float>& buffer : parameters.buffers()) keep(buffer.name, buffer.value);
}

void WeightAverage::update(Index step) {
  const auto t = static_cast<double>(step);
  const auto share = static_cast<float>(1 - std::min(decay_, (1 + t) / (10 + t)));
  std::size_t k = 0;
  for (const Parameter<float>& parameter : parameters_.trained()) {
    const Tensor<float>&w = parameter.value, &a = kept_[k++].value;
    for (Index i = 0; i < w.elements(); ++i) a[i] += share * (w[i] - a[i]);
  }
}

void WeightAverage::take_buffers() {
  std::size_t k = parameters_.trained().size();
  for (const Buffer<float>& buffer : parameters_.buffers()) kept_[k++].value.copy_from(buffer.value);
}

void WeightAverage::exchange() {
  std::size_t k = 0;
  const auto swap = [&](const Tensor<float>& value) {
    std::swap_ranges(value.data(), value.data() + value.elements(), kept_[k++].value.data());
  };
  for (const Parameter<float>& parameter : parameters_.trained()) swap(parameter.value);
  for (const Buffer<float>& buffer : parameters_.buffers()) swap(buffer.value);
}

}  // namespace mog
