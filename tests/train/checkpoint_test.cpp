// Checkpoints: what comes back, and one clear line for everything that must not.
#include "train/checkpoint.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "models/mognet.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "tests/core/temporary_folder.hpp"
#include "train/trained_model.hpp"

using namespace mog;
using testing::bytes_of_file;
using testing::put_file;
using testing::TemporaryFolder;

namespace {

/// Two parameters, a step size, a buffer and Adam's moments, all different from their beginning.
struct Small {
  explicit Small(float base = 0) : adam((fill(base), parameters)) {
    for (const auto& state : adam.state()) state.value.fill(base + 0.5F);
    adam.set_steps(17);
  }
  void fill(float base) {
    a = parameters.add("a", {2, 3}, Initial::constant(base + 1));
    step = parameters.add_buffer("a.step", {1}, base + 4);
    b = parameters.add("b", {4}, Initial::constant(base + 2));
    mean = parameters.add_buffer("mean", {4}, base + 3);
  }

  Parameters<float> parameters{123};
  Parameter<float>* a = nullptr;
  Parameter<float>* b = nullptr;
  Buffer<float>* step = nullptr;
  Buffer<float>* mean = nullptr;
  Adam<float> adam;
};

CheckpointHeader header() {
  return {.description = {.words = {{"model", "small"}, {"n", "4"}}, .class_names = {"cat", "d\xc3\xb6g, \"big\""}},
          .seed = 0xFFFFFFFFFFFFFFFF,
          .training = "one line",
          .position = {.stage = Stage::quantized_weights,
                       .epoch = 3,
                       .step = 14,
                       .loss_sum = 0.1 + 0.2,
                       .correct = 5,
                       .images = 140,
                       .best_accuracy = 1.0 / 3}};
}

/// The saved file with one text replaced by another of the same length.
std::filesystem::path changed(const TemporaryFolder& folder, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  const Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  std::string bytes = bytes_of_file(folder / "c");
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  put_file(folder / "c", bytes.replace(at, from.size(), to));
  return folder / "c";
}

/// The same checkpoint as the first version of the format had it: without a checksum.
std::string as_version_1(std::string bytes) {
  bytes.replace(bytes.find("\"version\":\"3\""), 13, "\"version\":\"1\"");
  const std::size_t key = bytes.find(",\"checksum\":"), end = bytes.find('}', key);
  const std::string rest = bytes.substr(key, end - key);
  bytes.erase(key, end - key);
  const std::size_t data = bytes.find("]}}") + 3;  // where the header's padding begins
  return bytes.insert(data, rest.size(), ' ');
}

}  // namespace

TEST_CASE("everything comes back as it was, to the last bit of the sums") {
  const TemporaryFolder folder;
  const Small saved(1);
  save_checkpoint(folder / "c", header(), saved.parameters, saved.adam);
  const Checkpoint checkpoint(folder / "c");
  CHECK(checkpoint.header().description == header().description);
  CHECK(checkpoint.header().seed == header().seed);
  CHECK(checkpoint.header().training == "one line");
  CHECK(checkpoint.header().position == header().position);

  Small loaded(100);
  loaded.adam.set_steps(0);
  checkpoint.load(loaded.parameters, loaded.adam);
  CHECK(loaded.a->value[5] == 2);
  CHECK(loaded.step->value[0] == 5);
  CHECK(loaded.b->value[0] == 3);
  CHECK(loaded.mean->value[3] == 4);
  for (const auto& state : loaded.adam.state()) CHECK(state.value[0] == 1.5F);
  CHECK(loaded.adam.steps() == 17);

  Small weights_only(100);
  checkpoint.load(weights_only.parameters);
  CHECK(weights_only.a->value[0] == 2);
  CHECK(weights_only.adam.state()[0].value[0] == 100.5F);
}

TEST_CASE("another architecture is refused by name, and changes nothing") {
  const TemporaryFolder folder;
  const Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  const Checkpoint checkpoint(folder / "c");
  const auto refused = [&](Parameters<float>& parameters, const char* reason) {
    CHECK_THROWS_WITH_AS(checkpoint.load(parameters), doctest::Contains(reason), DataError);
    CHECK(parameters.trained()[0].value[0] == 9);
  };
  Parameters<float> fewer, more, wider;
  fewer.add("a", {2, 3}, Initial::constant(9)), fewer.add_buffer("a.step", {1}, 9);
  refused(fewer, "tensor b is none of the network's");
  more.add("a", {2, 3}, Initial::constant(9)), more.add_buffer("a.step", {1}, 9);
  more.add("b", {4}, Initial::constant(9));
  more.add_buffer("mean", {4}, 0);
  more.add("c", {1}, Initial::constant(9));
  refused(more, "no tensor named c");
  wider.add("a", {3, 2}, Initial::constant(9)), wider.add_buffer("a.step", {1}, 9);
  refused(wider, "tensor a has shape [2, 3], the network's has [3, 2]");

  Small other;
  Sgd<float> sgd(other.parameters);
  CHECK_THROWS_WITH_AS(checkpoint.load(other.parameters, sgd), doctest::Contains("trained by adam, expected sgd"),
                       DataError);
}

