// Reads three columns of a table of numbers.
#include "apps/run_history.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/lines.hpp"
#include "core/text.hpp"

namespace mog::apps {

Index RunHistory::all_epochs() const {
  Index sum = 0;
  for (const auto& [stage, count] : epochs) sum += count;
  return sum;
}

void add_run(RunHistory& history, const std::filesystem::path& metrics) {
  constexpr Index kLargest = 64 << 20;
  const std::vector<std::byte> bytes = read_bytes(metrics, kLargest);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view first = take_line(text).value_or("");
  const auto separators = std::count(first.begin(), first.end(), ',');
  constexpr int kMostSeparators = 100;
  if (separators > kMostSeparators)
    throw DataError(
        concat(metrics.string(), ": line 1: ", separators + 1, " columns, expected at most ", kMostSeparators + 1));
  const auto names = split<std::string_view>(first, ',');
  const auto column = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw DataError(concat(metrics.string(), ": line 1: no column ", name));
    return static_cast<std::size_t>(found - names.begin());
  };
  const std::size_t stage = column("stage"), seconds = column("seconds"), speed = column("images_per_second");
  Index number_of_line = 1;
  while (const auto line = take_line(text)) {  // what follows the last line's end is no line
    ++number_of_line;
    const bool fits = std::count(line->begin(), line->end(), ',') == separators;
    const auto fields = split<std::string_view>(fits ? *line : "", ',');
    const auto number = [&](std::size_t at) {
      const auto value = fits ? from_text<double>(fields[at]) : std::nullopt;
      if (!value || !std::isfinite(*value))
        throw DataError(concat(metrics.string(), ": line ", number_of_line, ": no row of these columns: ", *line));
      return *value;
    };
    history.seconds += number(seconds);
    history.images += number(seconds) * number(speed);
    if (history.epochs.empty() || history.epochs.back().first != fields[stage])
      history.epochs.emplace_back(fields[stage], 0);
    ++history.epochs.back().second;
  }
  if (number_of_line == 1) throw DataError(concat(metrics.string(), ": not a single epoch"));
}

}  // namespace mog::apps
