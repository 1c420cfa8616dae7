// The list of models: what is in it, that options are data, and what is refused.
#include <doctest/doctest.h>

#include "core/random.hpp"
#include "models/mognet.hpp"

using mog::Index;
using mog::ModelWords;

TEST_CASE(
    "every model is made with its fallbacks, takes pictures of its multiple and says how many classes there are") {
  for (const mog::ModelKind& kind : mog::models()) {
    CAPTURE(kind.name);
    CHECK(&mog::find_model(kind.name) == &kind);
    CHECK_FALSE(kind.about.empty());
    ModelWords small;
    for (const mog::ModelOption& option : kind.options) {
      if (option.name == "n" || option.name == "maps") small.emplace(option.name, std::string("8"));
      if (option.name == "width") small.emplace(option.name, std::string("1/8"));
    }
    const mog::ModelChoice choice{.model = kind.name, .words = kind.complete(small), .classes = 7};
    mog::Parameters<float> parameters;
    mog::Graph<float> network = choice.make(parameters);
    mog::Tape<float> tape;
    for (const mog::Stage stage : {mog::Stage::full_precision, mog::Stage::quantized_weights, mog::Stage::quantized}) {
      mog::Pass<float> pass{.tape = tape, .stage = stage};
      const Index side = 2 * kind.side_multiple;
      const auto logits = network(pass, {mog::random_tensor<float>({2, side, kind.side_multiple, 3}, 1)});
      CHECK(logits.shape() == mog::Shape{2, 7});
    }
  }
}

TEST_CASE("each option's fallback is in its own range, its range reads as a sentence, and names are taken once") {
  for (const mog::ModelKind& kind : mog::models()) {
    std::map<std::string, int> names;
    for (const mog::ModelOption& option : kind.options) {
      CAPTURE(option.name);
      CHECK(option.objection(option.fallback).empty());
      CHECK_FALSE(option.help.empty());
      CHECK(++names[option.name] == 1);
    }
  }
  const mog::ModelKind& mognet = mog::find_model("mognet");
  CHECK(mognet.options[0].range() == "2 to 2048");
  CHECK(mognet.options[3].range() == "binary or ternary");
}

TEST_CASE("words that a model does not know are refused in one line") {
  const mog::ModelKind& mognet = mog::find_model("mognet");
  const auto refused = [&](const ModelWords& words, const char* message) {
    CHECK_THROWS_WITH_AS(static_cast<void>(mognet.complete(words)), message, std::invalid_argument);
  };
  refused({{"maps", "3"}}, "mognet: has no option maps (3)");
  refused({{"n", "x"}}, "mognet: n = x, expected 2 to 2048");
  refused({{"n", "99999999999999999999"}}, "mognet: n = 99999999999999999999, expected 2 to 2048");
  refused({{"k", "9"}}, "mognet: k = 9, expected 1 to 8");
  refused({{"head", "full"}}, "mognet: head = full, expected binary or ternary");
  CHECK_THROWS_WITH_AS(mog::find_model("vgg"),
                       "no model vgg, expected one of mognet, resnet20, etd-resnet20, etd-resnet32, slbf-resnet18, "
                       "slbf-vgg16, hybrid-resnet20, hybrid-vgg19, hybrid-mobilenet",
                       std::invalid_argument);
}

TEST_CASE("a MOGNET's options become words and the same network again") {
  const mog::MognetOptions options{
      .maps = 8, .groups = 2, .bits = 2, .classes = 3, .head = mog::MognetOptions::Head::ternary};
  mog::Parameters<float> a(5), b(5);
  mog::Mognet<float> direct(a, options);
  mog::Graph<float> chosen = mog::ModelChoice{.model = "mognet", .words = words_of(options), .classes = 3}.make(b);
  mog::Tape<float> tape;
  mog::Pass<float> pass{.tape = tape, .stage = mog::Stage::quantized};
  const mog::Variable<float> images{mog::random_tensor<float>({2, 8, 8, 3}, 1)};
  const auto x = direct(pass, images).value, y = chosen(pass, images).value;
  CHECK(std::equal(x.values().begin(), x.values().end(), y.values().begin(), y.values().end()));
}
