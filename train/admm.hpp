// ADMM: pulls dense weights towards tensor trains while they learn, so that the decomposition costs little.
#pragma once

#include <vector>

#include "layers/graph.hpp"
#include "layers/tensor_train_weights.hpp"
#include "train/hook.hpp"

namespace mog {

/// Training under the constraint that weights are tensor trains of given ranks, by the alternating direction method of
/// multipliers (Yin et al., "Towards efficient tensor decomposition-based DNN model compression with optimization
/// framework", CVPR 2021). For each layer with TensorTrainWeights, in stages whose plan has a rho > 0:
///   at the beginning of an epoch   Z := proj(W + U), U := U + W - Z, and U = 0 before the first of a stage's epochs
///   before an update               dW += rho (W - Z + U), the gradient of rho / 2 ||W - Z + U||_F^2
/// proj is TT-SVD. Z and U are buffers of the network: a run that is resumed goes on with them. The row of an epoch has
/// its residual, ||W - Z||_F over all layers. The loss in it is without the term.
class Admm final : public TrainHook {
 public:
  /// Of all layers of a network that must outlive it. Throws std::invalid_argument when none has tensor trains.
  explicit Admm(const Graph<float>& network);

  [[nodiscard]] std::string text() const override;
  void begin_epoch(const StagePlan& stage, Index epoch, Parameters<float>& parameters) override;
  void before_update(const StagePlan& stage, Parameters<float>& parameters) override;
  void end_epoch(const StagePlan& stage, const Parameters<float>& parameters, EpochRow& row) override;

 private:
  struct Layer {
    const TensorTrainWeights<float>* weights;
    Tensor<float> pull;  // rho (W - Z + U), in memory of its own: a step takes none
  };
  std::vector<Layer> layers_;
};

}  // namespace mog
