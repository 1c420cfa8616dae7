// Columns of fixed width.
#include "apps/plan_table.hpp"

#include <algorithm>
#include <cstdio>

#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/text.hpp"
#include "reproduce/time_left.hpp"

namespace mog::apps {
namespace {

const char* state_of(const PlannedRun& run, const RunRecord& record, const std::string& running) {
  if (run.name == running) return "running";
  if (record.finished()) return "done";
  return record.exists ? "stopped" : "waiting";
}

/// "84.10", of a stage before the last "84.10 full-precision".
std::string accuracy_of(const RunRecord& record) {
  if (record.rows.empty()) return "-";
  const EpochRow& row = record.rows.back();
  const bool last = record.recipe ? row.name() == last_stage(*record.recipe).name() : row.stage == Stage::quantized;
  return to_text(100 * row.test_accuracy, 2) + (last ? "" : concat(" ", row.name()));
}

std::string paper_of(const PlannedRun& run) {
  const auto printed = run.printed();
  return printed ? to_text(printed->accuracy, 2) : "-";
}

}  // namespace

void print_plan(const Plan& plan, const std::vector<RunRecord>& records, const std::string& running) {
  std::size_t width = 3;
  for (const PlannedRun& run : plan.runs) width = std::max(width, run.name.size());
  const auto print = [&](const std::string& run, const char* state, const std::string& epochs,
                         const std::string& accuracy, const std::string& paper, const std::string& left) {
    std::fprintf(stderr, "%-*s  %-8s %9s  %-24s %7s  %s\n", static_cast<int>(width), printable(run).c_str(), state,
                 printable(epochs).c_str(), printable(accuracy).c_str(), printable(paper).c_str(),
                 printable(left).c_str());
  };
  const Speeds speeds(plan, records);
  double all = 0;
  bool known = true;
  std::fprintf(stderr, "\n");
  print("run", "state", "epochs", "accuracy %", "paper %", "time left");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const PlannedRun& run = plan.runs[i];
    const auto left = speeds.seconds_left(run, records[i]);
    all += left.value_or(0);
    known = known && left;
    print(run.name, state_of(run, records[i], running), concat(records[i].done(), "/", run.recipe.epochs()),
          accuracy_of(records[i]), paper_of(run),
          records[i].finished() ? "-"
          : left                ? duration_text(*left)
                                : "not known yet");
  }
  print("all", "", "", "", "", known ? duration_text(all) : "not known before the first epoch");
  std::fprintf(stderr, "\n");
}

}  // namespace mog::apps
