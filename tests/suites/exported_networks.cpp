// Hostile networks as exported C: exported_networks SECONDS SEED FOLDER... changes packed networks, or makes new ones,
// and compiles and runs the C of each that reading accepts beside the plain engine, code by code, with undefined
// behaviour trapped. It ends at the first difference; the network lies in exported_networks.mog then.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/random.hpp"
#include "deploy/c_export/compiled.hpp"
#include "deploy/random_network.hpp"
#include "deploy/runtime/model_file.hpp"
#include "tests/fuzz/hostile_network.hpp"

namespace {

using namespace mog;
using File = std::vector<std::byte>;

constexpr Index kMostWork = 50'000'000;

/// Of the folders' files, and of networks of every k.
std::vector<File> beginnings(const std::set<std::filesystem::path>& folders) {
  std::vector<File> files;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files.push_back(read_bytes(entry.path(), kMostModelBytes));
    }
  }
  for (int bits = 1; bits <= 8; ++bits) {
    const std::uint64_t seed = static_cast<std::uint64_t>(bits);
    files.push_back(model_bytes(prove(random_network({.maps = 4 + 2 * bits,
                                                      .groups = 1,
                                                      .bits = bits,
                                                      .classes = 2 + bits,
                                                      .height = 8,
                                                      .width = 16,
                                                      .seed = seed}))));
  }
  return files;
}

/// A few bytes are others: all bits, one bit, or any.
File changed(const File& from, Random& random) {
  File file = from;
  for (std::uint32_t i = random.below(8); i > 0; --i) {
    std::byte& byte = file[random.below(file.size())];
    const std::byte values[] = {std::byte{0}, std::byte{255}, byte ^ std::byte(1U << random.below(8)),
                                std::byte(random.below(256))};
    byte = values[random.below(4)];
  }
  return test::repaired(file);
}

/// Compiles the network's C and compares it with the plain engine; false where it cannot be exported.
bool try_exported(const ProvenNetwork& network, std::uint32_t seed) {
  using Codes = std::map<std::string, std::vector<std::int32_t>, std::less<>>;
  const auto collect = [](Codes& codes) {
    return [&codes](const IntegerMap& map) {
      if (map.codes()) codes[std::string(map.name)].assign(map.values.begin(), map.values.end());
    };
  };
  const auto pixels = test::hostile_picture(network, seed);
  std::vector<std::int64_t> expected_sums(static_cast<std::size_t>(network->head.classes)), sums = expected_sums;
  Codes expected, codes;
  run_reference(network, pixels, expected_sums, collect(expected));
  try {
    c_export::Compiled compiled(network, "cc -O1 -fsanitize=undefined -fsanitize-undefined-trap-on-error",
                                {.lanes = 1 + static_cast<Index>(seed % 5)});
    compiled.run(pixels, sums, collect(codes));
  } catch (const std::invalid_argument&) {
    return false;  // whose second layer is no CFLOG
  }
  if (codes != expected || sums != expected_sums) test::found("the exported C computes other codes or sums");
  return true;
}

struct Counts {
  long tried = 0, read = 0, run = 0;
};

Counts attack(std::chrono::seconds seconds, std::uint64_t seed, const std::vector<File>& files) {
  Counts counts;
  const auto end = std::chrono::steady_clock::now() + seconds;
  for (; std::chrono::steady_clock::now() < end; ++counts.tried) {
    Random random(seed, Purpose::user, static_cast<std::uint32_t>(counts.tried));
    const File file = changed(files[random.below(files.size())], random);
    try {
      const ProvenNetwork network = parse_model(file, "file");
      ++counts.read;
      if (test::work_of(network) > kMostWork) continue;
      const Bytes piece = file;
      write_file("exported_networks.mog", std::span(&piece, 1));
      counts.run += try_exported(network, random.bits()) ? 1 : 0;
    } catch (const DataError&) {
    }
  }
  std::filesystem::remove("exported_networks.mog");
  return counts;
}

long number(const std::string& text) {
  long value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  require(value >= 0, "'", text, "', expected a whole number");
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    require(argc >= 3, "expected SECONDS SEED FOLDER...");
    const std::set<std::filesystem::path> folders(argv + 3, argv + argc);
    const Counts counts =
        attack(std::chrono::seconds(number(argv[1])), static_cast<std::uint64_t>(number(argv[2])), beginnings(folders));
    std::printf("%ld files, %ld read, %ld exported, compiled and run: no difference\n", counts.tried, counts.read,
                counts.run);
    return counts.run > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "exported_networks: %s\n", error.what());
    return 1;
  }
}
