// Interval arithmetic through the three factors of CFLOG, and the composition of their linear maps.
#include "deploy/runtime/ranges.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_environment.hpp"
#include "core/parallel.hpp"

namespace mog {
namespace {

using Intervals = std::vector<Interval>;

int bits_for(std::int64_t low, std::int64_t high) {
  for (const int bits : {8, 16, 32}) {
    const std::int64_t end = std::int64_t{1} << (bits - 1);
    if (low >= -end && high < end) return bits;
  }
  return 64;
}

/// (I19): adds weight times any number of x. Every interval holds 0, which a border consists of: low <= 0 <= high.
void add_term(Interval& sum, int weight, const Interval& x) {
  if (weight > 0) {
    sum.low += x.low;
    sum.high += x.high;
  } else if (weight < 0) {
    sum.low -= x.high;
    sum.high -= x.low;
  }
}

/// (I20): notes the largest of the channels' sums of magnitudes. No partial sum exceeds it, in whatever order terms are
/// added.
void note_order(SumRange& range, std::vector<std::int64_t>& magnitudes) {
  range.any_order = magnitudes.empty() ? 0 : *std::max_element(magnitudes.begin(), magnitudes.end());
}

/// Pointwise: weights [in, out].
SumRange pointwise_range(std::string name, const Intervals& x, const std::vector<std::int8_t>& weights, Index out) {
  SumRange range{.name = std::move(name), .channels = Intervals(to_size(out)), .any_order = 0};
  std::vector<std::int64_t> magnitudes(to_size(out));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Interval& term = x[i / to_size(out)];
    add_term(range.channels[i % to_size(out)], weights[i], term);
    if (weights[i] != 0) magnitudes[i % to_size(out)] += term.magnitude();
  }
  note_order(range, magnitudes);
  return range;
}

/// 3x3 in groups: weights [G, 3, 3, I, Q].
SumRange conv3x3_range(std::string name, const Intervals& x, const std::vector<std::int8_t>& weights, Index groups,
                       Index out) {
  SumRange range{.name = std::move(name), .channels = Intervals(to_size(out)), .any_order = 0};
  std::vector<std::int64_t> magnitudes(to_size(out));
  const Index inputs = static_cast<Index>(x.size()) / groups, outputs = out / groups;
  Index w = 0;
  for (Index g = 0; g < groups; ++g) {
    for (Index tap_and_input = 0; tap_and_input < 9 * inputs; ++tap_and_input) {
      const Interval& term = x[to_size(g * inputs + tap_and_input % inputs)];
      for (Index o = g * outputs; o < (g + 1) * outputs; ++o, ++w) {
        add_term(range.channels[to_size(o)], weights[to_size(w)], term);
        if (weights[to_size(w)] != 0) magnitudes[to_size(o)] += term.magnitude();
      }
    }
  }
  note_order(range, magnitudes);
  return range;
}

/// Squeeze and group as one 3x3 convolution of the codes, a latent map at a time: all at once they would take hundreds
/// of times the memory of the file that they come from.
class ComposedGroup {
 public:
  explicit ComposedGroup(const IntegerCflog& cflog)
      : in_(cflog.in),
        inputs_(cflog.latent() / cflog.groups),
        columns_(to_size(cflog.latent() * cflog.in)),
        group_(unpack_weights(cflog.group)) {
    const auto squeeze = unpack_weights(cflog.squeeze);
    const Index m = cflog.latent();
    for (Index c = 0; c < in_; ++c) {
      for (Index t = 0; t < m; ++t) columns_[to_size(t * in_ + c)] = squeeze[to_size(c * m + t)] > 0 ? 1 : -1;
    }
  }

