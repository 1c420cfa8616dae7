// `mog eval`: how well a trained network does on a data set's test images.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/classifier.hpp"
#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "apps/network_choice.hpp"
#include "core/npy.hpp"
#include "core/printable.hpp"

namespace mog::apps {
namespace {

struct Words {
  NetworkChoice network;
  DataChoice data;
  bool json = false;
  std::filesystem::path logits;
};

void run(const Words& words) {
  const std::filesystem::path file = words.network.path();
  const auto classifier = load_classifier(file);
  const Dataset test = words.data.load_measured(classifier->facts().size());
  const Evaluation result = evaluate(*classifier, test, !words.logits.empty());
  const char* stage = name(classifier->facts().stage);
  if (!words.logits.empty()) write_npy(words.logits, result.logits);
  if (words.json) {
    const nlohmann::ordered_json json{{"file", file.string()},   {"dataset", test.name},        {"stage", stage},
                                      {"images", result.images}, {"accuracy", result.accuracy}, {"loss", result.loss}};
    std::printf("%s\n", json_text(json).c_str());
  } else {
    std::printf("%s, %s: %.2f %% of %lld test images, loss %.4f\n", printable(file).c_str(), stage,
                100 * result.accuracy, static_cast<long long>(result.images), result.loss);
  }
}

}  // namespace

void add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "Measure a trained network on test images");
  auto words = std::make_shared<Words>();
  words->network.add_options(*command);
  words->data.add_options(*command);
  words->data.add_held_back(*command);
  command->add_flag("--json", words->json, "Print JSON (accuracy is a share, 0 to 1)");
  command->add_option("--logits", words->logits, "Write all logits [images, classes] to this .npy file");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
