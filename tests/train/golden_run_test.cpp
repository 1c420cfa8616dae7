// A whole training run against PyTorch's, which knows nothing of this one: pictures drawn, placed and learned from in the
// same order, learning rates, a new Adam in each stage, statistics, metrics and checkpoints. See tests/golden/README.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/safetensors.hpp"
#include "models/mognet.hpp"
#include "tests/core/temporary_folder.hpp"
#include "train/trainer.hpp"

using namespace mog;

namespace {

Index number(const SafetensorsFile& file, const char* key) { return std::stoll(file.metadata(key)); }

/// Pictures begin..end-1 of the file.
Dataset pictures(const SafetensorsFile& file, Index begin, Index end) {
  const auto pixels = file.tensor<std::uint8_t>("pixels");
  const auto labels = file.tensor<std::uint8_t>("labels");
  Dataset data;
  data.name = "golden";
  data.height = pixels.shape()[1];
  data.width = pixels.shape()[2];
  for (Index c = 0; c < number(file, "classes"); ++c) data.class_names.push_back(std::to_string(c));
  data.resize(end - begin);
  std::copy_n(pixels.data() + begin * data.image_bytes(), data.pixels.size(), data.pixels.begin());
  std::copy_n(labels.data() + begin, data.labels.size(), data.labels.begin());
  return data;
}

/// Two epochs of five steps in each of two stages; the last batch of an epoch is smaller.
TrainOptions options_of(const SafetensorsFile& file) {
  Recipe recipe{.name = "golden", .about = "", .batch = 5, .augment = {.pad = 2}, .statistics_batches = 2};
  recipe.stages = {
      {.stage = Stage::full_precision, .epochs = 2, .schedule = Schedule::exponential(0.02, 1, 0.5)},
      {.stage = Stage::quantized_weights, .epochs = 2, .schedule = Schedule::linear(0.02, 2), .weight_decay = 0.05}};
  return {.recipe = recipe, .seed = std::stoull(file.metadata("data_seed"))};
}

/// The file's network, trained into a folder.
struct GoldenRun {
  GoldenRun()
      : net(parameters, {.maps = number(file, "n"),
                         .groups = number(file, "g"),
                         .bits = static_cast<int>(number(file, "k")),
                         .classes = number(file, "classes")}),
        data{.train = pictures(file, 0, number(file, "learned")),
             .test = pictures(file, number(file, "learned"), file.tensor<std::uint8_t>("labels").elements())} {
    for (Parameter<float>& parameter : parameters.trained()) {
      const auto first = file.tensor<float>(parameter.name);
      REQUIRE(first.shape() == parameter.value.shape());
      std::copy_n(first.data(), first.elements(), parameter.value.data());
    }
    for (const auto& [part, block] : net.blocks()) {
      const auto state = file.tensor<std::uint8_t>(part + ".automaton");
      block->cflog().set_first_state({state.values().begin(), state.values().end()});
    }
    Trainer trainer(parameters, net, data, options_of(file));
    trainer.set_folder(folder);
    rows = trainer.run().rows;
  }

  /// The largest difference of a checkpoint from the golden tensors that begin so, as a share of each tensor's largest
  /// value.
  [[nodiscard]] double distance(const std::filesystem::path& checkpoint, const std::string& prefix) const {
    const auto ours = SafetensorsFile::read(checkpoint);
    double most = 0;
    Index compared = 0;
    for (const auto& entry : file.entries()) {
      if (!entry.name.starts_with(prefix)) continue;
      CAPTURE(entry.name);
      const auto expected = file.tensor<double>(entry.name);
      const auto found = ours.tensor<float>(entry.name.substr(prefix.size()));
      REQUIRE(found.shape() == expected.shape());
      double difference = 0, largest = 0;
      for (Index i = 0; i < expected.elements(); ++i) {
        difference = std::max(difference, std::abs(double{found[i]} - expected[i]));
        largest = std::max(largest, std::abs(expected[i]));
      }
      most = std::max(most, difference / largest);
      ++compared;
    }
    CHECK(compared == static_cast<Index>(parameters.trained().size() + parameters.buffers().size()));
    return most;
  }
  [[nodiscard]] Tensor<double> column(const char* name) const {
    return file.tensor<double>(std::string("row.") + name);
  }

  const SafetensorsFile file = SafetensorsFile::read(std::string(MOG_GOLDEN_DIR) + "/mognet_run.safetensors");
  /// What PyTorch's own run in float32 differs by from the one in double; ours adds in another order.
  const double bound = 10 * std::stod(file.metadata("rounding"));
  Parameters<float> parameters;
  Mognet<float> net;
  DatasetPair data;
  const testing::TemporaryFolder temporary;
  const RunFolder folder{temporary / "run"};
  std::vector<EpochRow> rows;
};

const GoldenRun& golden() {
  static const GoldenRun run;
  return run;
}

}  // namespace

TEST_CASE("each stage ends with PyTorch's weights, step sizes and statistics within what float32 rounds") {
  const GoldenRun& run = golden();
  CHECK(run.bound < 1e-3);
  CHECK(run.distance(run.folder.end_of("full-precision"), "full.") < run.bound);
  CHECK(run.distance(run.folder.last(), "last.") < run.bound);
  CHECK(run.distance(run.folder.last(), "best.") > 100 * run.bound);  // one epoch's work is no matter of rounding
}

TEST_CASE("the best checkpoint is that of the epoch which was the best of the last stage in PyTorch, too") {
  const GoldenRun& run = golden();
  CHECK(run.distance(run.folder.best(), "best.") < run.bound);
  const Position position = Checkpoint(run.folder.best()).header().position;
  CHECK(position.epoch == 1);
  CHECK(position.best_accuracy == run.column("test_accuracy")[2]);
}

TEST_CASE("metrics.csv has PyTorch's rates, losses and accuracies") {
  const GoldenRun& run = golden();
  const std::vector<EpochRow> rows = read_metrics(run.folder.metrics());
  REQUIRE(rows.size() == 4);
  for (Index i = 0; i < 4; ++i) {
    const EpochRow& row = rows[static_cast<std::size_t>(i)];
    CHECK(row.stage == (i < 2 ? Stage::full_precision : Stage::quantized_weights));
    CHECK(row.epoch == i % 2 + 1);
    CHECK(row.learning_rate == doctest::Approx(run.column("rate")[i]).epsilon(1e-12).scale(0));
    CHECK(std::abs(row.train_loss - run.column("train_loss")[i]) < 1e-6 + 2 * run.bound);
    CHECK(std::abs(row.train_accuracy - run.column("train_accuracy")[i]) < 1e-6);
    CHECK(std::abs(row.test_accuracy - run.column("test_accuracy")[i]) < 1e-6);
  }
}
