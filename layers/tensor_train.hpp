// Tensor trains: a tensor as a chain of small cores, found by truncated singular value decompositions (TT-SVD).
#pragma once

#include <string>
#include <vector>

#include "core/tensor.hpp"

namespace mog {

/// Sizes n_1 ... n_d of a tensor and ranks r_0 ... r_d of a train for it, r_0 = r_d = 1. With cores G_k of shape
/// [r_{k-1}, n_k, r_k], and G_k(j) for the matrix of its elements (., j, .),
///   W(j_1, ..., j_d) = G_1(j_1) G_2(j_2) ... G_d(j_d)
/// (Oseledets, "Tensor-train decomposition", SIAM J. Sci. Comput. 33, 2011, eq. 1.2).
struct TrainShape {
  Shape sizes;
  std::vector<Index> ranks;  // d + 1 of them

  [[nodiscard]] int order() const { return sizes.rank(); }
  /// [r_k, n_{k+1}, r_{k+1}], k counted from 0.
  [[nodiscard]] Shape core(int k) const;
  /// In all cores: sum of r_{k-1} n_k r_k.
  [[nodiscard]] Index numbers() const;
};

/// The shape with these d - 1 ranks r_1 ... r_{d-1}, each cut to what its unfolding can have, from the first to the
/// last: r_k <= min(r_{k-1} n_k, n_{k+1} ... n_d). Throws std::invalid_argument unless sizes and ranks are at least 1
/// and there are d - 1 ranks.
TrainShape train_shape(const Shape& sizes, const std::vector<Index>& ranks);

struct TensorTrain {
  std::vector<Tensor<double>> cores;
  double error = 0;  // ||W - train||_F: the root of the sum of squares of the singular values that were left out
};

/// TT-SVD (Oseledets 2011, Algorithm 1, with ranks in place of a tolerance): for k = 1 ... d - 1 the singular vectors
/// of the r_k largest singular values of the unfolding [r_{k-1} n_k, n_{k+1} ... n_d] are core k, the rest goes on to
/// the next. Its error is at most sqrt(d - 1) times that of the best train of these ranks, and none for d = 2.
/// w: of shape.sizes. Throws std::invalid_argument on another shape, NumericError when w is not finite.
TensorTrain tt_svd(const Tensor<double>& w, const TrainShape& shape);

/// The tensor that cores [r_{k-1}, n_k, r_k] stand for, of shape [n_1, ..., n_d]. Throws std::invalid_argument unless
/// each core's last size is the next one's first, and the outermost are 1.
Tensor<double> contracted(const std::vector<Tensor<double>>& cores);

}  // namespace mog
