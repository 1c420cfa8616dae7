// The two makers of a classifier, and what commands need of either.
#include "apps/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "apps/network_file.hpp"
#include "core/error.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/model_file.hpp"
#include "deploy/runtime/runtime.hpp"
#include "train/trained_model.hpp"

namespace mog::apps {
namespace {

class CheckpointClassifier : public Classifier {
 public:
  CheckpointClassifier(const std::filesystem::path& file, std::unique_ptr<TrainedModel> trained)
      : Classifier({.file = file,
                    .stage = trained->stage,
                    .height = trained->size.height,
                    .width = trained->size.width,
                    .classes = trained->choice.classes,
                    .class_names = trained->description.class_names}),
        trained_(std::move(trained)) {}

  std::vector<double> logits(std::span<const std::uint8_t> pixels) override {
    Tape<float> tape;
    tape.set_recording(false);
    Pass<float> pass{.tape = tape, .stage = trained_->stage, .training = false};
    const Tensor<float> image({1, facts().height, facts().width, 3});
    for (Index i = 0; i < image.elements(); ++i) {
      image[i] = (static_cast<float>(pixels[static_cast<std::size_t>(i)]) - 128) / 128;
    }
    const Tensor<float> logits = trained_->network(pass, {image}).value;
    return {logits.values().begin(), logits.values().end()};
  }

  Evaluation evaluate(const Dataset& images, bool keep_logits) override {
    return mog::evaluate(std::ref(trained_->network), trained_->stage, images, {.keep_logits = keep_logits});
  }

 private:
  std::unique_ptr<TrainedModel> trained_;
};

double log_sum_exp(std::span<const double> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

class PackedClassifier : public Classifier {
 public:
  PackedClassifier(const std::filesystem::path& file, const ProvenNetwork& network)
      : Classifier({.file = file,
                    .height = network->height,
                    .width = network->width,
                    .classes = network->head.classes,
                    .class_names = network->class_names}),
        runtime_(network),
        fraction_bits_(network->head.fraction_bits) {}

  std::vector<double> logits(std::span<const std::uint8_t> pixels) override {
    std::vector<std::int64_t> sums(static_cast<std::size_t>(facts().classes));
    runtime_.run(pixels, sums);
    return logits_of(sums);
  }

  Evaluation evaluate(const Dataset& images, bool keep_logits) override {
    require(images.height == facts().height && images.width == facts().width, "eval: ", facts().file.string(),
            " takes pictures of ", facts().height, " x ", facts().width, ", the images have ", images.height, " x ",
            images.width);
    constexpr Index kBatch = 200;
    const auto classes = static_cast<std::size_t>(facts().classes);
    Evaluation result{.classes = facts().classes, .confusion = std::vector<Index>(classes * classes), .logits = {}};
    if (keep_logits) result.logits = Tensor<float>({images.size(), facts().classes});
    std::vector<std::int64_t> sums;
    while (result.images < images.size()) {
      const Index count = std::min(kBatch, images.size() - result.images);
      sums.resize(static_cast<std::size_t>(count) * classes);
      runtime_.run({images.image(result.images), static_cast<std::size_t>(count * images.image_bytes())}, sums);
      for (std::size_t i = 0; i < sums.size(); i += classes) {
        const auto label = images.labels[static_cast<std::size_t>(result.images)];
        add({sums.data() + i, classes}, static_cast<std::size_t>(label), result);
      }
    }
    Index correct = 0;
    for (std::size_t c = 0; c < classes; ++c) correct += result.confusion[c * classes + c];
    result.loss /= static_cast<double>(result.images);
    result.accuracy = static_cast<double>(correct) / static_cast<double>(result.images);
    return result;
  }

 private:
  [[nodiscard]] std::vector<double> logits_of(std::span<const std::int64_t> sums) const {
    std::vector<double> logits;
    logits.reserve(sums.size());
    for (const std::int64_t sum : sums) logits.push_back(std::ldexp(static_cast<double>(sum), -fraction_bits_));
    return logits;
  }

  /// One image's share. The answer is the integers' own: no rounding to a logit can make two classes equal.
  void add(std::span<const std::int64_t> sums, std::size_t label, Evaluation& result) const {
    const std::vector<double> logits = logits_of(sums);
    ++result.confusion[label * sums.size() + static_cast<std::size_t>(best_class(sums))];
    result.loss += log_sum_exp(logits) - logits[label];
    if (result.logits.elements() > 0) {
      std::copy(logits.begin(), logits.end(), result.logits.data() + result.images * facts().classes);
    }
    ++result.images;
  }

  Runtime runtime_;
  int fraction_bits_;
};

/// Throws unless the images are of the classes that the network has learned.
void check_classes(const NetworkFacts& facts, const Dataset& images) {
  const auto& names = facts.class_names;
  require(images.classes() == facts.classes, "eval: ", facts.file.string(), " knows ", facts.classes,
          " classes, the images have ", images.classes());
  require(!names.empty(), "eval: ", facts.file.string(), " does not name its ", facts.classes,
          " classes, so nothing says whether they are those of the images");
  const auto differs = std::mismatch(names.begin(), names.end(), images.class_names.begin(), images.class_names.end());
  if (differs.first == names.end()) return;
  throw std::invalid_argument(concat("eval: ", facts.file.string(), " was trained on other classes: ", *differs.first,
                                     ", not ", *differs.second, "; say which images with --dataset"));
}

}  // namespace

std::unique_ptr<Classifier> checkpoint_classifier(const std::filesystem::path& file) {
  return std::make_unique<CheckpointClassifier>(file, load_model(file));
}

std::unique_ptr<Classifier> packed_classifier(const std::filesystem::path& file) {
  return packed_classifier(file, read_model(file));
}

std::unique_ptr<Classifier> packed_classifier(const std::filesystem::path& file, const ProvenNetwork& network) {
  return std::make_unique<PackedClassifier>(file, network);
}

std::unique_ptr<Classifier> load_classifier(const std::filesystem::path& file) {
  return require_network(file) == NetworkKind::packed ? packed_classifier(file) : checkpoint_classifier(file);
}

Evaluation evaluate(Classifier& classifier, const Dataset& images, bool keep_logits) {
  check_classes(classifier.facts(), images);
  return classifier.evaluate(images, keep_logits);
}

std::vector<Guess> classify(Classifier& classifier, std::span<const std::uint8_t> pixels) {
  const std::vector<double> logits = classifier.logits(pixels);
  const double all = log_sum_exp(logits);
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  const auto& names = classifier.facts().class_names;
  std::vector<Guess> guesses;
  guesses.reserve(order.size());
  for (const std::size_t c : order) {
    guesses.push_back({c < names.size() ? names[c] : std::to_string(c), std::exp(logits[c] - all)});
  }
  return guesses;
}

}  // namespace mog::apps
