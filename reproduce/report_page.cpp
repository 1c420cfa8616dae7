// report.md: tables of accuracy, size and cost, and what they mean.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "reproduce/report_files.hpp"
#include "reproduce/time_left.hpp"

namespace mog {
namespace {

constexpr const char* kNothing = "–";

std::string percent(double share) { return to_text(100 * share, 2); }

/// A cell of a table: without what would end it.
std::string cell(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  return text.empty() ? kNothing : text;
}

std::string line(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& one : cells) text += concat(" ", cell(one), " |");
  return text + "\n";
}

std::string head(const std::vector<std::string>& names) {
  std::string rule = "|";
  for (std::size_t i = 0; i < names.size(); ++i) rule += "---|";
  return concat(line(names), rule, "\n");
}

/// "92.12", with several seeds "92.12 ± 0.15 (3 seeds)".
std::string accuracy_text(const Spread& spread) {
  if (spread.count == 0) return kNothing;
  if (spread.count == 1) return percent(spread.mean);
  return concat(percent(spread.mean), " ± ", percent(spread.deviation), " (", spread.count, " seeds)");
}

std::string interval_text(const RowFigures& row) {
  if (row.last.count == 0 || row.images == 0) return kNothing;
  const Interval open = wilson95(row.last.mean, row.images);
  return concat(percent(open.low), " to ", percent(open.high));
}

std::string signed_text(double share) { return concat(share >= 0 ? "+" : "", percent(share)); }

/// The best epochs, named: "91.80 in epoch 29".
std::string best_text(const RowFigures& row) {
  std::string text;
  for (const RunFigures& one : row.runs) {
    if (one.best) text += concat(text.empty() ? "" : "; ", percent(*one.best), " in epoch ", one.best_epoch);
  }
  return text;
}

std::string states_text(const RowFigures& row) {
  std::string text;
  for (const RunFigures& one : row.runs) {
    const std::string state = one.remark.empty() ? one.state() : concat(one.state(), " (", one.remark, ")");
    text += concat(text.empty() ? "" : "; ", row.runs.size() > 1 ? concat("seed ", one.run.seed, ": ") : "", state);
  }
  return text;
}

std::string comparison_table(const Report& report) {
  std::string text = head({"network", "weight bits", "Mb", "paper's Mb", "after the last epoch %", "95 %", "paper %",
                           "difference", "best epoch %", "state"});
  for (const RowFigures& row : report.rows) {
    const auto megabits = static_cast<double>(row.weight_bits) * 1e-6;
    const bool both = row.paper && row.last.count > 0;
    text +=
        line({row.row, row.weight_bits > 0 ? to_text(row.weight_bits) : "",
              row.weight_bits > 0 ? to_text(megabits, 3) : "", row.paper ? to_text(row.paper->megabits, 2) : "",
              accuracy_text(row.last), interval_text(row), row.paper ? to_text(row.paper->accuracy, 2) : "",
              both ? signed_text(row.last.mean - row.paper->accuracy / 100) : "", best_text(row), states_text(row)});
  }
  return text;
}

/// What a variant changes; the base is the first row.
std::string what(const Report& report, const std::string& row) {
  for (const Recipe& recipe : report.plan.recipes) {
    if (recipe.name == row) return recipe.about;
  }
  return concat("recipe ", report.plan.request.budget);
}

std::string beyond_text(double difference, const std::optional<double>& margin) {
  if (!margin) return {};
  return concat(percent(*margin), std::abs(difference) > *margin ? ", beyond it" : ", within it");
}

std::string ablation_table(const Report& report) {
  std::string text = head({"recipe", "what", "after the last epoch %", "difference to base",
                           "95 % of the seeds' spread", "best epoch %", "state"});
  const Spread base = report.rows.empty() ? Spread() : report.rows.front().last;
  for (const RowFigures& row : report.rows) {
    const bool both = base.count > 0 && row.last.count > 0 && row.row != report.rows.front().row;
    const double difference = row.last.mean - base.mean;
    text += line({row.row, what(report, row.row), accuracy_text(row.last), both ? signed_text(difference) : "",
                  both ? beyond_text(difference, margin95(row.last, base)) : "", best_text(row), states_text(row)});
  }
  return text;
}

std::string reached_text(const RunFigures& one, double accuracy) {
  const auto when = one.reached(accuracy);
  return when ? concat(when->epochs, " epochs, ", duration_text(when->seconds)) : "";
}

std::string cost_table(const Report& report) {
  std::string text = head({"run", "epochs of its own", "of all stages", "training", "CPU time", "images/s", "to 90 %",
                           "to 91 %", "to 92.12 %", "machine", "program"});
  for (const RowFigures& row : report.rows) {
    for (const RunFigures& one : row.runs) {
      if (one.record.rows.empty()) continue;
      const auto cpu = one.cpu_seconds();
      text +=
          line({one.run.name, to_text(one.record.done()), to_text(one.rows.size()),
                duration_text(seconds_of(one.record.rows)), cpu ? duration_text(*cpu) : "",
                to_text(one.images_per_second(), 1), reached_text(one, kMilestones[0]),
                reached_text(one, kMilestones[1]), reached_text(one, kMilestones[2]), one.machines(), one.programs()});
    }
  }
  return text;
}

/// What a reader must know about the tables.
std::string notes(const Report& report) {
  const bool validated = std::any_of(report.plan.runs.begin(), report.plan.runs.end(),
                                     [](const PlannedRun& run) { return run.validation > 0; });
  return concat(
      "- Accuracies are ", validated ? "on training images that were held back" : "on all test images",
      ", of the network ",
      report.plan.request.target == Target::systems ? "as its recipe's last run trains it"
                                                    : "with quantized weights and activations",
      ". The one after the last epoch is the result: nothing is\n"
      "  chosen by it. The best epoch's was picked by looking at those same images, and stands beside it only.\n"
      "- 95 %: what the number of images leaves open (Wilson's interval of a binomial share). Beside a mean of "
      "several\n"
      "  seeds stands their standard deviation.\n",
      report.plan.request.target == Target::ablations
          ? "- 95 % of the seeds' spread: how far two means may lie apart by chance (Student, pooled deviations).\n"
      : report.plan.request.target == Target::systems
          ? "- Weight bits as each paper counts its own. Epochs are so many that each network should take the CPU time "
            "of the\n"
            "  first line; what it took is under Cost. The printed accuracies are of trainings of hundreds of epochs.\n"
          : "- Weight bits: one for a binary weight, two for a ternary one, none for generated ones. The paper's four "
            "sizes do\n"
            "  not follow from one way of counting: with a ternary last convolution they would be 1.131, 1.721; 1.223, "
            "1.813.\n",
      "- Training is the time of the steps, evaluation not counted; CPU time is that of all threads of the processes "
      "that\n"
      "  trained the run's own stages, everything counted but what a killed process did after its last epoch.\n"
      "- The way to an accuracy counts the epochs and the training of all stages, also of those that another run "
      "trained,\n"
      "  up to the first epoch of the last run that has it on the images above.\n");
}

std::string title(const PlanRequest& request) {
  const char* what = request.target == Target::table2    ? "Table II"
                     : request.target == Target::fig4    ? "Fig. 4"
                     : request.target == Target::systems ? "Systems at one CPU time"
                                                         : "Ablations";
  return concat("# ", what, ", budget ", request.budget,
                request.pictures.empty() ? "" : concat(", a rehearsal on other pictures (", request.pictures, ")"),
                "\n\n");
}

/// The drawings that trainings left, run by run.
std::string curves(const Report& report) {
  std::string text;
  for (const RowFigures& row : report.rows) {
    for (const RunFigures& one : row.runs) {
      if (one.record.rows.empty()) continue;
      text += concat(one.run.name, ", ", one.state(), ":\n\n![](", one.run.name, "/curves.svg)\n\n");
    }
  }
  return text.empty() ? text : concat("## Curves\n\n", text);
}

constexpr const char* kAboutFig4 =
    "The paper draws Fig. 4 without printing its points. Known as numbers, and drawn here, are those that Table II "
    "has\n"
    "too: MOGNET with n = 128, g = 8 and 4, k = 3, and the four networks of SLBF and ETD. The others are not "
    "printed.\n";

}  // namespace

std::string report_markdown(const Report& report) {
  const PlanRequest& request = report.plan.request;
  const bool ablations = request.target == Target::ablations;
  std::string text = title(request);
  text += ablations ? ablation_table(report) : comparison_table(report);
  text += concat("\n![](", name(request.target), ".svg)\n\n");
  if (request.target == Target::fig4) text += concat(kAboutFig4, "\n");
  if (request.target == Target::systems) text += curves(report);
  text += concat("## Cost\n\n", cost_table(report), "\n## What the columns mean\n\n", notes(report));
  for (const std::string& one : report.unread) text += concat("- Not read: ", one, "\n");
  return text;
}

}  // namespace mog
