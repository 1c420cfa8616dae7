// Kernels on random shapes and placements: every row of every table gives the reference's bits, and touches nothing
// else. Sums are of small whole numbers, which are exact in any order. MOG_SHAPES=10000 is the nightly form.
#include "tests/support/random_shapes.hpp"

#include "core/error.hpp"
#include "core/kernels/adam_f32/adam_f32.hpp"
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/kernels/pool_f32/pool_f32.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

namespace {

using Floats = Placed<float>;
using Bits = Placed<std::uint8_t>;

float whole(Random& draw) { return static_cast<float>(draw.below(15)) - 7; }
float sign(Random& draw) { return draw.below(2) == 0 ? -1.0F : 1.0F; }
float real(Random& draw) { return draw.uniform(-1.6F, 1.6F); }
std::uint8_t flag(Random& draw) { return static_cast<std::uint8_t>(draw.below(2)); }
/// The statistics' sums go by way of means of 32 rows: 90 differences of at most 14, their squares and their sums round
/// by 1e-3 together at most, and a row that is lost shows as 1 or more.
constexpr double kRounding = 0.01;
/// Fills codes of `bits` bits.
auto code(int bits) {
  return [bits](Random& draw) { return static_cast<float>(draw.below(std::uint64_t{1} << bits)); };
}

}  // namespace

TEST_CASE("3x3 convolutions and both gradients, odd numbers of groups included") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 200'000;
    Conv3x3Sizes z{};
    z.groups = 1 + draw.below(7);
    z.in = z.groups * draw_size(draw, 40);
    z.out = z.groups * draw_size(draw, 70);
    z.height = draw_size(draw, 12);
    z.width = draw_size(draw, 20);
    const Index each = z.height * z.width * 9 * z.in * z.out / z.groups;
    if (each > 4 * kMostProducts) z.height = z.width = 2;
    z.images = std::clamp<Index>(kMostProducts / each, 1, 3);
    INFO(concat("images ", z.images, ", map ", z.height, "x", z.width, ", in ", z.in, ", out ", z.out, ", groups ",
                z.groups));
    const Index pixels = z.images * z.height * z.width, weights = 9 * z.in * z.out / z.groups;
    const Floats x(draw, pixels * z.in, whole), dy(draw, pixels * z.out, whole), weight(draw, weights, whole);
    const Conv3x3Kernel& reference = conv3x3_kernels().back();
    for_rows(conv3x3_kernels(), [&](const Conv3x3Kernel& row) {
      Results<float> y(draw, pixels * z.out), dx(draw, pixels * z.in), dweight(draw, weights);
      conv3x3_forward({x.data(), weight.data(), y.got.data(), z}, row);
      conv3x3_forward({x.data(), weight.data(), y.expected.data(), z}, reference);
      conv3x3_input_gradient({dy.data(), weight.data(), dx.got.data(), z}, row);
      conv3x3_input_gradient({dy.data(), weight.data(), dx.expected.data(), z}, reference);
      conv3x3_weight_gradient({x.data(), dy.data(), dweight.got.data(), z}, row);
      conv3x3_weight_gradient({x.data(), dy.data(), dweight.expected.data(), z}, reference);
      y.check(), dx.check(), dweight.check();
    });
  });
}

