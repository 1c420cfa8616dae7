// The bytes of a graph, and what a graph refuses.
#include "deploy/onnx/graph.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mog;
using namespace mog::onnx;

TEST_CASE("A message has protobuf's bytes") {
  const Message inner = Message().number(1, 150).text(2, "ab");
  CHECK(inner.bytes() == std::string("\x08\x96\x01\x12\x02"
                                     "ab"));
  CHECK(Message().message(3, inner).bytes() == "\x1A\x07" + inner.bytes());
  CHECK(Message().real(2, 1.0F).bytes() == std::string("\x15\x00\x00\x80\x3F", 5));
  CHECK(Message().number(1, -1).bytes() == "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  CHECK(Message().text(20, "").bytes() == std::string("\xA2\x01\x00", 3));
}

TEST_CASE("A graph of one node has the bytes that onnx.proto gives it") {
  Graph graph("g");
  const std::string x = graph.input("x", Element::float32, {kBatch, 2});
  const std::string c = graph.constant("c", {}, std::vector{1.0F});
  graph.output(graph.node("Add", "y", {x, c}), Element::float32, {kBatch, 2});
  const std::string node(
      "\x0A\x11\x0A\x01x\x0A\x01"
      "c\x12\x01y\x1A\x01y\x22\x03"
      "Add");
  const std::string constant(
      "\x2A\x0B\x10\x01\x42\x01"
      "c\x4A\x04\x00\x00\x80\x3F",
      13);
  const auto value = [](char number, char name) {
    return std::string({number, '\x14', '\x0A', '\x01', name}) +
           "\x12\x0F\x0A\x0D\x08\x01\x12\x09\x0A\x03\x12\x01N\x0A\x02\x08\x02";
  };
  const std::string body =
      node + "\x12\x01g" + constant + std::string("\x52\x00", 2) + value('\x5A', 'x') + value('\x62', 'y');
  const std::string head = "\x08\x07\x12\x03mog" + std::string("\x32\x00", 2) + "\x3A" + static_cast<char>(body.size());
  CHECK(graph.model("", {}) == head + body + std::string("\x42\x04\x0A\x00\x10\x0B", 6));
}

TEST_CASE("A name stands once, is an identifier, and stands before it is taken") {
  Graph graph("g");
  graph.input("x", Element::uint8, {1});
  CHECK_THROWS_WITH_AS(graph.node("Cast", "x", {"x"}), "onnx: two tensors are named x", std::invalid_argument);
  CHECK_THROWS_WITH_AS(graph.node("Cast", "y.z", {"x"}), "onnx: a tensor is named 'y.z', expected an identifier of C",
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS(graph.node("Cast", "y", {"z"}), "onnx: y takes z, which stands nowhere before it",
                       std::invalid_argument);
  CHECK_THROWS_AS(graph.output("z", Element::uint8, {1}), std::invalid_argument);
  CHECK(identifier("mrb1.a-b") == "mrb1_a_b");
  CHECK_THROWS_AS(identifier("1st"), std::invalid_argument);
  CHECK_THROWS_AS(identifier(""), std::invalid_argument);
}
