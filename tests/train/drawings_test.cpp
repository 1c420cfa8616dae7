// Drawings: well-formed, with everything on the page, for few and many epochs and classes.
#include "train/drawings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "tests/support/svg.hpp"

using namespace mog;
using testing::count, testing::well_formed;

namespace {

std::vector<EpochRow> rows_of(Index epochs) {
  std::vector<EpochRow> rows;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    for (Index e = 1; e <= epochs; ++e) {
      rows.push_back(
          {stage, e, 1e-3 * std::pow(0.9, static_cast<double>(e)), 2.0 / static_cast<double>(e), 0.5, 0.6, 1, 1});
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("curves name the three stages and draw four lines, for any number of epochs") {
  for (const Index epochs : {1, 2, 3, 40, 250}) {
    const std::string svg = curves_svg(rows_of(epochs));
    CHECK(well_formed(svg));
    CHECK(count(svg, "<polyline") == 4);
    for (const char* stage : {">full-precision<", ">quantized-weights<", ">quantized<"}) CHECK(count(svg, stage) == 1);
    CHECK(count(svg, "nan") == 0);
    CHECK(count(svg, "inf") == 0);
  }
}

TEST_CASE("no epochs, one epoch, a loss of 0 and a learning rate of 0 are drawn too") {
  CHECK(well_formed(curves_svg({})));
  for (const EpochRow& row :
       {EpochRow{Stage::quantized, 1, 0, 0, 0, 0, 0, 0}, EpochRow{Stage::quantized, 1, 1, 1e30, 1, 1, 1, 1}}) {
    const std::string svg = curves_svg({row});
    CHECK(well_formed(svg));
    CHECK(count(svg, "nan") == 0);
  }
}

TEST_CASE("a confusion matrix shows shares of its rows and the names, whatever they are") {
  const std::vector<std::string> names = {"<cat>", "a & b"};
  const std::vector<Index> counts = {3, 1, 0, 0};
  const std::string svg = confusion_svg(counts, names);
  CHECK(well_formed(svg));
  CHECK(count(svg, "&lt;cat&gt;") == 2);
  CHECK(count(svg, "a &amp; b") == 2);
  CHECK(count(svg, ">75<") == 1);
  CHECK(count(svg, ">25<") == 1);
  // The quarter lies to the right of the three, in the same row: a column is what was found.
  const auto cell_before = [&svg](const char* share, const char* side) {
    const std::size_t rect = svg.rfind("<rect class=\"cell\"", svg.find(share));
    return std::stod(svg.substr(svg.find(side, rect) + std::string_view(side).size()));
  };
  CHECK(cell_before(">25<", " x=\"") == cell_before(">75<", " x=\"") + 40);
  CHECK(cell_before(">25<", " y=\"") == cell_before(">75<", " y=\""));
}

TEST_CASE("a hundred classes are drawn without numbers; a wrong number of counts is refused") {
  const std::vector<std::string> names(100, "class");
  const std::vector<Index> counts(10'000, 1);
  const std::string svg = confusion_svg(counts, names);
  CHECK(well_formed(svg));
  CHECK(count(svg, "class=\"cell\"") == 10'000);
  CHECK_THROWS_AS(confusion_svg(std::vector<Index>(3), std::vector<std::string>(2)), std::invalid_argument);
}
