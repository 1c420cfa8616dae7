// Pass: what a layer needs to know about the forward pass that it takes part in.
#pragma once

#include <functional>
#include <string>

#include "core/communicator.hpp"
#include "core/tape.hpp"

namespace mog {

/// The paper's three runs in a row (section IV.A): each starts from the weights that the one before ended with.
enum class Stage {
  full_precision,     // proxy weights themselves, ReLU, no bit shift
  quantized_weights,  // binary and ternary weights, ReLU, no bit shift
  quantized           // binary and ternary weights, k-bit codes as activations
};
constexpr int kStages = 3;
/// "full-precision", "quantized-weights", "quantized".
const char* name(Stage stage);

/// Where the gradient of a quantized ReLU passes, see passing_window. `wide`: as the paper has it; `clipped`: where codes
/// change.
enum class QreluSlope { wide, clipped };
/// "wide", "clipped".
const char* name(QreluSlope slope);

/// How a CFLOG whose inputs are codes adds up its weight gradients. `blocks`: the gradient of its sums is rounded, for
/// this and nothing else, block by block to 16-bit whole numbers and a power of two (core/kernels/rounded_blocks.hpp):
/// faster, and the same on every instruction set.
enum class WeightGradients { floats, blocks };
/// "floats", "blocks".
const char* name(WeightGradients gradients);

/// What the shipped network holds of a layer's weights.
struct WeightStorage {
  Index stored = 0;      // numbers
  Index generated = 0;   // weights that are made anew, by a cellular automaton
  int bits = 32;         // of a weight
  Index index_bits = 0;  // of indices: which of the stored numbers stands where, when they are shared
};

/// What a layer's output is while activations are codes: codes, sums of products of codes, or other numbers.
enum class Holds { codes, sums, numbers };

/// What a layer tells about itself while it runs, for summaries and traces.
struct LayerReport {
  std::string name;  // "cflog1.squeeze"
  std::string kind;  // "pointwise binary"
  Holds holds = Holds::numbers;
  WeightStorage weights = {};  // normalisation constants are not counted
  Index constants = 0;         // of normalisations: two a channel after folding
  Index macs = 0;              // multiply-accumulates for one image

  /// Of the stored numbers; indices are not among them.
  [[nodiscard]] Index weight_bits() const { return weights.stored * weights.bits; }
};

/// One forward pass: the tape to record on, which of the three runs it belongs to, whether batch statistics are taken
/// and learned from (training) or the running ones used (evaluation).
template <class T>
struct Pass {
  Tape<T>& tape;
  Stage stage = Stage::full_precision;
  bool training = true;
  /// Running statistics are updated with a momentum of at most this. t / (t + 1) in passes t = 0, 1, ... makes them the
  /// plain mean over those passes.
  double momentum_limit = 1;
  WeightGradients weight_gradients = WeightGradients::floats;
  QreluSlope qrelu_slope = QreluSlope::wide;
  /// Where the batch is one shard of a larger one: its normalisations are over all shards. Null for the whole batch.
  Communicator* shards = nullptr;
  /// Called by each layer with its report and its output; empty for none.
  std::function<void(const LayerReport&, const Variable<T>&)> observer = {};

  [[nodiscard]] bool quantized_weights() const { return stage != Stage::full_precision; }
  [[nodiscard]] bool quantized_activations() const { return stage == Stage::quantized; }
  void report(const LayerReport& layer, const Variable<T>& output) const {
    if (observer) observer(layer, output);
  }
};

}  // namespace mog
