// The smooth operations' gradient checks: each on a table of shapes, with inputs that keep away from kinks.
#include <array>
#include <cmath>

#include "core/random.hpp"
#include "layers/activations.hpp"
#include "layers/blocks.hpp"
#include "layers/concatenate.hpp"
#include "layers/gradient_suite.hpp"
#include "layers/linear.hpp"
#include "layers/loss.hpp"
#include "layers/padded_shortcut.hpp"
#include "layers/pooling.hpp"
#include "layers/residual.hpp"
#include "layers/stride.hpp"
#include "layers/tensor_train_weights.hpp"

namespace mog {
namespace {

using Inputs = std::span<const Variable<double>>;
using Cases = std::vector<GradientCase>;

/// Around the vector widths of four, eight and sixteen numbers, and primes.
constexpr std::array<Index, 22> kChannels{1,  2,  3,  4,  5,  7,  8,  9,  11, 13, 15,
                                          16, 17, 19, 23, 24, 29, 31, 32, 33, 47, 65};

/// A map for the i-th channel count: from one pixel to a few, never the same for a neighbour.
Shape map_shape(std::size_t i, Index channels) {
  const auto number = static_cast<Index>(i);
  return {1 + number % 3, 1 + number % 4, 1 + number % 5, channels};
}

Tensor<double> inputs_of(const Shape& shape, std::uint64_t seed = 1) { return random_tensor<double>(shape, seed); }

/// The same numbers, each pushed a tenth away from zero.
Tensor<double> away_from_zero(const Tensor<double>& x) {
  for (double& value : x.values()) value += value < 0 ? -0.1 : 0.1;
  return x;
}

/// Numbers that differ from each other by a hundredth at least, in an order without a pattern.
Tensor<double> distinct(const Shape& shape) {
  Tensor<double> x(shape);
  Random random(2, Purpose::user);
  for (Index i = 0; i < x.elements(); ++i) {
    x[i] = 0.01 * static_cast<double>(i);
    std::swap(x[i], x[random.below(static_cast<std::uint64_t>(i) + 1)]);
  }
  return x;
}

void redraw(const Tensor<double>& tensor, std::uint64_t seed, double low, double high) {
  tensor.copy_from(random_tensor<double>(tensor.shape(), seed, low, high));
}

/// Keeps the normalised values away from the kink of the ReLU that follows: gamma 0.2, and shifts of 1, every third of
/// them -1. Among P rows no value is more than sqrt(P - 1) standard deviations from the mean: 0.2 sqrt(P - 1) < 1.
void keep_off_the_kink(Parameters<double>& parameters) {
  for (Parameter<double>& p : parameters.trained()) {
    if (p.name.ends_with(".gamma")) p.value.fill(0.2);
    if (!p.name.ends_with(".beta")) continue;
    for (Index c = 0; c < p.value.elements(); ++c) p.value[c] = c % 3 == 2 ? -1 : 1;
  }
}

Cases elementwise() {
  Cases cases;
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const Shape shape = map_shape(i, kChannels[i]);
    cases.push_back({"relu", shape.text(), [shape] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return relu(tape, in[0]); },
                                              {away_from_zero(inputs_of(shape))});
                     }});
    cases.push_back({"add", shape.text(), [shape] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return add(tape, in[0], in[1]); },
                                              {inputs_of(shape, 1), inputs_of(shape, 2)});
                     }});
    cases.push_back({"scaled", shape.text(), [shape] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return scaled(tape, in[0], 1.0 / 7); },
                           {inputs_of(shape)});
                     }});
    cases.push_back({"add, one tensor twice", shape.text(), [shape] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return add(tape, in[0], in[0]); },
                                              {inputs_of(shape)});
                     }});
    cases.push_back({"mux", shape.text(), [shape] {
                       Tensor<std::uint8_t> s({shape[0], shape[3]});
                       for (Index c = 0; c < s.elements(); ++c) s[c] = c % 3 == 0 ? 1 : 0;
                       return check_gradients([s](Tape<double>& tape, Inputs in) { return mux(tape, in[0], in[1], s); },
                                              {inputs_of(shape, 1), inputs_of(shape, 2)});
                     }});
  }
  return cases;
}

