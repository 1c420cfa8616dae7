// Axes and marks as SVG.
#include "reproduce/marks.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "train/svg.hpp"

namespace mog::marks {
namespace {

using svg::label;

std::string at(double value) { return to_text(value, 1); }

}  // namespace

Axis axis_for(std::vector<double> values, double begin, double end) {
  if (values.empty()) values = {0, 100};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double step = svg::nice_step(std::max(*most - *least, 1.0));
  return {std::floor(*least / step) * step, std::ceil(*most / step + 1e-9) * step, begin, end};
}

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

std::string legend(double y, bool others) {
  std::string text = dot(72, y) + label(82, y + 4, "", "ours, after the last epoch") + diamond(262, y) +
                     label(274, y + 4, "", "the paper's MOGNET");
  if (others) text += square(424, y) + label(434, y + 4, "", "others in the paper's Table II");
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

}  // namespace mog::marks
