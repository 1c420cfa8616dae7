// The C interface gives the runtime's numbers, says in one line why it cannot, and never ends the program around it.
#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "deploy/random_network.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/model_file.hpp"
#include "deploy/runtime/mog.h"
#include "tests/support/child.hpp"

namespace {

mog::ProvenNetwork small_network() {
  return mog::prove(mog::random_network({.maps = 8, .groups = 2, .height = 8, .width = 16}));
}

/// The network loaded from memory, three pictures, and their class sums by the reference engine.
struct Loaded {
  explicit Loaded(int threads) {
    const mog::ProvenNetwork network = small_network();
    const std::vector<std::byte> bytes = mog::model_bytes(network);
    model = mog_load_memory(bytes.data(), bytes.size(), threads);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
    for (std::size_t i = 0; i < 3; ++i) {
      mog::run_reference(network, std::span(pixels).subspan(i * 384, 384), std::span(expected).subspan(10 * i, 10));
    }
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() { mog_free(model); }

  /// Of `images` of the pictures.
  [[nodiscard]] bool runs(std::size_t images) const {
    std::vector<std::int64_t> sums(30);
    return mog_run(model, pixels.data(), images, sums.data()) == 0 &&
           std::equal(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(10 * images), expected.begin());
  }

  mog_model* model = nullptr;
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(3 * 384);
  std::vector<std::int64_t> expected = std::vector<std::int64_t>(30);
};

}  // namespace

TEST_CASE("a file is loaded, run and freed") {
  const mog::ProvenNetwork network = small_network();
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

TEST_CASE("bytes in memory are as good as the file, and bytes that are none are named") {
  const Loaded loaded(2);
  REQUIRE(loaded.model != nullptr);
  CHECK(loaded.runs(3));
  CHECK(loaded.runs(1));
  const std::vector<std::byte> nothing(100);
  CHECK(mog_load_memory(nothing.data(), nothing.size(), 1) == nullptr);
  CHECK(std::string(mog_error()).starts_with("mog_load_memory: "));
  CHECK(mog_load_memory(nothing.data(), 0, 1) == nullptr);
  CHECK(std::string(mog_error()).starts_with("mog_load_memory: "));
}

TEST_CASE("null pointers, threads and counts that cannot be are errors with a sentence") {
  CHECK(mog_load_memory(nullptr, 100, 1) == nullptr);
  CHECK(mog_error() == std::string("mog_load_memory: no bytes"));
  CHECK(mog_image_bytes(nullptr) == 0);
  CHECK(mog_error() == std::string("mog_image_bytes: no model"));
  CHECK(mog_classes(nullptr) == 0);
  CHECK(mog_error() == std::string("mog_classes: no model"));
  CHECK(mog_arena_bytes(nullptr) == 0);
  CHECK(mog_error() == std::string("mog_arena_bytes: no model"));
  const Loaded loaded(1);
  std::int64_t sums[10];
  CHECK(mog_run(loaded.model, loaded.pixels.data(), 1, nullptr) == -1);
  CHECK(mog_error() == std::string("mog_run: no pixels or no class sums"));
  // 384 bytes and 80 bytes a picture: 2^63 of them are a multiple of 2^64, and would be none.
  for (const std::size_t images : {std::size_t{1} << 63, std::size_t{1} << 62, SIZE_MAX, SIZE_MAX / 384 + 1}) {
    CHECK(mog_run(loaded.model, loaded.pixels.data(), images, sums) == -1);
    CHECK(mog_error() == mog::concat("mog_run: ", images, " images, expected at most ", PTRDIFF_MAX / 384,
                                     ", which memory could hold"));
  }
  for (const int threads : {0, -1, 4097}) {
    CHECK(Loaded(threads).model == nullptr);
    CHECK(mog_error() == mog::concat("threads: ", threads, ", expected 1 to 4096"));
  }
}

TEST_CASE("with one thread, neither loading nor running starts another") {
  mog::set_threads(3);
  CHECK(mog::test::in_child([] {
          const Loaded loaded(1);
          return loaded.runs(3) && loaded.runs(1) && mog::test::thread_count() == 1;
        }) == 0);
}

TEST_CASE("a child process goes on with a network of several threads, and loads its own") {
  const Loaded loaded(3);
  REQUIRE(loaded.runs(3));
  CHECK(mog::test::in_child([&] { return loaded.runs(3) && loaded.runs(1) && Loaded(2).runs(3); }) == 0);
  CHECK(loaded.runs(3));
}

TEST_CASE("threads that the system refuses are an error, of loading or of another thread's first run") {
  CHECK(mog::test::in_child([] {
          bool holds = false;
          std::thread([&] {  // a new thread of the child may have a team
            const Loaded loaded(3);
            const bool before = loaded.runs(3);
            if (!mog::test::forbid_threads()) {
              holds = true;
              return;
            }
            const bool again = loaded.runs(3);  // the team is there
            const bool refused = Loaded(4).model == nullptr &&
                                 std::string(mog_error()).starts_with("threads: the system refuses number 4 of 4: ");
            holds = before && again && refused && Loaded(1).runs(1);
          })
              .join();
          return holds;
        }) == 0);
  const Loaded loaded(3);
  CHECK(mog::test::in_child([&] {
          bool holds = false;
          std::thread([&] {
            if (!mog::test::forbid_threads()) {
              holds = true;
              return;
            }
            holds =
                !loaded.runs(3) && std::string(mog_error()).starts_with("threads: the system refuses number 2 of 3");
          }).join();
          return holds;
        }) == 0);
}
