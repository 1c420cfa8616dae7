// 3x3 convolution kernels: every row of the table against the contract's sums in double, at sizes around the vector
// widths, for all ways to group, at the borders of small maps.
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "core/error.hpp"
#include "core/kernels/scratch.hpp"
#include "tests/support/kernel_rows.hpp"

using mog::Index;
using namespace mog::kernels;
using namespace mog::test;

namespace {

using Buffer = GuardedBuffer<float>;

/// The three tensors. Each operation sums products of two of them into the third: one list of index triples, the
/// convolution itself, says what all three must give.
enum Tensor { kX, kWeight, kY };

Index count(const Conv3x3Sizes& z, Tensor tensor) {
  const Index pixels = z.images * z.height * z.width;
  return tensor == kX ? pixels * z.in : tensor == kY ? pixels * z.out : 9 * z.in * z.out / z.groups;
}

/// Calls term({index in x, in weight, in y}) for every product, as the contract's formula has them.
template <class Term>
void for_each_term(const Conv3x3Sizes& z, const Term& term) {
  const Index I = z.in / z.groups, Q = z.out / z.groups;
  for (Index n = 0; n < z.images; ++n) {
    for (Index h = 0; h < z.height; ++h) {
      for (Index w = 0; w < z.width; ++w) {
        for (Index tap = 0; tap < 9; ++tap) {
          const Index from_h = h + tap / 3 - 1, from_w = w + tap % 3 - 1;
          if (from_h < 0 || from_h >= z.height || from_w < 0 || from_w >= z.width) continue;
          const Index x = (n * z.height + from_h) * z.width + from_w, y = (n * z.height + h) * z.width + w;
          for (Index i = 0; i < z.in; ++i) {
            const Index g = i / I;
            for (Index q = 0; q < Q; ++q) {
              term(std::array{x * z.in + i, ((g * 9 + tap) * I + i % I) * Q + q, y * z.out + g * Q + q});
            }
          }
        }
      }
    }
  }
}

/// An operation on the kernel of a table's row, or, in double, on the plain loops that gradient checks use.
struct Operation {
  const char* name;
  Tensor left, right, result;
  void (*run)(const float*, const float*, float*, const Conv3x3Sizes&, const Conv3x3Kernel&);
  void (*run_double)(const double*, const double*, double*, const Conv3x3Sizes&);

  /// Products in a sum, at most.
  [[nodiscard]] Index depth(const Conv3x3Sizes& z) const {
    return result == kWeight ? z.images * z.height * z.width : 9 * (result == kX ? z.out : z.in) / z.groups;
  }
};

const Operation kOperations[] = {
    {"forward", kX, kWeight, kY,
     [](const float* x, const float* weight, float* y, const Conv3x3Sizes& z, const Conv3x3Kernel& kernel) {
       conv3x3_forward({x, weight, y, z}, kernel);
     },
     [](const double* x, const double* weight, double* y, const Conv3x3Sizes& z) {
       conv3x3_forward({x, weight, y, z});
     }},
    {"input gradient", kY, kWeight, kX,
     [](const float* dy, const float* weight, float* dx, const Conv3x3Sizes& z, const Conv3x3Kernel& kernel) {
       conv3x3_input_gradient({dy, weight, dx, z}, kernel);
     },
     [](const double* dy, const double* weight, double* dx, const Conv3x3Sizes& z) {
       conv3x3_input_gradient({dy, weight, dx, z});
     }},
    {"weight gradient", kX, kY, kWeight,
     [](const float* x, const float* dy, float* dweight, const Conv3x3Sizes& z, const Conv3x3Kernel& kernel) {
       conv3x3_weight_gradient({x, dy, dweight, z}, kernel);
     },
     [](const double* x, const double* dy, double* dweight, const Conv3x3Sizes& z) {
       conv3x3_weight_gradient({x, dy, dweight, z});
     }},
};

std::vector<Conv3x3Sizes> sizes() {
  std::vector<Conv3x3Sizes> all;
  // Every number of groups of a map's channels.
  for (const Index channels : {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 30, 31, 32, 33, 48, 64, 65, 97}) {
    for (Index groups = 1; groups <= channels; ++groups) {
      if (channels % groups == 0) all.push_back({2, 3, 5, channels, channels, groups});
    }
  }
  // Inputs and outputs of a group that differ, around the widths 4, 8, 16 and their multiples.
  const Index widths[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 65};
  for (const Index inputs : widths) {
    for (const Index outputs : widths) all.push_back({1, 2, 3, 3 * inputs, 3 * outputs, 3});
  }
  // Maps around the tiles and patches, with channels for each way to fill a vector.
  for (const Index height : {1, 2, 3, 4, 5, 8, 19}) {
    for (const Index width : {1, 2, 3, 4, 5, 8, 9, 33}) {
      for (const Index groups : {1, 2, 4, 16}) all.push_back({3, height, width, 16, 16, groups});
    }
  }
  // Maps wider than a strip, the last vector of channels full and not.
  for (const Index channels : {2, 4, 8, 16}) {
    for (const Index groups : {1, 2, 3}) all.push_back({2, 5, 70, groups * channels, groups * channels, groups});
  }
  // The models' layers, with few images.
  all.insert(all.end(), {{1, 32, 32, 3, 128, 1}, {1, 32, 32, 3, 32, 1}});
  for (const Index n : {32, 128}) {
    for (const Index groups : {4, 8}) {
      all.insert(all.end(), {{1, 32, 32, n / 2, n / 2, groups},
                             {2, 16, 16, n / 2, n / 2, groups},
                             {1, 16, 16, n, n, groups},
                             {3, 8, 8, n, n, groups},
                             {1, 8, 8, 2 * n, 2 * n, groups},
                             {3, 4, 4, 2 * n, 2 * n, groups}});
    }
  }
  all.push_back({50, 4, 4, 64, 64, 4});
  // Ordinary convolutions, as ResNets and VGGs have them.
  all.insert(all.end(), {{1, 32, 32, 16, 16, 1},
                         {1, 16, 16, 16, 32, 1},
                         {1, 32, 32, 64, 64, 1},
                         {1, 16, 16, 64, 128, 1},
                         {1, 8, 8, 128, 256, 1},
                         {1, 4, 4, 256, 512, 1},
                         {1, 4, 4, 512, 512, 1},
                         {3, 2, 2, 512, 512, 1}});
  return all;
}

template <class T>
struct Operands {
  GuardedBuffer<T> left, right;

