// Pooling kernels: every instruction set gives the reference's bits, and the reference picks the first maximum.
#include "core/kernels/pool_f32/pool_f32.hpp"

#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

const PoolKernels<float>& reference() { return pool_kernels().back(); }

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("every row pools maxima, forward and backward, as the reference does, with ties, NaN, infinities and -0") {
  for_rows(pool_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      for (const bool tied : {false, true}) {
        CAPTURE(channels);
        CAPTURE(tied);
        const Index images = 2, height = 4, width = 6, count = images * height * width * channels, out = count / 4;
        Codes codes(count, 1, 2);
        Numbers numbers(count, 2, -1.0F, 1.0F);
        for (Index i = 0; i < count; i += 7) numbers[i] = i % 2 == 0 ? kNan : -std::numeric_limits<float>::infinity();
        for (Index i = 0; i < count; i += 5) codes[i] = -0.0F;
        const float* const x = tied ? codes.data() : numbers.data();
        GuardedBuffer<float> y(out), expected(out), dx(count), expected_dx(count);
        GuardedBuffer<std::uint8_t> which(out), expected_which(out);
        row.max_pool_forward({x, y.data(), which.data(), images, height, width, channels});
        reference().max_pool_forward({x, expected.data(), expected_which.data(), images, height, width, channels});
        check_same_bits(y, expected);
        check_same_bits(which, expected_which);
        row.max_pool_backward({which.data(), x, dx.data(), images, height, width, channels});
        reference().max_pool_backward({which.data(), x, expected_dx.data(), images, height, width, channels});
        check_same_bits(dx, expected_dx);
        std::fill(y.begin(), y.end(), -9.0F);
        row.max_pool_forward({x, y.data(), nullptr, images, height, width, channels});
        check_same_bits(y, expected);
      }
    }
  });
}

TEST_CASE("every row means and spreads maps as the reference does, and sums codes exactly") {
  for_rows(pool_kernels(), [](const auto& row) {
    for (const Index channels : kSizes) {
      for (const Index pixels : {1, 7, 16, 1024}) {
        CAPTURE(channels);
        CAPTURE(pixels);
        const Index images = 2, count = images * pixels * channels, out = images * channels;
        const Numbers numbers(count, 1, -2.0F, 3.0F);
        GuardedBuffer<float> y(out), expected(out), dx(count), expected_dx(count);
        row.map_mean_forward({numbers.data(), y.data(), images, pixels, channels});
        reference().map_mean_forward({numbers.data(), expected.data(), images, pixels, channels});
        check_same_bits(y, expected);
        row.map_mean_backward({numbers.data(), dx.data(), images, pixels, channels});
        reference().map_mean_backward({numbers.data(), expected_dx.data(), images, pixels, channels});
        check_same_bits(dx, expected_dx);
        const Codes codes(count, 2, 255);
        row.map_mean_forward({codes.data(), y.data(), images, pixels, channels});
        for (Index n = 0; n < images; ++n) {
          for (Index c = 0; c < channels; ++c) {
            Index sum = 0;
            for (Index p = 0; p < pixels; ++p) sum += static_cast<Index>(codes[(n * pixels + p) * channels + c]);
            expected[n * channels + c] = static_cast<float>(sum) / static_cast<float>(pixels);
          }
        }
        check_same_bits(y, expected);
      }
    }
  });
}

TEST_CASE("the first of equal maxima receives the gradient, and a NaN wins only when it comes first") {
  GuardedBuffer<float> x(16), y(4), dy(4), dx(16), expected(16);
  // Four windows, side by side in two rows: (1 1 / 1 1), (0 2 / 2 1), (NaN 5 / 6 7), (1 NaN / 3 3)
  const float rows[16] = {1, 1, 0, 2, kNan, 5, 1, kNan, 1, 1, 2, 1, 6, 7, 3, 3};
  std::copy(rows, rows + 16, x.begin());
  GuardedBuffer<std::uint8_t> which(4);
  max_pool_forward(MaxPoolForward<float>{x.data(), y.data(), which.data(), 1, 2, 8, 1});
  CHECK((y[0] == 1 && y[1] == 2 && std::isnan(y[2]) && y[3] == 3));
  CHECK((which[0] == 0 && which[1] == 1 && which[2] == 0 && which[3] == 2));
  for (Index i = 0; i < 4; ++i) dy[i] = static_cast<float>(i + 1);
  max_pool_backward(MaxPoolBackward<float>{which.data(), dy.data(), dx.data(), 1, 2, 8, 1});
  const float gradient[16] = {1, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0};
  std::copy(gradient, gradient + 16, expected.begin());
  check_same_bits(dx, expected);
}

TEST_CASE("any number of threads gives the same bits") {
  const Index images = 13, height = 8, width = 10, channels = 67, count = images * height * width * channels;
  const Numbers x(count, 1, -1.0F, 1.0F);
  GuardedBuffer<std::uint8_t> which(count / 4);
  check_threads(count / 4, [&](float* y) {
    max_pool_forward(MaxPoolForward<float>{x.data(), y, which.data(), images, height, width, channels});
  });
  check_threads(count, [&](float* dx) {
    max_pool_backward(MaxPoolBackward<float>{which.data(), x.data(), dx, images, height, width, channels});
  });
  check_threads(images * channels, [&](float* y) {
    map_mean_forward(MapMeanForward<float>{x.data(), y, images, height * width, channels});
  });
  check_threads(count, [&](float* dx) {
    map_mean_backward(MapMeanBackward<float>{x.data(), dx, images, height * width, channels});
  });
}

TEST_CASE("a wrong argument is refused by name") {
  GuardedBuffer<float> x(16);
  CHECK_THROWS_WITH_AS(max_pool_forward(MaxPoolForward<float>{x.data(), x.data(), nullptr, 1, 3, 4, 1}),
                       "max_pool_forward: maps of 3 x 4, expected even sizes", std::invalid_argument);
  CHECK_THROWS_WITH_AS(max_pool_backward(MaxPoolBackward<float>{nullptr, x.data(), x.data(), 1, 2, 2, 1}),
                       "max_pool_backward: which is null, expected a pointer to numbers", std::invalid_argument);
  CHECK_THROWS_WITH_AS(map_mean_forward(MapMeanForward<float>{x.data(), x.data(), 1, 0, 4}),
                       "map_mean_forward: no pixels, expected at least 1", std::invalid_argument);
  CHECK_NOTHROW(map_mean_backward(MapMeanBackward<float>{nullptr, nullptr, 0, 4, 4}));
}
