// Pointwise kernels: every row of the table against the plain loops in double, at sizes around the vector widths.
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <vector>

#include "core/error.hpp"
#include "core/kernels/scratch.hpp"
#include "core/random.hpp"
#include "tests/support/kernel_rows.hpp"

using mog::Index;
using namespace mog::kernels;
using namespace mog::test;

namespace {

using Buffer = GuardedBuffer<float>;

struct Sizes {
  Index rows, in, out;
};

/// One of the three products on given operands, in the kernel's arithmetic or, with no kernel, the
/// plain loops in double.
struct Product {
  const char* name;
  Index (*left)(const Sizes&), (*right)(const Sizes&), (*result)(const Sizes&), (*depth)(const Sizes&);
  void (*run)(const PointwiseKernel&, const float*, const float*, float*, const Sizes&);
  void (*exact)(const double*, const double*, double*, const Sizes&);
};

Index x_size(const Sizes& s) { return s.rows * s.in; }
Index y_size(const Sizes& s) { return s.rows * s.out; }
Index w_size(const Sizes& s) { return s.in * s.out; }

const Product kProducts[] = {
    {"forward", x_size, w_size, y_size, [](const Sizes& s) { return s.in; },
     [](const PointwiseKernel& k, const float* x, const float* w, float* y, const Sizes& s) {
       pointwise_forward({x, w, y, s.rows, s.in, s.out}, k);
     },
     [](const double* x, const double* w, double* y, const Sizes& s) {
       pointwise_forward({x, w, y, s.rows, s.in, s.out});
     }},
    {"input gradient", y_size, w_size, x_size, [](const Sizes& s) { return s.out; },
     [](const PointwiseKernel& k, const float* dy, const float* w, float* dx, const Sizes& s) {
       pointwise_input_gradient({dy, w, dx, s.rows, s.in, s.out}, k);
     },
     [](const double* dy, const double* w, double* dx, const Sizes& s) {
       pointwise_input_gradient({dy, w, dx, s.rows, s.in, s.out});
     }},
    {"weight gradient", x_size, y_size, w_size, [](const Sizes& s) { return s.rows; },
     [](const PointwiseKernel& k, const float* x, const float* dy, float* dw, const Sizes& s) {
       pointwise_weight_gradient({x, dy, dw, s.rows, s.in, s.out}, k);
     },
     [](const double* x, const double* dy, double* dw, const Sizes& s) {
       pointwise_weight_gradient({x, dy, dw, s.rows, s.in, s.out});
     }},
};

/// Around the vector widths 4, 8, 16, the tiles of 32 and 64 columns, primes, and the models' channels with few rows.
std::vector<Sizes> sizes() {
  std::vector<Sizes> all;
  const Index widths[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 97};
  for (const Index in : widths) {
    for (const Index out : widths) all.push_back({13, in, out});
  }
  for (const Index rows : {1, 2, 5, 6, 7, 11, 12, 95, 96, 97, 128, 129, 383, 385, 799, 801, 1601}) {
    all.push_back({rows, 19, 37});
  }
  for (const auto& [in, out] : {std::pair{128, 64},
                                {64, 128},
                                {256, 128},
                                {128, 256},
                                {512, 256},
                                {256, 512},
                                {512, 10},
                                {512, 100},
                                {32, 16},
                                {16, 32},
                                {64, 32},
                                {3, 128}}) {
    all.push_back({50, in, out});
  }
  all.push_back({3200, 32, 16});
  // Few rows of many columns, which are shared among the threads, the last part ragged.
  for (const Index channels : {256, 331, 1000}) all.insert(all.end(), {{3, 67, channels}, {200, channels, 67}});
  // Nine pixels of each channel: 3x3 convolutions with stride 2.
  for (const Index channels : {64, 128, 256}) all.push_back({13, 9 * channels, 2 * channels});
  return all;
}

struct Operands {
  Operands(const Product& product, const Sizes& s, const std::function<float()>& draw)
      : left(product.left(s)), right(product.right(s)) {
    std::generate(left.begin(), left.end(), draw);
    std::generate(right.begin(), right.end(), draw);
  }
  Buffer left, right;
};

std::vector<double> oracle(const Product& product, const Sizes& s, const Operands& in) {
  const std::vector<double> left(in.left.begin(), in.left.end());
  const std::vector<double> right(in.right.begin(), in.right.end());
  std::vector<double> result(static_cast<std::size_t>(product.result(s)));
  product.exact(left.data(), right.data(), result.data(), s);
  return result;
}

/// Runs `product` into a guarded buffer that was filled with NaN: what is not written shows.
void run(const Product& product, const PointwiseKernel& kernel, const Sizes& s, const Operands& in, Buffer& result) {
  std::fill(result.begin(), result.end(), std::numeric_limits<float>::quiet_NaN());
  product.run(kernel, in.left.data(), in.right.data(), result.data(), s);
}

double largest_error(const Buffer& got, const std::vector<double>& expected) {
  double error = 0;
  for (Index i = 0; i < got.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - expected[static_cast<std::size_t>(i)]);
    error = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(error, difference);
  }
  return error;
}

