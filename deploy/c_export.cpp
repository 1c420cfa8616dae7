// Writes the exported C: the network's own arrays and tables here, the loops as they are in c_export/.
#include "deploy/c_export.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <system_error>

#include "core/crc32.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/random.hpp"
#include "deploy/c_export/arrays.hpp"
#include "deploy/c_export/levels.hpp"
#include "deploy/c_export/names.hpp"
#include "deploy/c_export/plan.hpp"
#include "deploy/c_export/text.hpp"
#include "deploy/engine.hpp"
#include "deploy/ranges.hpp"

namespace mog {
namespace {

using c_export::Plan;
using Pictures = std::vector<std::vector<std::uint8_t>>;

bool is_identifier(const std::string& text) {
  const auto good = [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); };
  return !text.empty() && std::all_of(text.begin(), text.end(), good) &&
         std::isdigit(static_cast<unsigned char>(text[0])) == 0;
}

/// "mrb1.a" as part of a C name.
std::string c_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  require(is_identifier(name), "export_c: a layer is named '", name,
          "', expected a letter, then letters, digits, '_', '-' and '.'");
  return name;
}

/// A C string literal of any bytes; what is no plain character is written as three octal digits.
std::string literal(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte <= '~' && c != '"' && c != '\\' && c != '?') {
      quoted += c;
    } else {
      quoted += '\\';
      for (const int shift : {6, 3, 0}) quoted += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  return quoted + '"';
}

/// Numbers in lines of at most 120 characters.
template <class Numbers>
std::string list(const Numbers& numbers, const char* indent = "  ") {
  std::string text, line = indent;
  for (const auto number : numbers) {
    std::string item = std::to_string(number);
    if (line.size() + item.size() + 1 > 120) {
      text += line + '\n';
      line = indent;
    }
    line += item + ',';
  }
  return text + line + '\n';
}

std::string macro(const std::string& name, Index value) { return concat("#define ", name, ' ', value, '\n'); }

/// Arrays and tables, and the bytes that they take.
class Tables {
 public:
  Tables(const IntegerNetwork& network, const Plan& plan) : network_(network) {
    measure_levels(plan);
    text_ =
        "/* The weights and the table of steps; model.c alone includes this, after its types.\n"
        " * Weights as model.c's types say; those of the generated convolutions are first states of automata. */\n\n";
    text_ += macro("MAX_CHANNELS", plan.channels) + macro("MAX_LATENTS", plan.latents) +
             macro("TABLES", c_export::kTables) + macro("MAP_BYTES", plan.map_bytes) +
             macro("ROW_NUMBERS", plan.row_numbers) + macro("HEAD_MAP", plan.head_map) +
             macro("LEVEL_FRACTION", fraction_) + macro("HEAD_PIXELS", plan.head_pixels) +
             macro("HEAD_CHANNELS", network.head.in);
    text_ +=
        concat("\ntypedef ", plan.wide_rows ? "int32_t" : "int16_t", " row_number; /* holds every latent map */\n");
    add_conv(std::get<IntegerConv>(network.layers[0]));
    for (const auto& step : plan.steps) {
      for (const auto& placed : step.cflogs) add_cflog(placed);
    }
    add_head(network.head);
    add_steps(plan);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] Index bytes() const { return bytes_; }

 private:
  template <class Number>
  void array(const char* type, const std::string& name, const std::vector<Number>& numbers) {
    text_ += concat("static const ", type, ' ', name, '[', numbers.size(), "] = {\n", list(numbers), "};\n");
    bytes_ += static_cast<Index>(numbers.size() * sizeof(Number));
  }

  /// Writes the arrays; returns the initialiser of a C `thresholds`.
  std::string thresholds(const std::string& name, const Thresholds& thresholds) {
    const c_export::LevelLines lines = c_export::level_lines(thresholds, sums_.at(&thresholds), fraction_);
    array("uint8_t", name + "_falling", c_export::bits_of(thresholds.falling));
    array("int32_t", name + "_first", lines.first);
    array("int32_t", name + "_slope", lines.slope);
    if (!lines.listed.empty()) array("int32_t", name + "_listed", lines.listed);
    return concat('{', name, "_falling, ", name, "_first, ", name, "_slope, ",
                  lines.listed.empty() ? std::string("0") : name + "_listed", '}');
  }

