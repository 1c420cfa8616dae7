// Networks that have no integer form, or none yet, as ONNX: the graph of floats that the evaluation computes.
#pragma once

#include "deploy/onnx/export.hpp"
#include "layers/graph.hpp"

namespace mog {

struct FloatOnnxOptions {
  Stage stage = Stage::quantized;  // that the network is evaluated in
  Index height = 32, width = 32;
  bool fold = false;      // normalisation into the weights in front of it, which then are neither binary nor ternary
  OnnxOptions onnx = {};  // input and metadata; weights are float32, the head is
};

/// Writes the evaluation of the network in the given stage as standard operators (opset 11, IR version 7): `pixels`
/// [N, 3, H, W] in, `logits` float32 [N, classes] out; binary and ternary weights as the whole numbers that the
/// evaluation computes with, codes as whole numbers. A runtime adds in another order: floats differ in their last bits,
/// and a code may turn where a normalised sum lies that near to its level. Throws std::invalid_argument when a node's
/// name can be no identifier, IoError when the file cannot be written.
OnnxReport export_float_onnx(const Graph<float>& network, const std::filesystem::path& path,
                             const FloatOnnxOptions& options);

}  // namespace mog
