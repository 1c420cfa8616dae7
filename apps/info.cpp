// `mog info`: what a packed file holds, and where each of its bytes goes.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "core/printable.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

struct Model {
  std::filesystem::path path;
  IntegerNetwork network;
  std::vector<ModelPart> parts;
  Index bytes;

  [[nodiscard]] Index bytes_of(PartKind kind) const {
    Index sum = 0;
    for (const ModelPart& part : parts) sum += part.kind == kind ? part.bytes : 0;
    return sum;
  }
  [[nodiscard]] Index padding() const {
    Index used = 0;
    for (const ModelPart& part : parts) used += part.bytes;
    return bytes - used;
  }
};

Model load(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = model_file_bytes(path);
  return {.path = path,
          .network = parse_model(bytes, path.string()),
          .parts = model_parts(bytes, path.string()),
          .bytes = static_cast<Index>(bytes.size())};
}

void print_table(const Model& model) {
  const auto number = [](Index value) { return static_cast<long long>(value); };
  const IntegerNetwork& network = model.network;
  std::printf("%s: pictures of %lld x %lld, k = %d, %lld classes, seed %llu\n\n", printable(model.path).c_str(),
              number(network.height), number(network.width), network.bits, number(network.head.classes),
              static_cast<unsigned long long>(network.seed));
  std::printf("%8s %8s  %-18s %-16s %12s\n", "byte", "bytes", "layer", "what", "weight bits");
  for (const ModelPart& part : model.parts) {
    std::printf("%8lld %8lld  %-18s %-16s", number(part.offset), number(part.bytes), printable(part.layer).c_str(),
                name(part.kind));
    if (part.weight_bits > 0) std::printf(" %12lld", number(part.weight_bits));
    std::printf("\n");
  }
  std::printf("\n");
  for (const PartKind kind : kPartKinds) std::printf("%-16s %8lld bytes\n", name(kind), number(model.bytes_of(kind)));
  std::printf("%-16s %8lld bytes\n", "padding", number(model.padding()));
  const Index bits = weight_bits(network);
  std::printf("%-16s %8lld bytes, %.3f times the %lld weight bits (%.3f Mb)\n", "file", number(model.bytes),
              8 * static_cast<double>(model.bytes) / static_cast<double>(bits), number(bits),
              static_cast<double>(bits) * 1e-6);
}

void print_json(const Model& model) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array(), totals;
  for (const ModelPart& part : model.parts) {
    parts.push_back({{"layer", part.layer},
                     {"what", name(part.kind)},
                     {"offset", part.offset},
                     {"bytes", part.bytes},
                     {"weight_bits", part.weight_bits}});
  }
  for (const PartKind kind : kPartKinds) totals[name(kind)] = model.bytes_of(kind);
  totals["padding"] = model.padding();
  const IntegerNetwork& network = model.network;
  const nlohmann::ordered_json json{{"file", model.path.string()},
                                    {"bytes", model.bytes},
                                    {"weight_bits", weight_bits(network)},
                                    {"height", network.height},
                                    {"width", network.width},
                                    {"k", network.bits},
                                    {"classes", network.head.classes},
                                    {"seed", network.seed},
                                    {"class_names", network.class_names},
                                    {"totals", totals},
                                    {"parts", parts}};
  std::printf("%s\n", json_text(json).c_str());
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App* command = app.add_subcommand("info", "Say what a packed file holds, and where each byte goes");
  auto path = std::make_shared<std::filesystem::path>();
  auto json = std::make_shared<bool>(false);
  command->add_option("MODEL", *path, "Packed file, as model.mog")->required();
  command->add_flag("--json", *json, "Print JSON");
  command->callback([=] { (*json ? print_json : print_table)(load(*path)); });
}

}  // namespace mog::apps