TEST_CASE("numbers that are not finite are neither written nor loaded") {
  const TemporaryFolder folder;
  Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  const std::string good = bytes_of_file(folder / "c");
  small.b->value[2] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH_AS(save_checkpoint(folder / "c", header(), small.parameters, small.adam),
                       doctest::Contains("not written: b[2] is inf"), NumericError);
  CHECK(bytes_of_file(folder / "c") == good);

  std::string bad = as_version_1(good);  // which has no checksum
  bad.replace(bad.size() - 4, 4, std::string("\0\0\xc0\x7f", 4));
  put_file(folder / "c", bad);
  Small loaded;
  CHECK_THROWS_WITH_AS(Checkpoint(folder / "c").load(loaded.parameters, loaded.adam),
                       doctest::Contains("adam.v.b[3] is nan"), DataError);
}

TEST_CASE("a checkpoint with any byte changed, or cut off at any length, is refused in one line") {
  const TemporaryFolder folder;
  const Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  const std::string good = bytes_of_file(folder / "c");
  const std::string prefix = (folder / "d").string() + ": ";
  const auto refused = [&](const std::string& bytes) {
    put_file(folder / "d", bytes);
    Small loaded(100);
    try {
      const Checkpoint checkpoint(folder / "d");
      checkpoint.load(loaded.parameters, loaded.adam);
      CHECK(checkpoint.header().description == header().description);
      CHECK(checkpoint.header().position == header().position);
      CHECK(checkpoint.header().training == header().training);
      CHECK(checkpoint.header().seed == header().seed);
    } catch (const DataError& error) {
      CHECK(std::string(error.what()).starts_with(prefix));
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      CHECK(loaded.a->value[0] == 101);
      return true;
    }
    save_checkpoint(folder / "e", header(), loaded.parameters, loaded.adam);
    CHECK((bytes_of_file(folder / "e") == good));
    return false;
  };
  for (std::size_t length = 0; length < good.size(); ++length) CHECK(refused(good.substr(0, length)));
  CHECK(refused(good + '\0'));
  std::size_t said_the_same = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int change : {0x01, 0x03, 0x20, 0x80, 0xff}) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      said_the_same += refused(bytes) ? 0 : 1;
    }
  }
  CHECK(said_the_same == 0);
}

TEST_CASE("a newer version, another format, a word that is no number: one line with the file's name") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& reason) {
    const auto path = changed(folder, from, to);
    CHECK_THROWS_WITH_AS(Checkpoint{path}, doctest::Contains((path.string() + ": " + reason).c_str()), DataError);
  };
  refused("\"version\":\"3\"", "\"version\":\"4\"",
          "a checkpoint of version 4, newer than this program, which knows 3");
  refused("\"checksum\"", "\"cheeksum\"", "no metadata named checksum");
  refused("mog-checkpoint", "mog-something1", "a safetensors file, but no checkpoint of this program");
  refused("\"stage\":\"quantized-", "\"stage\":\"quantizer-", "unknown stage quantizer-weights");
  refused("\"epoch\":\"3\"", "\"epoch\":\"x\"", "epoch is x");
  refused("\"step\":\"14\"", "\"step\":\"-4\"", "step is -4");
  refused("\"seed\"", "\"sead\"", "no metadata named seed");
  CHECK_THROWS_AS(Checkpoint(folder / "none"), IoError);
}

TEST_CASE("a position that no run comes to is refused by name: nothing reckons with it") {
  const TemporaryFolder folder;
  const Small saved(1);
  const auto refused = [&](auto change, const std::string& key) {
    CheckpointHeader crafted = header();
    change(crafted.position);
    save_checkpoint(folder / "c", crafted, saved.parameters, saved.adam);
    CHECK_THROWS_WITH_AS(Checkpoint{folder / "c"}, doctest::Contains(("c: " + key + " is ").c_str()), DataError);
  };
  constexpr Index kLargest = std::numeric_limits<Index>::max();
  refused([](Position& p) { p.epoch = kLargest; }, "epoch");
  refused([](Position& p) { p.step = kLargest; }, "step");
  refused([](Position& p) { p.images = kLargest; }, "images");
  refused([](Position& p) { p.correct = p.images + 1; }, "correct");
  refused([](Position& p) { p.loss_sum = std::numeric_limits<double>::infinity(); }, "loss_sum");
  refused([](Position& p) { p.best_accuracy = 2; }, "best_accuracy");
}

