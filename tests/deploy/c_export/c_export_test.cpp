// The exported C computes every code that the reference engine computes, on this machine, with every compiler it has.
#include "deploy/c_export/c_export.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "deploy/c_export/compiled.hpp"
#include "deploy/c_export/names.hpp"
#include "deploy/lowering.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/deploy/random_mognet.hpp"
#include "tests/deploy/runtime/saturated_network.hpp"

using mog::Index;
using mog::IntegerNetwork;
using mog::c_export::Compiled;
using mog::testing::RandomMognet;

namespace {

mog::ProvenNetwork lowered(const mog::MognetOptions& options, const mog::LoweringOptions& sizes = {}) {
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

/// Warnings are errors.
std::string strict(const std::string& compiler) {
  return compiler + " -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror ";
}

std::vector<std::string> compilers() {
  std::vector<std::string> found;
  for (const std::string name : {"gcc", "clang"}) {
    if (std::system(("command -v " + name + " >/dev/null").c_str()) == 0) found.push_back(name);
  }
  return found;
}

/// Every map of codes by its layer's name.
using Codes = std::map<std::string, std::vector<std::int32_t>>;
mog::MapObserver collect(Codes& codes) {
  return [&codes](const mog::IntegerMap& map) {
    if (map.codes()) codes[std::string(map.name)].assign(map.values.begin(), map.values.end());
  };
}

void check_same(const IntegerNetwork& network, Compiled&& c) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    CAPTURE(seed);
    const auto pixels = picture(network, seed);
    std::vector<std::int64_t> expected_sums(static_cast<std::size_t>(network.head.classes)), sums = expected_sums,
                                                                                             alone = sums;
    Codes expected, codes;
    mog::run_reference(network, pixels, expected_sums, collect(expected));
    c.run(pixels, sums, collect(codes));
    CHECK(codes.size() == expected.size());
    for (const auto& map : expected) {
      CAPTURE(map.first);
      REQUIRE(codes.contains(map.first));
      CHECK(codes.at(map.first) == map.second);
    }
    CHECK(sums == expected_sums);
    c.run(pixels, alone);
    CHECK(alone == expected_sums);
  }
  CHECK(c.self_test() == 0);
}

}  // namespace

TEST_CASE("every code and class sum is the engine's, for k = 1 to 4 and every compiler") {
  for (const std::string& compiler : compilers()) {
    for (const int bits : {1, 2, 3, 4}) {
      CAPTURE(compiler);
      CAPTURE(bits);
      const mog::ProvenNetwork network = lowered({.maps = 8, .groups = 2, .bits = bits}, {.height = 16, .width = 24});
      check_same(network, Compiled(network, strict(compiler) + "-O3"));
      check_same(network, Compiled(network, strict(compiler) + "-O0"));
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
      with_head.head = lanes == 3 ? mog::MognetOptions::Head::ternary : mog::MognetOptions::Head::binary;
      const mog::ProvenNetwork network = lowered(with_head, {.height = 8, .width = 16});
      check_same(network, Compiled(network, strict("cc") + "-O1", {.lanes = lanes}));
    }
  }
}

TEST_CASE("of equal class sums the first class is the answer of the C, too") {
  const Compiled c(lowered({.maps = 4, .groups = 1, .bits = 2, .classes = 4}, {.height = 8, .width = 8}), "cc -O1");
  const auto best_class = reinterpret_cast<int (*)(const std::int64_t*)>(c.symbol("best_class"));
  const std::int64_t sums[4] = {-7, 5, 5, 4}, equal[4] = {-9, -9, -9, -9}, last[4] = {1, 2, 3, std::int64_t{1} << 40};
  CHECK(best_class(sums) == 1);
  CHECK(best_class(equal) == 0);
  CHECK(best_class(last) == 3);
}

TEST_CASE("sums beyond 16 bits are kept in 32: the largest codes of 130 channels add up to 33150") {
  const mog::ProvenNetwork network = mog::prove(mog::testing::saturated_network(130, 8));
  check_same(network, Compiled(network, strict("cc") + "-O1"));
}

TEST_CASE("the paper's picture size, n = 32, and no undefined behaviour") {
  const mog::ProvenNetwork network = lowered({.maps = 32, .groups = 4, .bits = 3});
  check_same(network, Compiled(network, "cc -O1 -fsanitize=undefined -fsanitize-undefined-trap-on-error"));
}

TEST_CASE("the self-test names the first layer whose codes differ") {
  IntegerNetwork network = lowered({.maps = 8, .groups = 2, .bits = 3}, {.height = 8, .width = 8});
  Compiled good(mog::prove(network), "cc -O1");
  CHECK(good.self_test() == 0);
  auto* const mrb = std::get_if<mog::IntegerMrb>(&network.layers[2]);
  REQUIRE(mrb != nullptr);
  for (std::uint8_t& byte : mrb->b.squeeze.bytes) byte = static_cast<std::uint8_t>(~byte);
  // The weights of the changed network, the expectations of the other.
  const std::string expected = (good.folder() / "selftest.c").string();
  const mog::testing::TemporaryFolder folder;
  mog::testing::put_file(folder / "compiler",
                         "#!/bin/sh\nfor last; do :; done\ncp " + expected + " \"$last\"\ncc \"$@\"\n");
  std::filesystem::permissions(folder / "compiler", std::filesystem::perms::owner_all);
  Compiled mixed(mog::prove(network), (folder / "compiler").string() + " -O1");
  const int result = mixed.self_test();
  REQUIRE(result > 0);
  CHECK(mixed.layers()[static_cast<std::size_t>(result - 1)] == "mrb1.b.activation");
}

