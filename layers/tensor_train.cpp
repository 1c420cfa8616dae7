// TT-SVD by Eigen's singular value decomposition, in double, on one thread: the same numbers on any number of them.
#include "layers/tensor_train.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_environment.hpp"

#define EIGEN_DONT_PARALLELIZE  // else Eigen would split its products among OpenMP's threads
#include <Eigen/Core>
#include <Eigen/SVD>

namespace mog {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowsView = Eigen::Map<const Rows>;

/// A matrix's numbers, row after row, as a tensor of this shape.
Tensor<double> tensor_of(const Rows& matrix, const Shape& shape) {
  return Tensor<double>::from(shape, {matrix.data(), to_size(matrix.size())});
}

/// The product of sizes k, k + 1, ... of a shape.
Index elements_from(const Shape& sizes, int k) {
  Index product = 1;
  for (int i = k; i < sizes.rank(); ++i) product *= sizes[i];
  return product;
}

}  // namespace

Shape TrainShape::core(int k) const { return {ranks[to_size(k)], sizes[k], ranks[to_size(k) + 1]}; }

Index TrainShape::numbers() const {
  Index sum = 0;
  for (int k = 0; k < order(); ++k) sum += core(k).elements();
  return sum;
}

TrainShape train_shape(const Shape& sizes, const std::vector<Index>& ranks) {
  const int order = sizes.rank();
  require(order >= 1 && sizes.elements() >= 1, "tensor train: sizes ", sizes, ", expected at least 1 each");
  require(static_cast<int>(ranks.size()) == order - 1, "tensor train: ", ranks.size(), " ranks for sizes ", sizes,
          ", expected ", order - 1);
  TrainShape shape{.sizes = sizes, .ranks = {1}};
  for (int k = 0; k + 1 < order; ++k) {
    const Index rank = ranks[to_size(k)];
    require(rank >= 1, "tensor train: rank ", rank, " for sizes ", sizes, ", expected at least 1");
    shape.ranks.push_back(std::min({rank, shape.ranks.back() * sizes[k], elements_from(sizes, k + 1)}));
  }
  shape.ranks.push_back(1);
  return shape;
}

TensorTrain tt_svd(const Tensor<double>& w, const TrainShape& shape) {
  require_shape(w, shape.sizes, "tt_svd", "w");
  const FloatEnvironment standard;
  TensorTrain train;
  double left_out = 0;
  Rows rest = RowsView(w.data(), 1, w.elements());
  for (int k = 0; k + 1 < shape.order(); ++k) {
    const Shape core = shape.core(k);
    const Index rows = core[0] * core[1], rank = core[2];
    const Eigen::MatrixXd unfolding = RowsView(rest.data(), rows, rest.size() / rows);
    if (!unfolding.allFinite()) throw NumericError("tt_svd: the tensor is not finite");
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(unfolding, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::VectorXd& values = svd.singularValues();
    train.cores.push_back(tensor_of(svd.matrixU().leftCols(rank), core));
    left_out += values.tail(values.size() - rank).squaredNorm();
    rest = values.head(rank).asDiagonal() * svd.matrixV().leftCols(rank).transpose();
  }
  train.cores.push_back(tensor_of(rest, shape.core(shape.order() - 1)));
  train.error = std::sqrt(left_out);
  return train;
}

Tensor<double> contracted(const std::vector<Tensor<double>>& cores) {
  require(!cores.empty() && static_cast<int>(cores.size()) <= Shape::kMaxRank, "tensor train: ", cores.size(),
          " cores, expected 1 to ", Shape::kMaxRank);
  const FloatEnvironment standard;
  std::vector<Index> sizes;
  Rows left = Rows::Ones(1, 1);
  for (const Tensor<double>& core : cores) {
    require(core.shape().rank() == 3 && core.shape()[0] == left.cols(), "tensor train: core ", sizes.size(),
            " has shape ", core.shape(), ", expected [", left.cols(), ", n, r]");
    const Index size = core.shape()[1], rank = core.shape()[2], before = left.rows();
    const Rows product = left * RowsView(core.data(), left.cols(), size * rank);
    left = RowsView(product.data(), before * size, rank);
    sizes.push_back(size);
  }
  require(left.cols() == 1, "tensor train: the last core has shape ", cores.back().shape(), ", expected [r, n, 1]");
  return tensor_of(left, Shape(sizes.data(), static_cast<int>(sizes.size())));
}

}  // namespace mog
