// Batch normalisation's kernels: the maps give the reference's bits on every instruction set, the
// sums follow double ones.
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

#include "core/kernels/elementwise_f32/elementwise_f32.hpp"
#include "tests/support/integers.hpp"
#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

const BatchNormKernels<float>& reference() { return batch_norm_kernels().back(); }

constexpr double kEps = std::numeric_limits<float>::epsilon() / 2.0;
const std::vector<Index> kRows{1, 2, 31, 32, 33, 100};

/// Each column summed by add(x, c), in double.
template <class Add>
std::vector<double> column_sums(Index rows, Index channels, const Add& add) {
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (Index p = 0; p < rows; ++p) {
    for (Index c = 0; c < channels; ++c) sums[static_cast<std::size_t>(c)] += add(p * channels + c, c);
  }
  return sums;
}

double of(const std::vector<double>& numbers, Index i) { return numbers[static_cast<std::size_t>(i)]; }

/// [rows, channels] of about normal numbers (sums of four uniform ones), channel c with its own mean and deviation.
struct Activations : GuardedBuffer<float> {
  Activations(Index rows, Index channels, double mean_in_deviations) : GuardedBuffer<float>(rows * channels) {
    Random random(11, Purpose::user);
    for (Index i = 0; i < size(); ++i) {
      const double deviation = 1.0 + static_cast<double>(i % channels % 5);
      double sum = 0;
      for (int k = 0; k < 4; ++k) sum += random.uniform(-0.5F, 0.5F);
      (*this)[i] = static_cast<float>(deviation * (mean_in_deviations + sum * std::sqrt(3.0)));
    }
  }
};

/// Checks batch_statistics' promise against two passes in double.
void check_statistics(const GuardedBuffer<float>& x, Index rows, Index channels, const GuardedBuffer<float>& mean,
                      const GuardedBuffer<float>& variance) {
  std::vector<double> exact = column_sums(rows, channels, [&](Index i, Index) { return x[i]; });
  for (double& sum : exact) sum /= static_cast<double>(rows);
  const auto squares = column_sums(rows, channels, [&](Index i, Index c) { return std::pow(x[i] - of(exact, c), 2); });
  for (Index c = 0; c < channels; ++c) {
    const double expected = of(squares, c) / static_cast<double>(rows), deviation = std::sqrt(expected);
    CHECK(std::abs(mean[c] - of(exact, c)) <= kEps * std::abs(of(exact, c)) + 1e-5 * deviation);
    CHECK(std::abs(variance[c] - expected) <= 1e-5 * expected);
  }
}

/// Statistics through one row's body, as the entry point finds them.
void statistics(const BatchNormKernels<float>& row, const GuardedBuffer<float>& x, Index rows, Index channels,
                GuardedBuffer<float>& mean, GuardedBuffer<float>& variance) {
  GuardedBuffer<double> sum(channels), squares(channels);
  row.shifted_sums({x.data(), x.data(), sum.data(), squares.data(), rows, channels});
  for (Index c = 0; c < channels; ++c) {
    const double n = static_cast<double>(rows), offset = sum[c] / n;
    mean[c] = static_cast<float>(x[c] + offset);
    variance[c] = static_cast<float>(squares[c] / n - offset * offset);
  }
}

}  // namespace

TEST_CASE("every row maps channels with one fused multiply-add, to the bit, in place too") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      CAPTURE(channels);
      const Index rows = 5, count = rows * channels;
      Numbers x(count, 1, -3.0F, 3.0F);
      const Numbers scale(channels, 2, -2.0F, 2.0F), shift(channels, 3, -1.0F, 1.0F);
      x[0] = -0.0F;
      if (count > 2) x[2] = std::numeric_limits<float>::quiet_NaN();
      if (count > 3) x[3] = std::numeric_limits<float>::infinity();
      GuardedBuffer<float> y(count), expected(count);
      for (Index i = 0; i < count; ++i) expected[i] = std::fma(x[i], scale[i % channels], shift[i % channels]);
      ChannelAffine<float> args{x.data(), scale.data(), shift.data(), y.data(), rows, channels};
      row.numbers.channel_affine(args);
      check_same_bits(y, expected);
      for (const Index misaligned : {0, 1}) {  // streaming stores where vectors are aligned
        GuardedBuffer<float> large(count, misaligned);
        args.y = large.data();
        args.large = true;
        row.numbers.channel_affine(args);
        check_same_bits(large, expected);
        CHECK(large.intact());
      }
      row.numbers.channel_affine({x.data(), scale.data(), shift.data(), x.data(), rows, channels});
      check_same_bits(x, expected);
    }
  });
}

