// `mog networks`: the networks that are found by name, and what their cards say.
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/card_file.hpp"
#include "apps/commands.hpp"
#include "apps/json_text.hpp"
#include "apps/named_networks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/text.hpp"
#include "data/md5_file.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

/// What is needed here of a card.
struct Measured {
  std::string dataset;
  Index images;
  double accuracy;
};

struct Row {
  NamedNetwork named;
  IntegerNetwork network;
  Index bytes;
  std::optional<Measured> measured = {};  // where there is a card of this very file
  std::string lacks = {};                 // else why there is none
};

/// A number that a card has to have.
template <class Number>
Number number_of(const std::filesystem::path& file, const Card& card, const std::string& key) {
  const std::string text = card.get(key);
  const auto number = from_text<Number>(text);
  if (!number) throw DataError(concat(file.string(), ": ", key, " is no number: ", text));
  return *number;
}

Row row_of(const NamedNetwork& named) {
  Row row{.named = named,
          .network = read_model(named.file),
          .bytes = static_cast<Index>(std::filesystem::file_size(named.file))};
  const std::filesystem::path file = card_of(named.file);
  if (!std::filesystem::exists(file)) {
    row.lacks = "no card";
  } else if (const Card card = read_card(file); card.get("md5") != md5_of_file(named.file)) {
    row.lacks = "its card is of another file";
  } else {
    row.measured = {.dataset = card.get("dataset"),
                    .images = number_of<Index>(file, card, "test_images"),
                    .accuracy = number_of<double>(file, card, "accuracy")};
  }
  return row;
}

void print_table(const std::vector<Row>& rows) {
  std::printf("%-16s %7s %12s %10s  %s\n", "name", "classes", "weight bits", "bytes", "accuracy");
  for (const Row& row : rows) {
    std::printf("%-16s %7lld %12lld %10lld  ", printable(row.named.name).c_str(),
                static_cast<long long>(row.network.head.classes), static_cast<long long>(weight_bits(row.network)),
                static_cast<long long>(row.bytes));
    if (row.measured) {
      std::printf("%.2f %% of %lld test images of %s\n", 100 * row.measured->accuracy,
                  static_cast<long long>(row.measured->images), printable(row.measured->dataset).c_str());
    } else {
      std::printf("- (%s)\n", printable(row.lacks).c_str());
    }
  }
}

void print_json(const std::vector<Row>& rows) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json json{{"name", row.named.name},
                                {"file", row.named.file.string()},
                                {"bytes", row.bytes},
                                {"weight_bits", weight_bits(row.network)},
                                {"k", row.network.bits},
                                {"height", row.network.height},
                                {"width", row.network.width},
                                {"classes", row.network.head.classes},
                                {"class_names", row.network.class_names}};
    if (row.measured) {
      json["dataset"] = row.measured->dataset;
      json["test_images"] = row.measured->images;
      json["accuracy"] = row.measured->accuracy;
    }
    all.push_back(std::move(json));
  }
  std::printf("%s\n", json_text(all).c_str());
}

}  // namespace

void add_networks(CLI::App& app) {
  CLI::App* command = app.add_subcommand("networks", "List the trained networks that are found by name");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "Print JSON");
  command->callback([json] {
    std::vector<Row> rows;
    for (const NamedNetwork& named : named_networks()) rows.push_back(row_of(named));
    (*json ? print_json : print_table)(rows);
  });
}

}  // namespace mog::apps
