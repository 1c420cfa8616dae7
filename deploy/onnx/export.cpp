// The files: a graph in one of three dialects, and what it says of itself.
#include "deploy/onnx/export.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/md5.hpp"
#include "deploy/onnx/qonnx.hpp"
#include "deploy/onnx/standard.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog {
namespace {

/// The first question that somebody asks who finds the file: what is it, and from where?
std::string about(const IntegerNetwork& network, const std::string& dialect) {
  return concat("MOGNET of ", network.bits, "-bit activations for pictures of ", network.height, " x ", network.width,
                " pixels, ", network.head.classes, " classes, ", weight_bits(network),
                " bits of weights. All numbers are whole numbers in float32. ", dialect);
}

std::map<std::string, std::string> metadata(const ProvenNetwork& network, const OnnxOptions& options) {
  const std::vector<std::byte> packed = model_bytes(network);
  std::map<std::string, std::string> all = options.metadata;
  all.emplace("activation_bits", std::to_string(network->bits));
  all.emplace("automata_seed", std::to_string(network->seed));
  all.emplace("packed_file_md5", md5_of({reinterpret_cast<const char*>(packed.data()), packed.size()}));
  std::string classes;
  for (const std::string& name : network->class_names) classes += (classes.empty() ? "" : "\n") + name;
  if (!classes.empty()) all.emplace("class_names", classes);
  return all;
}

/// Layers of which partial sums may leave what float32 holds.
std::vector<std::string> beyond_floats(const std::vector<SumRange>& ranges) {
  std::vector<std::string> names;
  for (const SumRange& range : ranges) {
    if (range.any_order >= kExactFloats) names.push_back(onnx::identifier(range.name));
  }
  return names;
}

OnnxReport finish(const onnx::Graph& graph, const ProvenNetwork& network, const std::filesystem::path& path,
                  const OnnxOptions& options, const std::string& dialect) {
  const std::string bytes = graph.model(about(network, dialect), metadata(network, options));
  write_file(path, bytes);
  return {.bytes = static_cast<Index>(bytes.size()), .nodes = graph.nodes()};
}

}  // namespace

OnnxReport export_onnx(const ProvenNetwork& network, const std::filesystem::path& path, const OnnxOptions& options) {
  const std::vector<SumRange> sums = composed_sums(network);
  onnx::Graph graph("mognet");
  onnx::Standard standard(graph, network, options);
  std::vector<std::string> not_proved = say(network, sums, graph, standard);
  not_proved.insert(not_proved.end(), standard.not_proved().begin(), standard.not_proved().end());
  OnnxReport report = finish(graph, network, path, options, "Standard operators alone.");
  report.split = standard.split();
  report.not_proved = std::move(not_proved);
  return report;
}

OnnxReport export_qonnx(const ProvenNetwork& network, const std::filesystem::path& path, QonnxDialect dialect,
                        const OnnxOptions& options) {
  require(network->bits <= 4, "qonnx: codes of ", network->bits, " bits, expected 1 to 4");
  const std::vector<SumRange> sums = composed_sums(network);
  onnx::Graph graph("mognet");
  const bool quant = dialect == QonnxDialect::quant;
  if (quant) {
    onnx::QuantNodes nodes(graph, network);
    say(network, sums, graph, nodes);
  } else {
    onnx::MultiThresholds nodes(graph, network);
    say(network, sums, graph, nodes);
  }
  OnnxReport report =
      finish(graph, network, path, options, quant ? "QONNX: Quant and BipolarQuant." : "QONNX: MultiThreshold.");
  report.not_proved = beyond_floats(sums);
  return report;
}

}  // namespace mog
