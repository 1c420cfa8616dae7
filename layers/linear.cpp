// Fully connected layer: the pointwise product, and a bias with its gradient.
#include "layers/linear.hpp"

#include "core/float_environment.hpp"
#include "layers/conv.hpp"

namespace mog {
namespace {

/// y[p, o] = x[p, o] + b[o];  dx = dy, db[o] = sum_p dy[p, o], the rows added in order.
template <class T>
Variable<T> add_bias(Tape<T>& tape, const Variable<T>& x, const Variable<T>& bias) {
  const FloatEnvironment standard;
  const Index out = bias.value.elements();
  const Tensor<T> y = tape.make(x.shape());
  for (Index p = 0; p < y.rows(); ++p) {
    for (Index o = 0; o < out; ++o) y[p * out + o] = x.value[p * out + o] + bias.value[o];
  }

  return tape.record(y, {x.gradient, bias.gradient},
                     [&tape, out, dx_sum = x.gradient, db_sum = bias.gradient](const Tensor<T>& dy) {
                       dx_sum.add(dy);
                       if (!db_sum) return;
                       const Tensor<T> db = tape.make({out});
                       db.fill(T{0});
                       for (Index p = 0; p < dy.rows(); ++p) {
                         for (Index o = 0; o < out; ++o) db[o] += dy[p * out + o];
                       }
                       db_sum.add(db);
                     });
}

LinearOptions checked(const std::string& name, const LinearOptions& o) {
  require(o.in >= 1 && o.out >= 1, name, ": ", o.in, " input and ", o.out, " output features, expected at least 1");
  return o;
}

}  // namespace

template <class T>
Linear<T>::Linear(Parameters<T>& parameters, const std::string& name, const LinearOptions& options,
                  const WeightMaker<T>& weights)
    : name_(name),
      options_(checked(name, options)),
      source_(weights(parameters, {.name = name + ".weight",
                                   .shape = {options.in, options.out},
                                   .initial = Initial::glorot(options.in, options.out)})),
      bias_(options.bias ? parameters.add(name + ".bias", {options.out}, Initial::constant(0)) : nullptr) {}

template <class T>
Variable<T> Linear<T>::operator()(Pass<T>& pass, const Variable<T>& x) {
  const Variable<T> w = source_->weights(pass);
  Variable<T> y = pointwise(pass.tape, x, w);
  if (bias_ != nullptr) y = add_bias(pass.tape, y, bias_->variable());
  if (pass.observer) {
    pass.report({.name = name_,
                 .kind = concat("linear ", source_->kind()),
                 .holds = Holds::sums,
                 .weights = source_->storage(),
                 .constants = bias_ == nullptr ? 0 : options_.out,
                 .macs = y.value.rows() / y.shape()[0] * w.value.elements()},
                y);
  }
  return y;
}

template class Linear<float>;
template class Linear<double>;

}  // namespace mog
