// The messages of onnx.proto that a graph of float and integer operators needs; numbers in comments are their fields.
#include "deploy/onnx/graph.hpp"

#include <limits>

#include "core/error.hpp"
#include "deploy/identifier.hpp"

namespace mog::onnx {
namespace {

constexpr int kIrVersion = 7, kOpset = 11, kQonnxOpset = 1;
constexpr const char* kQonnxDomain = "qonnx.custom_op.general";

/// AttributeProto: name 1, f 2, i 3, s 4, ints 8, type 20.
Message attribute(const Attribute& attribute) {
  enum Type { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };
  const auto& [name, value] = attribute;
  Message message;
  message.text(1, name);
  if (const auto* real = std::get_if<float>(&value)) message.real(2, *real).number(20, kFloat);
  if (const auto* number = std::get_if<Index>(&value)) message.number(3, *number).number(20, kInt);
  if (const auto* text = std::get_if<std::string>(&value)) message.text(4, *text).number(20, kString);
  if (const auto* numbers = std::get_if<Axes>(&value)) {
    for (const Index number : *numbers) message.number(8, number);
    message.number(20, kInts);
  }
  return message;
}

/// ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { value 1 | param 2 } } } }.
Message value_info(const std::string& name, Element element, const Axes& axes) {
  Message shape;
  for (const Index axis : axes) {
    Message dim;
    axis == kBatch ? dim.text(2, "N") : dim.number(1, axis);
    shape.message(1, dim);
  }
  Message tensor, type, info;
  tensor.number(1, static_cast<int>(element)).message(2, shape);
  type.message(1, tensor);
  return info.text(1, name).message(2, type);
}

/// StringStringEntryProto, and OperatorSetIdProto has the same fields: key 1, value 2.
Message pair_of(const std::string& key, const std::string& value) { return Message().text(1, key).text(2, value); }

}  // namespace

std::string identifier(const std::string& layer) { return identifier_of(layer, "onnx"); }

void Graph::define(const std::string& name) {
  require(is_identifier(name), "onnx: a tensor is named '", name, "', expected an identifier of C");
  require(names_.insert(name).second, "onnx: two tensors are named ", name);
}

void Graph::require_defined(const std::string& user, const std::string& name) const {
  require(names_.contains(name), "onnx: ", user, " takes ", name, ", which stands nowhere before it");
}

std::string Graph::input(const std::string& name, Element element, const Axes& shape) {
  define(name);
  inputs_.message(11, value_info(name, element, shape));
  return name;
}

void Graph::output(const std::string& name, Element element, const Axes& shape) {
  require_defined("the graph's output", name);
  outputs_.message(12, value_info(name, element, shape));
}

/// TensorProto: dims 1, data_type 2, name 8, raw_data 9 (little-endian, as this machine is).
std::string Graph::constant(const std::string& name, Element element, const Axes& shape,
                            std::span<const std::byte> bytes) {
  static_assert(std::endian::native == std::endian::little);
  define(name);
  Message tensor;
  for (const Index axis : shape) tensor.number(1, axis);
  tensor.number(2, static_cast<int>(element)).text(8, name);
  tensor.text(9, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  constants_.message(5, tensor);
  return name;
}

/// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, domain 7.
std::string Graph::add_node(const std::string& operation, const std::string& name, const Inputs& inputs,
                            const Attributes& attributes, const std::string& domain) {
  Message node;
  for (const std::string& input : inputs) {
    require_defined(name, input);
    node.text(1, input);
  }
  define(name);
  node.text(2, name).text(3, name).text(4, operation);
  for (const Attribute& each : attributes) node.message(5, attribute(each));
  if (!domain.empty()) node.text(7, domain);
  nodes_.message(1, node);
  ++node_count_;
  return name;
}

std::string Graph::node(const std::string& operation, const std::string& name, const Inputs& inputs,
                        const Attributes& attributes) {
  return add_node(operation, name, inputs, attributes, "");
}

std::string Graph::qonnx_node(const std::string& operation, const std::string& name, const Inputs& inputs,
                              const Attributes& attributes) {
  qonnx_ = true;
  return add_node(operation, name, inputs, attributes, kQonnxDomain);
}

/// TensorAnnotation: tensor_name 1, quant_parameter_tensor_names 2.
void Graph::annotate(const std::string& tensor, const std::string& datatype) {
  require_defined("an annotation", tensor);
  annotations_.message(14, Message().text(1, tensor).message(2, pair_of("finn_datatype", datatype)));
}

/// ModelProto: ir_version 1, producer 2 and version 3, doc_string 6, graph 7, opset_import 8, metadata_props 14; GraphProto:
/// node 1, name 2, initializer 5, doc_string 10, input 11, output 12, quantization_annotation 14.
std::string Graph::model(const std::string& about, const std::map<std::string, std::string>& metadata) const {
  const std::string graph = nodes_.bytes() + Message().text(2, name_).bytes() + constants_.bytes() +
                            Message().text(10, about).bytes() + inputs_.bytes() + outputs_.bytes() +
                            annotations_.bytes();
  require(graph.size() < std::numeric_limits<std::int32_t>::max() - 65536, "onnx: a graph of ", graph.size(),
          " bytes, which protobuf does not hold");
  Message model;
  model.number(1, kIrVersion).text(2, "mog").text(6, about).text(7, graph);
  model.message(8, Message().text(1, "").number(2, kOpset));
  if (qonnx_) model.message(8, Message().text(1, kQonnxDomain).number(2, kQonnxOpset));
  for (const auto& [key, value] : metadata) model.message(14, pair_of(key, value));
  return model.bytes();
}

}  // namespace mog::onnx
