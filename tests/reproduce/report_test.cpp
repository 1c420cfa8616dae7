// The report's numbers against hand-computed ones, from folders that a test writes.
#include "reproduce/report.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "reproduce/report_files.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/reproduce/run_folders.hpp"
#include "tests/support/svg.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

/// Table II with runs of 2, 1 and 4 epochs; the last stage alone has 4 for k = 2 and 1.
Plan short_plan(const PlanRequest& request = {.target = Target::table2, .budget = "paper"}) {
  Plan plan = make_plan(request);
  for (PlannedRun& run : plan.runs) {
    run.recipe = run.from ? run.recipe.with_epochs({0, 0, 4}) : run.recipe.with_epochs({2, 1, 4});
  }
  return plan;
}

const PlannedRun& run_of(const Plan& plan, const std::string& name) {
  const PlannedRun* found = find_run(plan, name);
  REQUIRE(found != nullptr);
  return *found;
}

const RowFigures& row_of(const Report& report, const std::string& name) {
  for (const RowFigures& row : report.rows) {
    if (row.row == name) return row;
  }
  throw std::runtime_error(name + ": no such row");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the last epoch is the result, the best one is beside it, milestones count all stages") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  const PlannedRun& run = run_of(plan, "cifar10-n128-g4-k3");
  put_run(out.path(), run, rows_of(run.recipe, {0.90, 0.9150, 0.9250, 0.9150}));
  const RowFigures row = row_of(make_report(plan, out.path()), run.name);
  CHECK(row.last.mean == doctest::Approx(0.9150));
  CHECK(row.runs[0].best == 0.9250);
  CHECK(row.runs[0].best_epoch == 3);
  CHECK(row.paper->accuracy == 92.12);
  CHECK(row.weight_bits == 1'715'968);  // mog summary --n 128 --g 4: 1.716 Mb
  CHECK(row.images == 10'000);
  // Three epochs of the first two stages, 95 % of a float network, come before, and do not count as having it.
  const RunFigures& figures = row.runs[0];
  CHECK(figures.reached(0.90)->epochs == 4);
  CHECK(figures.reached(0.90)->seconds == 400);
  CHECK(figures.reached(0.91)->epochs == 5);
  CHECK(figures.reached(0.9212)->epochs == 6);
  CHECK(!figures.reached(0.93));
}

TEST_CASE("a run that began with another's stages counts them, wherever the folders lie now") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  const PlannedRun &base = run_of(plan, "cifar10-n128-g4-k3"), &run = run_of(plan, "cifar10-n128-g4-k1");
  put_run(out.path(), base, rows_of(base.recipe, {0.90, 0.91, 0.92, 0.93}));
  put_run(out.path(), run, rows_of(run.recipe, {0.85, 0.86, 0.90, 0.89}));
  const RunFigures figures = row_of(make_report(plan, out.path()), run.name).runs[0];
  CHECK(figures.record.done() == 4);
  CHECK(figures.rows.size() == 7);  // the last stage of the base is not among them
  CHECK(seconds_of(figures.rows) == 700);
  CHECK(figures.reached(0.90)->epochs == 6);
  CHECK(figures.remark.empty());

  std::filesystem::remove_all(out / base.name);
  const RunFigures alone = row_of(make_report(plan, out.path()), run.name).runs[0];
  CHECK(alone.rows.size() == 4);
  CHECK(alone.remark == "began with cifar10-n128-g4-k3, which is not here and not counted");
}

TEST_CASE("a run that went on from another's end counts that run's epochs, but not its accuracy") {
  const TemporaryFolder out;
  Plan plan = make_plan({.target = Target::table2, .budget = "night"});
  for (PlannedRun& run : plan.runs) run.recipe = run.recipe.with_epochs({run.from ? 0 : 1, 0, 2});
  const PlannedRun &base = run_of(plan, "cifar10-n128-g4-k3"), &run = run_of(plan, "cifar10-n128-g4-k2");
  put_run(out.path(), base, rows_of(base.recipe, {0.92, 0.93}));
  put_run(out.path(), run, rows_of(run.recipe, {0.89, 0.91}));
  const RunFigures figures = row_of(make_report(plan, out.path()), run.name).runs[0];
  CHECK(figures.rows.size() == 5);
  CHECK(figures.reached(0.90)->epochs == 5);
  CHECK(!figures.reached(0.92));
}

