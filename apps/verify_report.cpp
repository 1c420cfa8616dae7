// A comparison in integers as a table, as JSON, as a verdict.
#include "apps/verify_report.hpp"

#include <cstdio>

#include "core/printable.hpp"

namespace mog::apps {
namespace {

/// What the engine was compared with, in words.
const char* expected_side(const VerifyWords& words, const Compared& compared) {
  if (compared.trained) return "trained network has";
  return words.against == "runtime" ? "runtime has" : "plain loops have";
}

}  // namespace

void print_table(const VerifyWords& words, const Compared& compared, const Comparison& comparison) {
  const auto number = [](Index value) { return static_cast<long long>(value); };
  if (words.layers) {
    std::printf("%-18s %-6s %14s %12s\n", "layer", "what", "values", "differing");
    for (const LayerComparison& layer : comparison.layers()) {
      std::printf("%-18s %-6s %14lld %12lld\n", printable(layer.name).c_str(), layer.codes ? "codes" : "sums",
                  number(layer.values), number(layer.differing));
    }
  }
  Index codes = 0, sums = 0;
  for (const LayerComparison& layer : comparison.layers()) (layer.codes ? codes : sums) += layer.values;
  if (!compared.level.empty()) std::printf("level               %14s\n", printable(compared.level).c_str());
  std::printf("images              %14lld\n", number(comparison.images()));
  std::printf("differing codes     %14lld of %lld\n", number(comparison.differing_codes()), number(codes));
  std::printf("differing sums      %14lld of %lld\n", number(comparison.differing_sums()), number(sums));
  if (!compared.trained && words.engine != "opencv") {
    std::printf("differing class sums%14lld of %lld\n", number(comparison.differing_class_sums()),
                number(comparison.images() * compared.classes));
  }
  std::printf("differing answers   %14lld\n", number(comparison.differing_answers()));
  std::printf("logits deviate by   %14.3g at most, the largest is %.3g\n", comparison.largest_deviation(),
              comparison.largest_logit());
  if (comparison.largest_magnitude() == 0) return;  // an engine that shows no sums
  const bool exact = compared.trained && comparison.largest_magnitude() < 1 << 24;
  std::printf("latent magnitudes   %14lld at most in a pixel%s\n", number(comparison.largest_magnitude()),
              exact ? ": below 2^24, the trained floats were exact" : "");
}

nlohmann::ordered_json json_of(const VerifyWords& words, const Compared& compared, const Comparison& comparison) {
  const char* const expected = words.against == "runtime" ? "runtime" : "plain_loops";
  nlohmann::ordered_json json{{compared.trained ? "checkpoint" : expected, words.file.string()},
                              {"model", words.model.string()}};
  if (!compared.level.empty()) json["level"] = compared.level;
  json.update({{"images", comparison.images()},
               {"differing_codes", comparison.differing_codes()},
               {"differing_sums", comparison.differing_sums()},
               {"differing_class_sums", comparison.differing_class_sums()},
               {"differing_answers", comparison.differing_answers()},
               {"largest_deviation", comparison.largest_deviation()},
               {"largest_logit", comparison.largest_logit()},
               {"largest_magnitude", comparison.largest_magnitude()}});
  if (words.layers) {
    for (const LayerComparison& layer : comparison.layers()) {
      json["layers"].push_back(
          {{"name", layer.name}, {"codes", layer.codes}, {"values", layer.values}, {"differing", layer.differing}});
    }
  }
  return json;
}

bool agrees(const VerifyWords& words, const Compared& compared, const Comparison& comparison) {
  if (const auto& first = comparison.first()) {
    std::fprintf(
        stderr,
        "mog: %s: the first difference is in layer %s, image %lld, row %lld, column %lld, channel %lld: %d, the "
        "%s %.10g\n",
        printable(words.subject(compared.level)).c_str(), printable(first->layer).c_str(),
        static_cast<long long>(first->image), static_cast<long long>(first->row), static_cast<long long>(first->column),
        static_cast<long long>(first->channel), first->integer, expected_side(words, compared), first->expected);
    return false;
  }
  // An ONNX file need not show its codes. Logits of floats need not be the class sums, but have to give the same answer.
  const Index sums = words.engine == "opencv" ? 0 : comparison.differing_class_sums();
  if (!words.onnx() || (sums == 0 && comparison.differing_answers() == 0)) return true;
  std::fprintf(stderr, "mog: %s: %lld class sums and %lld answers differ\n",
               printable(words.subject(compared.level)).c_str(), static_cast<long long>(sums),
               static_cast<long long>(comparison.differing_answers()));
  return false;
}

}  // namespace mog::apps
