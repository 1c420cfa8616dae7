// What the report's drawings are made of: axes with their rules, and the marks of ours, the
// paper's and others' networks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reproduce/report.hpp"

namespace mog::marks {

constexpr double kWidth = 680;  // of a drawing

/// Values to places: from `low` at `begin` to `high` at `end`.
struct Axis {
  double low, high, begin, end;

  [[nodiscard]] double at(double value) const { return begin + (end - begin) * (value - low) / (high - low); }
};

/// An axis that holds all values, with some room, between whole marks.
Axis axis_for(std::vector<double> values, double begin, double end);
/// Rules across the whole of the other direction, with their numbers.
std::string vertical_rules(const Axis& x, double top, double bottom);
std::string horizontal_rules(const Axis& y, double left, double right);

std::string line(const char* style, double x1, double y1, double x2, double y2);
std::string dot(double x, double y);      // ours
std::string diamond(double x, double y);  // the paper's
std::string square(double x, double y);   // others'
/// What the marks stand for.
std::string legend(double y, bool others);

/// "CIFAR-10".
std::string title_of(const std::string& dataset);
/// The report's rows by data set, both in their order.
std::vector<std::pair<std::string, std::vector<const RowFigures*>>> by_dataset(const Report& report);

}  // namespace mog::marks
