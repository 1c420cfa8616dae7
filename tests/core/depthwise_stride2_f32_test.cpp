// The depthwise convolution with stride 2: every instruction set gives the reference's bits, and the reference the sums of
// the definition.
#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"

#include <vector>

#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// x at a pixel, zero outside the map.
double pixel(const std::vector<double>& x, const DepthwiseSizes& z, Index image, Index h, Index w, Index c) {
  if (h < 0 || w < 0 || h >= z.height || w >= z.width) return 0;
  return x[static_cast<std::size_t>(((image * z.height + h) * z.width + w) * z.channels + c)];
}

std::vector<double> random_doubles(Index count, std::uint32_t seed) {
  const Numbers numbers(count, seed, -1.0F, 1.0F);
  return {numbers.begin(), numbers.end()};
}

/// Calls check(sizes) for vectors of channels whole and in part, maps of one pixel of y, of one row and of many images.
template <class Check>
void for_sizes(const Check& check) {
  for (const Index channels : kSizes) check(DepthwiseSizes{2, 4, 6, channels});
  for (const auto& [height, width] : {std::pair<Index, Index>{2, 2}, {2, 8}, {8, 2}, {32, 34}}) {
    check(DepthwiseSizes{3, height, width, 24});
  }
  check(DepthwiseSizes{50, 4, 4, 40});
}

}  // namespace

TEST_CASE("every row gives the reference's bits, forward and both gradients") {
  const DepthwiseStride2Kernel& reference = depthwise_stride2_kernels().back();
  for_rows(depthwise_stride2_kernels(), [&](const DepthwiseStride2Kernel& row) {
    for_sizes([&](const DepthwiseSizes& z) {
      INFO("maps of ", z.height, " x ", z.width, ", ", z.channels, " channels");
      const Index count = z.images * z.height * z.width * z.channels;
      const Numbers x(count, 1, -1.0F, 1.0F), weight(9 * z.channels, 2, -1.0F, 1.0F), dy(count / 4, 3, -1.0F, 1.0F);
      GuardedBuffer<float> y(count / 4), expected(count / 4), dx(count), expected_dx(count);
      GuardedBuffer<float> dw(9 * z.channels), expected_dw(9 * z.channels);
      depthwise_stride2_forward({x.data(), weight.data(), y.data(), z}, row);
      depthwise_stride2_forward({x.data(), weight.data(), expected.data(), z}, reference);
      check_same_bits(y, expected);
      depthwise_stride2_input_gradient({dy.data(), weight.data(), dx.data(), z}, row);
      depthwise_stride2_input_gradient({dy.data(), weight.data(), expected_dx.data(), z}, reference);
      check_same_bits(dx, expected_dx);
      depthwise_stride2_weight_gradient({x.data(), dy.data(), dw.data(), z}, row);
      depthwise_stride2_weight_gradient({x.data(), dy.data(), expected_dw.data(), z}, reference);
      check_same_bits(dw, expected_dw);
    });
  });
}

TEST_CASE("the plain loops give the sums that the header defines") {
  for (const DepthwiseSizes& z : {DepthwiseSizes{2, 6, 4, 3}, {1, 2, 2, 1}}) {
    const Index columns = z.width / 2, count = z.images * z.height * z.width * z.channels;
    const std::vector<double> x = random_doubles(count, 1), weight = random_doubles(9 * z.channels, 2);
    const std::vector<double> dy = random_doubles(count / 4, 3);
    std::vector<double> y(dy.size()), dx(x.size()), dw(weight.size()), expected_dx(x.size()),
        expected_dw(weight.size());
    depthwise_stride2_forward(DepthwiseForward<double>{x.data(), weight.data(), y.data(), z});
    depthwise_stride2_input_gradient(DepthwiseInputGradient<double>{dy.data(), weight.data(), dx.data(), z});
    depthwise_stride2_weight_gradient(DepthwiseWeightGradient<double>{x.data(), dy.data(), dw.data(), z});
    for (Index at = 0; at < count / 4; ++at) {
      const Index c = at % z.channels, j = at / z.channels % columns, row = at / z.channels / columns;
      const Index image = row / (z.height / 2), i = row % (z.height / 2);
      double sum = 0;
      for (Index tap = 0; tap < 9; ++tap) {
        const Index h = 2 * i + tap / 3 - 1, w = 2 * j + tap % 3 - 1;
        const auto k = static_cast<std::size_t>(9 * c + tap);
        const double seen = pixel(x, z, image, h, w, c), gradient = dy[static_cast<std::size_t>(at)];
        sum += seen * weight[k];
        expected_dw[k] += seen * gradient;
        if (h < 0 || w < 0) continue;
        expected_dx[static_cast<std::size_t>(((image * z.height + h) * z.width + w) * z.channels + c)] +=
            gradient * weight[k];
      }
      CHECK(std::abs(y[static_cast<std::size_t>(at)] - sum) < 1e-12);
    }
    for (std::size_t k = 0; k < dx.size(); ++k) CHECK(std::abs(dx[k] - expected_dx[k]) < 1e-12);
    for (std::size_t k = 0; k < dw.size(); ++k) CHECK(std::abs(dw[k] - expected_dw[k]) < 1e-12);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const DepthwiseSizes z{13, 16, 18, 67};
  const Index count = z.images * z.height * z.width * z.channels;
  const Numbers x(count, 1, -1.0F, 1.0F), weight(9 * z.channels, 2, -1.0F, 1.0F), dy(count / 4, 3, -1.0F, 1.0F);
  check_threads(count / 4, [&](float* y) {
    depthwise_stride2_forward(DepthwiseForward<float>{x.data(), weight.data(), y, z});
  });
  check_threads(count, [&](float* dx) {
    depthwise_stride2_input_gradient(DepthwiseInputGradient<float>{dy.data(), weight.data(), dx, z});
  });
  check_threads(9 * z.channels, [&](float* dw) {
    depthwise_stride2_weight_gradient(DepthwiseWeightGradient<float>{x.data(), dy.data(), dw, z});
  });
}

TEST_CASE("a wrong size is refused with the operation's name") {
  GuardedBuffer<float> x(36);
  CHECK_THROWS_WITH_AS(depthwise_stride2_forward(DepthwiseForward<float>{x.data(), x.data(), x.data(), {1, 3, 4, 1}}),
                       "depthwise_stride2_forward: maps of 3 x 4, expected even sizes from 2 on",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      depthwise_stride2_input_gradient(DepthwiseInputGradient<float>{x.data(), x.data(), x.data(), {1, 2, 0, 1}}),
      "depthwise_stride2_input_gradient: maps of 2 x 0, expected even sizes from 2 on", std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      depthwise_stride2_weight_gradient(DepthwiseWeightGradient<float>{x.data(), x.data(), x.data(), {0, 2, 2, 1}}),
      "depthwise_stride2_weight_gradient: images 0, channels 1, expected at least 1 of each", std::invalid_argument);
}
