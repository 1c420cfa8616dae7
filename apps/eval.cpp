// `mog eval`: how well a trained network does on a data set's test images.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "core/error.hpp"
#include "core/npy.hpp"
#include "train/evaluate.hpp"
#include "train/trained_mognet.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::filesystem::path file;
  DataChoice data;
  bool json = false;
  std::filesystem::path logits;
};

/// Throws unless the images are of the classes that the network has learned; `names` may be empty.
void check_classes(const std::filesystem::path& file, Index classes, const std::vector<std::string>& names,
                   const Dataset& images) {
  require(images.classes() == classes, "eval: ", file.string(), " knows ", classes, " classes, the images have ",
          images.classes());
  const auto differs = std::mismatch(names.begin(), names.end(), images.class_names.begin(), images.class_names.end());
  if (differs.first == names.end()) return;
  throw std::invalid_argument(concat("eval: ", file.string(), " was trained on other classes: ", *differs.first,
                                     ", not ", *differs.second, "; say which images with --dataset"));
}

void run(const Words& words) {
  const auto trained = load_mognet(words.file);
  const DatasetPair data = words.data.load();
  check_classes(words.file, trained->network.options().classes, trained->description.class_names, data.test);
  const Evaluation result =
      evaluate(std::ref(trained->network), trained->stage, data.test, {.keep_logits = !words.logits.empty()});
  if (!words.logits.empty()) write_npy(words.logits, result.logits);
  if (words.json) {
    const nlohmann::ordered_json json{{"file", words.file.string()},   {"dataset", data.test.name},
                                      {"stage", name(trained->stage)}, {"images", result.images},
                                      {"accuracy", result.accuracy},   {"loss", result.loss}};
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    std::printf("%s, %s: %.2f %% of %lld test images, loss %.4f\n", words.file.c_str(), name(trained->stage),
                100 * result.accuracy, static_cast<long long>(result.images), result.loss);
  }
}

}  // namespace

void add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "Measure a trained network on test images");
  auto words = std::make_shared<Words>();
  command->add_option("FILE", words->file, "Checkpoint, as RUN/best.safetensors")->required();
  words->data.add_options(*command);
  command->add_flag("--json", words->json, "Print JSON (accuracy is a share, 0 to 1)");
  command->add_option("--logits", words->logits, "Write all logits [images, classes] to this .npy file");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