TEST_CASE("pointwise products and both gradients, with weights -1 and +1 too") {
  for_random_shapes([](Random& draw) {
    constexpr Index kMostProducts = 400'000;
    const Index in = draw_size(draw, 300), out = draw_size(draw, 300);
    const Index rows = std::clamp<Index>(kMostProducts / (in * out), 1, draw_size(draw, 900));
    INFO(concat("rows ", rows, ", in ", in, ", out ", out));
    const Floats x(draw, rows * in, whole), dy(draw, rows * out, whole);
    const Floats w(draw, in * out, draw.below(2) == 0 ? whole : sign);
    const PointwiseKernel& reference = pointwise_kernels().back();
    for_rows(pointwise_kernels(), [&](const PointwiseKernel& row) {
      Results<float> y(draw, rows * out), dx(draw, rows * in), dw(draw, in * out);
      pointwise_forward({x.data(), w.data(), y.got.data(), rows, in, out}, row);
      pointwise_forward({x.data(), w.data(), y.expected.data(), rows, in, out}, reference);
      pointwise_input_gradient({dy.data(), w.data(), dx.got.data(), rows, in, out}, row);
      pointwise_input_gradient({dy.data(), w.data(), dx.expected.data(), rows, in, out}, reference);
      pointwise_weight_gradient({x.data(), dy.data(), dw.got.data(), rows, in, out}, row);
      pointwise_weight_gradient({x.data(), dy.data(), dw.expected.data(), rows, in, out}, reference);
      y.check(), dx.check(), dw.check();
    });
  });
}

TEST_CASE("sums, rectifiers, quantizers and shifts of any length") {
  for_random_shapes([](Random& draw) {
    const Index count = draw_size(draw, 5000), bytes = (count + 7) / 8;
    const int bits = 1 + static_cast<int>(draw.below(8));
    INFO(concat("count ", count, ", bits ", bits));
    const Floats a(draw, count, real), b(draw, count, real), codes(draw, count, code(bits)),
        more(draw, count, code(bits));
    const auto& reference = elementwise_kernels().back();
    for_rows(elementwise_kernels(), [&](const auto& row) {
      Results<float> y(draw, count);
      Results<std::uint8_t> passes(draw, bytes);
      const auto both = [&](const auto& run) {
        run(row, y.got.data(), passes.got.data());
        run(reference, y.expected.data(), passes.expected.data());
        y.check(), passes.check();
      };
      using Row = std::decay_t<decltype(row)>;
      both([&](const Row& k, float* out, std::uint8_t*) { k.add({a.data(), b.data(), out, count}); });
      both([&](const Row& k, float* out, std::uint8_t*) { k.relu_forward({a.data(), out, count}); });
      both([&](const Row& k, float* out, std::uint8_t*) { k.relu_backward({a.data(), b.data(), out, count}); });
      both([&](const Row& k, float* out, std::uint8_t* p) { k.qrelu_forward({a.data(), out, p, count, bits}); });
      both([&](const Row& k, float* out, std::uint8_t* p) { k.qrelu_backward({p, b.data(), out, count, bits}); });
      both([&](const Row& k, float* out, std::uint8_t*) {
        k.bitshift_forward({codes.data(), more.data(), out, count, bits});
      });
    });
  });
}

TEST_CASE("multiplexers and the ends of residual blocks") {
  for_random_shapes([](Random& draw) {
    const Index images = 1 + draw.below(3), pixels = draw_size(draw, 40), channels = draw_size(draw, 140);
    const Index count = images * pixels * channels;
    const int bits = static_cast<int>(draw.below(9));
    INFO(concat("images ", images, ", pixels ", pixels, ", channels ", channels, ", bits ", bits));
    const Floats x(draw, count, code(bits == 0 ? 3 : bits)), i1(draw, count, code(bits == 0 ? 3 : bits));
    const Bits s(draw, images * channels, flag);
    const auto& reference = elementwise_kernels().back();
    for_rows(elementwise_kernels(), [&](const auto& row) {
      Results<float> y(draw, count), end(draw, count), di0(draw, count), di1(draw, count);
      row.mux_forward({x.data(), i1.data(), s.data(), y.got.data(), images, pixels, channels});
      reference.mux_forward({x.data(), i1.data(), s.data(), y.expected.data(), images, pixels, channels});
      row.residual_mux_forward({x.data(), i1.data(), s.data(), end.got.data(), images, pixels, channels, bits});
      reference.residual_mux_forward(
          {x.data(), i1.data(), s.data(), end.expected.data(), images, pixels, channels, bits});
      row.mux_backward({x.data(), s.data(), di0.got.data(), di1.got.data(), images, pixels, channels});
      reference.mux_backward({x.data(), s.data(), di0.expected.data(), di1.expected.data(), images, pixels, channels});
      Results<float> sum(draw, count);
      std::copy(i1.data(), i1.data() + count, sum.got.data());
      std::copy(i1.data(), i1.data() + count, sum.expected.data());
      row.mux_add_gradient({x.data(), s.data(), sum.got.data(), images, pixels, channels});
      reference.mux_add_gradient({x.data(), s.data(), sum.expected.data(), images, pixels, channels});
      y.check(), end.check(), di0.check(), di1.check(), sum.check();
    });
  });
}