TEST_CASE("a MOGNET comes back from its file alone, with its options and its stage") {
  const TemporaryFolder folder;
  Parameters<float> parameters(5);
  const MognetOptions options{.maps = 4, .groups = 2, .bits = 2, .classes = 3, .head = MognetOptions::Head::ternary};
  Mognet<float> net(parameters, options);
  const Adam<float> adam(parameters);
  CheckpointHeader about = header();
  about.description = describe({.model = "mognet", .words = words_of(options), .classes = options.classes});
  about.seed = 5;
  parameters.trained()[0].value[0] = 42;
  save_checkpoint(folder / "c", about, parameters, adam);

  const auto loaded = load_model(folder / "c");
  CHECK(loaded->stage == Stage::quantized_weights);
  CHECK(loaded->choice.model == "mognet");
  CHECK(loaded->choice.words == ModelWords{{"n", "4"}, {"g", "2"}, {"k", "2"}, {"head", "ternary"}});
  CHECK(loaded->choice.classes == 3);
  CHECK(loaded->parameters.seed() == 5);
  CHECK(loaded->parameters.trained()[0].value[0] == 42);
}

TEST_CASE("a description that makes no MOGNET, or not this one, is refused before it is built") {
  const auto refused = [](const std::string& key, const std::string& value, const char* reason) {
    const TemporaryFolder folder;
    Parameters<float> parameters(5);
    const MognetOptions options{.maps = 4, .groups = 2, .bits = 2, .classes = 3};
    Mognet<float> net(parameters, options);
    const Adam<float> adam(parameters);
    CheckpointHeader about = header();
    about.description = describe({.model = "mognet", .words = words_of(options), .classes = options.classes});
    about.description.words[key] = value;
    save_checkpoint(folder / "c", about, parameters, adam);
    CHECK_THROWS_WITH_AS(load_model(folder / "c"), doctest::Contains(reason), DataError);
  };
  refused("model", "other", "holds a other, which is no model of this program");
  refused("n", "2048", "the tensors are not those of a mognet with 3 classes, g = 2, head = binary, k = 2, n = 2048");
  refused("n", "99999999", "the model's n is 99999999, expected 2 to 2048");
  refused("classes", "10", "tensor head.weight has shape [16, 3], the network's has [16, 10]");
  refused("classes", "9999", "the tensors are not those");
  refused("model", "resnet20", "the model has no maps");
  refused("g", "3", "expected a divisor of n / 2");
  refused("g", "1", "tensor cflog1.group.weight has shape");
  refused("k", "x", "the model's k is x");
  refused("head", "full", "expected binary or ternary");
}

TEST_CASE("a checkpoint that another program wrote again, in an order of its own, is the same checkpoint") {
  const TemporaryFolder folder;
  const Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  const SafetensorsFile file = SafetensorsFile::read(folder / "c");
  SafetensorsWriter writer;
  for (auto line = file.metadata().rbegin(); line != file.metadata().rend(); ++line) {
    writer.set_metadata(line->first, line->second);
  }
  const std::vector<SafetensorsFile::Entry> entries(file.entries().begin(), file.entries().end());
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    writer.add(entry->name, file.tensor<float>(entry->name));
  }
  writer.write(folder / "d");
  CHECK(bytes_of_file(folder / "c") != bytes_of_file(folder / "d"));
  Small loaded(100);
  Checkpoint(folder / "d").load(loaded.parameters, loaded.adam);
  CHECK(loaded.a->value[0] == small.a->value[0]);
  CHECK(Checkpoint(folder / "d").checksum() == Checkpoint(folder / "c").checksum());
}

TEST_CASE("files of the first two versions are read") {
  const TemporaryFolder folder;
  const Small small;
  save_checkpoint(folder / "c", header(), small.parameters, small.adam);
  put_file(folder / "d", as_version_1(bytes_of_file(folder / "c")));
  Small loaded(100);
  Checkpoint(folder / "d").load(loaded.parameters, loaded.adam);
  CHECK(loaded.a->value[0] == small.a->value[0]);
  // Version 2, written by the program of its day: tests/train/checkpoint_v2.safetensors.
  const Checkpoint old(std::filesystem::path(MOG_SOURCE_DIR) / "tests/train/checkpoint_v2.safetensors");
  CHECK(old.header().description.words.at("n") == "2");
  CHECK(old.header().position.stage == Stage::quantized);
}

TEST_CASE("what the first weights were is kept where it is not the seed, and the checksum tells files apart") {
  const TemporaryFolder folder;
  const Small small;
  save_checkpoint(folder / "a", header(), small.parameters, small.adam);
  CheckpointHeader other = header();
  other.start = "somewhere else";
  save_checkpoint(folder / "b", other, small.parameters, small.adam);
  CHECK(Checkpoint(folder / "a").header().start.empty());
  CHECK(Checkpoint(folder / "b").header().start == "somewhere else");
  CHECK(Checkpoint(folder / "a").checksum().size() == 32);
  CHECK(Checkpoint(folder / "a").checksum() != Checkpoint(folder / "b").checksum());
}
