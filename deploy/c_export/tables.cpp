// Weights and levels layer by layer, then the steps, as C.
#include "deploy/c_export/tables.hpp"

#include <limits>
#include <set>
#include <utility>

#include "core/error.hpp"
#include "deploy/c_export/arrays.hpp"
#include "deploy/c_export/levels.hpp"
#include "deploy/c_export/literals.hpp"

namespace mog::c_export {
namespace {

/// Arrays and tables, and the bytes that they take.
class TableWriter {
 public:
  TableWriter(const ProvenNetwork& network, const Plan& plan)
      : network_(network), pixel_sums_(network.sums(0).front()) {
    measure_levels(plan);
    text_ =
        "/* The weights and the table of steps; model.c alone includes this, after its types.\n"
        " * Weights as model.c's types say; those of the generated convolutions are first states of automata. */\n\n";
    text_ += macro("MAX_CHANNELS", plan.channels) + macro("MAX_LATENTS", plan.latents) + macro("TABLES", kTables) +
             macro("MAP_BYTES", plan.map_bytes) + macro("ROW_NUMBERS", plan.row_numbers) +
             macro("HEAD_MAP", plan.head_map) + macro("LEVEL_FRACTION", fraction_) +
             macro("HEAD_PIXELS", plan.head_pixels) + macro("HEAD_CHANNELS", network_.head.in);
    text_ +=
        concat("\ntypedef ", plan.wide_rows ? "int32_t" : "int16_t", " row_number; /* holds every latent map */\n");
    add_conv(std::get<IntegerConv>(network_.layers[0]));
    for (const auto& step : plan.steps) {
      for (const auto& placed : step.cflogs) add_cflog(placed);
    }
    add_head(network_.head);
    add_steps(plan);
  }

  [[nodiscard]] Tables take() { return {.text = std::move(text_), .bytes = bytes_}; }

 private:
  template <class Number>
  void array(const char* type, const std::string& name, const std::vector<Number>& numbers) {
    text_ += concat("static const ", type, ' ', name, '[', numbers.size(), "] = {\n", list(numbers), "};\n");
    bytes_ += static_cast<Index>(numbers.size() * sizeof(Number));
  }

  /// Writes the arrays; returns the initialiser of a C `thresholds`.
  std::string thresholds(const std::string& name, const Thresholds& thresholds, const SumRange& sums) {
    const LevelLines lines = level_lines(thresholds, sums, fraction_);
    array("uint8_t", name + "_falling", bits_of(thresholds.falling));
    array("int32_t", name + "_first", lines.first);
    array("int32_t", name + "_slope", lines.slope);
    if (!lines.listed.empty()) array("int32_t", name + "_listed", lines.listed);
    return concat('{', name, "_falling, ", name, "_first, ", name, "_slope, ",
                  lines.listed.empty() ? std::string("0") : name + "_listed", '}');
  }

  /// Finds the fraction with which the lines of levels take least bytes.
  void measure_levels(const Plan& plan) {
    Index fewest = std::numeric_limits<Index>::max();
    for (int fraction = 0; fraction <= 12; ++fraction) {
      const auto& conv = std::get<IntegerConv>(network_.layers[0]);
      Index bytes = level_lines(conv.thresholds, pixel_sums_, fraction).bytes();
      for (const auto& step : plan.steps) {
        for (const auto& placed : step.cflogs) {
          bytes += level_lines(placed.cflog->thresholds, placed.sums[kExpand], fraction).bytes();
        }
      }
      if (bytes >= fewest) continue;
      fewest = bytes;
      fraction_ = fraction;
    }
  }

  void add_conv(const IntegerConv& conv) {
    text_ += concat("\n/* ", conv.name, ": 3x3 ", conv.in, " -> ", conv.out, " */\n");
    const std::string name = c_name(conv.name);
    names_.insert(name);
    array("uint8_t", name + "_weights", conv3x3_bytes(conv.weight, 1, conv.in, conv.out));
    const std::string activation = thresholds(name, conv.thresholds, pixel_sums_);
    text_ += concat("static const conv3x3 first_conv = {", conv.in, ", ", conv.out, ", 1, ", name, "_weights, 0};\n");
    text_ += concat("static const thresholds first_activation = ", activation, ";\n");
  }

  void add_cflog(const PlacedCflog& placed) {
    const IntegerCflog& cflog = *placed.cflog;
    const std::string name = c_name(cflog.name);
    require(names_.insert(name).second, "export_c: two layers are named ", name);
    const Index m = cflog.latent(), each = m / cflog.groups;
    text_ +=
        concat("\n/* ", cflog.name, ": ", cflog.in, " -> ", m, " -> ", cflog.out, ", groups ", cflog.groups, " */\n");
    array("uint8_t", name + "_squeeze", pointwise_bits(cflog.squeeze, cflog.in, m, 1));
    array("uint8_t", name + "_group", conv3x3_bytes(cflog.group, cflog.groups, each, each));
    array("uint8_t", name + "_first_state", first_state(network_.seed, cflog));
    const std::string activation = thresholds(name, cflog.thresholds, placed.sums[kExpand]);
    text_ += concat("static const cflog ", name, " = {", cflog.in, ", ", m, ", ", cflog.out, ", ", name, "_squeeze, {",
                    m, ", ", m, ", ", cflog.groups, ", ", name, "_group, ", placed.rows, "},\n  ", name,
                    "_first_state, ", placed.generated, ", ", activation, "};\n");
  }

  void add_head(const IntegerHead& head) {
    text_ += concat("\n/* ", head.name, ": ", head.in, " -> ", head.classes,
                    "; [class][input / 8], one bit where the weight is +1, one where it is -1 */\n");
    array("uint8_t", "head_plus", pointwise_bits(head.weight, head.in, head.classes, 1));
    array("uint8_t", "head_minus", pointwise_bits(head.weight, head.in, head.classes, -1));
    array("int32_t", "head_multiplier", head.multiplier);
    array("int64_t", "head_offset", head.offset);
  }

  void add_steps(const Plan& plan) {
    text_ += "\n/* kind, height, width, channels, map in, map out, a, b, layer */\nstatic const step steps[] = {\n";
    for (const auto& step : plan.steps) {
      text_ += concat("  {", step.kind, ", ", step.height, ", ", step.width, ", ", step.channels, ", ", step.in, ", ",
                      step.out);
      for (std::size_t i = 0; i < 2; ++i) {
        text_ += i < step.cflogs.size() ? ", &" + c_name(step.cflogs[i].cflog->name) : std::string(", 0");
      }
      text_ += concat(", ", step.layer, "},\n");
    }
    text_ += "};\n\nconst char *const mog_layer_names[MOG_LAYERS + 1] = {\n";
    for (const std::string& name : plan.layers) text_ += "  " + literal(name) + ",\n";
    text_ += "  " + literal(network_.head.name) + "};\n";
    if (network_.class_names.empty()) return;
    text_ += "\nconst char *const mog_class_names[MOG_CLASSES] = {\n";
    for (const std::string& name : network_.class_names) text_ += "  " + literal(name) + ",\n";
    text_ += "};\n";
  }

  const IntegerNetwork& network_;
  const SumRange& pixel_sums_;  // of the first convolution
  int fraction_ = 0;
  std::set<std::string> names_;
  std::string text_;
  Index bytes_ = 0;
};

}  // namespace

Tables make_tables(const ProvenNetwork& network, const Plan& plan) { return TableWriter(network, plan).take(); }

}  // namespace mog::c_export
