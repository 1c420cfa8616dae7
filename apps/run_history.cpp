// Reads three columns of a table of numbers.
#include "apps/run_history.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
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
  const auto lines = split<std::string_view>({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, '\n');
  const auto names = split<std::string_view>(lines[0], ',');
  const auto column = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw DataError(concat(metrics.string(), ": line 1: no column ", name));
    return static_cast<std::size_t>(found - names.begin());
  };
  const std::size_t stage = column("stage"), seconds = column("seconds"), speed = column("images_per_second");
  if (lines.size() < 3) throw DataError(concat(metrics.string(), ": not a single epoch"));
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {  // what follows the last line's end is no line
    const auto fields = split(lines[i], ',');
    const auto number = [&](std::size_t at) {
      const auto value = fields.size() == names.size() ? from_text<double>(fields[at]) : std::nullopt;
      if (!value) throw DataError(concat(metrics.string(), ": line ", i + 1, ": no row of these columns: ", lines[i]));
      return *value;
    };
    history.seconds += number(seconds);
    history.images += number(seconds) * number(speed);
    if (history.epochs.empty() || history.epochs.back().first != fields[stage])
      history.epochs.emplace_back(fields[stage], 0);
    ++history.epochs.back().second;
  }
}

}  // namespace mog::apps