  /// Keeps the sums' ranges for thresholds(), and finds the fraction with which the lines of levels take least bytes.
  void measure_levels(const Plan& plan) {
    const auto& conv = std::get<IntegerConv>(network_.layers[0]);
    sums_.emplace(&conv.thresholds, conv_range(conv));
    for (const auto& step : plan.steps) {
      for (const auto& placed : step.cflogs) {
        auto ranges = cflog_ranges(*placed.cflog, network_.seed, network_.top_code(), Proof::intervals);
        sums_.emplace(&placed.cflog->thresholds, std::move(ranges.back()));
      }
    }
    Index fewest = std::numeric_limits<Index>::max();
    for (int fraction = 0; fraction <= 12; ++fraction) {
      Index bytes = 0;
      for (const auto& [thresholds, sums] : sums_) bytes += c_export::level_lines(*thresholds, sums, fraction).bytes();
      if (bytes >= fewest) continue;
      fewest = bytes;
      fraction_ = fraction;
    }
  }

  void add_conv(const IntegerConv& conv) {
    text_ += concat("\n/* ", conv.name, ": 3x3 ", conv.in, " -> ", conv.out, " */\n");
    const std::string name = c_name(conv.name);
    names_.insert(name);
    array("uint8_t", name + "_weights", c_export::conv3x3_bytes(conv.weight, 1, conv.in, conv.out));
    const std::string activation = thresholds(name, conv.thresholds);
    text_ += concat("static const conv3x3 first_conv = {", conv.in, ", ", conv.out, ", 1, ", name, "_weights, 0};\n");
    text_ += concat("static const thresholds first_activation = ", activation, ";\n");
  }

  void add_cflog(const c_export::PlacedCflog& placed) {
    const IntegerCflog& cflog = *placed.cflog;
    const std::string name = c_name(cflog.name);
    require(names_.insert(name).second, "export_c: two layers are named ", name);
    const Index m = cflog.latent(), each = m / cflog.groups;
    text_ +=
        concat("\n/* ", cflog.name, ": ", cflog.in, " -> ", m, " -> ", cflog.out, ", groups ", cflog.groups, " */\n");
    array("uint8_t", name + "_squeeze", c_export::pointwise_bits(cflog.squeeze, cflog.in, m, 1));
    array("uint8_t", name + "_group", c_export::conv3x3_bytes(cflog.group, cflog.groups, each, each));
    array("uint8_t", name + "_first_state", c_export::first_state(network_.seed, cflog));
    const std::string activation = thresholds(name, cflog.thresholds);
    text_ += concat("static const cflog ", name, " = {", cflog.in, ", ", m, ", ", cflog.out, ", ", name, "_squeeze, {",
                    m, ", ", m, ", ", cflog.groups, ", ", name, "_group, ", placed.rows, "},\n  ", name,
                    "_first_state, ", placed.generated, ", ", activation, "};\n");
  }

