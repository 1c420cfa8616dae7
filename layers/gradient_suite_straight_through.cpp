// The straight-through operations against the surrogates that they state: exactly, on every tie and boundary.
#include <cmath>
#include <limits>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/gradient_suite.hpp"
#include "layers/quantizers.hpp"
#include "layers/residual.hpp"

namespace mog {
namespace {

using Inputs = std::span<const Variable<double>>;
using Cases = std::vector<GradientCase>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double passes(double x) { return std::abs(x) <= 1 ? 1 : 0; }

/// Each point, the numbers next to it on both sides, and the same with the other sign.
void push_around(std::vector<double>& values, double point) {
  for (const double x : {point, std::nextafter(point, kInfinity), std::nextafter(point, -kInfinity)}) {
    values.push_back(x);
    values.push_back(-x);
  }
}

/// `special` first, then random numbers up to `count`: so that each place of a vector meets both.
Tensor<double> padded(std::vector<double> special, Index count) {
  Random random(9, Purpose::user);
  while (static_cast<Index>(special.size()) < count) special.push_back(3.0 * random.uniform() - 1.5);
  return Tensor<double>::from({static_cast<Index>(special.size())}, special);
}

/// Paper Eq. 1 as the layer's header states it.
double qrelu_value(double x, int bits) {
  if (bits == 1) return x > 0 ? 1 : 0;
  const double levels = std::exp2(bits) - 1;
  return std::isnan(x) ? 0 : std::nearbyint(std::min(std::max(x, 0.0), 1.0) * levels);
}

/// The slope of its estimator, as the layer's header states it, in units of the largest code.
double qrelu_slope(double x, int bits, QreluSlope slope) {
  if (slope == QreluSlope::wide) return passes(x);
  return bits == 1 ? std::abs(x) <= 0.5 : x >= 0 && x <= 1;
}

Cases qrelu_cases(Index count, QreluSlope slope) {
  Cases cases;
  for (int bits = 1; bits <= 8; ++bits) {
    const double levels = std::exp2(bits) - 1;
    std::vector<double> special{kNaN, kInfinity, -kInfinity};
    for (const double point : {0.0, 1.0, 0.5}) push_around(special, point);
    for (double code = 0; code < levels; ++code) special.push_back((code + 0.5) / levels);  // where a code turns
    const Tensor<double> x = padded(special, count);
    cases.push_back({concat("QReLU k=", bits, ", ", name(slope), " slope"), x.shape().text(), [=] {
                       return check_straight_through(
                           [=](Tape<double>& tape, Inputs in) { return qrelu(tape, in[0], bits, slope); }, {x},
                           {.value = [=](Index i) { return qrelu_value(x[i], bits); },
                            .slope = [=](std::size_t, Index i) { return levels * qrelu_slope(x[i], bits, slope); }});
                     }});
  }
  return cases;
}

/// Every pair of codes: floor(sum / 2), OR for one bit.
Cases bitshift_cases() {
  Cases cases;
  for (int bits = 1; bits <= 8; ++bits) {
    const Index codes = Index{1} << bits;
    Tensor<double> a({codes, codes}), b({codes, codes});
    for (Index i = 0; i < a.elements(); ++i) {
      const Index left = i / codes, right = i % codes;
      a[i] = static_cast<double>(left);
      b[i] = static_cast<double>(right);
    }
    const auto value = [=](Index i) {
      const Index left = i / codes, right = i % codes;
      return static_cast<double>(bits == 1 ? left | right : (left + right) >> 1);
    };
    cases.push_back({concat("Bitshift k=", bits), a.shape().text(), [=] {
                       return check_straight_through(
                           [bits](Tape<double>& tape, Inputs in) { return bitshift(tape, in[0], in[1], bits); }, {a, b},
                           {.value = value, .slope = [](std::size_t, Index) { return 1.0; }});
                     }});
  }
  return cases;
}

Cases quantizer_cases(Index count) {
  Cases cases;
  std::vector<double> special{kNaN, kInfinity, -kInfinity};
  push_around(special, 0.0);
  push_around(special, 1.0);
  const Tensor<double> w = padded(special, count);
  const auto slope = [=](std::size_t, Index i) { return passes(w[i]); };
  cases.push_back(
      {"binarize", w.shape().text(), [=] {
         return check_straight_through(
             [](Tape<double>& tape, Inputs in) { return binarize(tape, in[0]); }, {w},
             {.value = [=](Index i) { return std::isnan(w[i]) ? kNaN
                                             : w[i] >= 0      ? 1
                                                              : -1; }, .slope = slope});
       }});
  for (const double s : {0.25, 1.0, 1.5, 3.0}) {
    std::vector<double> ties = special;
    push_around(ties, s / 2);
    push_around(ties, 3 * s / 2);
    const Tensor<double> proxy = padded(ties, count);
    const auto value = [=](Index i) {
      if (std::isnan(proxy[i])) return kNaN;
      return std::abs(proxy[i]) <= s / 2 ? 0 : std::copysign(1.0, proxy[i]);
    };
    cases.push_back({concat("ternarize s=", s), proxy.shape().text(), [=] {
                       const auto step = Tensor<double>::filled({1}, s);
                       return check_straight_through(
                           [step](Tape<double>& tape, Inputs in) { return ternarize(tape, in[0], step); }, {proxy},
                           {.value = value, .slope = [=](std::size_t, Index i) { return passes(proxy[i]); }});
                     }});
  }
  return cases;
}

}  // namespace

std::vector<GradientCase> straight_through_gradient_cases() {
  Cases all = bitshift_cases();
  for (const Index count : {1, 61, 64, 67, 331}) {  // the special values alone, then padded to odd and even lengths
    for (const auto& group :
         {qrelu_cases(count, QreluSlope::wide), qrelu_cases(count, QreluSlope::clipped), quantizer_cases(count)}) {
      all.insert(all.end(), group.begin(), group.end());
    }
  }
  return all;
}

}  // namespace mog
