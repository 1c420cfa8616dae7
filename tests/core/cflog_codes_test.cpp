// CFLOG on codes: the integers are the float kernels' sums, and what does not fit is refused.
#include "core/kernels/cflog_codes/cflog_codes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "tests/support/integers.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// Operands and results of one call.
struct Case {
  CflogCodes args;
  RandomIntegers<std::uint8_t> x;
  GuardedBuffer<float> squeeze, group, expand, y;
  GuardedBuffer<std::int16_t> latent;

  Case(Index images, Index side, Index in, Index latents, Index groups, Index out, int top_code = 7)
      : x(images * side * (side + 1) * in, 1, 0, top_code),
        squeeze(in * latents),
        group(9 * latents * latents / groups),
        expand(latents * out),
        y(images * side * (side + 1) * out),
        latent(images * side * (side + 1) * latents) {
    Random random(2, Purpose::user);
    for (float& w : squeeze) w = random.below(2) == 0 ? -1.0F : 1.0F;
    for (float& w : group) w = static_cast<float>(random.below(3)) - 1.0F;
    for (float& w : expand) w = random.below(2) == 0 ? -1.0F : 1.0F;
    args = {.x = x.data(),
            .squeeze = squeeze.data(),
            .group = group.data(),
            .expand = expand.data(),
            .y = y.data(),
            .shorts = nullptr,
            .latent = latent.data(),
            .mean = nullptr,
            .variance = nullptr,
            .images = images,
            .height = side,
            .width = side + 1,
            .in = in,
            .latents = latents,
            .groups = groups,
            .out = out};
  }
};

}  // namespace

TEST_CASE("codes give the float kernels' latents and sums, to the bit, sums beyond 16 bits too") {
  const auto check = [](Case&& c, bool wide = false) {
    INFO("side ", c.args.height, ", in ", c.args.in, ", latents ", c.args.latents, ", groups ", c.args.groups, ", out ",
         c.args.out);
    REQUIRE(cflog_codes(c.args));
    const CflogCodes& a = c.args;
    GuardedBuffer<float> x(c.x.size());
    std::copy(c.x.begin(), c.x.end(), x.begin());
    GuardedBuffer<float> latent(c.latent.size()), grouped(latent.size()), y(c.y.size());
    pointwise_forward(PointwiseForward<float>{.x = x.data(),
                                              .w = a.squeeze,
                                              .y = latent.data(),
                                              .rows = a.images * a.height * a.width,
                                              .in = a.in,
                                              .out = a.latents});
    conv3x3_forward(Conv3x3Forward<float>{.x = latent.data(),
                                          .weight = a.group,
                                          .y = grouped.data(),
                                          .sizes = {.images = a.images,
                                                    .height = a.height,
                                                    .width = a.width,
                                                    .in = a.latents,
                                                    .out = a.latents,
                                                    .groups = a.groups}});
    pointwise_forward(PointwiseForward<float>{.x = grouped.data(),
                                              .w = a.expand,
                                              .y = y.data(),
                                              .rows = a.images * a.height * a.width,
                                              .in = a.latents,
                                              .out = a.out});
    CHECK(wide == std::any_of(grouped.begin(), grouped.end(), [](float sum) { return std::abs(sum) > 32767; }));
    CHECK(std::equal(latent.begin(), latent.end(), c.latent.begin()));
    check_same_bits(c.y, y);
    c.args.latent = nullptr;
    std::fill(c.y.begin(), c.y.end(), 0.0F);
    REQUIRE(cflog_codes(c.args));
    check_same_bits(c.y, y);

    GuardedBuffer<std::int16_t> shorts(y.size());
    c.args.y = nullptr;
    c.args.shorts = shorts.data();
    const bool fits = std::all_of(y.begin(), y.end(), [](float sum) { return sum >= -32768 && sum <= 32767; });
    CHECK(cflog_codes(c.args) == fits);
    if (fits) CHECK(std::equal(y.begin(), y.end(), shorts.begin()));
    return fits;
  };
  for (const Index side : {1, 2, 5, 8, 33, 70}) check(Case(3, side, 12, 6, 3, 12));
  for (const Index in : {1, 2, 3, 5, 8, 17, 64}) check(Case(2, 4, in, 10, 2, 9));
  for (const Index out : {1, 16, 63, 64, 130}) check(Case(2, 4, 8, 7, 1, out));
  for (const Index groups : {1, 2, 4, 8, 16}) check(Case(2, 4, 32, 16, groups, 32, 1));
  check(Case(1, 4, 512, 256, 4, 512));
  CHECK(!check(Case(1, 8, 512, 256, 4, 256, 63), true));

  Case some(2, 20, 32, 16, 1, 30, 255);  // only some bands are wide
  for (float& w : some.squeeze) w = 1;
  for (float& w : some.group) w = -1;
  for (Index i = 0; i < some.x.size(); ++i) some.x[i] = i % 4001 < 2000 ? some.x[i] : std::uint8_t{0};
  check(std::move(some), true);
}

