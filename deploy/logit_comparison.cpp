// Each picture's largest distance, then its answer.
#include "deploy/logit_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace mog {
namespace {

double deviation(std::span<const float> expected, std::span<const double> found) {
  double furthest = 0, largest = 0;
  for (std::size_t c = 0; c < expected.size(); ++c) {
    const double distance = std::abs(found[c] - static_cast<double>(expected[c]));
    if (!std::isfinite(distance)) return std::numeric_limits<double>::infinity();
    furthest = std::max(furthest, distance);
    largest = std::max(largest, std::abs(static_cast<double>(expected[c])));
  }
  if (furthest == 0) return 0;
  return largest > 0 ? furthest / largest : std::numeric_limits<double>::infinity();
}

template <class Row>
auto best(const Row& row) {
  return std::max_element(row.begin(), row.end()) - row.begin();
}

}  // namespace

LogitComparison compare_logits(std::span<const float> expected, std::span<const double> found, Index classes,
                               double bound) {
  require(classes >= 1 && expected.size() == found.size() && expected.size() % to_size(classes) == 0,
          "logits: ", found.size(), " beside ", expected.size(), ", expected as many, a multiple of ", classes);
  LogitComparison result{.images = static_cast<Index>(expected.size()) / classes};
  for (std::size_t first = 0; first < expected.size(); first += to_size(classes)) {
    const auto should = expected.subspan(first, to_size(classes));
    const auto is = found.subspan(first, to_size(classes));
    const double share = deviation(should, is);
    result.beyond += share > bound ? 1 : 0;
    result.differing_answers += best(should) != best(is) ? 1 : 0;
    if (share <= bound) result.largest_within = std::max(result.largest_within, share);
    result.largest_deviation = std::max(result.largest_deviation, share);
  }
  return result;
}

}  // namespace mog