Cases pooling() {
  Cases cases;
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const Shape small = map_shape(i, kChannels[i]);
    const Shape even{small[0], 2 * small[1], 2 * small[2], small[3]};
    cases.push_back({"max pool", even.text(), [even] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return max_pool(tape, in[0]); },
                                              {distinct(even)});
                     }});
    cases.push_back({"global average pool", small.text(), [small] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return global_average_pool(tape, in[0]); },
                           {inputs_of(small)});
                     }});
  }
  return cases;
}

Cases products() {
  Cases cases;
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const Index in_channels = kChannels[i], out = kChannels[(7 * i + 3) % kChannels.size()];
    const Shape x = map_shape(i, in_channels), rows{1 + static_cast<Index>(i), in_channels};
    cases.push_back({"pointwise", concat(x, " to ", out), [=] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return pointwise(tape, in[0], in[1]); },
                           {inputs_of(x, 1), inputs_of({in_channels, out}, 2)});
                     }});
    cases.push_back({"linear", concat(rows, " to ", out), [=] {
                       Parameters<double> p;
                       Linear<double> linear(p, "linear", {.in = in_channels, .out = out});
                       const auto f = [&linear](Tape<double>& tape, Inputs in) {
                         Pass<double> pass{.tape = tape};
                         return linear(pass, in[0]);
                       };
                       return check_gradients(f, {inputs_of(rows)}, {.parameters = &p});
                     }});
    cases.push_back({"softmax cross-entropy", rows.text(), [=] {
                       std::vector<std::int32_t> labels;
                       for (Index n = 0; n < rows[0]; ++n) labels.push_back(static_cast<std::int32_t>(n % rows[1]));
                       const auto f = [labels](Tape<double>& tape, Inputs in) {
                         return softmax_cross_entropy(tape, in[0], labels);
                       };
                       return check_gradients(f, {random_tensor<double>(rows, 3, -5, 5)});
                     }});
    cases.push_back({"softmax cross-entropy, soft targets", rows.text(), [=] {
                       const std::vector<std::int32_t> labels(static_cast<std::size_t>(rows[0]), 0);
                       const SoftTargets<double> soft{.label_smoothing = 0.1,
                                                      .teacher = random_tensor<double>(rows, 4, -5, 5),
                                                      .weight = 0.7,
                                                      .temperature = 3};
                       const auto f = [labels, soft](Tape<double>& tape, Inputs in) {
                         return softmax_cross_entropy<double>(tape, in[0], labels, soft);
                       };
                       return check_gradients(f, {random_tensor<double>(rows, 3, -5, 5)});
                     }});
  }
  return cases;
}

Cases convolutions() {
  // Images, height, width; groups; inputs and outputs of a group.
  constexpr std::array<std::array<Index, 6>, 24> kSizes{
      {{1, 1, 1, 1, 1, 1},   {1, 1, 7, 1, 2, 3},   {2, 7, 1, 1, 3, 2},  {1, 3, 4, 1, 3, 8}, {2, 5, 3, 1, 3, 16},
       {1, 4, 4, 1, 3, 33},  {1, 2, 2, 1, 7, 7},   {1, 3, 3, 1, 8, 8},  {2, 2, 3, 1, 9, 9}, {1, 2, 5, 1, 15, 17},
       {1, 3, 2, 1, 16, 16}, {1, 2, 2, 1, 17, 15}, {1, 4, 2, 2, 1, 1},  {1, 3, 5, 2, 8, 8}, {1, 3, 3, 2, 16, 16},
       {2, 3, 3, 3, 5, 7},   {1, 5, 5, 4, 4, 4},   {1, 2, 3, 4, 8, 4},  {1, 4, 3, 5, 3, 2}, {1, 3, 3, 7, 1, 1},
       {2, 2, 2, 8, 2, 2},   {1, 5, 2, 13, 1, 1},  {1, 3, 4, 16, 1, 1}, {1, 3, 3, 31, 1, 2}}};
  Cases cases;
  for (const auto& [n, h, w, groups, inputs, outputs] : kSizes) {
    const Shape x{n, h, w, groups * inputs}, weight{groups, 3, 3, inputs, outputs};
    cases.push_back({"conv3x3", concat(x, " * ", weight), [x, weight] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return conv3x3(tape, in[0], in[1]); },
                                              {inputs_of(x, 1), inputs_of(weight, 2)});
                     }});
  }
  return cases;
}