  template <class Draw>
  Operands(const Operation& operation, const Conv3x3Sizes& z, const Draw& draw)
      : left(count(z, operation.left)), right(count(z, operation.right)) {
    for (T& number : left) number = static_cast<T>(draw());
    for (T& number : right) number = static_cast<T>(draw());
  }
};

template <class T>
std::vector<double> oracle(const Operation& operation, const Conv3x3Sizes& z, const Operands<T>& in) {
  std::vector<double> sums(static_cast<std::size_t>(count(z, operation.result)));
  for_each_term(z, [&](const std::array<Index, 3>& at) {
    sums[static_cast<std::size_t>(at[operation.result])] +=
        static_cast<double>(in.left[at[operation.left]]) * static_cast<double>(in.right[at[operation.right]]);
  });
  return sums;
}

template <class T>
double largest_error(const GuardedBuffer<T>& got, const std::vector<double>& expected) {
  double error = 0;
  for (Index i = 0; i < got.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - expected[static_cast<std::size_t>(i)]);
    error = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(error, difference);
  }
  return error;
}

/// Runs every operation at every size on every row, into a buffer that was filled with NaN so that what is not written
/// shows, and calls check(depth, largest error). One thread: to wait for others would take longer than these sizes do.
void for_each_case(const std::function<float()>& draw, const std::function<void(Index, double)>& check) {
  const int before = mog::threads();
  mog::set_threads(1);
  for (const Operation& operation : kOperations) {
    for (const Conv3x3Sizes& z : sizes()) {
      const Operands<float> in(operation, z, draw);
      const std::vector<double> expected = oracle(operation, z, in);
      Buffer result(count(z, operation.result));
      for_rows(conv3x3_kernels(), [&](const Conv3x3Kernel& kernel) {
        INFO(mog::concat(operation.name, ", images ", z.images, ", map ", z.height, "x", z.width, ", in ", z.in,
                         ", out ", z.out, ", groups ", z.groups));
        std::fill(result.begin(), result.end(), std::numeric_limits<float>::quiet_NaN());
        operation.run(in.left.data(), in.right.data(), result.data(), z, kernel);
        check(operation.depth(z), largest_error(result, expected));
      });
    }
  }
  mog::set_threads(before);
}

}  // namespace

