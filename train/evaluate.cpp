// Evaluation, batch by batch, with nothing recorded for a backward pass.
#include "train/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/float_environment.hpp"
#include "layers/loss.hpp"

namespace mog {
namespace {

/// Adds one batch's rows to the confusion matrix.
void count(const Tensor<float>& logits, std::span<const std::int32_t> labels, Evaluation& result) {
  for (Index row = 0; row < logits.rows(); ++row) {
    const float* first = logits.data() + row * result.classes;
    const Index found = std::max_element(first, first + result.classes) - first;
    if (!std::all_of(first, first + result.classes, [](float v) { return std::isfinite(v); })) {
      throw NumericError(concat("evaluate: image ", result.images + row, ": a logit is not finite"));
    }
    ++result.confusion[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)] * result.classes + found)];
  }
}

/// The counts and the loss of all shards, each with a part of the images.
void add_shards(Communicator& shards, Evaluation& result) {
  const std::size_t counts = result.confusion.size();
  std::vector<double> own(counts + 1), all((counts + 1) * static_cast<std::size_t>(shards.shards()));
  std::transform(result.confusion.begin(), result.confusion.end(), own.begin(),
                 [](Index n) { return static_cast<double>(n); });
  own[counts] = result.loss;
  shards.gather(own, all);
  result.loss = 0;
  result.images = 0;
  for (std::size_t i = 0; i < counts; ++i) {
    double sum = 0;
    for (std::size_t s = i; s < all.size(); s += counts + 1) sum += all[s];
    result.confusion[i] = static_cast<Index>(sum);
    result.images += result.confusion[i];
  }
  for (std::size_t s = counts; s < all.size(); s += counts + 1) result.loss += all[s];
}

}  // namespace

Evaluation evaluate(const Network& network, Stage stage, const Dataset& data, const EvaluateOptions& options) {
  const FloatEnvironment standard;
  require(options.shards == nullptr || !options.keep_logits, "evaluate: the logits of all images from one shard");
  Batches batches = Batches::evaluation(data, options.batch, options.shards == nullptr ? 1 : options.shards->shards());
  if (options.shards != nullptr) batches.set_shard(options.shards->shard());
  std::optional<Tape<float>> own_tape;
  Tape<float>& tape = options.tape != nullptr ? *options.tape : own_tape.emplace();
  const NotRecording guard(tape);

  Evaluation result;
  result.classes = data.classes();
  result.confusion.assign(static_cast<std::size_t>(result.classes * result.classes), 0);
  if (options.keep_logits) result.logits = Tensor<float>({data.size(), result.classes});
  std::vector<std::int32_t> labels(static_cast<std::size_t>(batches.whole_size(0)));
  for (Index b = 0; b < batches.count(); ++b) {
    const Index size = batches.size(b);
    if (size == 0) continue;  // a last batch of fewer images than shards
    const std::span<std::int32_t> batch_labels(labels.data(), static_cast<std::size_t>(size));
    const Tensor<float> images = tape.make({size, data.height, data.width, data.channels});
    batches.fill(0, b, images.values(), batch_labels);
    Pass<float> pass{.tape = tape, .stage = stage, .training = false};
    const Variable<float> logits = network(pass, {images, {}});
    require_shape(logits.value, {size, result.classes}, "evaluate", "the network's output");
    count(logits.value, batch_labels, result);
    result.loss +=
        static_cast<double>(softmax_cross_entropy(tape, logits, batch_labels).value[0]) * static_cast<double>(size);
    if (options.keep_logits) {
      std::copy_n(logits.value.data(), size * result.classes, result.logits.data() + result.images * result.classes);
    }
    result.images += size;
  }
  if (options.shards != nullptr) add_shards(*options.shards, result);
  Index correct = 0;
  for (Index c = 0; c < result.classes; ++c) {
    correct += result.confusion[static_cast<std::size_t>(c * result.classes + c)];
  }
  result.loss /= static_cast<double>(result.images);
  result.accuracy = static_cast<double>(correct) / static_cast<double>(result.images);
  return result;
}

void estimate_statistics(const Network& network, Stage stage, Batches& batches, const StatisticsOptions& options) {
  const FloatEnvironment standard;
  require(options.batches >= 0, "estimate_statistics: ", options.batches, " batches, expected 0 or more");
  std::optional<Tape<float>> own_tape;
  Tape<float>& tape = options.tape != nullptr ? *options.tape : own_tape.emplace();
  const NotRecording guard(tape);
  Batch batch;
  for (Index t = 0; t < std::min(options.batches, batches.count()); ++t) {
    batches.fill(options.epoch, t, batch);
    // The mean of t passes and one more: running = t / (t + 1) running + 1 / (t + 1) batch.
    Pass<float> pass{.tape = tape,
                     .stage = stage,
                     .training = true,
                     .momentum_limit = static_cast<double>(t) / static_cast<double>(t + 1),
                     .shards = options.shards};
    network(pass, {batch.images, {}});
  }
}

}  // namespace mog