  /// Writes the coefficients [9 C] of latent map t.
  void map(Index t, std::int32_t* sums) const {
    const Index g = t / inputs_, q = t % inputs_;
    std::fill_n(sums, 9 * in_, 0);
    for (Index tap = 0; tap < 9; ++tap, sums += in_) {
      for (Index i = 0; i < inputs_; ++i) {
        const std::int32_t weight = group_[to_size(((g * 9 + tap) * inputs_ + i) * inputs_ + q)];
        if (weight == 0) continue;
        const std::int8_t* const column = columns_.data() + (g * inputs_ + i) * in_;
        for (Index c = 0; c < in_; ++c) sums[c] += weight * column[c];
      }
    }
  }

 private:
  Index in_, inputs_;
  std::vector<std::int8_t> columns_;  // the squeeze transposed: one latent map's weights side by side
  std::vector<std::int8_t> group_;
};

/// Of all latent maps: coefficients [m][9 C].
std::vector<std::int32_t> composed_group(const IntegerCflog& cflog) {
  const Index m = cflog.latent(), terms = 9 * cflog.in;
  const ComposedGroup group(cflog);
  std::vector<std::int32_t> composed(to_size(m * terms));
  parallel_for(m, [&](Index t) { group.map(t, composed.data() + t * terms); });
  return composed;
}

/// (I22): the range of sum_i coefficient_i code_i.
Interval linear_range(const std::int32_t* coefficients, Index count, std::int64_t top_code) {
  Interval sum;
  for (Index i = 0; i < count; ++i) (coefficients[i] > 0 ? sum.high : sum.low) += coefficients[i];
  return {sum.low * top_code, sum.high * top_code};
}

/// (I23): a bound of sum_t |L_t(x)| over all codes x, where L_t are the latent maps: no sum of some of them, each with
/// either sign, exceeds it. It is tighter than the sum of their bounds, as they cannot all be large at once. With the
/// middle c of the codes, x = c + d and ||d|| <= top / 2 sqrt(terms),
///   sum_t |L_t(x)| <= sum_t |L_t(c)| + sqrt(m) ||L d||,  ||L d||^2 <= ||d||^2 max_i sum_j |(L L')_ij|,
/// as no eigenvalue of L L' exceeds the largest sum of magnitudes in a row of it.
std::int64_t joint_magnitude(const std::vector<std::int32_t>& latent, Index m, Index terms, std::int64_t top_code) {
  const FloatEnvironment standard;
  std::vector<std::int64_t> rows(to_size(m)), sums(to_size(m));
  parallel_for(m, [&](Index i) {
    const std::int32_t* const a = latent.data() + i * terms;
    for (Index k = 0; k < terms; ++k) sums[to_size(i)] += a[k];
    for (Index j = 0; j < m; ++j) {
      const std::int32_t* const b = latent.data() + j * terms;
      std::int64_t product = 0;
      for (Index k = 0; k < terms; ++k) product += std::int64_t{a[k]} * b[k];
      rows[to_size(i)] += std::abs(product);
    }
  });
  std::int64_t middle = 0;
  for (const std::int64_t sum : sums) middle += std::abs(sum);
  const double half = static_cast<double>(top_code) / 2;
  const double norm = std::sqrt(static_cast<double>(*std::max_element(rows.begin(), rows.end())));
  const double bound = half * (static_cast<double>(middle) +
                               std::sqrt(static_cast<double>(m)) * norm * std::sqrt(static_cast<double>(terms)));
  return static_cast<std::int64_t>(std::ceil(bound * (1 + 1e-12)));  // more than a few roundings can take
}

}  // namespace

Interval SumRange::all() const {
  Interval range;
  for (const Interval& channel : channels) {
    range = {std::min(range.low, channel.low), std::max(range.high, channel.high)};
  }
  return range;
}

int SumRange::bits() const { return bits_for(all().low, all().high); }

SumRange conv_range(const IntegerConv& conv) {
  const Intervals pixels(to_size(conv.in), Interval{-128, 127});
  return conv3x3_range(conv.name, pixels, unpack_weights(conv.weight), 1, conv.out);
}

