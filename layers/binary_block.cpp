// Normalisation, signs, convolution.
#include "layers/binary_block.hpp"

#include "layers/activations.hpp"
#include "layers/quantizers.hpp"
#include "layers/scaled_binary.hpp"

namespace mog {

template <class T>
BinaryBlock<T>::BinaryBlock(Parameters<T>& parameters, const std::string& name, const ConvOptions& options)
    : name_(name),
      norm_(parameters, name + ".norm", {.channels = options.in}),
      conv_(parameters, name, options, scaled_binary_weights<T>) {}

template <class T>
Variable<T> BinaryBlock<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  const Variable<T> normalised = norm_(pass, x);
  const Variable<T> y = pass.quantized_activations() ? binarize(pass.tape, normalised) : relu(pass.tape, normalised);
  if (pass.observer) pass.report({.name = name_ + ".activation", .kind = "sign"}, y);
  return conv_(pass, y);
}

template class BinaryBlock<float>;
template class BinaryBlock<double>;

}  // namespace mog