TEST_CASE("every row applies an activation as the elementwise kernels would after it, and masks the gradient so") {
  const auto one_pass = [](const BatchNormKernels<float>& row, Activation activation, Index channels) {
    const Index rows = 3, count = rows * channels, bytes = rows * mask_bytes(channels);
    Numbers x(count, 1, -2.0F, 2.0F), dy(count, 2, -1.0F, 1.0F);
    const Numbers scale(channels, 3, -1.0F, 1.0F), shift(channels, 4, -0.5F, 1.0F), mean(channels, 5, -1.0F, 1.0F),
        a(channels, 6, -1.0F, 1.0F), b(channels, 7, -1.0F, 1.0F), d(channels, 8, -1.0F, 1.0F);
    if (count > 2) x[2] = std::numeric_limits<float>::quiet_NaN();
    GuardedBuffer<float> y(count), dx(count), z(count), expected(count), dz(count);
    GuardedBuffer<std::uint8_t> passes(bytes), expected_passes(bytes);
    row.numbers.channel_affine(
        {x.data(), scale.data(), shift.data(), y.data(), rows, channels, activation, passes.data()});

    reference().numbers.channel_affine({x.data(), scale.data(), shift.data(), z.data(), rows, channels});
    const float top = activation.kind == Activation::relu ? 1.0F : static_cast<float>((1 << activation.bits) - 1);
    for (Index i = 0; i < count; ++i) {
      const bool relu = activation.kind == Activation::relu;
      const bool passing = relu ? z[i] > 0 : z[i] >= activation.window.low && z[i] <= activation.window.high;
      dz[i] = passing ? top * dy[i] : 0;
      std::uint8_t& byte = expected_passes[i / channels * mask_bytes(channels) + i % channels / 8];
      if (passing) byte = static_cast<std::uint8_t>(byte | 1 << i % channels % 8);
    }
    if (activation.kind == Activation::relu) {
      relu_forward(ReluForward<float>{z.data(), expected.data(), count});
    } else {
      qrelu_forward(QreluForward<float>{z.data(), expected.data(), nullptr, count, activation.bits});
    }
    check_same_bits(y, expected);
    check_same_bits(passes, expected_passes);
    if (activation.kind == Activation::qrelu) {
      GuardedBuffer<std::uint8_t> codes(count), again(bytes);
      row.numbers.channel_affine(
          {x.data(), scale.data(), shift.data(), nullptr, rows, channels, activation, again.data(), codes.data()});
      for (Index i = 0; i < count; ++i) REQUIRE(static_cast<float>(codes[i]) == y[i]);
      check_same_bits(again, expected_passes);
    }

    if (count > 2) x[2] = 1.0F;
    row.numbers.input_gradient({x.data(), dy.data(), mean.data(), a.data(), b.data(), d.data(), dx.data(), rows,
                                channels, activation, passes.data()});
    row.numbers.input_gradient(
        {x.data(), dz.data(), mean.data(), a.data(), b.data(), d.data(), expected.data(), rows, channels});
    check_same_bits(dx, expected);
    GuardedBuffer<double> sum(channels), product(channels), plain_sum(channels), plain_product(channels);
    row.numbers.gradient_sums(
        {x.data(), dy.data(), mean.data(), sum.data(), product.data(), rows, channels, activation, passes.data()});
    row.numbers.gradient_sums(
        {x.data(), dz.data(), mean.data(), plain_sum.data(), plain_product.data(), rows, channels});
    check_same_bits(sum, plain_sum);
    check_same_bits(product, plain_product);
  };
  for_rows(batch_norm_kernels(), [&](const auto& row) {
    for (const Index channels : kSizes) {
      CAPTURE(channels);
      one_pass(row, {.kind = Activation::relu}, channels);
      for (const int bits : {1, 2, 3, 8}) one_pass(row, {.kind = Activation::qrelu, .bits = bits}, channels);
      one_pass(row, {.kind = Activation::qrelu, .bits = 3, .window = {.low = -0.5F, .high = 1.5F}}, channels);
    }
  });
}

