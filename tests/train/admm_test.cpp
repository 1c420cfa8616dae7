// ADMM against an independent script, against its equations, and over a run through all three of ETD's stages.
#include "train/admm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "core/safetensors.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/train/tiny.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

const StagePlan kPulling{.epochs = 1, .rho = 0.25};

/// Two convolutions, the second one's weights tensor trains.
Graph<float> tiny_graph(Parameters<float>& p, const TrainShape& shape, Index maps = 6, Index last = 8) {
  Graph<float> net;
  net.add("conv", ConvBlock<float>(p, "conv", {.in = 3, .out = maps, .kernel = 3}, Following::activation(3)));
  net.add("train", ConvBlock<float>(p, "train", {.in = maps, .out = last, .kernel = 3}, Following::activation(3),
                                    tensor_train_weights<float>(shape)));
  net.add("average", GlobalAveragePool{});
  net.add("classes", Linear<float>(p, "classes", {.in = last, .out = kTinyClasses}));
  return net;
}

struct TinyEtd {
  explicit TinyEtd(const TrainShape& shape = train_shape({2, 4, 9, 3, 2}, {2, 5, 4, 2}))
      : net(tiny_graph(parameters, shape)), admm(net) {}

  [[nodiscard]] const TensorTrainWeights<float>& source() const {
    return dynamic_cast<const TensorTrainWeights<float>&>(
        std::get<ConvBlock<float>>(net.nodes()[1].kind).conv().source());
  }
  /// ||W - proj(W)|| / ||W||: what decomposing now would take away.
  [[nodiscard]] double lost() const {
    const Tensor<float> w = source().dense().value, train = source().projected(w);
    double difference = 0, all = 0;
    for (Index i = 0; i < w.elements(); ++i) {
      difference += std::pow(static_cast<double>(w[i] - train[i]), 2);
      all += std::pow(static_cast<double>(w[i]), 2);
    }
    return std::sqrt(difference / all);
  }

  Parameters<float> parameters{7};
  Graph<float> net;
  Admm admm;
};

/// ETD's three stages: three epochs, sixteen by ADMM, two of cores, six steps each.
TrainOptions three_stages() {
  const auto sgd = OptimizerKind::sgd;
  TrainOptions options = tiny_options();
  options.recipe.stages = {
      {.stage = Stage::full_precision, .epochs = 3, .schedule = Schedule::constant(0.05), .optimizer = sgd},
      {.stage = Stage::full_precision,
       .epochs = 16,
       .schedule = Schedule::constant(0.05),
       .optimizer = sgd,
       .rho = 0.1},
      {.stage = Stage::quantized_weights, .epochs = 2, .schedule = Schedule::constant(0.01), .optimizer = sgd}};
  options.recipe.stages[0].own_name = "dense";
  options.recipe.stages[1].own_name = "admm";
  options.recipe.stages[2].own_name = "cores";
  return options;
}

void near(const Tensor<float>& found, const Tensor<double>& expected) {
  REQUIRE(found.shape() == expected.shape());
  for (Index i = 0; i < found.elements(); ++i) {
    CHECK(static_cast<double>(found[i]) == doctest::Approx(expected[i]).epsilon(1e-5).scale(1));
  }
}

}  // namespace

TEST_CASE("an epoch's projection and dual update and a step's pull are those of an independent script") {
  const auto file = SafetensorsFile::read(std::string(MOG_GOLDEN_DIR) + "/tensor_train.safetensors");
  TinyEtd etd;
  const TensorTrainWeights<float>& source = etd.source();
  const auto fill = [&](const Tensor<float>& tensor, const char* name) {
    const Tensor<double> from = file.tensor<double>(name);
    for (Index i = 0; i < from.elements(); ++i) tensor[i] = static_cast<float>(from[i]);
  };
  fill(source.dense().value, "admm.w");
  fill(source.admm_u().value, "admm.u");
  etd.admm.begin_epoch(kPulling, 1, etd.parameters);
  near(source.admm_z().value, file.tensor<double>("admm.z_after"));
  near(source.admm_u().value, file.tensor<double>("admm.u_after"));

  fill(source.dense().value, "admm.w_moved");
  source.dense().gradient = Tensor<float>(source.dense().value.shape());
  fill(source.dense().gradient, "admm.gradient");
  etd.admm.before_update(kPulling, etd.parameters);
  near(source.dense().gradient, file.tensor<double>("admm.gradient_after"));
  EpochRow row;
  etd.admm.end_epoch(kPulling, etd.parameters, row);
  REQUIRE(row.residual);
  CHECK(*row.residual == doctest::Approx(file.tensor<double>("admm.residual")[0]).epsilon(1e-5));
}

