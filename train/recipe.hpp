// Recipes: how a network is trained, from the lengths and learning rates of the three runs to the pictures' shifts.
#pragma once

#include <string>
#include <vector>

#include "data/augment.hpp"
#include "layers/pass.hpp"
#include "optim/schedule.hpp"
#include "train/stage_name.hpp"

namespace mog {

// Beyond these a typing error is likelier than a machine that could train so.
constexpr Index kMostEpochs = 1'000'000, kMostBatch = 1'000'000;

/// What moves the weights: Adam, with decoupled weight decay AdamW, or stochastic gradient descent with momentum.
enum class OptimizerKind { adam, sgd };
/// "adam", "sgd".
const char* name(OptimizerKind kind);

/// One run of a recipe. 0 epochs leave it out.
struct StagePlan {
  Stage stage = Stage::full_precision;
  Index epochs = 0;
  Schedule schedule{};
  double weight_decay = 0;  // decoupled, see AdamOptions
  Index frozen_epochs = 0;  // the last so many keep ternary step sizes, which all others begin anew, and selections
  Index crop = 0;           // pixels of a side of what the first `crop_epochs` see: a crop, not the whole picture
  Index crop_epochs = 0;    // each costs (crop / side)^2 of another epoch
  double teacher = 0;       // weight of the teacher's part of the loss where there is a teacher, 0..1
  OptimizerKind optimizer = OptimizerKind::adam;
  double momentum = 0.9;  // of sgd, 0 <= it < 1
  double rho = 0;         // of ADMM towards tensor trains, see Admm; 0: none; only where weights are full
  double range = 1;       // of quantized activations, as the run begins: see divide_ranges
  double average = 0;     // decay a step of the moving average that is measured and left, see WeightAverage; 0: none
  std::string own_name = {};  // empty: what is quantized is its name

  [[nodiscard]] std::string name() const { return stage_name(stage, own_name); }
  friend bool operator==(const StagePlan&, const StagePlan&) = default;
};

/// A name and the runs in their order, and what they have in common. The paper's are three; a recipe of one's own may
/// have any number, each with a name.
struct Recipe {
  std::string name;
  std::string about;  // one line, for a list of recipes
  std::vector<StagePlan> stages{{Stage::full_precision}, {Stage::quantized_weights}, {Stage::quantized}};
  Index batch = 50;        // images in a step, 2 to kMostBatch
  Augmentation augment{};  // 4 pixels of padding, random crop, random flip
  double label_smoothing = 0;
  double temperature = 4;  // of a teacher's answers, see SoftTargets
  /// Batches over which the running statistics are estimated anew before each evaluation, at most 100. 0, as in the
  /// paper, leaves them as the steps left them, which suits epochs of a thousand steps, not those of a hundred.
  Index statistics_batches = 0;

  WeightGradients weight_gradients = WeightGradients::floats;  // of CFLOGs on codes
  QreluSlope qrelu_slope = QreluSlope::wide;

  /// The same recipe for other numbers of epochs, one a run: the points where the learning rate changes keep their
  /// share. Throws std::invalid_argument on another number of runs, when one is negative or beyond kMostEpochs,
  /// or all are 0.
  [[nodiscard]] Recipe with_epochs(const std::vector<Index>& epochs) const;
  /// The same recipe with another first learning rate in every run; later ones keep their proportion to it.
  [[nodiscard]] Recipe with_learning_rate(double first) const;
  [[nodiscard]] Index epochs() const;
  /// One line that tells recipes apart: every stage with its epochs and schedule, and what else is not as the paper
  /// has it.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// Throws std::invalid_argument unless a network can be trained so.
void check(const Recipe& recipe);

/// Those that the program carries (recipes/*.ini), sorted by name: cifar10-paper, cifar100-paper (Table I), demo, etd,
/// etd-short, hour, hybrid-banks, hybrid-banks-short, hybrid-binary, hybrid-binary-short, night, short (the default),
/// slbf, slbf-short.
const std::vector<Recipe>& recipes();
/// Throws std::invalid_argument with the list of names when there is none of this name.
const Recipe& find_recipe(const std::string& name);

}  // namespace mog
