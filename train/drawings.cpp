// The panels of a run's curves, and the confusion matrix.
#include "train/drawings.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "train/svg.hpp"

namespace mog {
namespace {

using svg::label, svg::linear_ticks, svg::nice_step;

/// The common horizontal axis of the panels: epochs of all stages in a row.
struct Axis {
  static constexpr double kLeft = 64, kRight = 656;
  std::size_t epochs;

  /// Where epoch i (from 0) is drawn: in the middle of its share of the width.
  [[nodiscard]] double at(double i) const { return kLeft + (kRight - kLeft) * (i + 0.5) / static_cast<double>(epochs); }
  [[nodiscard]] double before(std::size_t i) const { return at(static_cast<double>(i) - 0.5); }
};

/// One line of a panel.
struct Curve {
  const char* style;
  const char* name;
  std::vector<double> values;
};

/// Values to heights within a panel.
struct Scale {
  double low, high, top, bottom;
  bool logarithmic = false;

  [[nodiscard]] double at(double value) const {
    const double share = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return bottom - (bottom - top) * std::clamp(share, 0.0, 1.0);
  }
};

std::string drawn(const Axis& axis, const Scale& scale, const Curve& curve) {
  std::string points;
  std::string dots;
  for (std::size_t i = 0; i < curve.values.size(); ++i) {
    const std::string x = to_text(axis.at(static_cast<double>(i)), 1), y = to_text(scale.at(curve.values[i]), 1);
    points += concat(x, ",", y, " ");
    if (axis.epochs <= 40) {
      dots += concat("<circle cx=\"", x, "\" cy=\"", y, "\" r=\"3\" class=\"", curve.style, "\"/>\n");
    }
  }
  return concat("<polyline class=\"", curve.style, "\" points=\"", points, "\"/>\n", dots);
}

/// Horizontal rules with their numbers, as many as fit.
std::string rules(const Scale& scale, const std::vector<double>& at, const char* unit, double factor) {
  std::string svg;
  for (const double value : at) {
    const double y = scale.at(value);
    svg += concat("<line class=\"rule\" x1=\"", Axis::kLeft, "\" x2=\"", Axis::kRight, "\" y1=\"", y, "\" y2=\"", y,
                  "\"/>\n", label(Axis::kLeft - 8, y + 4, "faint end", concat(value * factor, unit)));
  }
  return svg;
}

/// Title and legend of a panel, then its rules and curves.
std::string panel(const Axis& axis, const Scale& scale, const std::string& title, const std::string& grid,
                  const std::vector<Curve>& curves) {
  std::string svg = label(Axis::kLeft, scale.top - 10, "", title);
  double x = Axis::kRight;
  for (const Curve& curve : curves) {
    if (curves.size() > 1) svg += label(x, scale.top - 10, (std::string(curve.style) + " end").c_str(), curve.name);
    x -= 60;
  }
  svg += grid;
  for (const Curve& curve : curves) svg += drawn(axis, scale, curve);
  return svg;
}

/// Bands behind the panels, one a stage, with their names above and the epochs' numbers below.
std::string stage_bands(const Axis& axis, const std::vector<EpochRow>& rows, double top, double bottom) {
  std::string svg;
  for (std::size_t begin = 0, end = 0, n = 0; begin < rows.size(); begin = end, ++n) {
    while (end < rows.size() && rows[end].name() == rows[begin].name()) ++end;
    const double left = axis.before(begin), right = axis.before(end);
    if (n % 2 == 0) {
      svg += concat("<rect class=\"band\" x=\"", left, "\" y=\"", top, "\" width=\"", right - left, "\" height=\"",
                    bottom - top, "\"/>\n");
    }
    svg += label((left + right) / 2, top + 18, "middle", rows[begin].name());
    const auto epochs = static_cast<Index>(end - begin);
    const Index step = std::max<Index>(1, static_cast<Index>(nice_step(static_cast<double>(axis.epochs) / 3)));
    for (Index e = std::min(step, epochs); e <= epochs; e += step) {
      svg += label(axis.at(static_cast<double>(begin) + static_cast<double>(e - 1)), bottom + 16, "faint middle",
                   concat(rows[begin + static_cast<std::size_t>(e - 1)].epoch));
    }
  }
  return svg;
}

template <class Member>
std::vector<double> column(const std::vector<EpochRow>& rows, Member member) {
  std::vector<double> values;
  values.reserve(rows.size());
  for (const EpochRow& row : rows) values.push_back(row.*member);
  return values;
}

std::string rates_panel(const Axis& axis, const std::vector<EpochRow>& rows, double top, double bottom) {
  std::vector<double> rates = column(rows, &EpochRow::learning_rate);
  const double high = *std::max_element(rates.begin(), rates.end());
  double low = high;
  for (const double rate : rates) low = rate > 0 ? std::min(low, rate) : low;
  if (!(high > 0)) return {};
  const double from = std::floor(std::log10(low) + 1e-9);
  double to = std::ceil(std::log10(high) - 1e-9);
  if (to <= from) to = from + 1;
  const Scale scale{std::pow(10, from), std::pow(10, to), top, bottom, true};
  std::vector<double> ticks(static_cast<std::size_t>(to - from) + 1);
  for (std::size_t i = 0; i < ticks.size(); ++i) ticks[i] = std::pow(10, from + static_cast<double>(i));
  for (double& rate : rates) rate = std::max(rate, scale.low);
  return panel(axis, scale, "learning rate", rules(scale, ticks, "", 1), {{"one", "", rates}});
}

}  // namespace

std::string curves_svg(const std::vector<EpochRow>& rows) {
  constexpr double kWidth = 680, kHeight = 600, kTop = 12, kBottom = 560;
  std::string svg = svg::head(kWidth, kHeight, "Accuracy, loss and learning rate over the epochs");
  if (rows.empty()) return svg + label(kWidth / 2, kHeight / 2, "faint middle", "no epochs yet") + "</svg>\n";
  const Axis axis{rows.size()};
  svg += stage_bands(axis, rows, kTop, kBottom);

  const Scale accuracy{0, 1, 70, 270};
  svg += panel(axis, accuracy, "accuracy", rules(accuracy, linear_ticks(0, 1), " %", 100),
               {{"one", "test", column(rows, &EpochRow::test_accuracy)},
                {"two", "training", column(rows, &EpochRow::train_accuracy)}});

  std::vector<double> losses = column(rows, &EpochRow::train_loss);
  const double most = std::max(1e-6, *std::max_element(losses.begin(), losses.end()));
  const Scale loss{0, most * 1.05, 320, 440};
  svg += panel(axis, loss, "training loss", rules(loss, linear_ticks(0, most * 1.05), "", 1), {{"two", "", losses}});

  svg += rates_panel(axis, rows, 490, 550);
  svg += label((Axis::kLeft + Axis::kRight) / 2, kHeight - 6, "faint middle", "epoch of each stage");
  return svg + "</svg>\n";
}

std::string confusion_svg(std::span<const Index> confusion, std::span<const std::string> class_names) {
  const std::size_t classes = class_names.size();
  require(classes >= 1 && confusion.size() == classes * classes, "confusion: ", confusion.size(), " counts for ",
          classes, " classes");
  const bool numbers = classes <= 20;
  const double cell = numbers ? 40 : std::max(4.0, std::floor(600 / static_cast<double>(classes)));
  std::size_t longest = 1;
  for (const std::string& name : class_names) longest = std::max(longest, name.size());
  const double names = numbers ? 24 + 6.6 * static_cast<double>(std::min<std::size_t>(longest, 24)) : 24;
  const double left = names, top = 32, side = cell * static_cast<double>(classes);
  const double width = left + side + 24, height = top + side + names + 8;

  std::string svg = svg::head(width, height, "Confusion matrix");
  svg += label(left, 20, "faint", "rows: true class, columns: found, % of the row");
  for (std::size_t r = 0; r < classes; ++r) {
    Index total = 0;
    for (std::size_t c = 0; c < classes; ++c) total += confusion[r * classes + c];
    const double y = top + cell * static_cast<double>(r);
    for (std::size_t c = 0; c < classes && total > 0; ++c) {
      const double share = static_cast<double>(confusion[r * classes + c]) / static_cast<double>(total);
      if (share == 0) continue;
      const double x = left + cell * static_cast<double>(c);
      svg += concat("<rect class=\"cell\" x=\"", x, "\" y=\"", y, "\" width=\"", cell, "\" height=\"", cell,
                    "\" fill-opacity=\"", to_text(0.04 + 0.66 * std::sqrt(share), 3), "\"/>\n");
      if (numbers && share >= 0.005) svg += label(x + cell / 2, y + cell / 2 + 4, "middle", to_text(100 * share, 0));
    }
    if (!numbers) continue;
    const double middle = cell * (static_cast<double>(r) + 0.5);
    svg += label(left - 8, top + middle + 4, "end", class_names[r]);
    svg += concat("<g transform=\"translate(", left + middle + 4, " ", top + side + 10, ") rotate(-90)\">",
                  label(0, 0, "end", class_names[r]), "</g>\n");
  }
  svg += concat("<rect class=\"rule\" x=\"", left, "\" y=\"", top, "\" width=\"", side, "\" height=\"", side, "\"/>\n");
  return svg + "</svg>\n";
}

}  // namespace mog
