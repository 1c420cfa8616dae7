// Plain, binary, ternary and generated weights.
#include "layers/weights.hpp"

#include <cmath>

#include "core/float_environment.hpp"
#include "layers/automaton.hpp"
#include "layers/quantizers.hpp"

namespace mog {
namespace {

template <class T>
Parameter<T>* add_weight(Parameters<T>& parameters, const WeightRequest& request) {
  Parameter<T>* weight = parameters.add(request.name, request.shape, request.initial);
  weight->decays = true;
  return weight;
}

/// The scope lies here, around the call: within balanced_step a compiler may round the result after the scope's end.
template <class T>
Buffer<T>* add_step(Parameters<T>& parameters, const std::string& name, const Tensor<T>& weight) {
  const FloatEnvironment standard;
  return parameters.add_buffer(name + ".step", {1}, balanced_step<T>(weight.values()));
}

template <class T>
void require_positive(const std::string& name, T step) {
  if (step > 0 && std::isfinite(step)) return;
  throw NumericError(concat(name, ": step size ", step, ", expected a positive one"));
}

}  // namespace

template <class T>
PlainWeights<T>::PlainWeights(Parameters<T>& parameters, const WeightRequest& request)
    : weight_(add_weight(parameters, request)) {}

template <class T>
BinaryWeights<T>::BinaryWeights(Parameters<T>& parameters, const WeightRequest& request)
    : weight_(add_weight(parameters, request)) {}

template <class T>
Variable<T> BinaryWeights<T>::weights(Pass<T>& pass) {
  Variable<T> proxy = weight_->variable();
  return pass.quantized_weights() ? binarize(pass.tape, proxy) : proxy;
}

template <class T>
TernaryWeights<T>::TernaryWeights(Parameters<T>& parameters, const WeightRequest& request)
    : weight_(add_weight(parameters, request)), step_(add_step(parameters, request.name, weight_->value)) {
  parameters.on_epoch([weight = weight_, step = step_] {
    const T found = balanced_step<T>(weight->value.values());
    require_positive(weight->name, found);
    step->value[0] = found;
  });
}

template <class T>
Variable<T> TernaryWeights<T>::weights(Pass<T>& pass) {
  Variable<T> proxy = weight_->variable();
  if (!pass.quantized_weights()) return proxy;
  require_positive(weight_->name, step_->value[0]);
  return ternarize(pass.tape, proxy, step_->value);
}

template <class T>
GeneratedWeights<T>::GeneratedWeights(const Automaton& automaton, const WeightRequest& request) {
  require(request.shape.rank() == 2 && request.shape[1] == automaton.cells(), request.name, ": weights of shape ",
          request.shape, " from ", automaton.cells(), " cells, expected [C, ", automaton.cells(), "]");
  weights_ = generated_weights<T>(automaton, request.shape[0]);
}

template class PlainWeights<float>;
template class PlainWeights<double>;
template class BinaryWeights<float>;
template class BinaryWeights<double>;
template class TernaryWeights<float>;
template class TernaryWeights<double>;
template class GeneratedWeights<float>;
template class GeneratedWeights<double>;

}  // namespace mog