TEST_CASE("depthwise convolutions with stride 2 and both gradients") {
  for_random_shapes([](Random& draw) {
    const DepthwiseSizes z{1 + draw.below(3), 2 * (1 + draw.below(5)), 2 * (1 + draw.below(6)), draw_size(draw, 140)};
    const Index count = z.images * z.height * z.width * z.channels;
    INFO(concat("images ", z.images, ", map ", z.height, "x", z.width, ", channels ", z.channels));
    const Floats x(draw, count, real), weight(draw, 9 * z.channels, real), dy(draw, count / 4, real);
    const auto& reference = depthwise_stride2_kernels().back();
    for_rows(depthwise_stride2_kernels(), [&](const auto& row) {
      Results<float> y(draw, count / 4), dx(draw, count), dweight(draw, 9 * z.channels);
      depthwise_stride2_forward({x.data(), weight.data(), y.got.data(), z}, row);
      depthwise_stride2_forward({x.data(), weight.data(), y.expected.data(), z}, reference);
      depthwise_stride2_input_gradient({dy.data(), weight.data(), dx.got.data(), z}, row);
      depthwise_stride2_input_gradient({dy.data(), weight.data(), dx.expected.data(), z}, reference);
      depthwise_stride2_weight_gradient({x.data(), dy.data(), dweight.got.data(), z}, row);
      depthwise_stride2_weight_gradient({x.data(), dy.data(), dweight.expected.data(), z}, reference);
      y.check(), dx.check(), dweight.check();
    });
  });
}

TEST_CASE("pooling and means of maps") {
  for_random_shapes([](Random& draw) {
    const Index images = 1 + draw.below(3), channels = draw_size(draw, 140);
    const Index height = 2 * (1 + draw.below(4)), width = 2 * (1 + draw.below(5)), pixels = height * width;
    const Index count = images * pixels * channels, out = count / 4, maps = images * channels;
    INFO(concat("images ", images, ", map ", height, "x", width, ", channels ", channels));
    const Floats x(draw, count, whole), dy(draw, out, real), dmean(draw, maps, real);
    const auto& reference = pool_kernels().back();
    for_rows(pool_kernels(), [&](const auto& row) {
      Results<float> y(draw, out), dx(draw, count), mean(draw, maps), dmap(draw, count);
      Results<std::uint8_t> which(draw, out);
      row.max_pool_forward({x.data(), y.got.data(), which.got.data(), images, height, width, channels});
      reference.max_pool_forward({x.data(), y.expected.data(), which.expected.data(), images, height, width, channels});
      row.max_pool_backward({which.got.data(), dy.data(), dx.got.data(), images, height, width, channels});
      reference.max_pool_backward(
          {which.expected.data(), dy.data(), dx.expected.data(), images, height, width, channels});
      row.map_mean_forward({x.data(), mean.got.data(), images, pixels, channels});
      reference.map_mean_forward({x.data(), mean.expected.data(), images, pixels, channels});
      row.map_mean_backward({dmean.data(), dmap.got.data(), images, pixels, channels});
      reference.map_mean_backward({dmean.data(), dmap.expected.data(), images, pixels, channels});
      y.check(), which.check(), dx.check(), mean.check(), dmap.check();
    });
  });
}

