// Elementwise kernels: every instruction set gives the reference's bits, and the reference gives the paper's equations.
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

#include <initializer_list>

#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

const ElementwiseKernels<float>& reference() { return elementwise_kernels().back(); }

template <class Check>
void for_rows(const Check& check) {
  test::for_rows(elementwise_kernels(), check);
}

/// Numbers on both sides of the rules' boundaries, with all special ones where they fit, and ties of 1 to 8 bits.
struct Tricky : Numbers {
  Tricky(Index count, std::uint32_t seed) : Numbers(count, seed, -1.6F, 1.6F) {
    const float next = std::nextafter(1.0F, 2.0F), before = std::nextafter(1.0F, 0.0F);
    const float smallest = std::numeric_limits<float>::denorm_min();
    Index i = static_cast<Index>(seed) % 3;
    for (const float special : {kNan, 0.0F, -0.0F, 1.0F, -1.0F, next, -next, before, -before, kInfinity, -kInfinity,
                                smallest, -smallest, 0.5F, 0.25F, 0.75F}) {
      if (i < size()) data()[i] = special;
      i += 3;
    }
    for (int bits = 1; bits <= 8; ++bits, i += 2) {
      const int top = (1 << bits) - 1;
      if (i < size()) data()[i] = (static_cast<float>(top / 2) + 0.5F) / static_cast<float>(top);
    }
  }
};

void fill(GuardedBuffer<float>& buffer, std::initializer_list<float> numbers) {
  std::copy(numbers.begin(), numbers.end(), buffer.begin());
}

}  // namespace

TEST_CASE("every row adds and rectifies, forward and backward, as the reference does") {
  for_rows([](const auto& row) {
    for (const Index count : kSizes) {
      CAPTURE(count);
      const Tricky a(count, 1), b(count, 2);
      GuardedBuffer<float> got(count), expected(count);
      row.add({.a = a.data(), .b = b.data(), .y = got.data(), .count = count});
      reference().add({.a = a.data(), .b = b.data(), .y = expected.data(), .count = count});
      check_same_bits(got, expected);
      row.relu_forward({.x = a.data(), .y = got.data(), .count = count});
      reference().relu_forward({.x = a.data(), .y = expected.data(), .count = count});
      check_same_bits(got, expected);
      row.relu_backward({.y = a.data(), .dy = b.data(), .dx = got.data(), .count = count});
      reference().relu_backward({.y = a.data(), .dy = b.data(), .dx = expected.data(), .count = count});
      check_same_bits(got, expected);
    }
  });
}

TEST_CASE("every row quantizes, and masks the gradient, as the reference does for 1 to 8 bits") {
  for_rows([](const auto& row) {
    for (const Index count : kSizes) {
      for (int bits = 1; bits <= 8; ++bits) {
        CAPTURE(count);
        CAPTURE(bits);
        const Tricky x(count, static_cast<std::uint32_t>(bits));
        const Numbers dq(count, 7, -1.0F, 1.0F);
        const Index bytes = (count + 7) / 8;
        GuardedBuffer<float> got(count), expected(count);
        GuardedBuffer<std::uint8_t> passes(bytes), expected_passes(bytes);
        for (const PassingWindow window : {PassingWindow{}, PassingWindow{.low = -0.5F, .high = 1.5F}}) {
          std::fill(passes.begin(), passes.end(), std::uint8_t{0xff});
          row.qrelu_forward({x.data(), got.data(), passes.data(), count, bits, window});
          reference().qrelu_forward({x.data(), expected.data(), expected_passes.data(), count, bits, window});
          check_same_bits(got, expected);
          check_same_bits(passes, expected_passes);
        }
        row.qrelu_backward({passes.data(), dq.data(), got.data(), count, bits});
        reference().qrelu_backward({passes.data(), dq.data(), expected.data(), count, bits});
        check_same_bits(got, expected);
        row.qrelu_forward({x.data(), got.data(), nullptr, count, bits});
        reference().qrelu_forward({x.data(), expected.data(), nullptr, count, bits});
        check_same_bits(got, expected);
      }
    }
  });
}

TEST_CASE("every row shifts the sum of codes as the reference does") {
  for_rows([](const auto& row) {
    for (const Index count : kSizes) {
      for (int bits = 1; bits <= 8; ++bits) {
        CAPTURE(count);
        CAPTURE(bits);
        const Codes a(count, 1, (1 << bits) - 1), b(count, 2, (1 << bits) - 1);
        GuardedBuffer<float> got(count), expected(count);
        row.bitshift_forward({a.data(), b.data(), got.data(), count, bits});
        reference().bitshift_forward({a.data(), b.data(), expected.data(), count, bits});
        check_same_bits(got, expected);
        const Tricky odd(count, 3);
        row.bitshift_forward({odd.data(), b.data(), got.data(), count, bits});
        reference().bitshift_forward({odd.data(), b.data(), expected.data(), count, bits});
        check_same_bits(got, expected);
      }
    }
  });
}