TEST_CASE("names carry the prefix, and class names any text") {
  IntegerNetwork network = lowered({.maps = 4, .groups = 1, .bits = 2, .classes = 2}, {.height = 8, .width = 8});
  network.class_names = {
      "a \"mog_\\cat\"?"
      "?/",
      "Stra\xC3\x9F"
      "e"};
  // No other name leaves the library.
  Compiled c(mog::prove(network), "cc -O1", {.prefix = "digits_"});
  const std::string library = (c.folder() / "model.so").string();
  CHECK(std::system(("nm -D --defined-only '" + library + "' | grep -q ' digits_run$'").c_str()) == 0);
  CHECK(std::system(("nm -D --defined-only '" + library + "' | grep -v ' digits_' >&2").c_str()) != 0);
  const auto* const names = static_cast<const char* const*>(c.symbol("class_names"));
  CHECK(names[0] == network.class_names[0]);
  CHECK(names[1] == network.class_names[1]);
  CHECK(c.self_test() == 0);
}

TEST_CASE("two networks fit one translation unit, as C and as C++, self-tests included") {
  mog::testing::TemporaryFolder folder;
  std::string unit, checks;
  for (const std::string prefix : {"mog_", "digits_"}) {
    const mog::ProvenNetwork network = lowered({.maps = 4, .groups = 1, .bits = prefix == "mog_" ? 2 : 3, .classes = 2},
                                               {.height = 8, .width = prefix == "mog_" ? 8 : 16});
    mog::export_c(network, folder.path() / prefix, {.prefix = prefix, .lanes = prefix == "mog_" ? 4 : 2});
    for (const std::string file : {"model.c", "selftest.c"})
      unit += mog::concat("#include \"", prefix, '/', file, "\"\n");
    checks += prefix + "selftest() + ";
  }
  mog::write_file(folder.path() / "both.c", unit + "int main(void) { return " + checks + "0; }\n");
  const auto runs = [&](const std::string& command) {
    return std::system(
        mog::concat("cd '", folder.path().string(), "' && ", command, " -o both both.c && ./both").c_str());
  };
  for (const std::string& compiler : compilers()) {
    CAPTURE(compiler);
    CHECK(runs(strict(compiler) + "-std=c99") == 0);
    CHECK(runs(strict(compiler) + "-x c++ -std=c++11 -lstdc++") == 0);
  }
}

TEST_CASE("names of a C text are those that it defines for all of itself") {
  const std::string text =
      "/* word */\n#include \"a.h\"\n#define SIZE 4\ntypedef struct {\n  int member;\n} type;\n"
      "typedef enum { ONE, TWO } kind;\nstatic const type object[SIZE] = {{1}, {2}};\nextern int mog_other;\n"
      "static int function(int argument) {\n  int local = ONE;\n  return argument + local;\n}\n";
  const std::set<std::string> names = mog::c_export::defined_names(text);
  CHECK(names == std::set<std::string>{"SIZE", "type", "ONE", "TWO", "kind", "object", "mog_other", "function"});
  CHECK(mog::c_export::with_prefix("/* a type of mog_a */ type x = SIZE + 0x4U; \"type\"", "my_", names) ==
        "/* a type of my_a */ my_type x = MY_SIZE + 0x4U; \"type\"");
}

TEST_CASE("a compiler that fails is an error with its command") {
  const mog::ProvenNetwork network =
      lowered({.maps = 2, .groups = 1, .bits = 1, .classes = 2}, {.height = 8, .width = 8});
  CHECK_THROWS_WITH_AS(Compiled(network, "false"), "the exported C: 'false' failed", std::runtime_error);
}

TEST_CASE("the arena stays within 160 KB for n = 128, k = 3, at the paper's picture size") {
  const mog::ProvenNetwork network = lowered({.maps = 128, .groups = 4, .bits = 3});
  mog::testing::TemporaryFolder folder;
  const mog::CExportReport report = mog::export_c(network, folder.path());
  MESSAGE("arena: " << report.arena_bytes << " bytes, constants: " << report.const_bytes << " bytes");
  CHECK(report.arena_bytes <= 100'000);
}

TEST_CASE("options that name nothing are refused") {
  const mog::ProvenNetwork network =
      lowered({.maps = 2, .groups = 1, .bits = 1, .classes = 2}, {.height = 8, .width = 8});
  mog::testing::TemporaryFolder folder;
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.prefix = "3d_"}), std::invalid_argument);
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.prefix = "a-"}), std::invalid_argument);
  CHECK_THROWS_AS(mog::export_c(network, folder.path(), {.lanes = 0}), std::invalid_argument);
  IntegerNetwork twice = network;
  std::get<mog::IntegerCflog>(twice.layers[1]).name = "mrb1.a";
  CHECK_THROWS_AS(mog::export_c(mog::prove(twice), folder.path()), std::invalid_argument);
  IntegerNetwork comment = network;
  std::get<mog::IntegerCflog>(comment.layers[1]).name = "*/ int main";
  CHECK_THROWS_AS(mog::export_c(mog::prove(comment), folder.path()), std::invalid_argument);
  CHECK(folder.entries() == 0);
}
