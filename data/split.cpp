// Draws a share of each class.
#include "data/split.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/float_environment.hpp"
#include "core/random.hpp"

namespace mog {
namespace {

/// Which pictures are kept for measuring: of each class a share, rounded, the choice drawn by (seed, class).
std::vector<bool> draw_test(const Dataset& data, double share, std::uint64_t seed) {
  const FloatEnvironment standard;
  std::vector<std::vector<std::size_t>> members(data.class_names.size());
  for (std::size_t i = 0; i < data.labels.size(); ++i) members[static_cast<std::size_t>(data.labels[i])].push_back(i);
  std::vector<bool> chosen(data.labels.size(), false);
  for (std::size_t label = 0; label < members.size(); ++label) {
    std::vector<std::size_t>& left = members[label];
    const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(left.size())));
    Random random(seed, Purpose::split, static_cast<std::uint32_t>(label));
    for (std::size_t i = 0; i < wanted; ++i) {  // the beginning of a Fisher-Yates shuffle
      std::swap(left[i], left[i + random.below(left.size() - i)]);
      chosen[left[i]] = true;
    }
  }
  return chosen;
}

Dataset subset(const Dataset& data, const std::vector<bool>& chosen, bool which) {
  Dataset part{.name = data.name + (which ? " test" : " train"),
               .height = data.height,
               .width = data.width,
               .channels = data.channels,
               .pixels = {},
               .labels = {},
               .class_names = data.class_names};
  for (Index i = 0; i < data.size(); ++i) {
    if (chosen[static_cast<std::size_t>(i)] != which) continue;
    part.labels.push_back(data.labels[static_cast<std::size_t>(i)]);
    part.pixels.insert(part.pixels.end(), data.image(i), data.image(i) + data.image_bytes());
  }
  if (part.size() == 0) {
    throw DataError(concat(data.name, ": ", data.size(), " pictures leave none for ", which ? "testing" : "training"));
  }
  return part;
}

}  // namespace

DatasetPair split(const Dataset& data, double test_share, std::uint64_t seed) {
  require(test_share > 0 && test_share < 1, "split: test share ", test_share, ", expected above 0, below 1");
  const std::vector<bool> chosen = draw_test(data, test_share, seed);
  return {.train = subset(data, chosen, false), .test = subset(data, chosen, true)};
}

DatasetPair hold_back(const DatasetPair& data, Index images) {
  const FloatEnvironment standard;
  constexpr std::uint64_t kSeed = 1;
  require(images >= 1 && images < data.train.size(), "validation: ", images, " images, expected 1 to ",
          data.train.size() - 1, ", fewer than there are to learn from");
  DatasetPair parts = split(data.train, static_cast<double>(images) / static_cast<double>(data.train.size()), kSeed);
  parts.train.name = data.train.name;
  parts.test.name = data.train.name + " held back";
  return parts;
}

}  // namespace mog
