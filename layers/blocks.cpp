// Convolution and CFLOG with normalisation and activation, and the two kinds of residual block.
#include "layers/blocks.hpp"

#include "layers/activations.hpp"
#include "layers/residual.hpp"

namespace mog {

template <class T>
ConvBlock<T>::ConvBlock(Parameters<T>& parameters, const std::string& name, const ConvOptions& options,
                        Following following, const WeightMaker<T>& weights)
    : following_(following),
      conv_(parameters, name, options, weights),
      norm_(parameters, name + ".norm", {.channels = options.out, .before_activation = following.bits > 0}) {}

template <class T>
Variable<T> ConvBlock<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  if (following_.bits == 0) return norm_(pass, conv_(pass, x));
  Variable<T> y = norm_.activated(pass, conv_(pass, x), following_.bits);
  if (pass.observer) {
    pass.report(
        {.name = conv_.name() + ".activation", .kind = concat("QReLU k=", following_.bits), .holds = Holds::codes}, y);
  }
  return y;
}

template <class T>
CflogBlock<T>::CflogBlock(Parameters<T>& parameters, const std::string& name, const CflogOptions& options, int bits)
    : name_(name),
      bits_(bits),
      cflog_(parameters, name, options),
      norm_(parameters, name + ".norm", {.channels = options.out, .before_activation = true}) {}

template <class T>
Variable<T> CflogBlock<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  Variable<T> y = activated_product(pass, norm_, cflog_.product(pass, x), bits_);
  if (pass.observer) {
    pass.report({.name = name_ + ".activation", .kind = concat("QReLU k=", bits_), .holds = Holds::codes}, y);
  }
  return y;
}

template <class T>
Mrb<T>::Mrb(Parameters<T>& parameters, const std::string& name, const MrbOptions& options)
    : name_(name),
      bits_(options.bits),
      a_(parameters, name + ".a",
         {.in = options.channels, .out = options.channels, .groups = options.groups, .layer = options.layer},
         options.bits),
      b_(parameters, name + ".b",
         {.in = options.channels, .out = options.channels, .groups = options.groups, .layer = options.layer + 1},
         options.bits) {}

template <class T>
Variable<T> Mrb<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  const Shortcut<T> past = shortcut(pass.tape, x, tgap(pass, x, bits_));
  const Variable<T> a = a_(pass, x);
  const Variable<T> i1 = b_(pass, a);
  Variable<T> y = mux_residual(pass, past, i1, bits_);
  if (pass.observer) {
    pass.report({.name = name_ + ".mux", .kind = "bit shift, TGAP, MUX", .holds = Holds::codes}, y);
  }
  return y;
}

template <class T>
ResidualSum<T>::ResidualSum(std::string name, int bits, bool way_is_activation)
    : name_(std::move(name)), bits_(bits), way_is_activation_(way_is_activation) {
  require(bits >= 0 && bits <= 8, name_, ": k = ", bits, " bits, expected 1 to 8, or 0 for no activation");
}

template <class T>
Variable<T> ResidualSum<T>::operator()(Pass<T>& pass, const Variable<T>& x, const Variable<T>& way) const {
  if (bits_ == 0) {
    Variable<T> y = add(pass.tape, x, way);
    if (pass.observer) pass.report({.name = name_, .kind = "sum"}, y);
    return y;
  }
  const bool codes = pass.quantized_activations() && way_is_activation_;
  const Variable<T> past = codes ? scaled(pass.tape, way, 1.0 / ((1 << bits_) - 1)) : way;
  Variable<T> y = activation(pass, add(pass.tape, x, past), bits_);
  if (pass.observer) {
    pass.report({.name = name_, .kind = concat("sum, QReLU k=", bits_), .holds = Holds::codes}, y);
  }
  return y;
}

template class ConvBlock<float>;
template class ConvBlock<double>;
template class ResidualSum<float>;
template class ResidualSum<double>;

template class CflogBlock<float>;
template class CflogBlock<double>;
template class Mrb<float>;
template class Mrb<double>;

}  // namespace mog
