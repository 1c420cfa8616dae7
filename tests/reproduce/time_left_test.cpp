// Time left, from epochs of 100 seconds at 500 images/s.
#include "reproduce/time_left.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "reproduce/network_size.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/reproduce/run_folders.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

std::vector<RunRecord> read_all(const Plan& plan, const std::filesystem::path& out) {
  std::vector<RunRecord> records;
  for (const PlannedRun& run : plan.runs) records.push_back(read_run(out / run.name));
  return records;
}

}  // namespace

TEST_CASE("a run that was measured takes what its epochs took, evaluation added; a finished one nothing") {
  const TemporaryFolder out;
  const Plan plan = make_plan({.target = Target::fig4, .budget = "short", .rows = {"cifar10-n128-g4-k3"}});
  const PlannedRun& run = plan.runs[0];
  const std::vector<EpochRow> rows = rows_of(run.recipe, std::vector<double>(3, 0.5));
  CHECK(!Speeds(plan, read_all(plan, out.path())).seconds_left(run, read_run(out / run.name)));
  for (const std::size_t done : std::vector<std::size_t>{1, 5, 8, 9}) {
    put_run(out.path(), run, {rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(done)});
    const auto records = read_all(plan, out.path());
    const double left = static_cast<double>(rows.size() - done);
    CHECK(Speeds(plan, records).seconds_left(run, records[0]).value() == doctest::Approx(left * 107));
  }
}

TEST_CASE("a network that was not measured goes by its multiply-accumulates") {
  const TemporaryFolder out;
  const Plan plan = make_plan({.target = Target::fig4, .budget = "short", .rows = {"cifar10"}});
  const PlannedRun &measured = *find_run(plan, "cifar10-n128-g4-k3"), &larger = *find_run(plan, "cifar10-n256-g4-k3");
  put_run(out.path(), measured, rows_of(measured.recipe, std::vector<double>(3, 0.5)));
  const auto records = read_all(plan, out.path());
  const double ratio =
      static_cast<double>(size_of(larger.choice()).macs) / static_cast<double>(size_of(measured.choice()).macs);
  CHECK(ratio > 3.5);
  CHECK(Speeds(plan, records).seconds_left(larger, {}).value() ==
        doctest::Approx(9 * 107 * std::pow(ratio, 0.75)).epsilon(1e-6));
}

TEST_CASE("sizes are those that mog summary prints") {
  PlannedRun run;
  run.network = {.maps = 128, .groups = 4, .bits = 3, .classes = 10};
  CHECK(size_of(run.choice()).weight_bits == 1'715'968);
  CHECK(size_of(run.choice()).macs == 210'976'768);
  run.model = ModelChoice{.model = "etd-resnet20", .words = find_model("etd-resnet20").complete({})};
  CHECK(size_of(run.choice()).weight_bits == 1'947'072);
}

TEST_CASE("durations are said in the two largest units") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(119.4) == "119 s");
  CHECK(duration_text(120) == "2 min");
  CHECK(duration_text(7200) == "2 h 00 min");
  CHECK(duration_text(18'360) == "5 h 06 min");
  CHECK(duration_text(273'600) == "3 d 4 h");
  CHECK(duration_text(-1) == "0 s");
}

TEST_CASE("the median is the middle value") {
  CHECK(median({}) == 0);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 2, 3}) == 3);
}