Cases strides() {
  // Images, height, width; groups; inputs and outputs of a group.
  constexpr std::array<std::array<Index, 6>, 20> kSizes{
      {{1, 2, 2, 1, 1, 1}, {2, 2, 4, 1, 3, 2}, {1, 4, 2, 1, 8, 5},  {1, 6, 4, 1, 4, 16}, {2, 4, 6, 1, 17, 3},
       {1, 4, 4, 2, 3, 2}, {1, 2, 6, 4, 1, 1}, {2, 4, 4, 8, 2, 2},  {1, 4, 8, 1, 33, 7}, {1, 2, 8, 1, 2, 9},
       {1, 8, 2, 1, 1, 8}, {2, 6, 2, 1, 7, 7}, {1, 2, 2, 1, 16, 1}, {1, 2, 2, 1, 31, 2}, {3, 2, 2, 1, 5, 4},
       {1, 6, 6, 1, 2, 3}, {1, 4, 4, 3, 5, 1}, {1, 4, 6, 7, 1, 2},  {2, 2, 4, 16, 1, 1}, {1, 4, 4, 1, 9, 15}}};
  Cases cases;
  for (const auto& [n, h, w, groups, inputs, outputs] : kSizes) {
    const Shape x{n, h, w, groups * inputs}, weight{groups, 3, 3, inputs, outputs};
    cases.push_back({"every second pixel", x.text(), [x] {
                       return check_gradients([](Tape<double>& tape, Inputs in) { return every_second(tape, in[0]); },
                                              {inputs_of(x)});
                     }});
    cases.push_back({"concatenate", x.text(), [x] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return concatenate(tape, in[0], in[1]); },
                           {inputs_of(x, 1), inputs_of(x.with_channels(3), 2)});
                     }});
    cases.push_back({"padded shortcut", x.text(), [x] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return padded_shortcut(tape, in[0]); }, {inputs_of(x)});
                     }});
    cases.push_back({"patches, stride 2", x.text(), [x] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return patches_stride2(tape, in[0]); }, {inputs_of(x)});
                     }});
    cases.push_back({"conv3x3, stride 2", concat(x, " * ", weight), [x, weight] {
                       return check_gradients(
                           [](Tape<double>& tape, Inputs in) { return conv3x3_stride2(tape, in[0], in[1]); },
                           {inputs_of(x, 1), inputs_of(weight, 2)});
                     }});
  }
  return cases;
}