TEST_CASE("open runs are open, begun ones say where they are, and neither has a result") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  const PlannedRun& run = run_of(plan, "cifar100-n128-g4-k3");
  std::vector<EpochRow> rows = rows_of(run.recipe, {0.6, 0.6, 0.6, 0.6});
  rows.resize(2);
  put_run(out.path(), run, rows);
  const Report report = make_report(plan, out.path());
  CHECK(row_of(report, run.name).runs[0].state() == "full-precision 2 of 2; 2 of 7 in all");
  CHECK(row_of(report, run.name).last.count == 0);
  CHECK(row_of(report, "cifar10-n128-g8-k1").runs[0].state() == "open");
  CHECK(has(report_markdown(report), "| cifar10-n128-g8-k1 | 1126144 | 1.126 | 1.13 | – | – | 87.60 | – | – | open |"));
  put_run(out.path(), run, {});
  CHECK(row_of(make_report(plan, out.path()), run.name).runs[0].state() == "in its first epoch of 7");
}

TEST_CASE("an empty or missing folder is reported as all open") {
  const TemporaryFolder out;
  for (const Target target : {Target::table2, Target::fig4, Target::ablations}) {
    const Report report = make_report(make_plan({.target = target, .budget = "hour"}), out / "none");
    for (const RowFigures& row : report.rows) CHECK(row.last.count == 0);
    CHECK(has(report_markdown(report), "open |"));
    CHECK(well_formed(fig4_svg(report)));
    CHECK(well_formed(rows_svg(report)));
  }
}

TEST_CASE("seeds have a mean and a deviation, and ablations a difference to the base") {
  const TemporaryFolder out;
  Plan plan = short_plan({.target = Target::ablations, .budget = "short"});
  const auto put = [&](const std::string& name, double accuracy) {
    const PlannedRun& run = run_of(plan, name);
    put_run(out.path(), run, rows_of(run.recipe, {0.1, 0.2, 0.3, accuracy}));
  };
  put("base", 0.70), put("base-s2", 0.71), put("base-s3", 0.72);
  put("paper", 0.60), put("paper-s2", 0.62), put("paper-s3", 0.61);
  put("with-label-smoothing", 0.71), put("with-label-smoothing-s2", 0.72);
  const Report report = make_report(plan, out.path());
  CHECK(row_of(report, "base").last.mean == doctest::Approx(0.71));
  CHECK(row_of(report, "base").last.deviation == doctest::Approx(0.01));
  CHECK(row_of(report, "base").images == 5000);
  const std::string page = report_markdown(report);
  CHECK(has(page, "71.00 ± 1.00 (3 seeds)"));
  // Deviations 1 and 1 of three values each: 2.776 sqrt(2 / 3) = 2.27.
  CHECK(has(page, "| 61.00 ± 1.00 (3 seeds) | -10.00 | 2.27, beyond it |"));
  // 71.5 +- 0.7071 of two values: pooled variance (2 * 1 + 0.5) / 3, t(3) = 3.182, sqrt(1 / 3 + 1 / 2): 2.65.
  CHECK(has(page, "| 71.50 ± 0.71 (2 seeds) | +0.50 | 2.65, within it |"));
  CHECK(well_formed(rows_svg(report)));
}

TEST_CASE("a folder with another recipe is in its row with a remark, one with another network is not") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  PlannedRun run = run_of(plan, "cifar10-n128-g4-k3");
  run.recipe = run.recipe.with_epochs({1, 0, 1});
  put_run(out.path(), run, rows_of(run.recipe, {0.8}));
  const RowFigures row = row_of(make_report(plan, out.path()), run.name);
  CHECK(row.runs[0].remark == "has a recipe of 1,0,1 epochs, the plan's, cifar10-paper, 2,1,4");
  CHECK(row.last.mean == 0.8);
  run.network.maps = 64;
  put_run(out.path(), run, rows_of(run.recipe, {0.8}));
  const RowFigures other = row_of(make_report(plan, out.path()), run.name);
  CHECK(other.runs[0].remark == "has n = 64, the plan 128");
  CHECK(other.last.count == 0);
}

