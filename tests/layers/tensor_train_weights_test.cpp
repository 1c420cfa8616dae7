// Tensor-train weights: their kernel against the decomposition's definition, their gradients against central
// differences, and which of their two forms is trained when.
#include "layers/tensor_train_weights.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "core/safetensors.hpp"
#include "layers/conv.hpp"
#include "layers/gradient_check.hpp"

using mog::Index;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;
using mog::train_shape;
using mog::TrainShape;

namespace {

mog::WeightRequest request(Index in, Index out) {
  return {.name = "w", .shape = {1, 3, 3, in, out}, .initial = mog::Initial::uniform(1)};
}

template <class T>
std::shared_ptr<mog::TensorTrainWeights<T>> source_of(Parameters<T>& p, Index in, Index out, const TrainShape& shape) {
  return std::make_shared<mog::TensorTrainWeights<T>>(p, request(in, out), shape);
}

template <class T>
std::vector<T> kernel(mog::WeightSource<T>& source, Stage stage, bool training = false) {
  Tape<T> tape;
  Pass<T> pass{.tape = tape, .stage = stage, .training = training};
  const Tensor<T> w = source.weights(pass).value;
  return {w.values().begin(), w.values().end()};
}

template <class T>
std::vector<T> numbers(const Tensor<T>& t) {
  return {t.values().begin(), t.values().end()};
}

const TrainShape kSmall = train_shape({2, 3, 9, 2, 2}, {2, 3, 3, 2});  // 4 -> 6

}  // namespace