TEST_CASE("batch normalisation: maps to the bit, gradient sums of whole numbers exactly") {
  for_random_shapes([](Random& draw) {
    const Index rows = draw_size(draw, 90), channels = draw_size(draw, 140), count = rows * channels;
    Activation activation{.kind = static_cast<Activation::Kind>(draw.below(3)), .bits = 0};
    if (activation.kind == Activation::qrelu) activation.bits = 1 + static_cast<int>(draw.below(3));
    if (draw.below(2) == 0) activation.window = {.low = -0.5F, .high = 1.5F};
    INFO(concat("rows ", rows, ", channels ", channels, ", activation ", static_cast<int>(activation.kind), ", bits ",
                activation.bits));
    const bool masked = activation.kind != Activation::none;
    const Floats x(draw, count, real), dy(draw, count, real), a(draw, channels, real), b(draw, channels, real),
        d(draw, channels, real), x_whole(draw, count, whole), dy_whole(draw, count, whole), mean(draw, channels, whole);
    const auto& reference = batch_norm_kernels().back();
    for_rows(batch_norm_kernels(), [&](const auto& row) {
      Results<float> y(draw, count), dx(draw, count);
      Results<std::uint8_t> passes(draw, rows * mask_bytes(channels));
      Results<double> sum(draw, channels), squares(draw, channels), sum_dz(draw, channels), sum_dz_x(draw, channels);
      const auto run = [&](const auto& k, float* out, std::uint8_t* mask, float* gradient, double* const sums[4]) {
        std::uint8_t* const p = masked ? mask : nullptr;
        k.numbers.channel_affine({x.data(), a.data(), b.data(), out, rows, channels, activation, p});
        k.numbers.input_gradient(
            {x.data(), dy.data(), mean.data(), a.data(), b.data(), d.data(), gradient, rows, channels, activation, p});
        k.shifted_sums({x_whole.data(), mean.data(), sums[0], sums[1], rows, channels});
        k.numbers.gradient_sums(
            {x_whole.data(), dy_whole.data(), mean.data(), sums[2], sums[3], rows, channels, activation, p});
      };
      double* const got[] = {sum.got.data(), squares.got.data(), sum_dz.got.data(), sum_dz_x.got.data()};
      double* const expected[] = {sum.expected.data(), squares.expected.data(), sum_dz.expected.data(),
                                  sum_dz_x.expected.data()};
      run(row, y.got.data(), passes.got.data(), dx.got.data(), got);
      run(reference, y.expected.data(), passes.expected.data(), dx.expected.data(), expected);
      y.check(), passes.check(), dx.check(), sum_dz.check(), sum_dz_x.check();
      CHECK((sum.got.intact() && squares.got.intact()));
      for (Index c = 0; c < channels; ++c) {
        CHECK(std::abs(sum.got[c] - sum.expected[c]) < kRounding);
        CHECK(std::abs(squares.got[c] - squares.expected[c]) < kRounding);
      }
    });
  });
}

TEST_CASE("Adam's update") {
  for_random_shapes([](Random& draw) {
    const Index count = draw_size(draw, 5000);
    INFO(concat("count ", count));
    const Floats gradient(draw, count, real), weight(draw, count, real), m(draw, count, real),
        v(draw, count, [](Random&r) { return r.uniform(); });
    for_rows(adam_kernels(), [&](const auto& row) {
      Results<float> weights(draw, count), first(draw, count), second(draw, count);
      const auto run = [&](const auto& k, float* w_out, float* m_out, float* v_out) {
        std::copy(weight.begin(), weight.end(), w_out);
        std::copy(m.begin(), m.end(), m_out);
        std::copy(v.begin(), v.end(), v_out);
        k.adam_update({gradient.data(), w_out, m_out, v_out, count, 0.9F, 0.999F, 1e-3F, 1e-8F});
      };
      run(row, weights.got.data(), first.got.data(), second.got.data());
      run(adam_kernels().back(), weights.expected.data(), first.expected.data(), second.expected.data());
      weights.check(), first.check(), second.check();
    });
  });
}