TEST_CASE("folders that the plan does not name stand behind the row of their network; broken ones are named") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  PlannedRun run = run_of(plan, "cifar10-n128-g8-k2");
  run.name = "copied from | elsewhere";
  run.seed = 7;
  run.from = std::nullopt;
  put_run(out.path(), run, rows_of(run.recipe, {0.8, 0.8, 0.8, 0.9}));
  std::filesystem::create_directory(out / "broken");
  put_file(out / "broken/metrics.csv", "nonsense\n");
  const Report report = make_report(plan, out.path());
  const RowFigures row = row_of(report, run.name);
  CHECK(row.paper->accuracy == 90.81);
  CHECK(row.last.mean == 0.9);
  CHECK(row.runs[0].run.seed == 7);
  CHECK(row_of(report, "cifar10-n128-g8-k2").last.count == 0);
  REQUIRE(report.unread.size() == 1);
  CHECK(has(report.unread[0], "broken/metrics.csv"));
  CHECK(has(report_markdown(report), "| copied from / elsewhere |"));
}

TEST_CASE("machines and processor time are those of all sessions, and unknown where a session is missing") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  const PlannedRun& run = run_of(plan, "cifar10-n128-g4-k3");
  put_run(out.path(), run, rows_of(run.recipe, {0.9, 0.9, 0.9, 0.9}));
  CHECK(!row_of(make_report(plan, out.path()), run.name).runs[0].cpu_seconds());
  const Session first{"0.1.0", "abc", "A", 2, 2, "avx2", 3, 310, 600},
      second{"0.1.0", "abc", "B", 4, 4, "avx2", 4, 1, 20};
  put_sessions(out / run.name, {first, second});
  const RunFigures figures = row_of(make_report(plan, out.path()), run.name).runs[0];
  CHECK(figures.cpu_seconds() == 620);
  CHECK(figures.machines() == "A, 2 threads on 2 cores, avx2; B, 4 threads on 4 cores, avx2");
  CHECK(figures.programs() == "0.1.0 (abc)");
  CHECK(figures.images_per_second() == 500);
  put_sessions(out / run.name, {first});
  CHECK(!row_of(make_report(plan, out.path()), run.name).runs[0].cpu_seconds());
}

TEST_CASE("every line of the table has as many fields as its first") {
  const TemporaryFolder out;
  const Plan plan = short_plan();
  const PlannedRun& run = run_of(plan, "cifar10-n128-g4-k3");
  put_run(out.path(), run, rows_of(run.recipe, {0.9, 0.9, 0.9, 0.9}));
  const std::string csv = report_csv(make_report(plan, out.path()));
  const std::size_t fields = count(csv.substr(0, csv.find('\n')), ",");
  std::size_t begin = 0, lines = 0;
  for (std::size_t end = csv.find('\n'); end != std::string::npos; begin = end + 1, end = csv.find('\n', begin)) {
    const std::string line = csv.substr(begin, end - begin);
    const std::size_t quotes = count(line, "\"");
    if (quotes == 0) CHECK(count(line, ",") == fields);
    ++lines;
  }
  CHECK(lines == 13);
  CHECK(
      has(csv, "\ncifar10-n128-g4-k3,cifar10-n128-g4-k3,cifar10,128,4,3,1,cifar10-paper,finished,7,7,7,92.12,90.00,"));
}

TEST_CASE("Fig. 4 shows our networks, the paper's two and its rivals' four on each data set") {
  const TemporaryFolder out;
  const Plan plan = short_plan({.target = Target::fig4, .budget = "paper"});
  for (const PlannedRun& run : plan.runs) put_run(out.path(), run, rows_of(run.recipe, {0.6, 0.6, 0.6, 0.7}));
  const std::string svg = fig4_svg(make_report(plan, out.path()));
  CHECK(well_formed(svg));
  CHECK(count(svg, "<circle") == 10 + 1);  // one in the legend
  CHECK(count(svg, "class=\"two\"") == 4 + 1);
  CHECK(count(svg, "class=\"grey\"") == 8 + 1);
  CHECK(count(svg, "Model size (Mb)") == 2);
  CHECK(count(svg, ">n = 192<") == 2);
  CHECK(count(svg, "nan") == 0);
}
