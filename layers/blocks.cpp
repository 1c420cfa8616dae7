// CFLOG with normalisation and activation, and the MUX residual block, read like the paper's Fig. 1.
#include "layers/blocks.hpp"

#include "layers/residual.hpp"

namespace mog {

template <class T>
CflogBlock<T>::CflogBlock(Parameters<T>& parameters, const std::string& name, const CflogOptions& options, int bits)
    : name_(name),
      bits_(bits),
      cflog_(parameters, name, options),
      norm_(parameters, name + ".norm", {.channels = options.out}) {}

template <class T>
Variable<T> CflogBlock<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  Variable<T> y = norm_.activated(pass, cflog_.product(pass, x), bits_);
  if (pass.observer) {
    pass.report({.name = name_ + ".activation", .kind = concat("QReLU k=", bits_), .precision = Precision::full}, y);
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
  const Tensor<std::uint8_t> s = tgap(pass, x, bits_);
  const Variable<T> past = shortcut(pass.tape, x, s);
  const Variable<T> a = a_(pass, x);
  const Variable<T> i1 = b_(pass, a);
  Variable<T> y = mux_residual(pass, past, i1, s, bits_);
  if (pass.observer) {
    pass.report({.name = name_ + ".mux", .kind = "bit shift, TGAP, MUX", .precision = Precision::full}, y);
  }
  return y;
}

template class CflogBlock<float>;
template class CflogBlock<double>;
template class Mrb<float>;
template class Mrb<double>;

}  // namespace mog
