// Fig. 4: test accuracy against model size, a panel a data set, each network with its name where there is room.
#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "reproduce/marks.hpp"
#include "reproduce/report_files.hpp"
#include "train/svg.hpp"

namespace mog {
namespace {

using namespace marks;
using svg::label;

/// A network in a panel.
struct Point {
  double size, accuracy;  // Mb, %
  std::string name;
  enum class Kind { ours, planned, paper, other } kind;  // planned: ours too, and on the line
};

/// Whether Fig. 4 has this row of Table II: with 3-bit activations, and the other methods.
bool in_fig4(const Printed& printed, const std::string& dataset) {
  return printed.dataset == dataset && (printed.groups == 0 || printed.bits == 3);
}

std::vector<Point> points_of(const Report& report, const std::string& dataset,
                             const std::vector<const RowFigures*>& rows) {
  std::vector<Point> points;
  for (const RowFigures* row : rows) {
    if (row->last.count == 0 || row->weight_bits == 0) continue;
    const PlannedRun& run = row->runs.front().run;
    const bool planned = find_run(report.plan, run.name) != nullptr;
    points.push_back({.size = static_cast<double>(row->weight_bits) * 1e-6,
                      .accuracy = 100 * row->last.mean,
                      .name = concat("n = ", run.network.maps),
                      .kind = planned ? Point::Kind::planned : Point::Kind::ours});
  }
  for (const Printed& printed : table2()) {
    if (!in_fig4(printed, dataset)) continue;
    const bool ours = printed.groups > 0;
    points.push_back({.size = printed.megabits,
                      .accuracy = printed.accuracy,
                      .name = ours ? concat("n = 128, g = ", printed.groups) : printed.method,
                      .kind = ours ? Point::Kind::paper : Point::Kind::other});
  }
  return points;
}

/// Finds places for names that no mark and no other name has taken.
class Names {
 public:
  explicit Names(double right) : right_(right) {}

  void add_mark(double x, double y) { taken_.push_back({x - 7, y - 7, x + 7, y + 7}); }

  /// The name's text beside its mark; where all places are taken, the one that overlaps least often.
  std::string place(double x, double y, const char* style, const std::string& name) {
    constexpr double kLetter = 6.8, kAbove = 10, kBelow = 3;  // of a text of 12 pixels
    constexpr std::array<std::array<double, 2>, 8> kPlaces = {
        {{9, 16}, {10, 4}, {9, -7}, {-10, 4}, {-9, -7}, {-9, 16}, {9, -20}, {9, 29}}};
    const double width = kLetter * static_cast<double>(name.size());
    Box best{};
    std::array<double, 2> at{};
    std::ptrdiff_t least = -1;
    for (const auto& [dx, dy] : kPlaces) {
      const double left = dx > 0 ? x + dx : x + dx - width;
      const Box box{left, y + dy - kAbove, left + width, y + dy + kBelow};
      const auto overlaps = std::count_if(taken_.begin(), taken_.end(), [&](const Box& other) {
        return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      });
      const auto bad = overlaps + (box.right > right_ || box.left < 0 ? 100 : 0);
      if (least >= 0 && bad >= least) continue;
      least = bad, best = box, at = {x + dx, y + dy};
    }
    taken_.push_back(best);
    return label(at[0], at[1], concat(style, at[0] < x ? " end" : "").c_str(), name);
  }

 private:
  struct Box {
    double left, top, right, bottom;
  };

  double right_;
  std::vector<Box> taken_;
};

/// A line through our points that the plan names, smaller networks first.
std::string line_of(std::vector<Point> points, const Axis& x, const Axis& y) {
  std::erase_if(points, [](const Point& point) { return point.kind != Point::Kind::planned; });
  std::sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.size < b.size; });
  std::string text;
  for (const Point& point : points) {
    text += concat(to_text(x.at(point.size), 1), ",", to_text(y.at(point.accuracy), 1), " ");
  }
  return concat("<polyline class=\"one\" points=\"", text, "\"/>\n");
}

std::string mark_of(const Point& point, double x, double y) {
  if (point.kind == Point::Kind::other) return square(x, y);
  return point.kind == Point::Kind::paper ? diamond(x, y) : dot(x, y);
}

std::string panel(const std::string& title, const std::vector<Point>& points, double top) {
  constexpr double kLeft = 64, kRight = 640, kHeight = 300;
  std::vector<double> sizes = {0}, accuracies;
  for (const Point& point : points) sizes.push_back(point.size), accuracies.push_back(point.accuracy);
  const Axis x = axis_for(sizes, kLeft, kRight), y = axis_for(accuracies, top + kHeight, top);
  std::string text = label(kLeft, top - 12, "", title) + vertical_rules(x, top, top + kHeight) +
                     horizontal_rules(y, kLeft, kRight) +
                     label(kRight, top + kHeight + 32, "faint end", "Model size (Mb)") +
                     label(kLeft + 8, top + 14, "faint", "Test accuracy (%)") + line_of(points, x, y);
  Names names(kWidth - 4);
  for (const Point& point : points) {
    text += mark_of(point, x.at(point.size), y.at(point.accuracy));
    names.add_mark(x.at(point.size), y.at(point.accuracy));
  }
  for (const Point& point : points) {
    const bool ours = point.kind == Point::Kind::ours || point.kind == Point::Kind::planned;
    text += names.place(x.at(point.size), y.at(point.accuracy), ours ? "one" : "faint", point.name);
  }
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
  for (const auto& [dataset, rows] : groups) {
    text += panel(title_of(dataset), points_of(report, dataset, rows), top);
    top += kPanel;
  }
  return text + "</svg>\n";
}

}  // namespace mog