TEST_CASE("the statistics are those of the numbers written, up to float's rounding") {
  const auto check = [](Case&& c) {
    INFO("side ", c.args.height, ", out ", c.args.out);
    const Index out = c.args.out, rows = c.args.images * c.args.height * c.args.width;
    GuardedBuffer<float> mean(out), variance(out);
    c.args.mean = mean.data();
    c.args.variance = variance.data();
    REQUIRE(cflog_codes(c.args));
    for (Index o = 0; o < out; ++o) {
      double sum = 0, squares = 0;
      for (Index p = 0; p < rows; ++p) sum += c.y[p * out + o];
      const double exact = sum / static_cast<double>(rows);
      for (Index p = 0; p < rows; ++p) squares += (c.y[p * out + o] - exact) * (c.y[p * out + o] - exact);
      const double exact_variance = squares / static_cast<double>(rows), deviation = std::sqrt(exact_variance);
      // Runs of 32 float sums about their own mean: each addition loses at most 2^-24 of what is summed so far.
      const double rounding = 32 * std::ldexp(1, -24);
      CHECK(std::abs(mean[o] - exact) <= rounding * (deviation + std::abs(exact)));
      CHECK(std::abs(variance[o] - exact_variance) <= 2 * rounding * (exact_variance + deviation));
    }
  };
  check(Case(3, 5, 12, 6, 3, 40));
  check(Case(2, 9, 64, 32, 4, 64));
  check(Case(1, 1, 64, 32, 4, 7));
  check(Case(2, 33, 16, 8, 2, 17));
  check(Case(2, 8, 512, 256, 4, 256, 63));  // sums beyond 16 bits
}

TEST_CASE("sums and statistics do not depend on the number of threads") {
  Case c(7, 5, 20, 10, 2, 12);
  check_threads(c.y.size() + 2 * c.args.out, [&](float* results) {
    c.args.mean = results;
    c.args.variance = results + c.args.out;
    c.args.y = results + 2 * c.args.out;
    CHECK(cflog_codes(c.args));
  });
}

TEST_CASE("codes whose sums would not fit 16 bits are refused wherever they stand") {
  for (const Index in : {129, 512}) {
    const Index limit = 32767 / in;
    for (const double at : {0.0, 0.5, 1.0}) {
      Case c(2, 3, in, 4, 2, 5, static_cast<int>(limit));
      std::uint8_t& code = c.x[static_cast<Index>(at * static_cast<double>(c.x.size() - 1))];
      code = static_cast<std::uint8_t>(limit);
      CHECK(cflog_codes(c.args));
      code = static_cast<std::uint8_t>(limit + 1);
      CHECK(!cflog_codes(c.args));
    }
  }
}

TEST_CASE("weights other than -1, 0 and +1 are refused") {
  for (const float weight : {2.0F, 0.5F, -1.5F, std::numeric_limits<float>::quiet_NaN()}) {
    Case squeeze(1, 3, 8, 4, 2, 8), group(1, 3, 8, 4, 2, 8), expand(1, 3, 8, 4, 2, 8);
    squeeze.squeeze[5] = weight;
    CHECK(!cflog_codes(squeeze.args));
    group.group[17] = weight;
    CHECK(!cflog_codes(group.args));
    expand.expand[31] = weight;
    CHECK(!cflog_codes(expand.args));
  }
}
