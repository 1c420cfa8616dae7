// `mog summary`: the network layer by layer, with weights, bits and multiply-accumulates, from the reports of one
// forward pass.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "apps/model_options.hpp"
#include "apps/operations.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"

namespace mog::apps {
namespace {

struct Row {
  LayerReport layer;
  Shape output;
};

using Rows = std::vector<Row>;

Rows rows_of(const ModelChoice& choice) {
  Parameters<float> parameters;
  Graph<float> network = choice.make(parameters);
  Tape<float> tape;
  tape.set_recording(false);
  Rows rows;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>& output) {
    rows.push_back({layer, output.shape()});
  };
  network(pass, {Tensor<float>::filled({1, 32, 32, 3}, 0)});
  return rows;
}

/// "full", "binary" or "ternary": what a weight's bits can tell apart.
const char* precision(const LayerReport& layer) {
  return layer.weights.bits == 1 ? "binary" : layer.weights.bits == 2 ? "ternary" : "full";
}

struct Totals {
  Index full = 0, binary = 0, ternary = 0, generated = 0, constants = 0, bits = 0, macs = 0;
  Index counted = 0;  // bits as the model's paper counts them
  Index indices = 0;  // bits of them
  Operations operations;
  double energy = 0;  // pJ
};

Totals totals_of(const ModelKind& kind, const Rows& rows) {
  Totals totals;
  bool of_signs = false;  // a row of signs stands before that of the convolution that they feed
  for (const Row& row : rows) {
    const WeightStorage& weights = row.layer.weights;
    (weights.bits == 1 ? totals.binary : weights.bits == 2 ? totals.ternary : totals.full) += weights.stored;
    totals.generated += weights.generated;
    totals.constants += row.layer.constants;
    totals.bits += row.layer.weight_bits();
    totals.counted += kind.counted_bits(row.layer);
    totals.indices += weights.index_bits;
    totals.macs += row.layer.macs;
    totals.operations += operations_of(row.layer, row.output, of_signs);
    of_signs = row.layer.kind == "sign";
  }
  const Arithmetic floats = kind.full_bits == 16 ? Arithmetic::float16 : Arithmetic::float32;
  // Without a weight in full precision all sums are of codes.
  totals.energy = energy_pj(totals.operations, totals.full == 0 ? Arithmetic::int32 : floats);
  return totals;
}

/// Of the network in full precision that its paper compares with; none where there is no such network.
std::optional<Totals> totals_in_floats(const ModelChoice& choice) {
  const ModelKind& kind = choice.kind();
  if (kind.in_floats.empty()) return {};
  ModelChoice floats = choice;
  for (const auto& [option, word] : kind.in_floats) floats.words[option] = word;
  return totals_of(kind, rows_of(floats));
}

/// How many times as large the network in full precision is.
double times(const Totals& in_floats, const Totals& totals) {
  return static_cast<double>(in_floats.counted) / static_cast<double>(totals.counted);
}

void print_operations(const Totals& totals, const std::optional<Totals>& in_floats) {
  const auto [multiplications, additions, one_bit] = totals.operations;
  std::printf("multiplications         %12lld an image\n", static_cast<long long>(multiplications));
  std::printf("additions               %12lld an image\n", static_cast<long long>(additions));
  if (one_bit > 0) std::printf("one-bit operations      %12lld an image\n", static_cast<long long>(one_bit));
  std::printf("energy of these         %12.3f uJ an image in 45 nm\n", totals.energy * 1e-6);
  if (!in_floats) return;
  std::printf("in full precision       %12.3f uJ: %.2f %% less\n", in_floats->energy * 1e-6,
              100 - 100 * totals.energy / in_floats->energy);
}

void print_table(const ModelChoice& choice, const Rows& rows) {
  const ModelKind& kind = choice.kind();
  const auto number = [](Index value) { return static_cast<long long>(value); };
  std::printf("%-18s %-24s %-18s %9s %9s %9s %12s\n", "layer", "kind", "output", "weights", "bits", "generated",
              "MACs");
  for (const Row& row : rows) {
    std::printf("%-18s %-24s %-18s %9lld %9lld %9lld %12lld\n", printable(row.layer.name).c_str(),
                printable(row.layer.kind).c_str(), printable(row.output.text()).c_str(),
                number(row.layer.weights.stored), number(row.layer.weight_bits()), number(row.layer.weights.generated),
                number(row.layer.macs));
  }
  const Totals totals = totals_of(kind, rows);
  std::printf("\n");
  if (totals.full > 0) std::printf("full weights            %12lld of %d bits\n", number(totals.full), kind.full_bits);
  std::printf("binary weights          %12lld of 1 bit\n", number(totals.binary));
  std::printf("ternary weights         %12lld of 2 bits\n", number(totals.ternary));
  std::printf("weight bits             %12lld (%.3f Mb)\n", number(totals.counted),
              static_cast<double>(totals.counted) * 1e-6);
  const auto in_floats = totals_in_floats(choice);
  if (in_floats) {
    const double ratio = times(*in_floats, totals);
    std::printf("bits in full precision  %12lld, %.2f times as many: %.2f %% less\n", number(in_floats->counted), ratio,
                100 - 100 / ratio);
  }
  if (totals.indices > 0) {
    std::printf("bits of indices         %12lld, %s\n", number(totals.indices),
                kind.indices_count ? "counted among them" : "not counted among them");
  }
  std::printf("generated weights       %12lld, not stored\n", number(totals.generated));
  const std::string counted =
      concat(kind.channel_numbers, " a channel, of ", kind.full_bits, " bits, counted by the paper");
  std::printf("normalisation constants %12lld, %s\n", number(totals.constants),
              kind.channel_numbers == 0 ? "not counted by the paper" : printable(counted).c_str());
  std::printf("multiply-accumulates    %12lld an image\n", number(totals.macs));
  print_operations(totals, in_floats);
}

void print_json(const ModelChoice& choice, const Rows& rows) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    std::vector<Index> shape;
    shape.reserve(static_cast<std::size_t>(row.output.rank()));
    for (int i = 0; i < row.output.rank(); ++i) shape.push_back(row.output[i]);
    layers.push_back({{"name", row.layer.name},
                      {"kind", row.layer.kind},
                      {"output", shape},
                      {"precision", precision(row.layer)},
                      {"weights", row.layer.weights.stored},
                      {"bits", row.layer.weight_bits()},
                      {"index_bits", row.layer.weights.index_bits},
                      {"generated", row.layer.weights.generated},
                      {"constants", row.layer.constants},
                      {"macs", row.layer.macs}});
  }
  const Totals totals = totals_of(choice.kind(), rows);
  nlohmann::ordered_json summary{{"weight_bits", totals.counted},
                                 {"bits_without_constants", totals.bits},
                                 {"bits_with_constants", totals.bits + 32 * totals.constants},
                                 {"bits_without_indices", totals.bits},
                                 {"bits_with_indices", totals.bits + totals.indices},
                                 {"macs", totals.macs},
                                 {"multiplications", totals.operations.multiplications},
                                 {"additions", totals.operations.additions},
                                 {"one_bit_operations", totals.operations.one_bit},
                                 {"energy_pj", totals.energy},
                                 {"full_weights", totals.full},
                                 {"binary_weights", totals.binary},
                                 {"ternary_weights", totals.ternary},
                                 {"generated_weights", totals.generated},
                                 {"constants", totals.constants},
                                 {"layers", layers}};
  if (const auto in_floats = totals_in_floats(choice)) {
    summary["bits_in_full_precision"] = in_floats->counted;
    summary["compression"] = times(*in_floats, totals);
    summary["energy_pj_in_full_precision"] = in_floats->energy;
  }
  std::printf("%s\n", json_text(summary).c_str());
}

}  // namespace

void add_summary(CLI::App& app) {
  CLI::App* command = app.add_subcommand("summary", "Print a network's layers, sizes and operations");
  auto model = std::make_shared<ModelOptions>();
  auto classes = std::make_shared<Index>(10);
  auto json = std::make_shared<bool>(false);
  model->add_options(*command);
  command->add_option("--classes", *classes, "Classes, at least 2")->capture_default_str()->check(whole(2));
  command->add_flag("--json", *json, "Print JSON");
  command->callback([=] {
    const ModelChoice choice = model->choice(*classes);
    (*json ? print_json : print_table)(choice, rows_of(choice));
  });
}

}  // namespace mog::apps
