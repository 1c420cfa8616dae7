// An ONNX graph as it grows, node by node.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/types.hpp"
#include "deploy/onnx/protobuf.hpp"

namespace mog::onnx {

/// TensorProto.DataType
enum class Element : std::int8_t { float32 = 1, uint8 = 2, int8 = 3, int64 = 7, float64 = 11 };

template <class Number>
constexpr Element kElementOf = Element::float32;
template <>
inline constexpr Element kElementOf<std::uint8_t> = Element::uint8;
template <>
inline constexpr Element kElementOf<std::int8_t> = Element::int8;
template <>
inline constexpr Element kElementOf<std::int64_t> = Element::int64;
template <>
inline constexpr Element kElementOf<double> = Element::float64;

constexpr Index kBatch = -1;      // an axis of any length, "N"
using Axes = std::vector<Index>;  // a shape, outermost axis first
using Inputs = std::vector<std::string>;
using Attribute = std::pair<std::string, std::variant<Index, float, std::string, Axes>>;
using Attributes = std::vector<Attribute>;

/// Tensors are named by the node that makes them; a name is an identifier of C and stands once.
class Graph {
 public:
  explicit Graph(std::string name) : name_(std::move(name)) {}

  std::string input(const std::string& name, Element element, const Axes& shape);
  void output(const std::string& name, Element element, const Axes& shape);

  /// An initializer. The numbers are in the order of a tensor's, the last axis fastest.
  template <class Number>
  std::string constant(const std::string& name, const Axes& shape, std::span<const Number> numbers) {
    return constant(name, kElementOf<Number>, shape, std::as_bytes(numbers));
  }
  template <class Number>
  std::string constant(const std::string& name, const Axes& shape, const std::vector<Number>& numbers) {
    return constant(name, shape, std::span<const Number>(numbers));
  }

  /// Appends a node with one output of its own name; its inputs stand already.
  std::string node(const std::string& operation, const std::string& name, const Inputs& inputs,
                   const Attributes& attributes = {});
  /// The same, of the operators that QONNX defines.
  std::string qonnx_node(const std::string& operation, const std::string& name, const Inputs& inputs,
                         const Attributes& attributes = {});
  /// What FINN calls a tensor's type: "BIPOLAR", "UINT3".
  void annotate(const std::string& tensor, const std::string& datatype);

  [[nodiscard]] Index nodes() const { return node_count_; }
  /// The file's bytes: opset 11, IR version 7. Throws std::invalid_argument when protobuf's 2 GiB do not hold them.
  [[nodiscard]] std::string model(const std::string& about, const std::map<std::string, std::string>& metadata) const;

 private:
  std::string constant(const std::string& name, Element element, const Axes& shape, std::span<const std::byte> bytes);
  std::string add_node(const std::string& operation, const std::string& name, const Inputs& inputs,
                       const Attributes& attributes, const std::string& domain);
  void define(const std::string& name);
  void require_defined(const std::string& user, const std::string& name) const;

  std::string name_;
  Message nodes_, constants_, inputs_, outputs_, annotations_;  // fields of a GraphProto
  std::set<std::string> names_;
  Index node_count_ = 0;
  bool qonnx_ = false;
};

/// A layer's name as an identifier: "mrb1.a" becomes "mrb1_a". Throws std::invalid_argument when it can be none.
std::string identifier(const std::string& layer);

}  // namespace mog::onnx
