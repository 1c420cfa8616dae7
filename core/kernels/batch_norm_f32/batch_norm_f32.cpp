// Batch normalisation's passes: checks, the choice of an instruction set, the split over threads, the
// sums of its pieces.
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/float_environment.hpp"
#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const BatchNormKernels<float> batch_norm_avx512, batch_norm_avx2, batch_norm_neon64, batch_norm_reference;
extern const BatchNormKernels<double> batch_norm_reference_f64;

std::span<const BatchNormKernels<float>> batch_norm_kernels() {
  static const BatchNormKernels<float> table[] = {
#ifdef MOG_HAVE_AVX512
      batch_norm_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      batch_norm_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      batch_norm_neon64,
#endif
      batch_norm_reference,
  };
  return table;
}

namespace {

const BatchNormKernels<float>& chosen(float) {
  static const BatchNormKernels<float>& row = select(batch_norm_kernels());
  return row;
}
const BatchNormKernels<double>& chosen(double) { return batch_norm_reference_f64; }

/// Numbers of a map too large to be still in a cache when the next operation reads it: 4 MiB.
constexpr Index kLargeMap = Index{1} << 20;

/// Ranges of rows; work(first row, rows, number of the range).
template <class Work>
void split(Index rows, Index channels, const Work& work) {
  parallel_ranges(rows, kSmallestRange / channels, kRunRows,
                  [&](Range range, Index number) { work(range.begin, range.end - range.begin, number); });
}

/// Channels that fill whole blocks of vectors on every instruction set.
constexpr Index kWideRow = 64;

/// How many rows are mapped as one, so that few channels fill vectors too: a row of so many times the channels lies in
/// memory as these do, and so does its mask where a row's is whole bytes.
Index rows_as_one(Index rows, Index channels) {
  if (channels % 8 != 0 || kWideRow % channels != 0 || rows % (kWideRow / channels) != 0) return 1;
  return kWideRow / channels;
}

/// Constants of few channels, again and again for the rows that are mapped as one.
template <class T>
class WideConstants {
 public:
  /// Of so many rows, the constants at `from`; where it is one row, these themselves.
  const T* of(const T* from, Index channels, Index rows) {
    if (rows == 1) return from;
    for (Index row = 0; row < rows; ++row) std::copy_n(from, channels, numbers_.begin() + row * channels);
    return numbers_.data();
  }