TEST_CASE("every row multiplexes channels, forward and backward, as the reference does") {
  for_rows([](const auto& row) {
    for (const Index channels : kSizes) {
      for (const Index pixels : {1, 5, 37}) {
        CAPTURE(channels);
        CAPTURE(pixels);
        const Index images = 2, count = images * pixels * channels;
        const Tricky i0(count, 1), i1(count, 2);
        GuardedBuffer<std::uint8_t> s(images * channels);
        const Codes choice(images * channels, 3, 1);
        std::transform(choice.begin(), choice.end(), s.begin(), [](float x) { return static_cast<std::uint8_t>(x); });
        GuardedBuffer<float> got(count), expected(count), got1(count), expected1(count);
        row.mux_forward({i0.data(), i1.data(), s.data(), got.data(), images, pixels, channels});
        reference().mux_forward({i0.data(), i1.data(), s.data(), expected.data(), images, pixels, channels});
        check_same_bits(got, expected);
        reference().mux_backward({i0.data(), s.data(), expected.data(), expected1.data(), images, pixels, channels});
        row.mux_backward({i0.data(), s.data(), got.data(), got1.data(), images, pixels, channels});
        check_same_bits(got, expected);
        check_same_bits(got1, expected1);
        std::copy(i0.begin(), i0.end(), got.begin());
        row.mux_backward({got.data(), s.data(), got.data(), nullptr, images, pixels, channels});
        check_same_bits(got, expected);
        std::copy(i1.begin(), i1.end(), got1.begin());
        row.mux_add_gradient({i0.data(), s.data(), got1.data(), images, pixels, channels});
        GuardedBuffer<float> sum(count);
        reference().add({i1.data(), expected.data(), sum.data(), count});
        check_same_bits(got1, sum);
        std::copy(i0.begin(), i0.end(), got1.begin());
        row.mux_backward({got1.data(), s.data(), got.data(), got1.data(), images, pixels, channels});
        check_same_bits(got, expected);
        check_same_bits(got1, expected1);
      }
    }
  });
}

TEST_CASE("every row ends a residual block as shift or sum, then the multiplexer, would") {
  for_rows(elementwise_kernels(), [](const auto& row) {
    for (const Index channels : {1, 7, 8, 16, 33, 64, 100, 1031}) {
      for (const int bits : {0, 1, 2, 3, 8}) {
        CAPTURE(channels);
        CAPTURE(bits);
        const Index images = 2, pixels = 3, count = images * pixels * channels;
        const Codes x(count, 1, (1 << bits) - 1 + (bits == 0)), i1(count, 2, (1 << bits) - 1 + (bits == 0));
        GuardedBuffer<std::uint8_t> s(images * channels);
        for (Index i = 0; i < s.size(); ++i) s[i] = static_cast<std::uint8_t>(i % 3 == 1);
        GuardedBuffer<float> i0(count), got(count), expected(count);
        if (bits == 0) {
          reference().add({x.data(), i1.data(), i0.data(), count});
        } else {
          reference().bitshift_forward({x.data(), i1.data(), i0.data(), count, bits});
        }
        reference().mux_forward({i0.data(), i1.data(), s.data(), expected.data(), images, pixels, channels});
        row.residual_mux_forward({x.data(), i1.data(), s.data(), got.data(), images, pixels, channels, bits});
        check_same_bits(got, expected);
      }
    }
  });
}

TEST_CASE("every row may write over its inputs where the contract says so") {
  for_rows([](const auto& row) {
    for (const Index count : kSizes) {
      CAPTURE(count);
      const Tricky x(count, 1);
      const Codes codes(count, 2, 7);
      const Index bytes = (count + 7) / 8;
      GuardedBuffer<std::uint8_t> passes(bytes);
      GuardedBuffer<float> apart(count), over(count);
      const auto check = [&](auto&& run) {
        std::copy(x.begin(), x.end(), over.begin());
        run(x.data(), apart.data());
        run(over.data(), over.data());
        check_same_bits(over, apart);
      };
      check([&](const float* in, float* out) { row.add({in, codes.data(), out, count}); });
      check([&](const float* in, float* out) { row.add({codes.data(), in, out, count}); });
      check([&](const float* in, float* out) { row.relu_forward({in, out, count}); });
      check([&](const float* in, float* out) { row.relu_backward({codes.data(), in, out, count}); });
      check([&](const float* in, float* out) { row.qrelu_forward({in, out, passes.data(), count, 3}); });
      check([&](const float* in, float* out) { row.qrelu_backward({passes.data(), in, out, count, 3}); });
      check([&](const float* in, float* out) { row.bitshift_forward({in, codes.data(), out, count, 3}); });
    }
  });
}