TEST_CASE("the kernel's element (a, b, i, o) is the train's element (o, 3 a + b, i)") {
  Parameters<double> p;
  const auto source = source_of<double>(p, 4, 6, kSmall);
  std::vector<Tensor<double>> cores;
  for (int k = 0; k < kSmall.order(); ++k) {
    const Tensor<double>& core = p.find(mog::concat("w.core", k + 1))->value;
    core.copy_from(mog::random_tensor<double>(core.shape(), static_cast<std::uint64_t>(k) + 5));
    cores.push_back(core);
  }
  const Tensor<double> v = mog::contracted(cores);
  const std::vector<double> w = kernel(*source, Stage::quantized_weights);
  for (Index pixel = 0; pixel < 9; ++pixel) {
    for (Index i = 0; i < 4; ++i) {
      for (Index o = 0; o < 6; ++o) {
        CHECK(w[mog::to_size((pixel * 4 + i) * 6 + o)] == doctest::Approx(v[(o * 9 + pixel) * 4 + i]).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("at full rank both forms compute the same, at a smaller one the cores are the projection of the dense form") {
  Parameters<double> whole, cut;
  const auto all = source_of<double>(whole, 4, 6, train_shape({6, 9, 4}, {6, 4}));
  const auto few = source_of<double>(cut, 4, 6, train_shape({6, 9, 4}, {3, 2}));
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-13).scale(1));
  };
  near(kernel(*all, Stage::quantized_weights), kernel(*all, Stage::full_precision));
  near(kernel(*few, Stage::quantized_weights), numbers(few->projected(few->dense().value)));
  CHECK(kernel(*few, Stage::quantized) == kernel(*few, Stage::quantized_weights));
  CHECK(few->storage().stored == 6 * 3 + 3 * 9 * 2 + 2 * 4);
  CHECK(few->storage().bits == 32);
  CHECK(few->kind() == "tensor train");
}

TEST_CASE("gradients of every core, and of the input, through a convolution of stride 1 and 2 are the true ones") {
  for (const TrainShape& shape : {kSmall, train_shape({6, 9, 4}, {3, 2}), train_shape({3, 2, 9, 4, 1}, {1, 1, 4, 1})}) {
    for (const int stride : {1, 2}) {
      Parameters<double> p;
      mog::Conv<double> conv(p, "conv", {.in = 4, .out = 6, .kernel = 3, .stride = stride},
                             mog::tensor_train_weights<double>(shape));
      std::uint64_t seed = 1;
      for (auto& one : p.trained()) one.value.copy_from(mog::random_tensor<double>(one.value.shape(), ++seed));
      for (const Stage stage : {Stage::full_precision, Stage::quantized_weights}) {
        const auto f = [&](Tape<double>& tape, std::span<const mog::Variable<double>> in) {
          Pass<double> pass{.tape = tape, .stage = stage};
          return conv(pass, in[0]);
        };
        const mog::GradientReport report =
            mog::check_gradients(f, {mog::random_tensor<double>({2, 4, 2, 4}, 9)}, {.parameters = &p});
        INFO(report.worst);
        CHECK(report.passed);
        CHECK(report.checked > 150);
      }
    }
  }
}

TEST_CASE("a convolution by cores is the five contractions of an independent PyTorch script, gradients too") {
  const auto file = mog::SafetensorsFile::read(std::string(MOG_GOLDEN_DIR) + "/tensor_train.safetensors");
  const TrainShape shape = train_shape({2, 4, 9, 3, 2}, {2, 5, 4, 2});
  const auto near = [](const Tensor<double>& found, const Tensor<double>& expected) {
    REQUIRE(found.shape() == expected.shape());
    double largest = 0, difference = 0;
    for (Index i = 0; i < found.elements(); ++i) {
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(difference, std::abs(found[i] - expected[i]));
    }
    CHECK(largest > 0.1);
    CHECK(difference < 1e-13 * largest);
  };
  for (const int stride : {1, 2}) {
    Parameters<double> p;
    mog::Conv<double> conv(p, "conv", {.in = 6, .out = 8, .kernel = 3, .stride = stride},
                           mog::tensor_train_weights<double>(shape));
    for (int k = 1; k <= shape.order(); ++k) {
      p.find(mog::concat("conv.weight.core", k))->value.copy_from(file.tensor<double>(mog::concat("core", k)));
    }
    Tape<double> tape;
    Pass<double> pass{.tape = tape, .stage = Stage::quantized_weights};
    const auto x = tape.leaf(file.tensor<double>("x"));
    const auto y = conv(pass, x);
    const std::string part = mog::concat("stride", stride, ".");
    near(y.value, file.tensor<double>(part + "y"));
    tape.backward(y, file.tensor<double>(part + "dy"));
    near(x.gradient.take(), file.tensor<double>(part + "grad.x"));
    for (int k = 1; k <= shape.order(); ++k) {
      near(p.find(mog::concat("conv.weight.core", k))->gradient,
           file.tensor<double>(mog::concat(part, "grad.core", k)));
    }
  }
}

TEST_CASE("the form of the stage is trained alone, and the cores follow the dense form until they are trained") {
  Parameters<float> p;
  const auto source = source_of<float>(p, 4, 6, kSmall);
  const auto gradients_after = [&](Stage stage) {
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = stage};
    const auto w = source->weights(pass);
    tape.backward(w, Tensor<float>::filled(w.shape(), 1));
    std::string names;
    for (const auto& one : p.trained()) names += one.gradient.empty() ? "" : one.name + " ";
    p.clear_gradients();
    return names;
  };
  CHECK(gradients_after(Stage::full_precision) == "w ");
  const Tensor<float> dense = source->dense().value;
  dense.copy_from(mog::random_tensor<float>(dense.shape(), 11));
  const auto before = kernel(*source, Stage::quantized_weights);
  CHECK(kernel(*source, Stage::full_precision) == numbers(dense));
  p.begin_epoch();
  const auto decomposed = kernel(*source, Stage::quantized_weights);
  CHECK(decomposed != before);
  const std::vector<float> projected = numbers(source->projected(dense));
  for (std::size_t i = 0; i < projected.size(); ++i) {
    CHECK(decomposed[i] == doctest::Approx(projected[i]).epsilon(1e-5).scale(1));
  }

  CHECK(gradients_after(Stage::quantized_weights) == "w.core1 w.core2 w.core3 w.core4 w.core5 ");
  const Tensor<float> core = p.find("w.core3")->value;
  core.fill(2);
  const auto trained = kernel(*source, Stage::quantized_weights);
  p.begin_epoch();
  CHECK(kernel(*source, Stage::quantized_weights) == trained);
  CHECK(kernel(*source, Stage::full_precision) == numbers(dense));  // evaluated, not trained
  p.begin_epoch();
  CHECK(kernel(*source, Stage::quantized_weights) == trained);
  kernel(*source, Stage::full_precision, true);
  p.begin_epoch();
  CHECK(kernel(*source, Stage::quantized_weights) == decomposed);
}

TEST_CASE("sizes that do not multiply to the layer's, other kernels and weights that are not finite are refused") {
  Parameters<float> p;
  const auto refused = [&](const Shape& sizes, const std::vector<Index>& ranks, const char* message) {
    CHECK_THROWS_WITH_AS(source_of<float>(p, 4, 6, train_shape(sizes, ranks)), message, std::invalid_argument);
  };
  refused({4, 9, 6}, {2, 2},
          "w: a tensor train of sizes [4, 9, 6], expected outputs that multiply to 6, then 9, then inputs that "
          "multiply to 4");
  for (const Shape& sizes : {Shape{6, 3, 12}, Shape{9, 6, 4}, Shape{216}}) {
    const std::vector<Index> ranks(mog::to_size(sizes.rank() - 1), 2);
    CHECK_THROWS_AS(source_of<float>(p, 4, 6, train_shape(sizes, ranks)), std::invalid_argument);
  }
  CHECK_THROWS_AS(source_of<float>(p, 4, 6, train_shape({6, 9, 2, 2}, {2, 2, 2})), std::invalid_argument);
  const mog::WeightRequest pointwise{.name = "w", .shape = {4, 6}, .initial = mog::Initial::uniform(1)};
  CHECK_THROWS_WITH_AS(mog::tensor_train_weights<float>(kSmall)(p, pointwise),
                       "w: weights of shape [4, 6] as a tensor train, expected [1, 3, 3, I, O]", std::invalid_argument);
  CHECK(p.trained().empty());

  const auto source = source_of<float>(p, 4, 6, kSmall);
  source->dense().value[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(p.begin_epoch(), mog::NumericError);
  CHECK_THROWS_WITH_AS(static_cast<void>(source->projected(Tensor<float>({4, 6}))),
                       "w: what is projected has shape [4, 6], expected [1, 3, 3, 4, 6]", std::invalid_argument);
}
