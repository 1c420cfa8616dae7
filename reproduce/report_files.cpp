// report.csv, and writing all three files.
#include "reproduce/report_files.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

/// A value that may be missing, with so many digits after the point.
std::string field(const std::optional<double>& value, int digits) { return value ? to_text(*value, digits) : ""; }

/// A text as one field.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// As the run was told; for a run that has not begun, as the plan says.
std::string recipe_of(const RunFigures& one) {
  const auto told = one.record.words.find("recipe");
  return told != one.record.words.end() ? told->second : one.run.recipe.name;
}

/// n, g and k of a MOGNET; empty fields for other networks, whose row says which they are.
std::string sizes_of(const PlannedRun& run) {
  if (run.model) return ",,";
  return concat(run.network.maps, ',', run.network.groups, ',', run.network.bits);
}

std::string line(const RowFigures& row, const RunFigures& one) {
  const PlannedRun& run = one.run;
  const Index planned = one.record.recipe ? one.record.planned() : run.recipe.epochs();
  std::string text = concat(row.row, ',', run.name, ',', field(run.dataset), ',', sizes_of(run), ',', run.seed, ',',
                            field(recipe_of(one)), ',',
                            !one.record.exists ? "open"
                            : one.finished()   ? "finished"
                                               : "begun",
                            ',', one.record.done(), ',', planned, ',', one.rows.size(), ',');
  const auto add = [&text](const std::string& value) { text += value + ','; };
  const auto paper = [&](double Printed::*member) {
    return row.paper ? std::optional(*row.paper.*member) : std::nullopt;
  };
  add(field(paper(&Printed::accuracy), 2));
  add(field(one.last ? std::optional(100 * *one.last) : std::nullopt, 2));
  std::optional<Interval> open;
  if (one.last && row.images > 0) open = wilson95(*one.last, row.images);
  add(field(open ? std::optional(100 * open->low) : std::nullopt, 2));
  add(field(open ? std::optional(100 * open->high) : std::nullopt, 2));
  add(field(one.best ? std::optional(100 * *one.best) : std::nullopt, 2));
  add(one.best ? to_text(one.best_epoch) : "");
  add(field(paper(&Printed::megabits), 2));
  add(row.weight_bits > 0 ? to_text(row.weight_bits) : "");
  add(field(one.record.exists ? std::optional(seconds_of(one.record.rows)) : std::nullopt, 1));
  add(field(one.record.exists ? std::optional(seconds_of(one.rows)) : std::nullopt, 1));
  add(field(one.cpu_seconds(), 1));
  add(field(one.record.exists ? std::optional(one.images_per_second()) : std::nullopt, 1));
  for (const double accuracy : kMilestones) {
    const auto when = one.reached(accuracy);
    add(when ? to_text(when->epochs) : "");
    add(when ? to_text(when->seconds, 1) : "");
  }
  return text + concat(field(one.machines()), ',', field(one.programs()), ',', field(one.remark), '\n');
}

}  // namespace

std::string report_csv(const Report& report) {
  std::string text =
      "row,run,dataset,n,g,k,seed,recipe,state,epochs,epochs_planned,epochs_all_stages,paper_accuracy,accuracy,"
      "accuracy_low,accuracy_high,best_accuracy,best_epoch,paper_megabits,weight_bits,seconds,seconds_all_stages,"
      "cpu_seconds,images_per_second,epochs_to_90,seconds_to_90,epochs_to_91,seconds_to_91,epochs_to_92.12,"
      "seconds_to_92.12,machine,program,remark\n";
  for (const RowFigures& row : report.rows) {
    for (const RunFigures& one : row.runs) text += line(row, one);
  }
  return text;
}

std::vector<std::filesystem::path> write_report(const Report& report, const std::filesystem::path& out) {
  const Target target = report.plan.request.target;
  const std::filesystem::path page = out / "report.md", table = out / "report.csv";
  const std::filesystem::path drawing = out / (std::string(name(target)) + ".svg");
  write_file(drawing, target == Target::fig4 ? fig4_svg(report) : rows_svg(report));
  write_file(table, report_csv(report));
  write_file(page, report_markdown(report));
  return {page, table, drawing};
}

}  // namespace mog