  void add_head(const IntegerHead& head) {
    text_ += concat("\n/* ", head.name, ": ", head.in, " -> ", head.classes,
                    "; [class][input / 8], one bit where the weight is +1, one where it is -1 */\n");
    array("uint8_t", "head_plus", c_export::pointwise_bits(head.weight, head.in, head.classes, 1));
    array("uint8_t", "head_minus", c_export::pointwise_bits(head.weight, head.in, head.classes, -1));
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
  std::map<const Thresholds*, SumRange> sums_;
  int fraction_ = 0;
  std::set<std::string> names_;
  std::string text_;
  Index bytes_ = 0;
};

std::string header(const IntegerNetwork& network, const Plan& plan, Index lanes) {
  std::string text =
      concat("/* MOGNET of ", network.bits, "-bit activations: ", network.height, " x ", network.width, " pixels in, ",
             network.head.classes, " class sums out. Integers only; written by mog export.\n",
             " * Memory: one static arena of ", plan.arena_bytes(lanes), " bytes. */\n");
  text += "#ifndef MOG_MODEL_H\n#define MOG_MODEL_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n";
  text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += macro("MOG_HEIGHT", network.height) + macro("MOG_WIDTH", network.width) +
          macro("MOG_PIXEL_BYTES", network.height * network.width * 3) + macro("MOG_CLASSES", network.head.classes) +
          macro("MOG_FRACTION_BITS", network.head.fraction_bits) + macro("MOG_BITS", network.bits) +
          macro("MOG_TOP_CODE", network.top_code()) + macro("MOG_LAYERS", static_cast<Index>(plan.layers.size())) +
          macro("MOG_LANES", lanes) + macro("MOG_ARENA_BYTES", plan.arena_bytes(lanes));
  if (!network.class_names.empty()) text += "\nextern const char *const mog_class_names[MOG_CLASSES];\n";
  return text + c_export::kInterface;
}

/// Noise, and a soft gradient: between them they reach most codes.
Pictures drawn_pictures(const IntegerNetwork& network) {
  Pictures pictures(2);
  Random random(1, Purpose::images);
  for (Index y = 0; y < network.height; ++y) {
    for (Index x = 0; x < network.width; ++x) {
      for (Index c = 0; c < 3; ++c) {
        pictures[0].push_back(static_cast<std::uint8_t>(random.bits() >> 24));
        const Index light = c == 0 ? y * 255 / network.height : c == 1 ? x * 255 / network.width : (x * y) % 256;
        pictures[1].push_back(static_cast<std::uint8_t>(light));
      }
    }
  }
  return pictures;
}

std::string self_test(const IntegerNetwork& network, const Plan& plan, const Pictures& pictures) {
  std::string images, crcs, sums;
  for (const auto& picture : pictures) {
    std::vector<std::uint32_t> layers;
    std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network.head.classes));
    run_reference(network, picture, class_sums, [&](const IntegerMap& map) {
      if (!map.codes()) return;
      require(layers.size() < plan.layers.size() && plan.layers[layers.size()] == map.name,
              "export_c: the engine's layer ", map.name, " is not the plan's");
      const std::vector<std::uint8_t> codes(map.values.begin(), map.values.end());
      layers.push_back(crc32(std::as_bytes(std::span(codes))));
    });
    images += "  {\n" + list(picture, "    ") + "  },\n";
    std::string hex;
    for (const std::uint32_t crc : layers) hex += std::to_string(crc) + "U, ";
    crcs += "  {" + hex + "},\n";
    sums += "  {\n" + list(class_sums, "    ") + "  },\n";
  }
  const std::string count = std::to_string(pictures.size());
  return "/* Pictures, and what the trained network makes of them: CRC-32 of every layer's codes, one byte a code in "
         "the order\n"
         " * of rows, columns and channels, and the class sums. */\n"
         "#include \"model.h\"\n\n"
         "static const uint8_t pictures[" +
         count + "][MOG_PIXEL_BYTES] = {\n" + images +
         "};\n\n"
         "static const uint32_t expected_crcs[" +
         count + "][MOG_LAYERS] = {\n" + crcs +
         "};\n\n"
         "static const int64_t expected_sums[" +
         count + "][MOG_CLASSES] = {\n" + sums + "};\n" + c_export::kSelfTest;
}

}  // namespace

CExportReport export_c(const IntegerNetwork& network, const std::filesystem::path& folder,
                       const CExportOptions& options) {
  require(is_identifier(options.prefix), "export_c: prefix '", options.prefix, "', expected the beginning of a C name");
  require(options.lanes >= 1 && options.lanes <= 16, "export_c: ", options.lanes, " lanes, expected 1 to 16");
  check(network);
  const Plan plan = c_export::make_plan(network);
  const Tables tables(network, plan);
  const Pictures pictures = options.pictures.empty() ? drawn_pictures(network) : options.pictures;

  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError(concat(folder.string(), ": cannot be made: ", error.message()));
  const auto write = [&](const char* name, const std::string& text, const std::set<std::string>& names) {
    write_file(folder / name, c_export::with_prefix(text, options.prefix, names));
  };
  const std::string loops = concat(c_export::kConvolutions, c_export::kNetwork);
  const std::set<std::string> names = c_export::defined_names(loops + tables.text());
  const std::string test = self_test(network, plan, pictures);
  write("model.h", header(network, plan, options.lanes), {});
  write("model_weights.h", tables.text(), names);
  write("model.c", loops, names);
  write("selftest.c", test, c_export::defined_names(test));
  return {.arena_bytes = plan.arena_bytes(options.lanes), .const_bytes = tables.bytes()};
}

}  // namespace mog
