// Graphs: that the list is what runs, that outputs live no longer than they are needed, and what is refused.
#include "layers/graph.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "core/random.hpp"
#include "layers/pooling.hpp"

using mog::Following;
using mog::Graph;
using mog::Index;
using mog::Parameters;
using mog::Pass;
using mog::Shape;
using mog::Stage;
using mog::Tape;
using mog::Tensor;

namespace {

std::vector<float> numbers(const Tensor<float>& t) { return {t.values().begin(), t.values().end()}; }

/// A residual block and a classifier.
Graph<float> small(Parameters<float>& p) {
  Graph<float> graph;
  const int x =
      graph.add("conv", mog::ConvBlock<float>(p, "conv", {.in = 3, .out = 4, .kernel = 3}, Following::activation(2)));
  const int a = graph.add("a", mog::ConvBlock<float>(p, "a", {.in = 4, .out = 4, .kernel = 3}, Following::nothing()));
  graph.add("sum", mog::ResidualSum<float>("sum", 2, true), {a, x});
  graph.add("pool", mog::MaxPool{});
  graph.add("average", mog::GlobalAveragePool{});
  graph.add("classes", mog::Linear<float>(p, "classes", {.in = 4, .out = 5}));
  return graph;
}

}  // namespace

TEST_CASE("a graph computes what its layers compute one after the other") {
  for (const Stage stage : {Stage::full_precision, Stage::quantized}) {
    Parameters<float> p, q;
    Graph<float> graph = small(p);
    mog::ConvBlock<float> conv(q, "conv", {.in = 3, .out = 4, .kernel = 3}, Following::activation(2));
    mog::ConvBlock<float> a(q, "a", {.in = 4, .out = 4, .kernel = 3}, Following::nothing());
    mog::Linear<float> classes(q, "classes", {.in = 4, .out = 5});
    Tape<float> tape;
    Pass<float> pass{.tape = tape, .stage = stage};
    const mog::Variable<float> images{mog::random_tensor<float>({3, 8, 8, 3}, 1)};
    const auto x = conv(pass, images);
    const auto sum = mog::ResidualSum<float>("sum", 2, true)(pass, a(pass, x), x);
    const auto expected = classes(pass, mog::global_average_pool(tape, mog::max_pool(tape, sum)));
    CHECK(numbers(graph(pass, images).value) == numbers(expected.value));
  }
}

TEST_CASE("in the quantized run the way past a block is code / (2^k - 1) where it is an activation") {
  Tape<float> tape;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized};
  const mog::Variable<float> x{Tensor<float>::from({1, 1, 1, 3}, {0, 0.4F, 0})};
  const mog::Variable<float> way{Tensor<float>::from({1, 1, 1, 3}, {3, 1, 2})};
  CHECK(numbers(mog::ResidualSum<float>("s", 2, true)(pass, x, way).numbers()) == std::vector<float>{3, 2, 2});
  CHECK(numbers(mog::ResidualSum<float>("s", 2, false)(pass, x, way).numbers()) == std::vector<float>{3, 3, 3});
  pass.stage = Stage::quantized_weights;
  CHECK(numbers(mog::ResidualSum<float>("s", 2, true)(pass, x, way).value) == std::vector<float>{3, 1.4F, 2});
}

TEST_CASE("a sum without an activation is a plain one in every run") {
  Tape<float> tape;
  const mog::Variable<float> x{Tensor<float>::from({1, 1, 1, 3}, {-1, 0.5F, 2})};
  const mog::Variable<float> way{Tensor<float>::from({1, 1, 1, 3}, {-3, 1, 2})};
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    Pass<float> pass{.tape = tape, .stage = stage};
    CHECK(numbers(mog::ResidualSum<float>("s", 0, false)(pass, x, way).value) == std::vector<float>{-4, 1.5F, 4});
  }
  CHECK_THROWS_AS(mog::ResidualSum<float>("s", -1, false), std::invalid_argument);
}

TEST_CASE("a graph holds no output when it has run, even where a layer throws") {
  Parameters<float> p;
  Graph<float> graph = small(p);
  Tape<float> tape;
  tape.set_recording(false);
  const auto in_use = [&](const Shape& images) {
    Pass<float> pass{.tape = tape, .training = false};
    try {
      graph(pass, {mog::random_tensor<float>(images, 1)});
    } catch (const std::invalid_argument&) {
    }
    return tape.arena().bytes_in_use();
  };
  CHECK(in_use({2, 8, 8, 3}) == 0);
  CHECK(in_use({2, 7, 7, 3}) == 0);  // refused by the pooling
}

TEST_CASE("names are taken once, and a node is fed by earlier ones, as many as its kind takes") {
  Graph<float> graph;
  graph.add("pool", mog::MaxPool{});
  CHECK_THROWS_WITH_AS(graph.add("pool", mog::MaxPool{}), "graph: the name pool is taken", std::invalid_argument);
  CHECK_THROWS_WITH_AS(graph.add("sum", mog::ResidualSum<float>("sum", 2, true)),
                       "graph: sum is fed by 1 nodes, expected 2", std::invalid_argument);
  CHECK_THROWS_WITH_AS(graph.add("maps", mog::Concatenation{}), "graph: maps is fed by 1 nodes, expected 2",
                       std::invalid_argument);
  CHECK_THROWS_AS(graph.add("later", mog::MaxPool{}, {1}), std::invalid_argument);
  CHECK_THROWS_AS(graph.add("two", mog::MaxPool{}, {0, 0}), std::invalid_argument);
  Tape<float> tape;
  Pass<float> pass{.tape = tape};
  CHECK_THROWS_AS(Graph<float>()(pass, {Tensor<float>::filled({1}, 0)}), std::invalid_argument);
}
