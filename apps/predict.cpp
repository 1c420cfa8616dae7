// `mog predict`: the most likely classes of pictures.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/classifier.hpp"
#include "apps/commands.hpp"
#include "apps/network_choice.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "data/image.hpp"

namespace mog::apps {
namespace {

struct Words {
  NetworkChoice network;
  std::vector<std::filesystem::path> pictures;
  std::size_t top = 3;
};

void print(const std::filesystem::path& picture, const std::vector<Guess>& guesses, std::size_t top) {
  std::printf("%s:", printable(picture).c_str());
  for (std::size_t i = 0; i < std::min(top, guesses.size()); ++i) {
    std::printf("%s %s %.1f %%", i == 0 ? "" : ",", printable(guesses[i].name).c_str(), 100 * guesses[i].probability);
  }
  std::printf("\n");
}

int complain(const std::exception& error, int code) {
  std::fprintf(stderr, "mog: %s\n", printable(error.what()).c_str());
  return code;
}

/// Prints a line about a picture, or what is wrong with it, which is no reason not to look at the next. Returns the
/// exit code that the picture alone would end with.
int predict(Classifier& classifier, const std::filesystem::path& picture, std::size_t top) {
  std::error_code ignored;
  try {
    if (std::filesystem::is_directory(picture, ignored)) {
      throw IoError(concat(picture.string(), ": a folder, expected pictures: ", (picture / "*").string()));
    }
    const Image image = load_image(picture, classifier.facts().size());
    print(picture, classify(classifier, image.pixels), top);
    std::fflush(stdout);  // lines of both streams stand in the pictures' order
    return kSuccess;
  } catch (const DataError& error) {
    return complain(error, kData);
  } catch (const IoError& error) {
    return complain(error, kInputOutput);
  }
}

void run(Words words) {
  words.network.sort(words.pictures);
  const std::filesystem::path file = words.network.path();
  require(!words.pictures.empty(), "predict: no picture, expected at least one behind the network ", file.string());
  const auto classifier = load_classifier(file);
  int first_bad = kSuccess;
  for (const auto& picture : words.pictures) {
    const int code = predict(*classifier, picture, words.top);
    if (first_bad == kSuccess) first_bad = code;
  }
  if (first_bad != kSuccess) throw Exit{first_bad};
}

}  // namespace

void add_predict(CLI::App& app) {
  CLI::App* command = app.add_subcommand("predict", "Say what pictures show");
  auto words = std::make_shared<Words>();
  words->network.add_options(*command);
  command->add_option("IMAGE", words->pictures,
                      "PNG, JPEG or BMP; the centred part of the network's proportions is scaled to its size");
  command->add_option("--top", words->top, "Classes to print for each picture")->capture_default_str()->check(whole(1));
  add_threads(*command);
  command->footer(
      "The first word is the network when it is a network's file: by its content, or a name in .mog or "
      ".safetensors.");
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