TEST_CASE("a stage's first epoch begins with U = 0: Z is the projection, U what it left out") {
  TinyEtd etd;
  const TensorTrainWeights<float>& source = etd.source();
  source.admm_u().value.fill(100);
  etd.admm.begin_epoch(kPulling, 0, etd.parameters);
  const Tensor<float> w = source.dense().value, z = source.projected(w);
  for (Index i = 0; i < w.elements(); ++i) {
    CHECK(source.admm_z().value[i] == z[i]);
    CHECK(source.admm_u().value[i] == w[i] - z[i]);
  }
}

TEST_CASE("without rho nothing is pulled and no residual is measured, nor is a weight that stands still moved") {
  TinyEtd etd;
  const StagePlan plain{.epochs = 1};
  etd.admm.begin_epoch(plain, 0, etd.parameters);
  for (const float z : etd.source().admm_z().value.values()) CHECK(z == 0);
  EpochRow row;
  etd.admm.end_epoch(plain, etd.parameters, row);
  CHECK_FALSE(row.residual);
  etd.admm.begin_epoch(kPulling, 0, etd.parameters);
  etd.admm.before_update(kPulling, etd.parameters);
  CHECK(etd.source().dense().gradient.empty());
}

TEST_CASE("over a run the residual falls, and decomposing costs a fraction of what it did before") {
  TinyEtd dense, whole;
  TrainOptions first = three_stages();
  first.recipe.stages.resize(1);
  Trainer(dense.parameters, std::ref(dense.net), tiny_data(), first).run();
  const double before = dense.lost();
  CHECK(before > 0.2);

  Trainer trainer(whole.parameters, std::ref(whole.net), tiny_data(), three_stages());
  trainer.add_hook(whole.admm);
  const TrainOutcome outcome = trainer.run();
  REQUIRE(outcome.rows.size() == 21);
  double largest = 0;  // in the first epochs, while U grows
  for (std::size_t i = 0; i < 21; ++i) {
    CHECK(outcome.rows[i].residual.has_value() == (i >= 3 && i < 19));
    largest = std::max(largest, outcome.rows[i].residual.value_or(0));
  }
  CHECK(*outcome.rows[18].residual < 0.5 * largest);
  CHECK(whole.lost() < 0.5 * before);
  CHECK(outcome.rows[20].train_loss < outcome.rows[0].train_loss);
}

TEST_CASE("a run of all three stages resumes within each to the same bytes, its residuals too") {
  const TemporaryFolder temporary;
  const auto run = [&](const RunFolder& folder, Index most) {
    TinyEtd etd;
    Trainer trainer(etd.parameters, std::ref(etd.net), tiny_data(), three_stages());
    trainer.add_hook(etd.admm);
    trainer.set_folder(folder);
    if (std::filesystem::exists(folder.last())) trainer.resume();
    Index done = 0;
    trainer.set_stop([&] { return done++ == most; });
    return trainer.run().finished;
  };
  const RunFolder whole(temporary / "whole"), cut(temporary / "cut");
  CHECK(run(whole, -1));
  while (!run(cut, 13)) {
  }
  CHECK(bytes_of_file(cut.last()) == bytes_of_file(whole.last()));
  CHECK(bytes_of_file(cut.end_of("admm")) == bytes_of_file(whole.end_of("admm")));
  const auto rows = read_metrics(cut.metrics()), expected = read_metrics(whole.metrics());
  REQUIRE(rows.size() == 21);
  for (std::size_t i = 0; i < 21; ++i) CHECK(rows[i].residual == expected[i].residual);
}

TEST_CASE("a network without tensor trains is refused") {
  Parameters<float> p;
  Graph<float> net;
  net.add("conv", ConvBlock<float>(p, "conv", {.in = 3, .out = 4, .kernel = 3}, Following::nothing()));
  CHECK_THROWS_WITH_AS(Admm{net},
                       "admm: the network has no tensor trains to pull its weights to, expected one of ETD's",
                       std::invalid_argument);
}