TEST_CASE("x in 16 bits gives what the same numbers give in floats, to the bit") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      for (const Activation activation :
           {Activation{}, Activation{.kind = Activation::relu}, Activation{.kind = Activation::qrelu, .bits = 3}}) {
        CAPTURE(channels);
        CAPTURE(static_cast<int>(activation.kind));
        const Index rows = 35, count = rows * channels;  // a run and a short one
        const RandomIntegers<std::int16_t> shorts(count, 1, -32768, 32767);
        GuardedBuffer<float> x(count), y(count), expected(count);
        std::copy(shorts.begin(), shorts.end(), x.begin());
        const Numbers dy(count, 2, -1.0F, 1.0F), scale(channels, 3, -1e-4F, 1e-4F), shift(channels, 4, -1.0F, 1.0F);
        const bool masked = activation.kind != Activation::none;
        GuardedBuffer<std::uint8_t> passes(rows * mask_bytes(channels)), expected_passes(passes.size());
        std::uint8_t *const mask = masked ? passes.data() : nullptr, *const expected_mask =
                                                                         masked ? expected_passes.data() : nullptr;
        row.shorts.channel_affine(
            {shorts.data(), scale.data(), shift.data(), y.data(), rows, channels, activation, mask});
        row.numbers.channel_affine(
            {x.data(), scale.data(), shift.data(), expected.data(), rows, channels, activation, expected_mask});
        check_same_bits(y, expected);
        check_same_bits(passes, expected_passes);
        row.shorts.input_gradient({shorts.data(), dy.data(), shift.data(), scale.data(), scale.data(), shift.data(),
                                   y.data(), rows, channels, activation, mask});
        row.numbers.input_gradient({x.data(), dy.data(), shift.data(), scale.data(), scale.data(), shift.data(),
                                    expected.data(), rows, channels, activation, mask});
        check_same_bits(y, expected);
        GuardedBuffer<double> sums(2 * channels), expected_sums(2 * channels);
        row.shorts.gradient_sums({shorts.data(), dy.data(), shift.data(), sums.data(), sums.data() + channels, rows,
                                  channels, activation, mask});
        row.numbers.gradient_sums({x.data(), dy.data(), shift.data(), expected_sums.data(),
                                   expected_sums.data() + channels, rows, channels, activation, mask});
        check_same_bits(sums, expected_sums);
      }
    }
  });
}

TEST_CASE("every row gives the input gradient's bits, in place too") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      CAPTURE(channels);
      const Index rows = 5, count = rows * channels;
      Numbers x(count, 1, -3.0F, 3.0F), dy(count, 2, -1.0F, 1.0F);
      const Numbers mean(channels, 3, -1.0F, 1.0F), a(channels, 4, -1.0F, 1.0F), b(channels, 5, -1.0F, 1.0F),
          d(channels, 6, -1.0F, 1.0F);
      GuardedBuffer<float> dx(count), expected(count);
      const auto args = [&](float* out) {
        return BatchNormInputGradient<float>{x.data(), dy.data(), mean.data(), a.data(), b.data(),
                                             d.data(), out,       rows,        channels};
      };
      reference().numbers.input_gradient(args(expected.data()));
      row.numbers.input_gradient(args(dx.data()));
      check_same_bits(dx, expected);
      row.numbers.input_gradient(args(dy.data()));
      check_same_bits(dy, expected);
      const Numbers again(count, 2, -1.0F, 1.0F);
      std::copy(again.begin(), again.end(), dy.begin());
      row.numbers.input_gradient(args(x.data()));
      check_same_bits(x, expected);
    }
  });
}

TEST_CASE("every row keeps the variance to 1e-5 for means of 0 to 100 deviations, a first row far off included") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      for (const double mean_in_deviations : {0.0, 3.0, 100.0}) {
        CAPTURE(channels);
        CAPTURE(mean_in_deviations);
        const Index rows = channels < 200 ? 1000 : 70;
        Activations x(rows, channels, mean_in_deviations);
        GuardedBuffer<float> mean(channels), variance(channels);
        statistics(row, x, rows, channels, mean, variance);
        check_statistics(x, rows, channels, mean, variance);
        for (Index c = 0; c < channels; ++c) x[c] = 1000.0F;
        statistics(row, x, rows, channels, mean, variance);
        check_statistics(x, rows, channels, mean, variance);
      }
    }
  });
}

