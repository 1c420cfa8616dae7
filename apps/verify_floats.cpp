// The evaluation once, the file once a level, and how far their logits lie apart.
#include "apps/verify_floats.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "apps/json_text.hpp"
#include "apps/onnx_child.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "deploy/logit_comparison.hpp"
#include "train/evaluate.hpp"
#include "train/trained_model.hpp"

namespace mog::apps {
namespace {

constexpr double kBound = 2e-5;   // of float32 sums in another order, as the tests have it
constexpr double kMayTurn = 0.1;  // of the pictures, where activations are codes

/// What is asked of the file.
struct Limits {
  double bound;
  Index beyond;  // pictures that may lie beyond it
};

Limits limits_of(const VerifyWords& words, Stage stage, Index images) {
  require(!words.turned || stage == Stage::quantized, "verify: --turned is of the quantized run, ", words.file.string(),
          " was last trained in the ", name(stage), " run, which has no codes");
  const double turned = words.turned.value_or(stage == Stage::quantized ? kMayTurn : 0);
  return {.bound = words.bound.value_or(kBound),
          .beyond = static_cast<Index>(std::floor(turned * static_cast<double>(images)))};
}

void print_table(const std::string& level, const Limits& limits, const LogitComparison& found) {
  const auto number = [](Index value) { return static_cast<long long>(value); };
  if (!level.empty()) std::printf("level               %14s\n", printable(level).c_str());
  std::printf("images              %14lld\n", number(found.images));
  std::printf("beyond the bound    %14lld, %lld may be\n", number(found.beyond), number(limits.beyond));
  std::printf("differing answers   %14lld\n", number(found.differing_answers));
  std::printf("all others deviate  %14.3g at most, the bound is %.3g of a picture's largest logit\n",
              found.largest_within, limits.bound);
  std::printf("any logit deviates  %14.3g at most\n", found.largest_deviation);
}

nlohmann::ordered_json json_of(const VerifyWords& words, const std::string& level, const Limits& limits,
                               const LogitComparison& found) {
  nlohmann::ordered_json json{{"checkpoint", words.file.string()}, {"model", words.model.string()}};
  if (!level.empty()) json["level"] = level;
  json.update({{"images", found.images},
               {"bound", limits.bound},
               {"beyond", found.beyond},
               {"may_be_beyond", limits.beyond},
               {"differing_answers", found.differing_answers},
               {"largest_within", found.largest_within},
               {"largest_deviation", found.largest_deviation}});
  return json;
}

Dataset pictures(const VerifyWords& words, PictureSize size) {
  Dataset test = words.data.load_measured(size);
  if (words.images != 0 && words.images < test.size()) test.resize(words.images);
  return test;
}

}  // namespace

void verify_floats(const VerifyWords& words) {
  require(words.against == "reference" && !words.layers, "verify: ", words.model.string(),
          " holds floats, expected neither --against nor --layers: the evaluation's logits are what they are compared "
          "with");
  const Checkpoint checkpoint(words.file);
  TrainedModel trained(checkpoint);
  const Dataset test = pictures(words, trained.size);
  const Limits limits = limits_of(words, trained.stage, test.size());
  const Evaluation expected = evaluate(std::ref(trained.network), trained.stage, test, {.keep_logits = true});

  nlohmann::ordered_json json;
  bool agree = true;
  const std::vector<std::string> levels = words.levels();
  for (const std::string& level : levels) {
    const OnnxChild child(words.model, words.engine, level);
    require(checkpoint.checksum() != "none" && child.says(checkpoint.checksum()), "verify: ", words.model.string(),
            " was not exported from ", words.file.string(), ": that checkpoint's checksum ", checkpoint.checksum(),
            " does not stand in it");
    const std::vector<double> logits =
        child.run(test, 0, test.size()).numbers<double>("logits", test.size() * expected.classes);
    const LogitComparison found = compare_logits(expected.logits.values(), logits, expected.classes, limits.bound);
    if (words.json) {
      json.push_back(json_of(words, level, limits, found));
    } else {
      print_table(level, limits, found);
    }
    if (found.beyond <= limits.beyond) continue;
    agree = false;
    std::fprintf(stderr, "mog: %s: of %lld pictures %lld lie beyond %.3g of their largest logit, %lld may\n",
                 printable(words.subject(level)).c_str(), static_cast<long long>(found.images),
                 static_cast<long long>(found.beyond), limits.bound, static_cast<long long>(limits.beyond));
  }
  if (words.json) std::printf("%s\n", json_text(levels.size() == 1 ? json.front() : json).c_str());
  if (!agree) throw Exit{kFailure};
}

}  // namespace mog::apps
