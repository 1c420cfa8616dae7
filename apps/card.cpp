// `mog card`: measures a packed file, compares it with its checkpoint, and writes both down beside it.
#include <cstdio>
#include <memory>

#include "apps/card_file.hpp"
#include "apps/classifier.hpp"
#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/run_history.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/printable.hpp"
#include "core/text.hpp"
#include "data/md5_file.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

struct Words {
  fs::path checkpoint, model, to;
  DataChoice data;
  std::vector<fs::path> runs;
  std::string recipe, commit, note;
};

/// What the card is made of.
struct Findings {
  ProvenNetwork network;
  CheckpointHeader checkpoint;
  RunHistory history;
  double accuracy = 0;
  Index images = 0, codes = 0, differing = 0;
};

RunHistory history_of(const Words& words) {
  RunHistory history;
  for (const fs::path& run : words.runs) add_run(history, run / "metrics.csv");
  if (words.runs.empty()) add_run(history, words.checkpoint.parent_path() / "metrics.csv");
  return history;
}

std::string recipe_of(const Words& words, const CheckpointHeader& checkpoint) {
  return words.recipe.empty() ? checkpoint.training : words.recipe;
}

/// Throws unless all that becomes a line is one.
void check_lines(const Words& words, const CheckpointHeader& checkpoint) {
  require(!recipe_of(words, checkpoint).empty(), "card: ", words.checkpoint.string(),
          " does not say how it was trained, say it with --recipe");
  for (const std::string& text : {recipe_of(words, checkpoint), words.commit, words.note}) {
    require(text.find('\n') == std::string::npos,
            "card: a text of several lines, expected one: ", text.substr(0, text.find('\n')), "...");
  }
}

/// The cheap checks first: what is refused is refused before minutes of measuring.
Findings find(const Words& words) {
  const auto trained = load_quantized(words.checkpoint);
  Findings found{.network = read_model(words.model),
                 .checkpoint = Checkpoint(words.checkpoint).header(),
                 .history = history_of(words)};
  check_lines(words, found.checkpoint);
  check_fit(words.model, found.network, *trained);
  const Dataset test = words.data.load_measured({.height = found.network->height, .width = found.network->width});
  check_size(words.model, found.network, test);

  const Evaluation result = evaluate(*packed_classifier(words.model, found.network), test);
  found.accuracy = result.accuracy;
  found.images = result.images;
  Comparison comparison(std::ref(trained->network), found.network, engine_of(Engine::runtime, found.network));
  compare(comparison, test);
  for (const LayerComparison& layer : comparison.layers()) found.codes += layer.codes ? layer.values : 0;
  found.differing = comparison.differing_codes();
  return found;
}

Card card_of_findings(const Words& words, const Findings& found) {
  const ModelChoice choice = described(found.checkpoint.description, words.checkpoint.string());
  Card card;
  card.set("network", words.model.stem().string());
  card.set("md5", md5_of_file(words.model));
  card.set("bytes", to_text(fs::file_size(words.model)));
  card.set("weight_bits", to_text(weight_bits(found.network)));
  card.set("model", choice.model);
  for (const ModelOption& option : choice.kind().options) card.set(option.name, choice.words.at(option.name));
  card.set("classes", to_text(choice.classes));
  card.set("dataset", words.data.dataset);
  card.set("test_images", to_text(found.images));
  card.set("accuracy", to_text(found.accuracy));
  card.set("codes", to_text(found.codes));
  card.set("differing_codes", to_text(found.differing));
  card.set("epochs", to_text(found.history.all_epochs()));
  card.set("training_seconds", to_text(found.history.seconds, 0));
  card.set("images_per_second", to_text(found.history.images / found.history.seconds, 1));
  card.set("recipe", recipe_of(words, found.checkpoint));
  if (!words.commit.empty()) card.set("commit", words.commit);
  if (!words.note.empty()) card.set("note", words.note);
  return card;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

/// The same for people.
std::string page(const Card& card, const Findings& found) {
  std::vector<std::string> epochs;
  for (const auto& [stage, count] : found.history.epochs) epochs.push_back(concat(count, " ", stage));
  const Position& position = found.checkpoint.position;
  std::string text = concat("\n# ", card.get("network"), "\n\n| | |\n|---|---|\n");
  const auto row = [&](const char* what, const auto&... parts) { text += concat("| ", what, " | ", parts..., " |\n"); };
  row("knows", joined(found.network->class_names, ", "));
  row("accuracy", to_text(100 * found.accuracy, 2), " % of all ", found.images, " test images of ", card.get("dataset"),
      ", measured from this file by the integer runtime");
  std::string network = card.get("model");
  for (const ModelOption& option : find_model(network).options) {
    network += concat(", ", option.name, " = ", card.get(option.name));
  }
  row("network", network);
  row("size", card.get("weight_bits"), " bits of weights, ", card.get("bytes"), " bytes of file");
  row("beside its checkpoint", found.differing, " of ", found.codes, " codes differ over all test images");
  row("trained", joined(epochs, ", "), " epochs; these weights are those after epoch ", position.epoch, " of the ",
      position.name(), " run");
  row("took", card.get("training_seconds"), " seconds, ", card.get("images_per_second"), " images/s over all epochs");
  row("recipe", card.get("recipe"));
  if (!card.get("commit").empty()) row("commit", card.get("commit"));
  row("MD5", "`", card.get("md5"), "`");
  if (!card.get("note").empty()) text += concat("\n", card.get("note"), "\n");
  return text;
}

void run(const Words& words) {
  const Findings found = find(words);
  const Card card = card_of_findings(words, found);
  const fs::path to = words.to.empty() ? card_of(words.model) : words.to;
  write_file(to, card_text(card) + page(card, found));
  std::printf("%s: %.2f %% of %lld test images, %lld of %lld codes differ from the checkpoint's\n",
              printable(to).c_str(), 100 * found.accuracy, static_cast<long long>(found.images),
              static_cast<long long>(found.differing), static_cast<long long>(found.codes));
  if (found.differing > 0) throw Exit{kFailure};
}

}  // namespace

void add_card(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("card", "Measure a packed file and write its card, by which mog networks knows it");
  auto words = std::make_shared<Words>();
  command->add_option("FILE", words->checkpoint, "Checkpoint of the third run, as RUN/best.safetensors")->required();
  command->add_option("MODEL", words->model, "Packed file that was exported from it")->required();
  words->data.add_options(*command);
  words->data.add_held_back(*command);
  command->add_option("--to", words->to, "The card; without it MODEL with .md in place of .mog");
  command->add_option("--run", words->runs,
                      "Run folders that the training took, for each metrics.csv; the checkpoint's");
  command->add_option("--recipe", words->recipe, "How it was trained, where the checkpoint's own line does not say it");
  command->add_option("--commit", words->commit, "Commit of the program that trained it");
  command->add_option("--note", words->note, "A sentence for people");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
