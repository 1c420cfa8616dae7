// The accuracy of each row beside the paper's: a row is a line.
#include "core/error.hpp"
#include "reproduce/marks.hpp"
#include "reproduce/report_files.hpp"
#include "train/svg.hpp"

namespace mog {
namespace {

using namespace marks;
using svg::label;

/// One row: what its images, or its seeds, leave open as a bar, our mean, the paper's figure.
std::string row_marks(const RowFigures& row, const Axis& x, double y) {
  std::string text = line("rule", x.begin, y, x.end, y) + label(x.begin - 10, y + 4, "end", row.row);
  if (row.last.count > 1) {
    const double mean = row.last.mean, around = row.last.deviation;
    text += line("one", x.at(100 * (mean - around)), y, x.at(100 * (mean + around)), y);
  } else if (row.last.count == 1 && row.images > 0) {
    const Interval open = wilson95(row.last.mean, row.images);
    text += line("one", x.at(100 * open.low), y, x.at(100 * open.high), y);
  }
  if (row.paper) text += diamond(x.at(row.paper->accuracy), y);
  if (row.last.count > 0) text += dot(x.at(100 * row.last.mean), y);
  return text;
}

std::string rows_panel(const std::string& dataset, const std::vector<const RowFigures*>& rows, double top) {
  constexpr double kLeft = 230, kRight = 640, kRow = 26;
  std::vector<double> accuracies;
  for (const RowFigures* row : rows) {
    if (row->paper) accuracies.push_back(row->paper->accuracy);
    if (row->last.count == 0) continue;
    accuracies.push_back(100 * row->last.mean);
    if (row->images == 0) continue;
    const Interval open = wilson95(row->last.mean, row->images);
    accuracies.insert(accuracies.end(), {100 * open.low, 100 * open.high});
  }
  const Axis x = axis_for(accuracies, kLeft, kRight);
  const double bottom = top + kRow * static_cast<double>(rows.size());
  std::string text = label(kLeft, top - 12, "", title_of(dataset) + ", accuracy (%)") + vertical_rules(x, top, bottom);
  double y = top + kRow / 2;
  for (const RowFigures* row : rows) text += row_marks(*row, x, y), y += kRow;
  return text;
}

}  // namespace

std::string rows_svg(const Report& report) {
  constexpr double kRow = 26, kAround = 70;
  const auto groups = by_dataset(report);
  double height = 40;
  for (const auto& [dataset, rows] : groups) height += kAround + kRow * static_cast<double>(rows.size());
  std::string text = svg::head(kWidth, height, "Accuracy of each row, ours and the paper's");
  text += legend(20, false);
  double top = 70;
  for (const auto& [dataset, rows] : groups) {
    text += rows_panel(dataset, rows, top);
    top += kAround + kRow * static_cast<double>(rows.size());
  }
  return text + "</svg>\n";
}

}  // namespace mog
