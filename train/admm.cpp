// Projection, dual update and pull, layer by layer.
#include "train/admm.hpp"

#include <cmath>

namespace mog {

Admm::Admm(const Graph<float>& network) {
  for (const Node<float>& node : network.nodes()) {
    const auto* block = std::get_if<ConvBlock<float>>(&node.kind);
    if (block == nullptr) continue;
    const auto* weights = dynamic_cast<const TensorTrainWeights<float>*>(&block->conv().source());
    if (weights != nullptr) layers_.push_back({weights, Tensor<float>(weights->dense().value.shape())});
  }
  require(!layers_.empty(), "admm: the network has no tensor trains to pull its weights to, expected one of ETD's");
}

std::string Admm::text() const { return concat("ADMM towards tensor trains in ", layers_.size(), " layers"); }

void Admm::begin_epoch(const StagePlan& stage, Index epoch, Parameters<float>& /*parameters*/) {
  if (stage.rho == 0) return;
  for (const auto& [weights, sum] : layers_) {
    const Tensor<float> w = weights->dense().value, z = weights->admm_z().value, u = weights->admm_u().value;
    if (epoch == 0) u.fill(0);
    for (Index i = 0; i < w.elements(); ++i) sum[i] = w[i] + u[i];
    z.copy_from(weights->projected(sum));
    for (Index i = 0; i < w.elements(); ++i) u[i] += w[i] - z[i];
  }
}

void Admm::before_update(const StagePlan& stage, Parameters<float>& /*parameters*/) {
  if (stage.rho == 0) return;
  const auto rho = static_cast<float>(stage.rho);
  for (const auto& [weights, pull] : layers_) {
    Parameter<float>& dense = weights->dense();
    if (dense.gradient.empty()) continue;  // it stands still
    const Tensor<float> w = dense.value, z = weights->admm_z().value, u = weights->admm_u().value;
    for (Index i = 0; i < w.elements(); ++i) pull[i] = rho * (w[i] - z[i] + u[i]);
    Gradient<float>(&dense.gradient).add(pull);
  }
}

void Admm::end_epoch(const StagePlan& stage, const Parameters<float>& /*parameters*/, EpochRow& row) {
  if (stage.rho == 0) return;
  double squares = 0;
  for (const Layer& layer : layers_) {
    const Tensor<float> w = layer.weights->dense().value, z = layer.weights->admm_z().value;
    for (Index i = 0; i < w.elements(); ++i) {
      const double difference = static_cast<double>(w[i]) - static_cast<double>(z[i]);
      squares += difference * difference;
    }
  }
  row.residual = std::sqrt(squares);
}

}  // namespace mog
