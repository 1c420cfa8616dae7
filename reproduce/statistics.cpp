// Three formulas.
#include "reproduce/statistics.hpp"

#include <cmath>
#include <iterator>

#include "core/error.hpp"

namespace mog {
namespace {

constexpr double kNormal = 1.959964;  // 97.5 % of the normal distribution lie below

/// The same of Student's distribution: from the tables up to ten degrees of freedom, then the beginning of its
/// expansion in 1 / degrees (Abramowitz and Stegun, 26.7.5), good to a thousandth.
double student(Index degrees) {
  constexpr double kTable[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
  if (degrees <= static_cast<Index>(std::size(kTable))) return kTable[degrees - 1];
  const double z = kNormal, d = static_cast<double>(degrees);
  return z + (z * z * z + z) / (4 * d) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * d * d);
}

}  // namespace

Interval wilson95(double share, Index images) {
  require(images >= 1 && share >= 0 && share <= 1, "interval: a share of ", share, " of ", images, " images");
  const double n = static_cast<double>(images), z2 = kNormal * kNormal;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kNormal * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return {middle - half, middle + half};
}

Spread spread_of(const std::vector<double>& values) {
  Spread spread{.count = static_cast<Index>(values.size())};
  if (values.empty()) return spread;
  for (const double value : values) spread.mean += value / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  if (spread.count > 1) spread.deviation = std::sqrt(squares / static_cast<double>(spread.count - 1));
  return spread;
}

std::optional<double> margin95(const Spread& a, const Spread& b) {
  if (a.count < 2 || b.count < 2) return std::nullopt;
  const auto da = static_cast<double>(a.count - 1), db = static_cast<double>(b.count - 1);
  const double pooled = (da * a.deviation * a.deviation + db * b.deviation * b.deviation) / (da + db);
  return student(a.count + b.count - 2) * std::sqrt(pooled * (1 / (da + 1) + 1 / (db + 1)));
}

}  // namespace mog