TEST_CASE("every row sums integers exactly") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      for (const Index rows : kRows) {
        CAPTURE(channels);
        CAPTURE(rows);
        const Codes x(rows * channels, 1, 7), dy(rows * channels, 2, 3);
        GuardedBuffer<float> mean(channels);
        std::fill(mean.begin(), mean.end(), 2.0F);
        GuardedBuffer<double> sum(channels), product(channels);
        row.numbers.gradient_sums({x.data(), dy.data(), mean.data(), sum.data(), product.data(), rows, channels});
        const auto sums = column_sums(rows, channels, [&](Index i, Index) { return dy[i]; });
        const auto products = column_sums(rows, channels, [&](Index i, Index) { return dy[i] * (x[i] - 2.0); });
        for (Index c = 0; c < channels; ++c) {
          CHECK(sum[c] == of(sums, c));
          CHECK(product[c] == of(products, c));
        }
      }
    }
  });
}

TEST_CASE("every row's gradient sums follow double to the roundings of a run") {
  for_rows(batch_norm_kernels(), [](const auto& row) {
    for (const Index channels : {1, 10, 16, 37, 100, 128}) {
      const Index rows = 777;
      CAPTURE(channels);
      const Numbers dy(rows * channels, 2, -1.0F, 1.0F), mean(channels, 3, -1.0F, 1.0F);
      const Activations x(rows, channels, 0.5);
      GuardedBuffer<double> sum(channels), product(channels);
      row.numbers.gradient_sums({x.data(), dy.data(), mean.data(), sum.data(), product.data(), rows, channels});
      const auto term = [&](Index i, Index c) { return dy[i] * (static_cast<double>(x[i]) - mean[c]); };
      const auto sums = column_sums(rows, channels, [&](Index i, Index) { return dy[i]; });
      const auto sizes = column_sums(rows, channels, [&](Index i, Index) { return std::abs(dy[i]); });
      const auto products = column_sums(rows, channels, term);
      const auto product_sizes = column_sums(rows, channels, [&](Index i, Index c) { return std::abs(term(i, c)); });
      // Recursive summation of a run (Higham, "Accuracy and stability", eq. 4.4): each term passes at most kRunRows
      // roundings, and the product and the difference before it one each.
      const double bound = static_cast<double>(kRunRows + 2) * kEps;
      for (Index c = 0; c < channels; ++c) {
        CHECK(std::abs(sum[c] - of(sums, c)) <= bound * of(sizes, c));
        CHECK(std::abs(product[c] - of(products, c)) <= bound * of(product_sizes, c));
      }
    }
  });
}

TEST_CASE("the entry points join the pieces' sums: statistics and gradient sums of many rows") {
  const Index rows = 12345, channels = 37;
  const Activations x(rows, channels, 10.0);
  GuardedBuffer<float> mean(channels), variance(channels), sum(channels), product(channels);
  batch_statistics(BatchStatistics<float>{x.data(), mean.data(), variance.data(), rows, channels});
  check_statistics(x, rows, channels, mean, variance);
  const Codes dy(rows * channels, 5, 3);
  std::fill(mean.begin(), mean.end(), 0.0F);
  batch_norm_gradient_sums(
      BatchNormGradientSums<float>{dy.data(), dy.data(), mean.data(), sum.data(), product.data(), rows, channels});
  const auto sums = column_sums(rows, channels, [&](Index i, Index) { return dy[i]; });
  const auto squares = column_sums(rows, channels, [&](Index i, Index) { return dy[i] * dy[i]; });
  for (Index c = 0; c < channels; ++c) {
    CHECK(sum[c] == of(sums, c));
    CHECK(product[c] == of(squares, c));
  }
}

TEST_CASE("a constant channel has variance 0 to the last bit that its mean allows") {
  const Index rows = 51200, channels = 3;
  GuardedBuffer<float> x(rows * channels), mean(channels), variance(channels);
  for (Index i = 0; i < x.size(); ++i) x[i] = i % channels == 0 ? 0.1F : (i % channels == 1 ? 12345.678F : 0.0F);
  batch_statistics(BatchStatistics<float>{x.data(), mean.data(), variance.data(), rows, channels});
  for (Index c = 0; c < channels; ++c) {
    CHECK(mean[c] == x[c]);
    CHECK(variance[c] <= kEps * kEps * x[c] * x[c]);
  }
}