template <class Check>
void for_each_case(const std::function<float()>& draw, const Check& check) {
  for (const Product& product : kProducts) {
    for (const Sizes& s : sizes()) {
      const Operands in(product, s, draw);
      const std::vector<double> expected = oracle(product, s, in);
      Buffer result(product.result(s));
      for_rows(pointwise_kernels(), [&](const PointwiseKernel& kernel) {
        INFO(mog::concat(product.name, ", rows ", s.rows, ", in ", s.in, ", out ", s.out));
        run(product, kernel, s, in, result);
        check(product, s, result, expected);
      });
    }
  }
}

}  // namespace

TEST_CASE("whole numbers give exactly the sums of the plain loops") {
  // |x|, |w| <= 7 and at most 3200 terms: every partial sum stays far below 2^24.
  mog::Random random(1, mog::Purpose::user);
  for_each_case([&] { return static_cast<float>(random.below(15)) - 7; },
                [](const Product&, const Sizes&, const Buffer& result, const std::vector<double>& expected) {
                  CHECK(largest_error(result, expected) == 0);
                });
}

TEST_CASE("random numbers give the plain loops' sums but for rounding") {
  mog::Random random(2, mog::Purpose::user);
  for_each_case([&] { return random.uniform(-1, 1); },
                [](const Product& product, const Sizes& s, const Buffer& result, const std::vector<double>& expected) {
                  // Factors within [-1, 1]: the sum of k products is about sqrt(k)/3, and adding one more rounds by at
                  // most eps/2 of that, evenly spread. Over D additions the errors' deviation is eps/2 D/(3 sqrt(6)) =
                  // eps D/15. Among many elements some sums are four times as large, and their errors four deviations:
                  // eps D, and one eps for a few terms. A lost term would show as 1/3.
                  const auto depth = static_cast<double>(product.depth(s));
                  const double eps = std::numeric_limits<float>::epsilon();
                  CHECK(largest_error(result, expected) <= eps * (1 + depth));
                });
}

TEST_CASE("weights of -1 and +1 give exactly the sums of the plain loops, and one other weight is not overlooked") {
  mog::Random random(4, mog::Purpose::user);
  const auto code = [&] { return static_cast<float>(random.below(15)) - 7; };
  std::vector<Sizes> cases = sizes();
  for (const Index in : {3, 4, 30, 31, 191, 192, 193, 255, 256, 257, 513}) cases.push_back({9, in, 96});
  for (const Product& product : {kProducts[0], kProducts[1]}) {
    for (const Sizes& s : cases) {
      Operands in(product, s, code);
      for (float& w : in.right) w = random.below(2) == 0 ? -1.0F : 1.0F;
      for (const bool other : {false, true}) {
        if (other) in.right[in.right.size() - 1] = 3;
        const std::vector<double> expected = oracle(product, s, in);
        Buffer result(product.result(s));
        for_rows(pointwise_kernels(), [&](const PointwiseKernel& kernel) {
          INFO(mog::concat(product.name, ", rows ", s.rows, ", in ", s.in, ", out ", s.out));
          run(product, kernel, s, in, result);
          CHECK(largest_error(result, expected) == 0);
        });
      }
    }
  }
}

