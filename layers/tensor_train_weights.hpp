// Tensor-train weights: a 3x3 kernel as dense numbers first, then as the cores of a tensor train.
#pragma once

#include <vector>

#include "layers/tensor_train.hpp"
#include "layers/weights.hpp"

namespace mog {

/// The kernel w[0, a, b, i, o] of a 3x3 convolution I -> O as the tensor that is decomposed: v[o, 3 a + b, i], its
/// first axis cut into o_1 o_2 ... = O, its last into i_1 i_2 ... = I.
///   forward   w[0, a, b, i, o] = v[o, 3 a + b, i]
///   backward  dv[o, 3 a + b, i] = dw[0, a, b, i, o]
/// Shapes    v of O 9 I elements, w [1, 3, 3, I, O].  Saves  nothing.
template <class T>
Variable<T> kernel_of_train(Tape<T>& tape, const Variable<T>& v, const Shape& kernel);

/// The weights of a 3x3 convolution in the two forms of ETD (Yin et al., "Towards efficient tensor decomposition-based
/// DNN model compression with optimization framework", CVPR 2021). While weights are in full precision they are the
/// dense parameter NAME; in the other stages the contraction of the parameters NAME.core1, NAME.core2, ..., each with
/// its gradient by the chain rule through the products of the contraction, left to right.
///
/// At the beginning of an epoch the cores are the TT-SVD of the dense weights, as long as it was these that were
/// trained last (the buffer NAME.cores_trained [1] is 0): so the first epoch of a stage of cores begins with the
/// decomposition of what the stage before trained. The buffers NAME.admm.z and NAME.admm.u, of NAME's shape, are kept
/// for training by ADMM, see train/admm.hpp. Stored are the cores, 32 bits a number.
template <class T>
class TensorTrainWeights final : public WeightSource<T> {
 public:
  /// Throws std::invalid_argument unless a [1, 3, 3, I, O] is requested and the train's sizes are of odd number, those
  /// before the middle one multiply to O, that is 9, and those behind it multiply to I.
  TensorTrainWeights(Parameters<T>& parameters, const WeightRequest& request, const TrainShape& shape);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "tensor train"; }
  [[nodiscard]] WeightStorage storage() const override { return {.stored = shape_.numbers(), .bits = 32}; }

  [[nodiscard]] const TrainShape& shape() const { return shape_; }
  [[nodiscard]] Parameter<T>& dense() const { return *dense_; }
  [[nodiscard]] Buffer<T>& admm_z() const { return *admm_z_; }
  [[nodiscard]] Buffer<T>& admm_u() const { return *admm_u_; }
  /// The nearest kernel that TT-SVD finds of these ranks. kernel: of NAME's shape.
  [[nodiscard]] Tensor<T> projected(const Tensor<T>& kernel) const;

 private:
  TrainShape shape_;
  Parameter<T>* dense_;
  std::vector<Parameter<T>*> cores_;
  Buffer<T>*cores_trained_, *admm_z_, *admm_u_;
};

/// The sources of convolutions that are given this shape.
template <class T>
WeightMaker<T> tensor_train_weights(const TrainShape& shape) {
  return [shape](Parameters<T>& parameters, const WeightRequest& request) {
    return std::make_shared<TensorTrainWeights<T>>(parameters, request, shape);
  };
}

}  // namespace mog