 private:
  std::array<T, kWideRow> numbers_{};
};

/// Where a range's two sums go, one number a channel each.
struct TwoSums {
  double* first;
  double* second;
};

/// Two sums a channel over all rows: work(first row, rows, where to) adds a range's to zeros, and the ranges' sums are
/// added in order. Returns [2, channels], valid until the thread's next call; the memory is kept, so that a training
/// step allocates nothing.
template <class Work>
const double* sums_of_ranges(Index rows, Index channels, const Work& work) {
  static thread_local std::vector<double> kept;
  const Index ranges = ranges_of(rows, std::max(kSmallestRange / channels, kRunRows));
  kept.assign(static_cast<std::size_t>(ranges * 2 * channels), 0.0);
  double* const sums = kept.data();
  split(rows, channels, [&](Index first, Index count, Index number) {
    double* const own = sums + number * 2 * channels;
    work(first, count, TwoSums{.first = own, .second = own + channels});
  });
  for (Index range = 1; range < ranges; ++range) {
    for (Index i = 0; i < 2 * channels; ++i) sums[i] += sums[range * 2 * channels + i];
  }
  return sums;
}

void check_activation(const char* operation, const Activation& activation, bool mask_wanted, const void* passes) {
  if (activation.kind == Activation::qrelu) {
    require(activation.bits >= 1 && activation.bits <= 8, operation, ": ", activation.bits, " bits, expected 1 to 8");
  }
  require(activation.kind != Activation::none || passes == nullptr, operation, ": a mask, but no activation");
  require(activation.kind == Activation::none || passes != nullptr || !mask_wanted, operation,
          ": passes is null, expected the activation's mask");
}

/// The same mask from row p on.
template <class Byte>
Byte* from_row(Byte* passes, Index p, Index channels) {
  return offset(passes, p * mask_bytes(channels));
}

template <class T>
void run(const BatchStatistics<T>& all) {
  const Timed timed("batch_statistics", {all.rows, all.channels}, stream_work<T>(all.rows * all.channels, 1));
  require(all.rows != 0, "batch_statistics: no rows, expected at least 1");
  const auto [x, mean, variance, rows, channels] = all;
  if (!check_operands("batch_statistics", {{"rows", rows}, {"channels", channels}},
                      {{"x", x}, {"mean", mean}, {"variance", variance}})) {
    return;
  }
  const FloatEnvironment standard;
  const double* const sums = sums_of_ranges(rows, channels, [&](Index p, Index count, TwoSums to) {
    chosen(T{}).shifted_sums({.x = all.x + p * all.channels,
                              .shift = all.x,
                              .sum = to.first,
                              .squares = to.second,
                              .rows = count,
                              .channels = all.channels});
  });
  for (Index c = 0; c < channels; ++c) {
    const double offset = sums[c] / static_cast<double>(rows);
    const double square = sums[channels + c] / static_cast<double>(rows);
    mean[c] = static_cast<T>(x[c] + offset);
    variance[c] = static_cast<T>(std::max(square - offset * offset, 0.0));
  }
}

template <class T, class X>
void run(const ChannelAffine<T, X>& all) {
  const Timed timed("channel_affine", {all.rows, all.channels},
                    stream_work<T>(all.rows * all.channels, all.codes == nullptr ? 1 : 0,
                                   sizeof(X) + (all.codes == nullptr ? 0 : 1) + (all.passes == nullptr ? 0 : 0.125)));
  const void* const y = all.codes == nullptr ? static_cast<const void*>(all.y) : all.codes;
  if (!check_operands("channel_affine", {{"rows", all.rows}, {"channels", all.channels}},
                      {{"x", all.x}, {"scale", all.scale}, {"shift", all.shift}, {"y", y}})) {
    return;
  }
  check_activation("channel_affine", all.activation, false, all.passes);
  require(all.codes == nullptr || (all.y == nullptr && all.activation.kind == Activation::qrelu),
          "channel_affine: codes in bytes, but with them numbers or another activation than qrelu");
  const bool large = all.y != static_cast<const void*>(all.x) && all.rows * all.channels >= kLargeMap;
  const Index together = rows_as_one(all.rows, all.channels), channels = together * all.channels;
  WideConstants<T> scale, shift;
  ChannelAffine<T, X> wide = all;
  wide.scale = scale.of(all.scale, all.channels, together);
  wide.shift = shift.of(all.shift, all.channels, together);
  wide.channels = channels;
  split(all.rows / together, channels, [&](Index p, Index rows, Index) {
    ChannelAffine<T, X> part = wide;
    part.x += p * channels;
    part.y = offset(all.y, p * channels);
    part.codes = offset(all.codes, p * channels);
    part.passes = from_row(all.passes, p, channels);
    part.rows = rows;
    part.large = large;
    chosen(T{}).template passes<X>().channel_affine(part);
  });
}

template <class T, class X>
void run(const BatchNormGradientSums<T, X>& all) {
  const Timed timed("batch_norm_gradient_sums", {all.rows, all.channels},
                    stream_work<T>(all.rows * all.channels, 1, sizeof(X) + (all.passes == nullptr ? 0 : 0.125)));
  const auto [x, dy, mean, sum_dz, sum_dz_x, rows, channels, activation, passes] = all;
  check_operands("batch_norm_gradient_sums", {{"rows", rows}, {"channels", channels}},
                 {{"x", x}, {"dy", dy}, {"mean", mean}, {"sum_dz", sum_dz}, {"sum_dz_x", sum_dz_x}});
  check_activation("batch_norm_gradient_sums", activation, rows * channels > 0, passes);
  if (channels == 0) return;
  const FloatEnvironment standard;
  const double* const sums = sums_of_ranges(rows, channels, [&](Index p, Index count, TwoSums to) {
    chosen(T{}).template passes<X>().gradient_sums({.x = all.x + p * all.channels,
                                                    .dy = all.dy + p * all.channels,
                                                    .mean = all.mean,
                                                    .sum_dz = to.first,
                                                    .sum_dz_x = to.second,
                                                    .rows = count,
                                                    .channels = all.channels,
                                                    .activation = all.activation,
                                                    .passes = from_row(all.passes, p, all.channels)});
  });
  for (Index c = 0; c < channels; ++c) {
    sum_dz[c] = static_cast<T>(sums[c]);
    sum_dz_x[c] = static_cast<T>(sums[channels + c]);
  }
}

template <class T, class X>
void run(const BatchNormInputGradient<T, X>& all) {
  const Timed timed("batch_norm_input_gradient", {all.rows, all.channels},
                    stream_work<T>(all.rows * all.channels, 2, sizeof(X) + (all.passes == nullptr ? 0 : 0.125)));
  if (!check_operands("batch_norm_input_gradient", {{"rows", all.rows}, {"channels", all.channels}},
                      {{"x", all.x},
                       {"dy", all.dy},
                       {"mean", all.mean},
                       {"a", all.a},
                       {"b", all.b},
                       {"d", all.d},
                       {"dx", all.dx}})) {
    return;
  }
  check_activation("batch_norm_input_gradient", all.activation, true, all.passes);
  const Index together = rows_as_one(all.rows, all.channels), channels = together * all.channels;
  WideConstants<T> mean, a, b, d;
  BatchNormInputGradient<T, X> wide = all;
  wide.mean = mean.of(all.mean, all.channels, together);
  wide.a = a.of(all.a, all.channels, together);
  wide.b = b.of(all.b, all.channels, together);
  wide.d = d.of(all.d, all.channels, together);
  wide.channels = channels;
  split(all.rows / together, channels, [&](Index p, Index rows, Index) {
    chosen(T{}).template passes<X>().input_gradient(some_rows(wide, p, rows, all.dx + p * channels));
  });
}

}  // namespace

void batch_statistics(const BatchStatistics<float>& args) { run(args); }
void channel_affine(const ChannelAffine<float>& args) { run(args); }
void batch_norm_gradient_sums(const BatchNormGradientSums<float>& args) { run(args); }
void batch_norm_input_gradient(const BatchNormInputGradient<float>& args) { run(args); }
void channel_affine(const ChannelAffine<float, std::int16_t>& args) { run(args); }
void batch_norm_gradient_sums(const BatchNormGradientSums<float, std::int16_t>& args) { run(args); }
void batch_norm_input_gradient(const BatchNormInputGradient<float, std::int16_t>& args) { run(args); }
void batch_statistics(const BatchStatistics<double>& args) { run(args); }
void channel_affine(const ChannelAffine<double>& args) { run(args); }
void batch_norm_gradient_sums(const BatchNormGradientSums<double>& args) { run(args); }
void batch_norm_input_gradient(const BatchNormInputGradient<double>& args) { run(args); }

}  // namespace mog::kernels
