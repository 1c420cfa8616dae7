// Writes report.md.
#include "train/run_report.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

std::string percent(double share) { return to_text(100 * share, 2) + " %"; }

/// "2:05:09": hours, minutes, seconds.
std::string hours_of(double seconds) {
  const long long whole = std::llround(seconds);
  const auto two = [](long long number) { return concat(number < 10 ? "0" : "", number); };
  return concat(whole / 3600, ':', two(whole / 60 % 60), ':', two(whole % 60));
}

double seconds_of(const std::vector<EpochRow>& rows) {
  double seconds = 0;
  for (const EpochRow& row : rows) seconds += row.seconds;
  return seconds;
}

/// A table's row for the epochs of one run.
std::string stage_row(const std::vector<EpochRow>& rows) {
  const auto best = std::max_element(
      rows.begin(), rows.end(), [](const EpochRow& a, const EpochRow& b) { return a.test_accuracy < b.test_accuracy; });
  const EpochRow& last = rows.back();
  return concat("| ", last.name(), " | ", rows.size(), " | ", to_text(last.train_loss, 4), " | ",
                percent(last.train_accuracy), " | ", percent(last.test_accuracy), " | ", percent(best->test_accuracy),
                " (epoch ", best->epoch, ") | ", hours_of(seconds_of(rows)), " |\n");
}

}  // namespace

std::string run_report(const RunReport& report) {
  const CheckpointHeader& header = report.header;
  std::string text = "# A training run\n\n| | |\n|---|---|\n| network |";
  for (const auto& [key, value] : header.description.words) text += concat(' ', key, ' ', value, ',');
  text.back() = ' ';
  text += concat("|\n| weight bits | ", report.weight_bits, " |\n| trained by | ", header.training, " |\n");
  text += concat("| first weights | ", header.start.empty() ? concat("drawn from seed ", header.seed) : header.start,
                 " |\n| measured on | ", report.measured_on, " |\n");
  for (const std::string& fact : report.machine) text += concat("| trained on | ", fact, " |\n");
  text +=
      "\n| run | epochs | train loss | train accuracy | accuracy after the last epoch | after the best epoch | time |\n"
      "|---|---|---|---|---|---|---|\n";
  std::vector<EpochRow> stage;
  for (std::size_t i = 0; i < report.rows.size(); ++i) {
    stage.push_back(report.rows[i]);
    if (i + 1 < report.rows.size() && report.rows[i + 1].name() == stage.back().name()) continue;
    text += stage_row(stage);
    stage.clear();
  }
  text += concat("\n", report.rows.size(), " epochs of training steps in ", hours_of(seconds_of(report.rows)),
                 " (h:mm:ss; evaluation not counted). The best epoch was chosen by the same images that it is measured "
                 "on: compare runs by their last epochs.\n\n"
                 "![curves](curves.svg)\n\n![confusion matrix](confusion.svg)\n");
  return text;
}

}  // namespace mog
