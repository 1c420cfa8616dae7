// Gradients add; the tape replays backwards and frees as it goes.
#include "core/tape.hpp"

#include <algorithm>

#include "core/float_environment.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

namespace mog {

template <class T>
void Gradient<T>::add(const Tensor<T>& g) const {
  if (slot_ == nullptr) return;
  if (slot_->empty()) {
    *slot_ = g;
    return;
  }
  require_shape(g, slot_->shape(), "gradient", "contribution");
  // The kept contribution may be another gradient's as well (a sum hands one tensor to both of its terms): then it must
  // not be written to.
  const Tensor<T> sum = slot_->unique() ? *slot_ : g.sibling();
  kernels::add(kernels::Add<T>{.a = slot_->data(), .b = g.data(), .y = sum.data(), .count = g.elements()});
  *slot_ = sum;
}

template <class T>
Tensor<T> Variable<T>::numbers() const {
  if (in_shorts()) {
    Tensor<T> copy = shorts.sibling<T>();
    std::copy_n(shorts.data(), shorts.elements(), copy.data());
    return copy;
  }
  if (!in_bytes()) return value;
  Tensor<T> copy = codes.sibling<T>();
  kernels::bytes_to_numbers(codes.data(), codes.elements(), copy.data());
  return copy;
}

template <class T>
void Tape<T>::backward(const Variable<T>& loss) {
  require(loss.shape().elements() == 1, "backward: the loss has shape ", loss.shape(), ", expected one element");
  const Tensor<T> one = make(loss.shape());
  one.fill(T{1});
  backward(loss, one);
}

template <class T>
void Tape<T>::backward(const Variable<T>& y, const Tensor<T>& dy) {
  require(static_cast<bool>(y.gradient), "backward: no operation with a gradient led to this variable");
  require_shape(dy, y.shape(), "backward", "the gradient");
  const FloatEnvironment standard;
  y.gradient.add(dy);
  while (!nodes_.empty()) {
    nodes_.back().object->replay();
    nodes_.back().object->~Node();  // what the operation kept for its backward pass is free from here on
    nodes_.pop_back();
  }
}

template <class T>
void Tape<T>::reset() {
  for (; !nodes_.empty(); nodes_.pop_back()) nodes_.back().object->~Node();
  for (; !slots_.empty(); slots_.pop_back()) slots_.back().object->~Tensor();
}

template class Gradient<float>;
template class Gradient<double>;
template struct Variable<float>;
template struct Variable<double>;
template class Tape<float>;
template class Tape<double>;

}  // namespace mog
