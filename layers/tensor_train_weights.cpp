// A 3x3 kernel as dense numbers and as cores: the order of its axes, the contraction, the decomposition.
#include "layers/tensor_train_weights.hpp"

#include "core/float_environment.hpp"
#include "layers/conv.hpp"
#include "layers/reshape.hpp"

namespace mog {
namespace {

constexpr Index kPixels = 9;

/// visit(position in v[o, pixel, i], position in w[0, a, b, i, o]) for all elements of a kernel [1, 3, 3, I, O].
template <class Visit>
void for_elements(const Shape& kernel, const Visit& visit) {
  const Index in = kernel[3], out = kernel[4];
  for (Index o = 0; o < out; ++o) {
    for (Index pixel = 0; pixel < kPixels; ++pixel) {
      for (Index i = 0; i < in; ++i) visit((o * kPixels + pixel) * in + i, (pixel * in + i) * out + o);
    }
  }
}

/// A kernel as the tensor that is decomposed, in double.
template <class T>
Tensor<double> train_of_kernel(const Tensor<T>& kernel, const Shape& sizes) {
  Tensor<double> v(sizes);
  for_elements(kernel.shape(), [&](Index of_v, Index of_w) { v[of_v] = static_cast<double>(kernel[of_w]); });
  return v;
}

TrainShape checked(const WeightRequest& request, const TrainShape& shape) {
  const Shape& kernel = request.shape;
  require(kernel.rank() == 5 && kernel[0] == 1 && kernel[1] == 3 && kernel[2] == 3, request.name, ": weights of shape ",
          kernel, " as a tensor train, expected [1, 3, 3, I, O]");
  const int middle = shape.order() / 2;
  Index before = 1, behind = 1;
  for (int k = 0; k < middle; ++k) {
    before *= shape.sizes[k];
    behind *= shape.sizes[-1 - k];
  }
  require(shape.order() % 2 == 1 && shape.sizes[middle] == kPixels && before == kernel[4] && behind == kernel[3],
          request.name, ": a tensor train of sizes ", shape.sizes, ", expected outputs that multiply to ", kernel[4],
          ", then 9, then inputs that multiply to ", kernel[3]);
  return shape;
}

template <class T>
Parameter<T>* add_weight(Parameters<T>& parameters, const std::string& name, const Shape& shape, Initial initial) {
  Parameter<T>* weight = parameters.add(name, shape, initial);
  weight->decays = true;
  return weight;
}

/// cores := TT-SVD of the dense kernel.
template <class T>
void decompose(const Parameter<T>& dense, const std::vector<Parameter<T>*>& cores, const TrainShape& shape) {
  const FloatEnvironment standard;
  const TensorTrain train = tt_svd(train_of_kernel(dense.value, shape.sizes), shape);
  for (std::size_t k = 0; k < cores.size(); ++k) {
    const Tensor<double>& from = train.cores[k];
    for (Index i = 0; i < from.elements(); ++i) cores[k]->value[i] = static_cast<T>(from[i]);
  }
}

}  // namespace

template <class T>
Variable<T> kernel_of_train(Tape<T>& tape, const Variable<T>& v, const Shape& kernel) {
  const Tensor<T> numbers = v.numbers(), w = tape.make(kernel);
  require(kernel.rank() == 5 && kernel[0] * kernel[1] * kernel[2] == kPixels && v.shape().elements() == w.elements(),
          "kernel_of_train: v has shape ", v.shape(), " for a kernel ", kernel);
  for_elements(kernel, [&](Index of_v, Index of_w) { w[of_w] = numbers[of_v]; });

  return tape.record(w, {v.gradient}, [&tape, shape = v.shape(), dv_sum = v.gradient](const Tensor<T>& dw) {
    const Tensor<T> dv = tape.make(shape);
    for_elements(dw.shape(), [&](Index of_v, Index of_w) { dv[of_v] = dw[of_w]; });
    dv_sum.add(dv);
  });
}

template <class T>
TensorTrainWeights<T>::TensorTrainWeights(Parameters<T>& parameters, const WeightRequest& request,
                                          const TrainShape& shape)
    : shape_(checked(request, shape)),
      dense_(add_weight(parameters, request.name, request.shape, request.initial)),
      cores_trained_(parameters.add_buffer(request.name + ".cores_trained", {1}, T{0})),
      admm_z_(parameters.add_buffer(request.name + ".admm.z", request.shape, T{0})),
      admm_u_(parameters.add_buffer(request.name + ".admm.u", request.shape, T{0})) {
  for (int k = 0; k < shape_.order(); ++k) {
    const std::string name = concat(request.name, ".core", k + 1);
    cores_.push_back(add_weight(parameters, name, shape_.core(k), Initial::constant(0)));
  }
  decompose(*dense_, cores_, shape_);
  parameters.on_epoch([dense = dense_, cores = cores_, trained = cores_trained_, shape = shape_] {
    if (trained->value[0] == T{0}) decompose(*dense, cores, shape);
  });
}

template <class T>
Tensor<T> TensorTrainWeights<T>::projected(const Tensor<T>& kernel) const {
  require_shape(kernel, dense_->value.shape(), dense_->name, "what is projected");
  const FloatEnvironment standard;
  const Tensor<double> v = contracted(tt_svd(train_of_kernel(kernel, shape_.sizes), shape_).cores);
  Tensor<T> w(kernel.shape());
  for_elements(w.shape(), [&](Index of_v, Index of_w) { w[of_w] = static_cast<T>(v[of_v]); });
  return w;
}

template <class T>
Variable<T> TensorTrainWeights<T>::weights(Pass<T>& pass) {
  if (pass.training) cores_trained_->value[0] = pass.quantized_weights() ? T{1} : T{0};
  if (!pass.quantized_weights()) return dense_->variable();
  Tape<T>& tape = pass.tape;
  Variable<T> left = reshaped(tape, cores_[0]->variable(), {shape_.sizes[0], shape_.ranks[1]});
  for (int k = 1; k < shape_.order(); ++k) {
    const Shape core = shape_.core(k);
    const Variable<T> right = reshaped(tape, cores_[to_size(k)]->variable(), {core[0], core[1] * core[2]});
    left = pointwise(tape, left, right);
    left = reshaped(tape, left, {left.shape()[0] * core[1], core[2]});
  }
  return kernel_of_train(tape, left, dense_->value.shape());
}

template Variable<float> kernel_of_train(Tape<float>&, const Variable<float>&, const Shape&);
template Variable<double> kernel_of_train(Tape<double>&, const Variable<double>&, const Shape&);
template class TensorTrainWeights<float>;
template class TensorTrainWeights<double>;

}  // namespace mog
