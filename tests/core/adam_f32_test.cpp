// Adam's kernel: every instruction set gives the reference's bits, and the float reference follows the double one.
#include "core/kernels/adam_f32/adam_f32.hpp"

#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

/// A parameter tensor with its moments.
template <class T>
struct Parameter {
  GuardedBuffer<T> weight, m, v;
  explicit Parameter(Index count) : weight(count), m(count), v(count) {
    const Numbers w(count, 1, -1.0F, 1.0F), first(count, 2, -0.1F, 0.1F), second(count, 3, 0.0F, 0.1F);
    std::copy(w.begin(), w.end(), weight.begin());
    std::copy(first.begin(), first.end(), m.begin());
    std::copy(second.begin(), second.end(), v.begin());
  }
  AdamUpdate<T> update(const T* gradient) {
    return {.gradient = gradient,
            .weight = weight.data(),
            .m = m.data(),
            .v = v.data(),
            .count = weight.size(),
            .beta1 = static_cast<T>(0.9),
            .beta2 = static_cast<T>(0.999),
            .rate = static_cast<T>(1e-3),
            .epsilon = static_cast<T>(1e-8),
            .keep = static_cast<T>(0.999)};
  }
};

}  // namespace

TEST_CASE("every row updates weights and moments as the reference does, a gradient of 0, NaN or infinity included") {
  for_rows(adam_kernels(), [](const auto& row) {
    for (const Index count : kSizes) {
      CAPTURE(count);
      Numbers gradient(count, 4, -1.0F, 1.0F);
      if (count > 4) gradient[2] = std::numeric_limits<float>::quiet_NaN();
      if (count > 4) gradient[3] = std::numeric_limits<float>::infinity();
      gradient[0] = 0;
      Parameter<float> got(count), expected(count);
      row.adam_update(got.update(gradient.data()));
      adam_kernels().back().adam_update(expected.update(gradient.data()));
      check_same_bits(got.weight, expected.weight);
      check_same_bits(got.m, expected.m);
      check_same_bits(got.v, expected.v);
    }
  });
}

TEST_CASE("float follows double to a few roundings") {
  const Index count = 1031;
  const Numbers gradient(count, 4, -1.0F, 1.0F);
  GuardedBuffer<double> wide(count);
  std::copy(gradient.begin(), gradient.end(), wide.begin());
  Parameter<float> single(count);
  Parameter<double> exact(count);
  // The double twin takes the float's constants, so that only roundings differ.
  AdamUpdate<double> update = exact.update(wide.data());
  const AdamUpdate<float> args = single.update(gradient.data());
  update.beta1 = args.beta1;
  update.beta2 = args.beta2;
  update.rate = args.rate;
  update.epsilon = args.epsilon;
  update.keep = args.keep;
  adam_update(args);
  adam_update(update);
  const double eps = std::numeric_limits<float>::epsilon() / 2.0;
  for (Index i = 0; i < count; ++i) {
    // m: 1 - beta1 is exact, two products and a sum round, each at most |m_old| + |g| large; v: a rounding more.
    const double step = 1e-3 * std::abs(exact.m[i]) / std::sqrt(exact.v[i]), error_m = 3 * eps * 0.2;
    CHECK(std::abs(single.m[i] - exact.m[i]) <= error_m);
    CHECK(std::abs(single.v[i] - exact.v[i]) <= 4 * eps * exact.v[i]);
    // The step's own roundings (4), those of v halved by the root (2), that of m, the decayed weight's
    // and its last one.
    const double error =
        6 * eps * step + 1e-3 * error_m / std::sqrt(exact.v[i]) + 2 * eps * (std::abs(exact.weight[i]) + step);
    CHECK(std::abs(single.weight[i] - exact.weight[i]) <= 1.01 * error);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const Index count = 70001;
  const Numbers gradient(count, 4, -1.0F, 1.0F);
  check_threads(count, [&](float* weight) {
    Parameter<float> parameter(count);
    adam_update(parameter.update(gradient.data()));
    std::copy(parameter.weight.begin(), parameter.weight.end(), weight);
  });
}

TEST_CASE("a wrong argument is refused by name") {
  Parameter<float> parameter(4);
  CHECK_THROWS_WITH_AS(adam_update(parameter.update(nullptr)),
                       "adam_update: gradient is null, expected a pointer to numbers", std::invalid_argument);
}
