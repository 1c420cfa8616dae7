// What the drawings have in common: page and colours, labels, the marks of an axis.
#pragma once

#include <string>
#include <vector>

namespace mog::svg {

/// The beginning of a drawing: its size, its title for who cannot see it, colours for light and dark pages. "</svg>"
/// ends it. Classes: `one`, `two` and `grey` are the colours of lines, `one` and `two` those of dots and names too,
/// `rule` and `band` stand behind.
std::string head(double width, double height, const char* title);
/// Text at a point, its special letters escaped. Classes, several if need be: faint, middle, end, one, two.
std::string label(double x, double y, const char* style, const std::string& text);
/// A step of 1, 2 or 5 times a power of ten that cuts `span` into at most five.
double nice_step(double span);
/// The multiples of that step from low to high.
std::vector<double> linear_ticks(double low, double high);

}  // namespace mog::svg
