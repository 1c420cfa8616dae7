// Reads what an ONNX file says, field by field, with no line of the writer's: enough of protobuf and onnx.proto for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mog::testing {

/// A field of a message: a number (varint or the bits of a float), or bytes.
struct OnnxField {
  int number;
  std::uint64_t value;
  std::string_view bytes;
};

inline std::vector<OnnxField> onnx_fields(std::string_view message) {
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(message.at(at++));
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  };
  std::vector<OnnxField> fields;
  while (at < message.size()) {
    const std::uint64_t key = varint();
    OnnxField field{.number = static_cast<int>(key >> 3), .value = 0, .bytes = {}};
    if ((key & 7) == 0) {
      field.value = varint();
    } else if ((key & 7) == 2) {
      const std::uint64_t size = varint();
      if (size > message.size() - at) throw std::runtime_error("a field longer than its message");
      field.bytes = message.substr(at, size);
      at += size;
    } else if ((key & 7) == 5) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, message.substr(at, 4).data(), 4);
      field.value = bits;
      at += 4;
    } else {
      throw std::runtime_error("a kind of field that ONNX has not");
    }
    fields.push_back(field);
  }
  return fields;
}

struct OnnxTensor {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};

struct OnnxNode {
  std::string operation, domain;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, std::vector<std::int64_t>> numbers;  // int and ints
  std::map<std::string, std::string> texts;
};

struct OnnxModel {
  std::int64_t ir_version = 0;
  std::map<std::string, std::int64_t> opsets;
  std::map<std::string, std::string> metadata, annotations;
  std::vector<OnnxNode> nodes;
  std::map<std::string, OnnxTensor> constants;
  std::vector<std::string> inputs, outputs;
};

/// float32, uint8, int8, int64 or float64, as numbers that a double holds.
inline OnnxTensor onnx_tensor(std::string_view message, std::string& name) {
  OnnxTensor tensor;
  std::uint64_t type = 0;
  std::string_view raw;
  for (const OnnxField& field : onnx_fields(message)) {
    if (field.number == 1) tensor.shape.push_back(static_cast<std::int64_t>(field.value));
    if (field.number == 2) type = field.value;
    if (field.number == 8) name = field.bytes;
    if (field.number == 9) raw = field.bytes;
  }
  const auto read = [&]<class Number>(Number) {
    for (std::size_t at = 0; at < raw.size(); at += sizeof(Number)) {
      Number number;
      std::memcpy(&number, raw.substr(at, sizeof number).data(), sizeof number);
      tensor.values.push_back(static_cast<double>(number));
    }
  };
  if (type == 1) read(float{});
  if (type == 2) read(std::uint8_t{});
  if (type == 3) read(std::int8_t{});
  if (type == 7) read(std::int64_t{});
  if (type == 11) read(double{});
  std::int64_t elements = 1;
  for (const std::int64_t axis : tensor.shape) elements *= axis;
  if (static_cast<std::size_t>(elements) != tensor.values.size()) throw std::runtime_error(name + ": another size");
  return tensor;
}

inline OnnxNode onnx_node(std::string_view message) {
  OnnxNode node;
  for (const OnnxField& field : onnx_fields(message)) {
    if (field.number == 1) node.inputs.emplace_back(field.bytes);
    if (field.number == 2) node.outputs.emplace_back(field.bytes);
    if (field.number == 4) node.operation = field.bytes;
    if (field.number == 7) node.domain = field.bytes;
    if (field.number != 5) continue;
    std::string name;
    for (const OnnxField& part : onnx_fields(field.bytes)) {
      if (part.number == 1) name = part.bytes;
      if (part.number == 3 || part.number == 8) node.numbers[name].push_back(static_cast<std::int64_t>(part.value));
      if (part.number == 4) node.texts[name] = part.bytes;
    }
  }
  return node;
}

inline std::pair<std::string, std::string> onnx_pair(std::string_view message) {
  std::pair<std::string, std::string> pair;
  for (const OnnxField& field : onnx_fields(message)) {
    if (field.number == 1) pair.first = field.bytes;
    if (field.number == 2) pair.second = field.bytes;
  }
  return pair;
}

inline OnnxModel read_onnx(std::string_view file) {
  OnnxModel model;
  for (const OnnxField& field : onnx_fields(file)) {
    if (field.number == 1) model.ir_version = static_cast<std::int64_t>(field.value);
    if (field.number == 14) model.metadata.insert(onnx_pair(field.bytes));
    if (field.number == 8) {
      std::string domain;
      for (const OnnxField& part : onnx_fields(field.bytes)) {
        if (part.number == 1) domain = part.bytes;
        if (part.number == 2) model.opsets[domain] = static_cast<std::int64_t>(part.value);
      }
    }
    if (field.number != 7) continue;
    for (const OnnxField& part : onnx_fields(field.bytes)) {
      if (part.number == 1) model.nodes.push_back(onnx_node(part.bytes));
      if (part.number == 11) model.inputs.push_back(onnx_pair(part.bytes).first);
      if (part.number == 12) model.outputs.push_back(onnx_pair(part.bytes).first);
      if (part.number == 5) {
        std::string name;
        OnnxTensor tensor = onnx_tensor(part.bytes, name);
        model.constants.emplace(name, std::move(tensor));
      }
      if (part.number == 14) {
        const auto fields = onnx_fields(part.bytes);
        model.annotations.emplace(fields.at(0).bytes, onnx_pair(fields.at(1).bytes).second);
      }
    }
  }
  return model;
}

}  // namespace mog::testing
