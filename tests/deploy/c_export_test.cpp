// The exported C computes every code that the reference engine computes, on this machine, with every compiler it has.
#include "deploy/c_export.hpp"

#include <doctest/doctest.h>

#include "deploy/lowering.hpp"
#include "tests/deploy/compiled_c.hpp"
#include "tests/deploy/random_mognet.hpp"

using mog::Index;
using mog::IntegerNetwork;
using mog::testing::CompiledC;
using mog::testing::RandomMognet;

namespace {

IntegerNetwork lowered(const mog::MognetOptions& options, const mog::LoweringOptions& sizes = {}) {
  RandomMognet trained(options, 5);
  return mog::lower(trained.network, 5, sizes);
}

/// Noise, and pictures with wide bright and dark areas.
std::vector<std::uint8_t> picture(const IntegerNetwork& network, std::uint64_t seed) {
  auto pixels = mog::testing::random_pixels(network.height * network.width * 3, seed);
  if (seed % 2 == 0) return pixels;
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 300 % 2 == 0 ? 250 : i % 7);
  return pixels;
}

void check_same(const IntegerNetwork& network, const CompiledC& c) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    CAPTURE(seed);
    const auto pixels = picture(network, seed);
    std::vector<std::int64_t> expected_sums, sums(static_cast<std::size_t>(network.head.classes));
    const mog::testing::Codes expected = mog::testing::engine_codes(network, pixels, expected_sums);
    const mog::testing::Codes codes = c.run(pixels, sums);
    CHECK(codes.size() == expected.size());
    for (const auto& map : expected) {
      CAPTURE(map.first);
      REQUIRE(codes.contains(map.first));
      CHECK(codes.at(map.first) == map.second);
    }
    CHECK(sums == expected_sums);
  }
  CHECK(c.self_test() == 0);
}

}  // namespace

TEST_CASE("every code and class sum is the engine's, for k = 1 to 4 and every compiler") {
  for (const std::string& compiler : mog::testing::c_compilers()) {
    for (const int bits : {1, 2, 3, 4}) {
      CAPTURE(compiler);
      CAPTURE(bits);
      const IntegerNetwork network = lowered({.maps = 8, .groups = 2, .bits = bits}, {.height = 16, .width = 24});
      check_same(network, CompiledC(network, compiler, "-O3"));
      check_same(network, CompiledC(network, compiler, "-O0"));
    }
  }
}

TEST_CASE("every code is the engine's for sizes that fill no byte, no strip and no table, and for either head") {
  for (const mog::MognetOptions& options : {mog::MognetOptions{.maps = 6, .groups = 1, .bits = 3, .classes = 3},
                                            mog::MognetOptions{.maps = 6, .groups = 3, .bits = 2, .classes = 7},
                                            mog::MognetOptions{.maps = 10, .groups = 1, .bits = 1, .classes = 2},
                                            mog::MognetOptions{.maps = 10, .groups = 5, .bits = 8, .classes = 5},
                                            mog::MognetOptions{.maps = 2, .groups = 1, .bits = 5, .classes = 10}}) {
    for (const Index lanes : {1, 3, 4}) {
      CAPTURE(options.maps);
      CAPTURE(lanes);
      mog::MognetOptions with_head = options;
      with_head.head = lanes == 3 ? mog::Precision::ternary : mog::Precision::binary;
      const IntegerNetwork network = lowered(with_head, {.height = 8, .width = 16});
      check_same(network, CompiledC(network, "cc", "-O1", {.lanes = lanes}));
    }
  }
}

TEST_CASE("the paper's picture size, n = 32, and no undefined behaviour") {
  const IntegerNetwork network = lowered({.maps = 32, .groups = 4, .bits = 3});
  check_same(network, CompiledC(network, "cc", "-O1 -fsanitize=undefined -fsanitize-undefined-trap-on-error"));
}

TEST_CASE("the self-test names the first layer whose codes differ") {
  IntegerNetwork network = lowered({.maps = 8, .groups = 2, .bits = 3}, {.height = 8, .width = 8});
  const CompiledC good(network, "cc", "-O1");
  auto* const mrb = std::get_if<mog::IntegerMrb>(&network.layers[2]);
  REQUIRE(mrb != nullptr);
  for (std::uint8_t& byte : mrb->b.squeeze.bytes) byte = static_cast<std::uint8_t>(~byte);
  // The weights of one network, the expectations of the other.
  mog::testing::TemporaryFolder folder;
  mog::export_c(network, folder.path());
  CHECK(good.self_test() == 0);
  const std::string command = "cd " + folder.path().string() + " && cp " + (good.folder() / "selftest.c").string() +
                              " . && cc -std=c99 -fPIC -shared -o mixed.so model.c selftest.c";
  REQUIRE(std::system(command.c_str()) == 0);
  void* const library = ::dlopen((folder / "mixed.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  const int result = reinterpret_cast<int (*)()>(::dlsym(library, "mog_selftest"))();
  REQUIRE(result > 0);
  CHECK(good.layer_name(static_cast<std::size_t>(result - 1)) == "mrb1.b.activation");
  ::dlclose(library);
}

TEST_CASE("names carry the prefix, and class names any text") {
  IntegerNetwork network = lowered({.maps = 4, .groups = 1, .bits = 2, .classes = 2}, {.height = 8, .width = 8});
  network.class_names = {
      "a \"mog_\\cat\"?"
      "?/",
      "Stra\xC3\x9F"
      "e"};
  const CompiledC c(network, "cc", "-O1", {.prefix = "digits_"});
  check_same(network, c);
  const std::string command = "test -z \"$(nm --defined-only --extern-only -D " + (c.folder() / "model.so").string() +
                              " | grep -v ' digits_')\"";
  CHECK(std::system(command.c_str()) == 0);
  void* const library = ::dlopen((c.folder() / "model.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto* const names = static_cast<const char* const*>(::dlsym(library, "digits_class_names"));
  REQUIRE(names != nullptr);
  CHECK(names[0] == network.class_names[0]);
  CHECK(names[1] == network.class_names[1]);
  ::dlclose(library);
}

TEST_CASE("the arena stays within 160 KB for n = 128, k = 3, at the paper's picture size") {
  const IntegerNetwork network = lowered({.maps = 128, .groups = 4, .bits = 3});
  mog::testing::TemporaryFolder folder;
  const mog::CExportReport report = mog::export_c(network, folder.path());
  MESSAGE("arena: " << report.arena_bytes << " bytes, constants: " << report.const_bytes << " bytes");
  CHECK(report.arena_bytes <= 100'000);
}

TEST_CASE("options that name nothing are refused") {
  const IntegerNetwork network = lowered({.maps = 2, .groups = 1, .bits = 1, .classes = 2}, {.height = 8, .width = 8});
  mog::testing::TemporaryFolder folder;
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.prefix = "3d_"}), std::invalid_argument);
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.prefix = "a-"}), std::invalid_argument);
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.lanes = 0}), std::invalid_argument);
  IntegerNetwork twice = network;
  std::get<mog::IntegerCflog>(twice.layers[1]).name = "mrb1.a";
  CHECK_THROWS_AS(mog::export_c(twice, folder.path()), std::invalid_argument);
  IntegerNetwork comment = network;
  std::get<mog::IntegerCflog>(comment.layers[1]).name = "*/ int main";
  CHECK_THROWS_AS(mog::export_c(comment, folder.path()), std::invalid_argument);
  CHECK(folder.entries() == 0);
}
