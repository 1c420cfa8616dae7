// CFLOG's first factors on codes: the integers are the float kernels' sums, and what does not fit is refused.
#include "core/kernels/cflog_codes/cflog_codes.hpp"

#include <limits>

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
  GuardedBuffer<float> squeeze, group, latent, grouped;

  Case(Index images, Index side, Index in, Index latents, Index groups, int top_code = 7)
      : x(images * side * (side + 1) * in, 1, 0, top_code),
        squeeze(in * latents),
        group(9 * latents * latents / groups),
        latent(images * side * (side + 1) * latents),
        grouped(latent.size()) {
    Random random(2, Purpose::user);
    for (float& w : squeeze) w = random.below(2) == 0 ? -1.0F : 1.0F;
    for (float& w : group) w = static_cast<float>(random.below(3)) - 1.0F;
    args = {.x = x.data(),
            .squeeze = squeeze.data(),
            .group = group.data(),
            .latent = latent.data(),
            .grouped = grouped.data(),
            .images = images,
            .height = side,
            .width = side + 1,
            .in = in,
            .latents = latents,
            .groups = groups};
  }
};

}  // namespace

TEST_CASE("codes give the float kernels' latents and sums, to the bit") {
  const auto check = [](Case c) {
    INFO("in ", c.args.in, ", latents ", c.args.latents, ", groups ", c.args.groups);
    REQUIRE(cflog_codes(c.args));
    const CflogCodes& a = c.args;
    GuardedBuffer<float> x(c.x.size());
    std::copy(c.x.begin(), c.x.end(), x.begin());
    GuardedBuffer<float> latent(c.latent.size()), grouped(c.grouped.size());
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
    check_same_bits(c.latent, latent);
    check_same_bits(c.grouped, grouped);
  };
  for (const Index side : {1, 2, 5, 8}) check(Case(3, side, 12, 6, 3));
  for (const Index in : {1, 2, 3, 5, 8, 17, 64}) check(Case(2, 4, in, 10, 2));
  for (const Index groups : {1, 2, 4, 8, 16}) check(Case(2, 4, 32, 16, groups, 1));
  check(Case(1, 8, 128, 64, 4, 255));
  check(Case(1, 4, 512, 256, 4, 63));
}

TEST_CASE("the sums do not depend on the number of threads") {
  Case c(7, 5, 20, 10, 2);
  check_threads(c.grouped.size(), [&](float* grouped) {
    c.args.grouped = grouped;
    CHECK(cflog_codes(c.args));
  });
}

TEST_CASE("codes whose sums would not fit 16 bits are refused wherever they stand") {
  for (const Index in : {129, 512}) {
    const Index limit = 32767 / in;
    for (const double at : {0.0, 0.5, 1.0}) {
      Case c(2, 3, in, 4, 2, static_cast<int>(limit));
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
    Case squeeze(1, 3, 8, 4, 2), group(1, 3, 8, 4, 2);
    squeeze.squeeze[5] = weight;
    CHECK(!cflog_codes(squeeze.args));
    group.group[17] = weight;
    CHECK(!cflog_codes(group.args));
  }
}