TEST_CASE("the gradient through a normalisation and the product before it is that of one after the other, to the bit") {
  mog::Random random(6, mog::Purpose::user);
  for (const Sizes& s : {Sizes{1, 1, 1}, Sizes{13, 7, 9}, Sizes{95, 64, 33}, Sizes{97, 64, 128}, Sizes{385, 96, 31},
                         Sizes{769, 128, 64}, Sizes{50, 256, 512}}) {
    const Numbers x(y_size(s), 1, -1, 1), dy(y_size(s), 2, -1, 1), mean(s.out, 3, -1, 1), a(s.out, 4, -1, 1);
    const Numbers b(s.out, 5, -1, 1), d(s.out, 6, -1, 1);
    GuardedBuffer<std::uint8_t> passes(s.rows * mask_bytes(s.out));
    for (std::uint8_t& byte : passes) byte = static_cast<std::uint8_t>(random.below(256));
    for (const bool signs : {true, false}) {
      Numbers w(w_size(s), 7, -1, 1);
      for (float& weight : w) weight = signs ? std::copysign(1.0F, weight) : weight;
      for (const Activation activation :
           {Activation{}, Activation{.kind = Activation::relu}, Activation{.kind = Activation::qrelu, .bits = 3}}) {
        BatchNormInputGradient<float> normalisation{
            .x = x.data(),
            .dy = dy.data(),
            .mean = mean.data(),
            .a = a.data(),
            .b = b.data(),
            .d = d.data(),
            .dx = nullptr,
            .rows = s.rows,
            .channels = s.out,
            .activation = activation,
            .passes = activation.kind == Activation::none ? nullptr : passes.data()};
        for_rows(pointwise_kernels(), [&](const PointwiseKernel& kernel) {
          INFO(mog::concat("rows ", s.rows, ", in ", s.in, ", out ", s.out, ", activation ", activation.kind));
          Buffer between(y_size(s)), expected(x_size(s)), got(x_size(s));
          normalisation.dx = between.data();
          batch_norm_input_gradient(normalisation);
          pointwise_input_gradient({between.data(), w.data(), expected.data(), s.rows, s.in, s.out}, kernel);
          normalisation.dx = nullptr;
          pointwise_input_gradient({normalisation, w.data(), got.data(), s.in}, kernel);
          check_same_bits(got, expected);
        });
      }
    }
  }
}

TEST_CASE("the weight gradient of codes in bytes is that of the same numbers as floats") {
  mog::Random random(5, mog::Purpose::user);
  for (const Sizes& s : sizes()) {
    const Codes x(x_size(s), 6, 7);
    GuardedBuffer<std::uint8_t> codes(x.size());
    std::transform(x.begin(), x.end(), codes.begin(), [](float number) { return static_cast<std::uint8_t>(number); });
    Buffer dy(y_size(s)), expected(w_size(s));
    for (float& number : dy) number = static_cast<float>(random.below(15)) - 7;
    pointwise_weight_gradient({x.data(), dy.data(), expected.data(), s.rows, s.in, s.out}, pointwise_kernels().back());
    for_rows(pointwise_kernels(), [&](const PointwiseKernel& kernel) {
      INFO(mog::concat("rows ", s.rows, ", in ", s.in, ", out ", s.out));
      Buffer got(w_size(s));
      pointwise_weight_gradient({codes.data(), dy.data(), got.data(), s.rows, s.in, s.out}, kernel);
      check_same_bits(got, expected);
    });
  }
}

TEST_CASE("the bits do not depend on the number of threads") {
  mog::Random random(3, mog::Purpose::user);
  for (const Product& product : kProducts) {
    for (const Sizes& s : {Sizes{1600, 33, 70}, Sizes{803, 64, 10}, Sizes{7, 5, 3}}) {
      const Operands in(product, s, [&] { return random.uniform(-1, 1); });
      for_rows(pointwise_kernels(), [&](const PointwiseKernel& kernel) {
        INFO(product.name, ", rows ", s.rows);
        check_threads(product.result(s),
                      [&](float* result) { product.run(kernel, in.left.data(), in.right.data(), result, s); });
      });
    }
  }
}

TEST_CASE("a second call with the same sizes takes no working memory") {
  const Sizes s{1600, 33, 70};
  for (const Product& product : kProducts) {
    const Operands in(product, s, [] { return 1.0F; });
    Buffer result(product.result(s));
    const PointwiseKernel& kernel = select(pointwise_kernels());
    run(product, kernel, s, in, result);
    const std::size_t bytes = scratch_bytes();
    CHECK(bytes > 0);
    run(product, kernel, s, in, result);
    CHECK(scratch_bytes() == bytes);
  }
}

TEST_CASE("sizes below 1 are refused with the operation's name") {
  const float x = 1;
  float y = 0;
  CHECK_THROWS_AS(pointwise_forward({&x, &x, &y, 0, 1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(pointwise_input_gradient({&x, &x, &y, 1, -1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(pointwise_weight_gradient({&x, &x, &y, 1, 1, 0}), std::invalid_argument);
}