std::vector<SumRange> cflog_ranges(const IntegerCflog& cflog, std::uint64_t seed, std::int64_t top_code) {
  const Index m = cflog.latent(), out = cflog.out;
  const Intervals codes(to_size(cflog.in), Interval{0, top_code});
  SumRange squeeze = pointwise_range(cflog.name + ".squeeze", codes, unpack_weights(cflog.squeeze), m);
  SumRange group = conv3x3_range(cflog.name + ".group", squeeze.channels, unpack_weights(cflog.group), cflog.groups, m);
  SumRange expand =
      pointwise_range(cflog.name + ".expand", group.channels, automaton_weights(seed, cflog.automaton, m, out), out);
  return {std::move(squeeze), std::move(group), std::move(expand)};
}

void compose(const IntegerCflog& cflog, std::uint64_t seed, std::int64_t top_code, std::span<SumRange> sums) {
  const Index m = cflog.latent(), out = cflog.out, terms = 9 * cflog.in;
  SumRange &group = sums[kGroup], &expanded = sums[kExpand];
  const std::vector<std::int8_t> expand = automaton_weights(seed, cflog.automaton, m, out);
  const std::vector<std::int32_t> latent = composed_group(cflog);
  for (Index t = 0; t < m; ++t) {
    group.channels[to_size(t)] = linear_range(latent.data() + t * terms, terms, top_code);
  }
  expanded.any_order = 0;
  for (const Interval& map : group.channels) expanded.any_order += map.magnitude();
  expanded.any_order = std::min(expanded.any_order, joint_magnitude(latent, m, terms, top_code));

  constexpr Index kPieces = 16;
  parallel_for(std::min(kPieces, out), [&](Index piece) {
    std::vector<std::int32_t> coefficients(to_size(terms));
    const Range channels = piece_of(out, std::min(kPieces, out), piece);
    for (Index o = channels.begin; o < channels.end; ++o) {
      std::fill(coefficients.begin(), coefficients.end(), 0);
      for (Index t = 0; t < m; ++t) {
        const std::int32_t* const map = latent.data() + t * terms;
        const std::int32_t sign = expand[to_size(t * out + o)] > 0 ? 1 : -1;
        for (Index i = 0; i < terms; ++i) coefficients[to_size(i)] += sign * map[i];
      }
      expanded.channels[to_size(o)] = linear_range(coefficients.data(), terms, top_code);
    }
  });
}

SumRange head_range(const IntegerHead& head, std::int64_t top_code, Index pixels) {
  const Intervals codes(to_size(head.in), Interval{0, top_code * pixels});
  return pointwise_range(head.name, codes, unpack_weights(head.weight), head.classes);
}

std::vector<Interval> composed_latents(const IntegerCflog& cflog, std::int64_t top_code) {
  const Index m = cflog.latent(), terms = 9 * cflog.in;
  const ComposedGroup composed(cflog);
  Intervals latents(to_size(m));
  constexpr Index kPieces = 64;
  parallel_for(std::min(kPieces, m), [&](Index piece) {
    std::vector<std::int32_t> coefficients(to_size(terms));
    const Range maps = piece_of(m, std::min(kPieces, m), piece);
    for (Index t = maps.begin; t < maps.end; ++t) {
      composed.map(t, coefficients.data());
      latents[to_size(t)] = linear_range(coefficients.data(), terms, top_code);
    }
  });
  return latents;
}

std::int64_t latent_magnitude(const IntegerCflog& cflog, std::int64_t top_code, Index begin, Index end) {
  const Index terms = 9 * cflog.in;
  const ComposedGroup group(cflog);
  std::vector<std::int32_t> maps(to_size((end - begin) * terms));
  std::int64_t sum = 0;
  for (Index t = begin; t < end; ++t) {
    std::int32_t* const map = maps.data() + (t - begin) * terms;
    group.map(t, map);
    sum += linear_range(map, terms, top_code).magnitude();
  }
  return std::min(sum, joint_magnitude(maps, end - begin, terms, top_code));
}

}  // namespace mog
