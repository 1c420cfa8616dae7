// TT-SVD against the definition of a tensor train by plain loops, and against matrices of known singular values.
#include "layers/tensor_train.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "core/random.hpp"

using mog::Index;
using mog::Shape;
using mog::Tensor;
using mog::TensorTrain;
using mog::train_shape;
using mog::TrainShape;

namespace {

Tensor<double> random(const Shape& shape, std::uint64_t seed = 1) { return mog::random_tensor<double>(shape, seed); }

double norm_of(const Tensor<double>& t) {
  double sum = 0;
  for (const double v : t.values()) sum += v * v;
  return std::sqrt(sum);
}

double distance(const Tensor<double>& a, const Tensor<double>& b) {
  REQUIRE(a.elements() == b.elements());
  double sum = 0;
  for (Index i = 0; i < a.elements(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// A decomposition of sums of some hundred products has lost a few bits at most.
double rounding(const Tensor<double>& w) { return 200 * std::numeric_limits<double>::epsilon() * norm_of(w); }

/// Element `index` by the definition: a row vector times one matrix after another.
double element(const std::vector<Tensor<double>>& cores, Index index, const Shape& sizes) {
  std::vector<double> row{1};
  for (int k = 0; k < sizes.rank(); ++k) {
    Index behind = 1;
    for (int i = k + 1; i < sizes.rank(); ++i) behind *= sizes[i];
    const Index j = index / behind % sizes[k];
    const Tensor<double>& core = cores[mog::to_size(k)];
    std::vector<double> next(mog::to_size(core.shape()[2]), 0);
    for (Index a = 0; a < core.shape()[0]; ++a) {
      for (Index b = 0; b < core.shape()[2]; ++b) {
        next[mog::to_size(b)] += row[mog::to_size(a)] * core[(a * core.shape()[1] + j) * core.shape()[2] + b];
      }
    }
    row = next;
  }
  return row[0];
}

const std::vector<Shape> kSizes{{7}, {5, 6}, {3, 9, 4}, {16, 9, 16}, {2, 5, 3, 4}, {3, 2, 9, 2, 3}, {1, 4, 1, 5, 1}};

std::vector<Index> same_ranks(const Shape& sizes, Index rank) {
  return std::vector<Index>(mog::to_size(sizes.rank() - 1), rank);
}

}  // namespace

TEST_CASE("ranks are cut to what the unfoldings can have, and numbers are counted core by core") {
  CHECK(train_shape({16, 9, 16}, {99, 99}).ranks == std::vector<Index>{1, 16, 16, 1});
  CHECK(train_shape({8, 8, 9, 4, 8}, {8, 40, 40, 9}).ranks == std::vector<Index>{1, 8, 40, 32, 8, 1});
  CHECK(train_shape({2, 3, 9}, {1, 99}).ranks == std::vector<Index>{1, 1, 3, 1});
  CHECK(train_shape({16, 9, 16}, {7, 7}).numbers() == 16 * 7 + 7 * 9 * 7 + 7 * 16);
  CHECK(train_shape({8, 4, 9, 4, 8}, {8, 16, 16, 8}).core(2) == Shape{16, 9, 16});
  CHECK(train_shape({7}, {}).numbers() == 7);
}

TEST_CASE("a contraction is the product of the cores' matrices, element by element") {
  for (const Shape& sizes : kSizes) {
    CAPTURE(sizes.text());
    const TrainShape shape = train_shape(sizes, same_ranks(sizes, 3));
    std::vector<Tensor<double>> cores;
    for (int k = 0; k < shape.order(); ++k) cores.push_back(random(shape.core(k), static_cast<std::uint64_t>(k) + 1));
    const Tensor<double> w = mog::contracted(cores);
    CHECK(w.shape() == sizes);
    for (Index i = 0; i < w.elements(); ++i) {
      CHECK(w[i] == doctest::Approx(element(cores, i, sizes)).epsilon(1e-13).scale(1));
    }
  }
}

TEST_CASE("at full rank nothing is lost, and a tensor that is a train of these ranks is found again") {
  for (const Shape& sizes : kSizes) {
    CAPTURE(sizes.text());
    const Tensor<double> w = random(sizes);
    const TensorTrain whole = mog::tt_svd(w, train_shape(sizes, same_ranks(sizes, 1000)));
    CHECK(whole.error == 0);
    CHECK(distance(mog::contracted(whole.cores), w) < rounding(w));

    const TrainShape small = train_shape(sizes, same_ranks(sizes, 2));
    const Tensor<double> train = mog::contracted(mog::tt_svd(w, small).cores);
    const TensorTrain again = mog::tt_svd(train, small);
    CHECK(again.error < rounding(w));
    CHECK(distance(mog::contracted(again.cores), train) < rounding(w));
  }
}

TEST_CASE("of a matrix the train of rank r is the best matrix of that rank: its r largest singular values") {
  // Columns of Hadamard's matrix / 2 are orthonormal: W = sum s_i u_i u_{3-i}^T has the singular values s.
  constexpr double kSigns[4][4] = {{1, 1, 1, 1}, {1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
  constexpr double kValues[4] = {5, 3, 2, 0.5};
  const auto sum_of_first = [&](int terms) {
    const Tensor<double> w = Tensor<double>::filled({4, 4}, 0);
    for (int i = 0; i < terms; ++i) {
      for (Index a = 0; a < 4; ++a) {
        for (Index b = 0; b < 4; ++b) w[4 * a + b] += kValues[i] * kSigns[i][a] * kSigns[3 - i][b] / 4;
      }
    }
    return w;
  };
  const Tensor<double> w = sum_of_first(4);
  for (int rank = 1; rank <= 4; ++rank) {
    const TensorTrain train = mog::tt_svd(w, train_shape({4, 4}, {rank}));
    CHECK(distance(mog::contracted(train.cores), sum_of_first(rank)) < rounding(w));
    double left_out = 0;
    for (int i = rank; i < 4; ++i) left_out += kValues[i] * kValues[i];
    CHECK(std::abs(train.error - std::sqrt(left_out)) < rounding(w));
  }
}

TEST_CASE("the stated error is the distance, between the best of one unfolding and the bound of all of them") {
  for (const Shape& sizes : kSizes) {
    if (sizes.rank() < 2) continue;
    CAPTURE(sizes.text());
    const Tensor<double> w = random(sizes);
    for (const Index rank : {1, 2, 5}) {
      const TrainShape shape = train_shape(sizes, same_ranks(sizes, rank));
      const TensorTrain train = mog::tt_svd(w, shape);
      CHECK(std::abs(distance(mog::contracted(train.cores), w) - train.error) < rounding(w));
      double largest = 0, squares = 0;  // errors of the best approximations of the unfoldings (Theorem 2.2 there)
      Index rows = 1;
      for (int k = 0; k + 1 < sizes.rank(); ++k) {
        rows *= sizes[k];
        const Shape unfolding{rows, w.elements() / rows};
        const double error =
            mog::tt_svd(w.reshaped(unfolding), train_shape(unfolding, {shape.ranks[mog::to_size(k) + 1]})).error;
        largest = std::max(largest, error);
        squares += error * error;
      }
      CHECK(train.error > largest - rounding(w));
      CHECK(train.error < std::sqrt(squares) + rounding(w));
    }
  }
}

TEST_CASE("shapes that do not fit, ranks of none and numbers that are not finite are refused") {
  CHECK_THROWS_WITH_AS(train_shape({4, 4}, {2, 2}), "tensor train: 2 ranks for sizes [4, 4], expected 1",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(train_shape({4, 4}, {0}), "tensor train: rank 0 for sizes [4, 4], expected at least 1",
                       std::invalid_argument);
  CHECK_THROWS_AS(train_shape({4, 0}, {1}), std::invalid_argument);
  CHECK_THROWS_AS(train_shape({}, {}), std::invalid_argument);
  CHECK_THROWS_WITH_AS(mog::tt_svd(random({4, 5}), train_shape({5, 4}, {2})),
                       "tt_svd: w has shape [4, 5], expected [5, 4]", std::invalid_argument);
  const Tensor<double> bad = random({4, 4});
  for (const double v : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    bad[3] = v;
    CHECK_THROWS_WITH_AS(mog::tt_svd(bad, train_shape({4, 4}, {2})), "tt_svd: the tensor is not finite",
                         mog::NumericError);
  }
  CHECK_THROWS_AS(mog::contracted({}), std::invalid_argument);
  CHECK_THROWS_AS(mog::contracted({random({1, 3, 2}), random({3, 2, 1})}), std::invalid_argument);
  CHECK_THROWS_AS(mog::contracted({random({1, 3, 2})}), std::invalid_argument);
}
