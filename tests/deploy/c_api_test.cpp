// The C interface gives the runtime's numbers, and says in one line why it cannot.
#include <doctest/doctest.h>

#include <filesystem>

#include "deploy/engine.hpp"
#include "deploy/model_file.hpp"
#include "deploy/mog.h"
#include "deploy/random_network.hpp"

TEST_CASE("a file is loaded, run and freed") {
  const mog::IntegerNetwork network = mog::random_network({.maps = 8, .groups = 2, .height = 8, .width = 16});
  const std::string path = (std::filesystem::temp_directory_path() / "mog_c_api_test.mog").string();
  mog::write_model(path, network);
  mog_model* const model = mog_load(path.c_str(), 2);
  std::filesystem::remove(path);
  REQUIRE(model != nullptr);
  REQUIRE(mog_image_bytes(model) == 8 * 16 * 3);
  REQUIRE(mog_classes(model) == 10);
  CHECK(mog_arena_bytes(model) > 0);

  std::vector<std::uint8_t> pixels(3 * mog_image_bytes(model));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  std::vector<std::int64_t> sums(30), expected(10);
  CHECK(mog_run(model, pixels.data(), 3, sums.data()) == 0);
  for (std::size_t i = 0; i < 3; ++i) {
    mog::run_reference(network, std::span(pixels).subspan(i * 384, 384), expected);
    CHECK(std::equal(expected.begin(), expected.end(), sums.begin() + static_cast<std::ptrdiff_t>(10 * i)));
  }
  CHECK(mog_run(model, nullptr, 1, sums.data()) == -1);
  CHECK(mog_error() == std::string("mog_run: no pixels or no class sums"));
  CHECK(mog_run(model, nullptr, 0, nullptr) == 0);
  mog_free(model);
  mog_free(nullptr);
}

TEST_CASE("a file that is none, and a wrong number of threads, are one line of text") {
  CHECK(mog_load("no such file.mog", 1) == nullptr);
  CHECK(std::string(mog_error()).find("no such file.mog") != std::string::npos);
  CHECK(mog_load(nullptr, 1) == nullptr);
  CHECK(mog_error() == std::string("mog_load: no path"));
  CHECK(mog_run(nullptr, nullptr, 0, nullptr) == -1);
  CHECK(mog_error() == std::string("mog_run: no model"));
}