TEST_CASE("quantized ReLU rounds ties to even, clips, makes NaN code 0, and passes gradients up to |x| = 1 inclusive") {
  GuardedBuffer<float> x(10), q(10), dq(10), dx(10);
  GuardedBuffer<std::uint8_t> passes(2);
  const float above = std::nextafter(1.0F, 2.0F);
  fill(x, {kNan, -0.0F, 0.5F, 1.0F / 6, 1.0F, above, -1.0F, -above, kInfinity, -kInfinity});
  qrelu_forward(QreluForward<float>{x.data(), q.data(), passes.data(), 10, 2});
  GuardedBuffer<float> expected(10);
  fill(expected, {0, 0, 2, 0, 3, 3, 0, 0, 3, 0});  // 0.5 x 3 = 1.5 and 3 / 6 = 0.5 are ties
  check_same_bits(q, expected);
  CHECK(passes[0] == 0b0101'1110);
  CHECK(passes[1] == 0);
  std::fill(dq.begin(), dq.end(), 2.0F);
  qrelu_backward(QreluBackward<float>{passes.data(), dq.data(), dx.data(), 10, 2});
  fill(expected, {0, 6, 6, 6, 6, 0, 6, 0, 0, 0});
  check_same_bits(dx, expected);
  qrelu_forward(QreluForward<float>{x.data(), q.data(), nullptr, 10, 1});
  fill(expected, {0, 0, 1, 1, 1, 1, 0, 0, 1, 0});
  check_same_bits(q, expected);
}

TEST_CASE("ReLU keeps NaN and makes -0 zero; the shifted sum is the floor of the half, and OR for one bit") {
  GuardedBuffer<float> x(5), y(5), expected(5);
  fill(x, {kNan, -0.0F, -3.0F, 2.5F, kInfinity});
  relu_forward(ReluForward<float>{x.data(), y.data(), 5});
  fill(expected, {kNan, 0.0F, 0.0F, 2.5F, kInfinity});
  check_same_bits(y, expected);
  GuardedBuffer<float> a(4), b(4), shifted(4), wanted(4);
  fill(a, {0, 1, 7, 3});
  fill(b, {1, 1, 6, 0});
  bitshift_forward(BitshiftForward<float>{a.data(), b.data(), shifted.data(), 4, 3});
  fill(wanted, {0, 1, 6, 1});
  check_same_bits(shifted, wanted);
  fill(a, {0, 1, 0, 1});
  fill(b, {0, 0, 1, 1});
  bitshift_forward(BitshiftForward<float>{a.data(), b.data(), shifted.data(), 4, 1});
  fill(wanted, {0, 1, 1, 1});
  check_same_bits(shifted, wanted);
}

TEST_CASE("any number of threads gives the same bits") {
  const Index channels = 37, pixels = 64, images = 50, count = images * pixels * channels;
  const Tricky x(count, 1), other(count, 2);
  GuardedBuffer<std::uint8_t> passes((count + 7) / 8), s(images * channels);
  for (Index i = 0; i < s.size(); i += 3) s[i] = 1;
  check_threads(count, [&](float* y) { add(Add<float>{x.data(), other.data(), y, count}); });
  check_threads(count, [&](float* y) { relu_forward(ReluForward<float>{x.data(), y, count}); });
  check_threads(count, [&](float* y) { relu_backward(ReluBackward<float>{x.data(), other.data(), y, count}); });
  check_threads(count, [&](float* y) { qrelu_forward(QreluForward<float>{x.data(), y, passes.data(), count, 3}); });
  check_threads(count, [&](float* y) { qrelu_backward(QreluBackward<float>{passes.data(), x.data(), y, count, 3}); });
  check_threads<std::uint8_t>(passes.size(), [&](std::uint8_t* bits) {
    GuardedBuffer<float> q(count);
    qrelu_forward(QreluForward<float>{x.data(), q.data(), bits, count, 3});
  });
  check_threads(count, [&](float* y) {
    bitshift_forward(BitshiftForward<float>{x.data(), other.data(), y, count, 3});
  });
  check_threads(count, [&](float* y) {
    mux_forward(MuxForward<float>{x.data(), other.data(), s.data(), y, images, pixels, channels});
  });
  check_threads(count, [&](float* y) {
    mux_backward(MuxBackward<float>{x.data(), s.data(), y, nullptr, images, pixels, channels});
  });
  check_threads(count, [&](float* y) {
    std::copy(other.begin(), other.end(), y);
    mux_add_gradient(MuxAddGradient<float>{x.data(), s.data(), y, images, pixels, channels});
  });
}

TEST_CASE("a wrong argument is refused by name") {
  GuardedBuffer<float> x(4);
  CHECK_THROWS_WITH_AS(add(Add<float>{x.data(), nullptr, x.data(), 4}), "add: b is null, expected a pointer to numbers",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(relu_forward(ReluForward<float>{x.data(), x.data(), -1}),
                       "relu_forward: count is -1, expected 0 or more", std::invalid_argument);
  CHECK_THROWS_WITH_AS(qrelu_forward(QreluForward<float>{x.data(), x.data(), nullptr, 4, 9}),
                       "qrelu_forward: 9 bits, expected 1 to 8", std::invalid_argument);
  CHECK_THROWS_AS(bitshift_forward(BitshiftForward<float>{x.data(), x.data(), x.data(), 4, 0}), std::invalid_argument);
  GuardedBuffer<std::uint8_t> s(1);
  CHECK_THROWS_AS(mux_backward(MuxBackward<float>{x.data(), s.data(), x.data(), x.data(), 1, 4, 1}),
                  std::invalid_argument);
  CHECK_NOTHROW(add(Add<float>{nullptr, nullptr, nullptr, 0}));
}
