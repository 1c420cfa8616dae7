// SVG by hand: light colours for every viewer, dark ones where the reader has set them.
#include "train/svg.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/printable.hpp"

namespace mog::svg {
namespace {

/// Text of a label with XML's special letters escaped, and without what XML does not know: U+FFFE, control characters.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::string head(double width, double height, const char* title) {
  return concat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", width, " ", height, "\" width=\"", width,
                "\" height=\"", height, "\" role=\"img\">\n<title>", title, R"(</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.faint { fill: #656d76; } .middle { text-anchor: middle; } .end { text-anchor: end; }
.page { fill: #fff; } .band { fill: #f0f3f7; } .rule { stroke: #d0d7de; fill: none; }
.one { stroke: #0969da; } .two { stroke: #bc4c00; } polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
.grey { stroke: #656d76; } path { fill: none; stroke-width: 2; }
circle.one, text.one, .cell { fill: #0969da; } circle.two, text.two { fill: #bc4c00; }
text.one, text.two { stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .faint { fill: #9198a1; } .page { fill: #0d1117; } .band { fill: #1a212b; }
  .rule { stroke: #30363d; } .grey { stroke: #9198a1; } .one { stroke: #58a6ff; } .two { stroke: #f0883e; }
  circle.one, text.one, .cell { fill: #58a6ff; } circle.two, text.two { fill: #f0883e; }
}
</style>
<rect class="page" width="100%" height="100%"/>
)");
}

std::string label(double x, double y, const char* style, const std::string& text) {
  return concat("<text x=\"", x, "\" y=\"", y, "\" class=\"", style, "\">", escaped(text), "</text>\n");
}

double nice_step(double span) {
  const double power = std::pow(10, std::floor(std::log10(span / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (span / (factor * power) <= 5 * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::vector<double> linear_ticks(double low, double high) {
  std::vector<double> ticks;
  const double step = nice_step(high - low);
  for (double k = std::ceil(low / step - 1e-9) + 0.0; k * step <= high + 1e-9 * step; ++k) ticks.push_back(k * step);
  return ticks;
}

}  // namespace mog::svg
