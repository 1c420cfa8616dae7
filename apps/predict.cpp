// `mog predict`: the most likely classes of pictures.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "apps/classify.hpp"
#include "apps/commands.hpp"
#include "data/image.hpp"

namespace mog::apps {

std::vector<Guess> classify(TrainedMognet& trained, const std::uint8_t* pixels, Index height, Index width) {
  Tape<float> tape;
  tape.set_recording(false);
  Pass<float> pass{.tape = tape, .stage = trained.stage, .training = false};
  const Tensor<float> image({1, height, width, 3});
  for (Index i = 0; i < image.elements(); ++i) image[i] = (static_cast<float>(pixels[i]) - 128) / 128;
  const Tensor<float> logits = trained.network(pass, {image}).value;

  const auto values = logits.values();
  const float largest = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const float value : values) sum += std::exp(static_cast<double>(value - largest));
  std::vector<Guess> guesses;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& names = trained.description.class_names;
    guesses.push_back(
        {i < names.size() ? names[i] : std::to_string(i), std::exp(static_cast<double>(values[i] - largest)) / sum});
  }
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const Guess& a, const Guess& b) { return a.probability > b.probability; });
  return guesses;
}

void add_predict(CLI::App& app) {
  CLI::App* command = app.add_subcommand("predict", "Say what pictures show");
  auto file = std::make_shared<std::filesystem::path>();
  auto pictures = std::make_shared<std::vector<std::filesystem::path>>();
  auto top = std::make_shared<std::size_t>(3);
  command->add_option("FILE", *file, "Checkpoint, as RUN/best.safetensors")->required();
  command->add_option("IMAGE", *pictures, "PNG, JPEG or BMP; its centred square is scaled to 32x32 pixels")->required();
  command->add_option("--top", *top, "Classes to print for each picture")->capture_default_str()->check(whole(1));
  add_threads(*command);
  command->callback([=] {
    constexpr Index kSize = 32;
    const auto trained = load_mognet(*file);
    for (const auto& picture : *pictures) {
      const Image image = load_image(picture, kSize);
      const std::vector<Guess> guesses = classify(*trained, image.pixels.data(), kSize, kSize);
      std::printf("%s:", picture.c_str());
      for (std::size_t i = 0; i < std::min(*top, guesses.size()); ++i) {
        std::printf("%s %s %.1f %%", i == 0 ? "" : ",", guesses[i].name.c_str(), 100 * guesses[i].probability);
      }
      std::printf("\n");
    }
  });
}

}  // namespace mog::apps