TEST_CASE("whole numbers give exactly the contract's sums") {
  // Factors within -7..7 and at most 4608 products: every partial sum stays far below 2^24.
  mog::Random random(1, mog::Purpose::user);
  for_each_case([&] { return static_cast<float>(random.below(15)) - 7; },
                [](Index, double error) { CHECK(error == 0); });
}

TEST_CASE("random numbers give the contract's sums but for rounding") {
  mog::Random random(2, mog::Purpose::user);
  for_each_case([&] { return random.uniform(-1, 1); },
                [](Index depth, double error) {
                  // As for the pointwise kernels: the errors of D additions deviate by about eps D/15, four of these
                  // deviations in sums four times the usual size make eps D. A lost product would show as about 1/3.
                  const double eps = std::numeric_limits<float>::epsilon();
                  CHECK(error <= eps * (1 + static_cast<double>(depth)));
                });
}

TEST_CASE("the plain loops in double give exactly the contract's sums of whole numbers") {
  mog::Random random(3, mog::Purpose::user);
  for (const Operation& operation : kOperations) {
    for (const Conv3x3Sizes& z : {Conv3x3Sizes{2, 4, 5, 6, 9, 3}, {1, 1, 1, 1, 1, 1}, {3, 3, 2, 5, 5, 5}}) {
      INFO(operation.name, ", groups ", z.groups);
      const Operands<double> in(operation, z, [&] { return static_cast<double>(random.below(15)) - 7; });
      GuardedBuffer<double> result(count(z, operation.result));
      std::fill(result.begin(), result.end(), std::numeric_limits<double>::quiet_NaN());
      operation.run_double(in.left.data(), in.right.data(), result.data(), z);
      CHECK(largest_error(result, oracle(operation, z, in)) == 0);
    }
  }
}

TEST_CASE("the bits do not depend on the number of threads") {
  mog::Random random(4, mog::Purpose::user);
  for (const Operation& operation : kOperations) {
    for (const Conv3x3Sizes& z : {Conv3x3Sizes{1, 33, 35, 3, 20, 1},
                                  {5, 17, 16, 24, 24, 3},
                                  {4, 16, 16, 16, 16, 4},
                                  {70, 4, 4, 40, 40, 2},
                                  {1, 1, 1, 5, 5, 5}}) {
      const Operands<float> in(operation, z, [&] { return random.uniform(-1, 1); });
      for_rows(conv3x3_kernels(), [&](const Conv3x3Kernel& kernel) {
        INFO(mog::concat(operation.name, ", images ", z.images, ", in ", z.in, ", groups ", z.groups));
        check_threads(count(z, operation.result),
                      [&](float* result) { operation.run(in.left.data(), in.right.data(), result, z, kernel); });
      });
    }
  }
}

TEST_CASE("a second call with the same sizes takes no working memory") {
  const Conv3x3Sizes z{4, 16, 16, 24, 40, 1};
  for (const Operation& operation : kOperations) {
    const Operands<float> in(operation, z, [] { return 1.0F; });
    Buffer result(count(z, operation.result));
    const auto run = [&] {
      operation.run(in.left.data(), in.right.data(), result.data(), z, select(conv3x3_kernels()));
      return scratch_bytes();
    };
    const std::size_t bytes = run();
    CHECK(bytes > 0);
    CHECK(run() == bytes);
  }
}

TEST_CASE("sizes below 1, and groups that do not divide the channels, are refused with the operation's name") {
  const float x = 1;
  float y = 0;
  const auto message = [](const std::function<void()>& call) -> std::string {
    try {
      call();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing thrown";
  };
  for (const Conv3x3Sizes& z : {Conv3x3Sizes{0, 1, 1, 1, 1, 1},
                                {1, 0, 1, 1, 1, 1},
                                {1, 1, -1, 1, 1, 1},
                                {1, 1, 1, 0, 1, 1},
                                {1, 1, 1, 1, 0, 1},
                                {1, 1, 1, 1, 1, 0},
                                {1, 1, 1, 4, 6, 4},
                                {1, 1, 1, 6, 4, 4}}) {
    INFO("in ", z.in, ", out ", z.out, ", groups ", z.groups);
    CHECK(message([&] { conv3x3_forward({&x, &x, &y, z}); }).starts_with("conv3x3_forward: "));
    CHECK(message([&] { conv3x3_input_gradient({&x, &x, &y, z}); }).starts_with("conv3x3_input_gradient: "));
    CHECK(message([&] { conv3x3_weight_gradient({&x, &x, &y, z}); }).starts_with("conv3x3_weight_gradient: "));
  }
}
