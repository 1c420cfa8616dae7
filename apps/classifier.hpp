// A trained network that says what pictures show, whichever kind of file it came from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/picture_size.hpp"
#include "deploy/runtime/proof.hpp"
#include "train/evaluate.hpp"

namespace mog::apps {

/// What a network says about itself.
struct NetworkFacts {
  std::filesystem::path file;
  Stage stage = Stage::quantized;  // that it was trained in last, and answers in
  Index height = 32, width = 32;   // of its pictures; a checkpoint is evaluated on other sizes, too
  Index classes = 0;
  std::vector<std::string> class_names;  // empty where the file has none

  [[nodiscard]] PictureSize size() const { return {.height = height, .width = width}; }
};

class Classifier {
 public:
  explicit Classifier(NetworkFacts facts) : facts_(std::move(facts)) {}
  Classifier(const Classifier&) = delete;
  Classifier& operator=(const Classifier&) = delete;
  virtual ~Classifier() = default;

  [[nodiscard]] const NetworkFacts& facts() const { return facts_; }
  /// One a class, of a picture [height, width, 3].
  virtual std::vector<double> logits(std::span<const std::uint8_t> pixels) = 0;
  /// How well it does on images of its classes; the result holds the logits where `keep_logits` says so. Throws
  /// std::invalid_argument when they have a size that it does not take.
  virtual Evaluation evaluate(const Dataset& images, bool keep_logits) = 0;

 private:
  NetworkFacts facts_;
};

/// Out of a checkpoint: the float network, in the stage that it was trained in last. Throws as load_model does.
std::unique_ptr<Classifier> checkpoint_classifier(const std::filesystem::path& file);
/// Out of a packed file: the integer runtime. Throws as read_model does.
std::unique_ptr<Classifier> packed_classifier(const std::filesystem::path& file);
std::unique_ptr<Classifier> packed_classifier(const std::filesystem::path& file, const ProvenNetwork& network);
/// Out of either, told apart by the file's content. Throws DataError when it is neither.
std::unique_ptr<Classifier> load_classifier(const std::filesystem::path& file);

/// The classifier's evaluate, after a check that the images are of what it has learned: throws std::invalid_argument
/// when they have other classes, or when the file does not say which classes it knows.
Evaluation evaluate(Classifier& classifier, const Dataset& images, bool keep_logits = false);

struct Guess {
  std::string name;    // the class's number where the file has no names
  double probability;  // softmax of the logits
};

/// All classes, the most likely first.
std::vector<Guess> classify(Classifier& classifier, std::span<const std::uint8_t> pixels);

}  // namespace mog::apps