/// A 3x3 convolution I -> O whose weights are the cores of a tensor train of middle ranks r.
Cases tensor_trains() {
  // Inputs, outputs, r.
  constexpr std::array<std::array<Index, 3>, 20> kSizes{{{1, 1, 1},  {2, 1, 2},  {1, 3, 3},  {4, 4, 1},  {4, 4, 4},
                                                         {3, 5, 2},  {5, 3, 9},  {8, 8, 3},  {7, 9, 5},  {16, 2, 2},
                                                         {2, 16, 7}, {9, 9, 4},  {8, 4, 6},  {17, 3, 3}, {3, 17, 5},
                                                         {16, 8, 8}, {12, 6, 2}, {6, 12, 9}, {13, 2, 1}, {2, 13, 2}}};
  Cases cases;
  for (const auto& [inputs, outputs, rank] : kSizes) {
    const Index in = inputs, out = outputs;
    const TrainShape train = in % 2 == 0 && out % 2 == 0 ? train_shape({2, out / 2, 9, in / 2, 2}, {2, rank, rank, 2})
                                                         : train_shape({out, 9, in}, {rank, rank});
    cases.push_back({"conv3x3, tensor train", concat(train.sizes, " of rank ", rank), [in, out, train] {
                       Parameters<double> p;
                       Conv<double> conv(p, "conv", {.in = in, .out = out, .kernel = 3},
                                         tensor_train_weights<double>(train));
                       for (Parameter<double>& one : p.trained()) redraw(one.value, 8, -1, 1);
                       const auto f = [&conv](Tape<double>& tape, Inputs x) {
                         Pass<double> pass{.tape = tape, .stage = Stage::quantized_weights};
                         return conv(pass, x[0]);
                       };
                       return check_gradients(f, {inputs_of({1, 3, 2, in})}, {.parameters = &p});
                     }});
  }
  return cases;
}

GradientReport check_batch_norm(const Shape& shape, bool training) {
  Parameters<double> p;
  BatchNorm<double> norm(p, "norm", {.channels = shape[-1]});
  redraw(p.trained()[0].value, 4, 0.5, 1.5);
  redraw(p.trained()[1].value, 5, -1, 1);
  redraw(p.buffers()[0].value, 6, -1, 1);
  redraw(p.buffers()[1].value, 7, 0.5, 2);
  const auto f = [&norm, training](Tape<double>& tape, Inputs in) {
    Pass<double> pass{.tape = tape, .training = training};
    return norm(pass, in[0]);
  };
  return check_gradients(f, {inputs_of(shape)}, {.parameters = &p});
}

Cases normalisation() {
  Cases cases;
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const Shape small = map_shape(i, kChannels[i]);
    const Shape shape{small[0], 1 + small[1], small[2], small[3]};  // two rows at least
    cases.push_back({"batch norm, training", shape.text(), [shape] { return check_batch_norm(shape, true); }});
    cases.push_back({"batch norm, evaluation", shape.text(), [shape] { return check_batch_norm(shape, false); }});
  }
  return cases;
}

/// CFLOG and the MUX residual block in the full-precision run.
Cases blocks() {
  Cases cases;
  for (std::size_t i = 0; i < kChannels.size(); ++i) {
    const Index latent = kChannels[i], out = kChannels[(5 * i + 2) % kChannels.size()];
    const Index groups = i % 3 == 0 ? latent : latent % 2 == 0 && i % 3 == 1 ? 2 : 1;
    const Shape x{1, 2, 3, 2 * latent};
    cases.push_back({"CFLOG", concat(x, " to ", out, " g=", groups), [=] {
                       Parameters<double> p;
                       Cflog<double> cflog(p, "cflog", {.in = 2 * latent, .out = out, .groups = groups});
                       const auto f = [&cflog](Tape<double>& tape, Inputs in) {
                         Pass<double> pass{.tape = tape};
                         return cflog(pass, in[0]);
                       };
                       return check_gradients(f, {inputs_of(x)}, {.elements = 40, .parameters = &p});
                     }});
    cases.push_back({"MRB", concat(x, " g=", groups), [=] {
                       Parameters<double> p;
                       Mrb<double> mrb(p, "mrb", {.channels = 2 * latent, .groups = groups, .bits = 3});
                       keep_off_the_kink(p);
                       const auto f = [&mrb](Tape<double>& tape, Inputs in) {
                         Pass<double> pass{.tape = tape};
                         return mrb(pass, in[0]);
                       };
                       return check_gradients(f, {random_tensor<double>(x, 8, 0.0, 1.0)},
                                              {.elements = 30, .parameters = &p});
                     }});
  }
  return cases;
}

}  // namespace

std::vector<GradientCase> smooth_gradient_cases() {
  Cases all;
  for (const auto& group :
       {elementwise(), pooling(), products(), convolutions(), strides(), tensor_trains(), normalisation(), blocks()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace mog