TEST_CASE("a NaN anywhere in a channel makes its mean and variance NaN, and no other channel's") {
  const Index rows = 100, channels = 37;
  Activations x(rows, channels, 1.0);
  x[77 * channels + 5] = std::numeric_limits<float>::quiet_NaN();
  GuardedBuffer<float> mean(channels), variance(channels);
  batch_statistics(BatchStatistics<float>{x.data(), mean.data(), variance.data(), rows, channels});
  for (Index c = 0; c < channels; ++c) {
    CHECK(std::isnan(mean[c]) == (c == 5));
    CHECK(std::isnan(variance[c]) == (c == 5));
  }
}

TEST_CASE("few channels, whose rows the entry points map several as one, get the plain loops' bits and masks") {
  for (const Index channels : {1, 8, 16, 24, 32, 40, 64}) {
    for (const Index rows : {1, 2, 7, 8, 256, 1000}) {
      CAPTURE(channels);
      CAPTURE(rows);
      const Index count = rows * channels;
      const Numbers x(count, 1, -1.0F, 1.0F), dy(count, 2, -1.0F, 1.0F), c1(channels, 3, -1.0F, 1.0F);
      const Numbers c2(channels, 4, -1.0F, 1.0F), c3(channels, 5, -1.0F, 1.0F), c4(channels, 6, -1.0F, 1.0F);
      const Activation activation{.kind = Activation::qrelu, .bits = 3};
      GuardedBuffer<float> y(count), expected(count);
      GuardedBuffer<std::uint8_t> mask(rows * mask_bytes(channels)), expected_mask(rows * mask_bytes(channels));
      const auto affine = [&](float* out, std::uint8_t* passes) {
        return ChannelAffine<float>{x.data(), c1.data(), c2.data(), out, rows, channels, activation, passes};
      };
      channel_affine(affine(y.data(), mask.data()));
      reference().numbers.channel_affine(affine(expected.data(), expected_mask.data()));
      check_same_bits(y, expected);
      check_same_bits(mask, expected_mask);
      const auto gradient = [&](float* out) {
        return BatchNormInputGradient<float>{x.data(), dy.data(), c1.data(), c2.data(),  c3.data(),  c4.data(),
                                             out,      rows,      channels,  activation, mask.data()};
      };
      batch_norm_input_gradient(gradient(y.data()));
      reference().numbers.input_gradient(gradient(expected.data()));
      check_same_bits(y, expected);
    }
  }
}

TEST_CASE("any number of threads gives the same bits") {
  for (const Index channels : {10, 128}) {
    const Index rows = 12800, count = rows * channels;
    const Activations x(rows, channels, 2.0);
    const Numbers dy(count, 2, -1.0F, 1.0F), c1(channels, 3, -1.0F, 1.0F), c2(channels, 4, -1.0F, 1.0F);
    check_threads(2 * channels, [&](float* out) {
      batch_statistics(BatchStatistics<float>{x.data(), out, out + channels, rows, channels});
    });
    check_threads(2 * channels, [&](float* out) {
      batch_norm_gradient_sums(
          BatchNormGradientSums<float>{x.data(), dy.data(), c1.data(), out, out + channels, rows, channels});
    });
    check_threads(count, [&](float* out) {
      channel_affine(ChannelAffine<float>{x.data(), c1.data(), c2.data(), out, rows, channels});
    });
    check_threads(count, [&](float* out) {
      batch_norm_input_gradient(BatchNormInputGradient<float>{x.data(), dy.data(), c1.data(), c2.data(), c1.data(),
                                                              c2.data(), out, rows, channels});
    });
  }
}

TEST_CASE("a wrong argument is refused by name") {
  GuardedBuffer<float> x(4);
  CHECK_THROWS_WITH_AS(batch_statistics(BatchStatistics<float>{x.data(), x.data(), x.data(), 0, 4}),
                       "batch_statistics: no rows, expected at least 1", std::invalid_argument);
  CHECK_THROWS_WITH_AS(channel_affine(ChannelAffine<float>{x.data(), x.data(), nullptr, x.data(), 1, 4}),
                       "channel_affine: shift is null, expected a pointer to numbers", std::invalid_argument);
  CHECK_THROWS_AS(batch_statistics(BatchStatistics<float>{x.data(), x.data(), x.data(), 1, -4}), std::invalid_argument);
  std::uint8_t codes[4];
  CHECK_THROWS_WITH_AS(channel_affine(ChannelAffine<float>{
                           x.data(), x.data(), x.data(), nullptr, 1, 4, {.kind = Activation::relu}, nullptr, codes}),
                       "channel_affine: codes in bytes, but with them numbers or another activation than qrelu",
                       std::invalid_argument);
}
