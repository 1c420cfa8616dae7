// metrics.csv: its line of names, its rows, and reading them back.
#include "train/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/lines.hpp"
#include "core/text.hpp"
#include "train/recipe.hpp"

namespace mog {
namespace {

constexpr std::string_view kNames = "stage,epoch,lr,train_loss,train_accuracy,test_accuracy,seconds,images_per_second";

constexpr std::string_view kResidual = ",residual";

/// One line of the file; nothing when it is no row. residual: whether the file has that column, where no number stands
/// for none.
std::optional<EpochRow> parse(std::string_view line, bool residual) {
  if (std::count(line.begin(), line.end(), ',') != (residual ? 8 : 7)) return std::nullopt;
  const auto fields = split<std::string_view>(line, ',');
  EpochRow row;
  row.own_name = fields[0];
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    if (fields[0] == mog::name(stage)) row.stage = stage, row.own_name.clear();
  }
  const auto epoch = from_text<Index>(fields[1]);
  if (!is_stage_name(fields[0]) || !epoch || *epoch < 1 || *epoch > kMostEpochs) return std::nullopt;
  row.epoch = *epoch;
  double* const numbers[] = {&row.learning_rate, &row.train_loss, &row.train_accuracy,
                             &row.test_accuracy, &row.seconds,    &row.images_per_second};
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    const auto number = from_text<double>(fields[i + 2]);
    if (!number || !std::isfinite(*number)) return std::nullopt;
    *numbers[i] = *number;
  }
  if (residual && !fields[8].empty()) {
    row.residual = from_text<double>(fields[8]);
    if (!row.residual || !std::isfinite(*row.residual)) return std::nullopt;
  }
  return row;
}

}  // namespace

std::string metrics_text(const std::vector<EpochRow>& rows) {
  const bool residual =
      std::any_of(rows.begin(), rows.end(), [](const EpochRow& row) { return row.residual.has_value(); });
  std::string text = concat(kNames, residual ? kResidual : "", '\n');
  for (const EpochRow& row : rows) {
    text += concat(row.name(), ',', row.epoch, ',', to_text(row.learning_rate), ',', to_text(row.train_loss, 6), ',',
                   to_text(row.train_accuracy, 6), ',', to_text(row.test_accuracy, 6), ',', to_text(row.seconds, 2),
                   ',', to_text(row.images_per_second, 1));
    if (residual) text += concat(',', row.residual ? to_text(*row.residual, 6) : "");
    text += '\n';
  }
  return text;
}

std::vector<EpochRow> read_metrics(const std::filesystem::path& path) {
  constexpr Index kLargest = 64 << 20;
  const std::vector<std::byte> bytes = read_bytes(path, kLargest);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto names = take_line(text);
  const bool residual = names && names->ends_with(kResidual);
  if (residual) names->remove_suffix(kResidual.size());
  if (names != kNames) throw DataError(concat(path.string(), ": line 1: expected ", kNames));
  std::vector<EpochRow> rows;
  constexpr std::size_t kQuoted = 1000;         // bytes of a line
  constexpr std::size_t kMostRows = 1'000'000;  // a row has 112 bytes of memory, and may have 16 in the file
  while (const auto line = take_line(text)) {   // what follows the last line's end is nothing, or cut off
    const auto row = parse(*line, residual);
    if (!row)
      throw DataError(concat(path.string(), ": line ", rows.size() + 2, ": no row of ", residual ? 9 : 8,
                             " numbers, finite ones and an epoch from 1 to a million: ", line->substr(0, kQuoted)));
    if (rows.size() == kMostRows) {
      throw DataError(concat(path.string(), ": more than ", kMostRows, " epochs"));
    }
    rows.push_back(*row);
  }
  return rows;
}

}  // namespace mog
