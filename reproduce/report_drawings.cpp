// The report's drawings: Fig. 4, and rows beside the paper's figures. Ours are dots, the paper's diamonds, rivals
// squares.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "reproduce/report_files.hpp"
#include "train/svg.hpp"
#include "train/text.hpp"

namespace mog {
namespace {

using svg::label;

constexpr double kWidth = 680;

/// Values to places: from `low` at `begin` to `high` at `end`.
struct Axis {
  double low, high, begin, end;

  [[nodiscard]] double at(double value) const { return begin + (end - begin) * (value - low) / (high - low); }
};

/// An axis that holds all values, with some room, between whole marks.
Axis axis_for(std::vector<double> values, double begin, double end) {
  if (values.empty()) values = {0, 100};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double step = svg::nice_step(std::max(*most - *least, 1.0));
  return {std::floor(*least / step) * step, std::ceil(*most / step + 1e-9) * step, begin, end};
}

std::string at(double value) { return to_text(value, 1); }

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return concat("<line class=\"", style, "\" x1=\"", at(x1), "\" y1=\"", at(y1), "\" x2=\"", at(x2), "\" y2=\"", at(y2),
                "\"/>\n");
}

std::string dot(double x, double y) {
  return concat("<circle class=\"one\" cx=\"", at(x), "\" cy=\"", at(y), "\" r=\"4\"/>\n");
}

std::string diamond(double x, double y) {
  return concat("<path class=\"two\" d=\"M", at(x), " ", at(y - 6), " l6 6 l-6 6 l-6 -6 z\"/>\n");
}

std::string square(double x, double y) {
  return concat("<path class=\"grey\" d=\"M", at(x - 4), " ", at(y - 4), " h8 v8 h-8 z\"/>\n");
}

/// What the three marks stand for.
std::string legend(double y, bool rivals) {
  std::string text = dot(72, y) + label(82, y + 4, "", "ours, after the last epoch") + diamond(262, y) +
                     label(274, y + 4, "", "the paper's MOGNET");
  if (rivals) text += square(424, y) + label(434, y + 4, "", "others in the paper's Table II");
  return text;
}

std::string vertical_rules(const Axis& x, double top, double bottom) {
  std::string text;
  for (const double mark : svg::linear_ticks(x.low, x.high)) {
    text += line("rule", x.at(mark), top, x.at(mark), bottom);
    text += label(x.at(mark), bottom + 16, "faint middle", concat(mark));
  }
  return text;
}

std::string horizontal_rules(const Axis& y, double left, double right) {
  std::string text;
  for (const double mark : svg::linear_ticks(y.low, y.high)) {
    text += line("rule", left, y.at(mark), right, y.at(mark));
    text += label(left - 8, y.at(mark) + 4, "faint end", concat(mark));
  }
  return text;
}

std::string title_of(const std::string& dataset) {
  if (dataset == "cifar10") return "CIFAR-10";
  return dataset == "cifar100" ? "CIFAR-100" : dataset;
}

/// The report's rows by data set, both in their order.
std::vector<std::pair<std::string, std::vector<const RowFigures*>>> by_dataset(const Report& report) {
  std::vector<std::pair<std::string, std::vector<const RowFigures*>>> groups;
  for (const RowFigures& row : report.rows) {
    const std::string& dataset = row.runs.front().run.dataset;
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == dataset; });
    std::vector<const RowFigures*>& rows =
        found != groups.end() ? found->second : groups.emplace_back(dataset, std::vector<const RowFigures*>()).second;
    rows.push_back(&row);
  }
  return groups;
}

double megabits(const RowFigures& row) { return static_cast<double>(row.weight_bits) * 1e-6; }
bool has_point(const RowFigures& row) { return row.last.count > 0 && row.weight_bits > 0; }

/// Whether Fig. 4 has this row of Table II: with 3-bit activations, and the rivals.
bool in_fig4(const Printed& printed, const std::string& dataset) {
  return printed.dataset == dataset && (printed.groups == 0 || printed.bits == 3);
}

/// Our points, a line through those that the plan names, smaller networks first.
std::string our_points(const Report& report, const std::vector<const RowFigures*>& rows, const Axis& x, const Axis& y) {
  std::map<double, double> planned;
  std::string text;
  for (const RowFigures* row : rows) {
    if (!has_point(*row)) continue;
    const double px = x.at(megabits(*row)), py = y.at(100 * row->last.mean);
    if (find_run(report.plan, row->runs.front().run.name) != nullptr) planned[px] = py;
    text += dot(px, py) + label(px + 8, py + 16, "one", concat("n = ", row->runs.front().run.network.maps));
  }
  std::string points;
  for (const auto& [px, py] : planned) points += concat(at(px), ",", at(py), " ");
  return concat("<polyline class=\"one\" points=\"", points, "\"/>\n", text);
}

std::string paper_points(const std::string& dataset, const Axis& x, const Axis& y) {
  std::string text;
  for (const Printed& printed : table2()) {
    if (!in_fig4(printed, dataset)) continue;
    const double px = x.at(printed.megabits), py = y.at(printed.accuracy);
    text += printed.groups > 0 ? diamond(px, py) : square(px, py);
    text +=
        label(px + 9, py - 6, "faint", printed.groups > 0 ? concat("n = 128, g = ", printed.groups) : printed.method);
  }
  return text;
}

std::string fig4_panel(const Report& report, const std::string& dataset, const std::vector<const RowFigures*>& rows,
                       double top) {
  constexpr double kLeft = 64, kRight = 640, kHeight = 300;
  std::vector<double> sizes = {0}, accuracies;
  const auto point = [&](double size, double accuracy) { sizes.push_back(size), accuracies.push_back(accuracy); };
  for (const RowFigures* row : rows) {
    if (has_point(*row)) point(megabits(*row), 100 * row->last.mean);
  }
  for (const Printed& printed : table2()) {
    if (in_fig4(printed, dataset)) point(printed.megabits, printed.accuracy);
  }
  const Axis x = axis_for(sizes, kLeft, kRight), y = axis_for(accuracies, top + kHeight, top);
  return label(kLeft, top - 12, "", title_of(dataset)) + vertical_rules(x, top, top + kHeight) +
         horizontal_rules(y, kLeft, kRight) + paper_points(dataset, x, y) + our_points(report, rows, x, y) +
         label(kRight, top + kHeight + 32, "faint end", "Model size (Mb)") +
         label(kLeft + 8, top + 14, "faint", "Test accuracy (%)");
}

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

std::string fig4_svg(const Report& report) {
  constexpr double kPanel = 380;
  const auto groups = by_dataset(report);
  const double height = 40 + kPanel * static_cast<double>(groups.size());
  std::string text = svg::head(kWidth, height, "Test accuracy against model size, as in the paper's Fig. 4");
  text += legend(20, true);
  double top = 70;
  for (const auto& [dataset, rows] : groups) text += fig4_panel(report, dataset, rows, top), top += kPanel;
  return text + "</svg>\n";
}

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
