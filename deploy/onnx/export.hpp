// ONNX export: an integer network as a graph that other tools read, with the same answers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "deploy/runtime/proof.hpp"

namespace mog {

struct OnnxOptions {
  /// int8: a quarter of the file, and a Cast a layer; bits: one or two bits a weight, unpacked by seven nodes a layer,
  /// which a runtime computes once when it loads the file.
  enum class Weights : std::uint8_t { float32, int8, bits };
  enum class Input : std::uint8_t { uint8, real };  // of the bytes 0..255, real: as float32
  enum class Head : std::uint8_t { exact, real };   // exact: class sums in int64; real: logits in float32 alone

  Weights weights = Weights::float32;
  Input input = Input::uint8;
  Head head = Head::exact;
  bool layers = false;                               // every layer's codes are outputs too
  std::map<std::string, std::string> metadata = {};  // written beside this function's own
};

struct OnnxReport {
  Index bytes = 0, nodes = 0;
  std::vector<std::string> split = {};       // layers written as two convolutions, so that float32 holds their sums
  std::vector<std::string> not_proved = {};  // layers whose float32 sums may round for some picture
};

/// Writes the network as standard operators (opset 11, IR version 7): `pixels` [N, 3, H, W] in; `class` [N],
/// `class_sums` [N, classes] and `logits` out, or `logits` alone. Unless the report names layers that are not proved,
/// class sums are those of run_reference for every picture, in whatever order a runtime adds and whatever it fuses.
/// Throws std::invalid_argument when a layer's name can be no identifier, IoError when the file cannot be written.
OnnxReport export_onnx(const ProvenNetwork& network, const std::filesystem::path& path,
                       const OnnxOptions& options = {});

enum class QonnxDialect : std::uint8_t {
  quant,  // Quant and BipolarQuant nodes: what Brevitas writes and hls4ml and FINN read
  finn    // MultiThreshold nodes and datatype annotations: what FINN works on
};

/// Writes the network in QONNX, one picture at a time: `pixels` float32 [1, 3, H, W] of 0..255 in, `logits` [1, classes]
/// out; groups dense, since importers refuse them. Throws as export_onnx does, and std::invalid_argument where codes
/// have more than 4 bits or no line meets a channel's levels, naming it.
OnnxReport export_qonnx(const ProvenNetwork& network, const std::filesystem::path& path, QonnxDialect dialect,
                        const OnnxOptions& options = {});

}  // namespace mog
