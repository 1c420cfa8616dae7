// Reads the run folders, follows each run to where its weights began, and counts.
#include "reproduce/report.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "reproduce/network_size.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

/// The run folders below one folder, each read when it is first needed.
class Folders {
 public:
  explicit Folders(fs::path out) : out_(std::move(out)) {}

  const RunRecord& at(const std::string& name) {
    const auto found = records_.find(name);
    return found != records_.end() ? found->second : records_.emplace(name, read_run(out_ / name)).first->second;
  }

  /// Names of all folders with a metrics.csv.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    if (!fs::exists(out_)) return names;
    for (const auto& entry : fs::directory_iterator(out_)) {
      if (fs::exists(entry.path() / "metrics.csv")) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  fs::path out_;
  std::map<std::string, RunRecord> records_;
};

/// The rows of a run's own stages, before them those of the stages that it began with. Says in `missing` which folder
/// is not there.
std::vector<EpochRow> all_rows(Folders& folders, const RunRecord& record, std::string& missing, int depth = 0) {
  constexpr int kDeepest = 8;  // folders may name each other in a circle
  std::vector<EpochRow> rows;
  const auto from = record.from();
  if (from && depth < kDeepest) {
    const RunRecord& source = folders.at(from->run);
    if (!source.exists) missing = from->run;
    for (const EpochRow& row : all_rows(folders, source, missing, depth + 1)) {
      if (row.stage <= from->stage) rows.push_back(row);
    }
  }
  rows.insert(rows.end(), record.rows.begin(), record.rows.end());
  return rows;
}

RunFigures figures_of(Folders& folders, const PlannedRun& run) {
  RunFigures figures{.run = run, .record = folders.at(run.name)};
  figures.remark = network_mismatch(figures.record, run);
  if (!figures.remark.empty()) {  // nothing of another network
    figures.record = {.folder = figures.record.folder};
    return figures;
  }
  figures.remark = recipe_mismatch(figures.record, run);
  std::string missing;
  figures.rows = all_rows(folders, figures.record, missing);
  if (!missing.empty()) figures.remark = concat("began with ", missing, ", which is not here and not counted");
  if (!figures.record.finished()) return figures;
  figures.last = figures.record.rows.back().test_accuracy;
  for (const EpochRow& row : figures.record.rows) {
    if (row.name() != figures.record.rows.back().name() || row.test_accuracy <= figures.best.value_or(-1)) continue;
    figures.best = row.test_accuracy;
    figures.best_epoch = row.epoch;
  }
  return figures;
}

/// Images that a run's accuracy is measured on.
Index images_of(const PlannedRun& run) {
  if (run.validation > 0) return run.validation;
  if (run.dataset == "cifar10") return cifar_layout(Cifar::ten).test.pictures;
  if (run.dataset == "cifar100") return cifar_layout(Cifar::hundred).test.pictures;
  return run.dataset == "builtin" ? 1000 : 0;
}

/// Those runs that are the plan's, or, where there are none, all.
Spread spread_of_last(const std::vector<RunFigures>& runs) {
  std::vector<double> planned, all;
  for (const RunFigures& one : runs) {
    if (!one.finished()) continue;
    all.push_back(*one.last);
    if (one.remark.empty()) planned.push_back(*one.last);
  }
  return spread_of(planned.empty() ? all : planned);
}

RowFigures row_of(const std::string& name, std::vector<RunFigures> runs) {
  RowFigures row{.row = name, .runs = std::move(runs)};
  const PlannedRun& run = row.runs.front().run;
  row.paper = run.printed();
  if ((run.model ? run.model->classes : run.network.classes) > 0) row.weight_bits = size_of(run.choice()).weight_bits;
  row.images = images_of(run);
  row.last = spread_of_last(row.runs);
  return row;
}

/// The folder's run as a row's, where it is one: same pictures, n, g, k, all test images.
std::optional<PlannedRun> beside(const PlannedRun& row, const RunRecord& record, const std::string& name) {
  const auto dataset = record.words.find("dataset");
  if (dataset == record.words.end() || dataset->second != row.dataset || record.number("n") != row.network.maps ||
      record.number("g") != row.network.groups || record.number("k") != row.network.bits ||
      record.number("validation").value_or(0) != row.validation) {
    return std::nullopt;
  }
  PlannedRun run = row;
  run.name = run.row = name;
  run.seed = static_cast<std::uint64_t>(record.number("seed").value_or(1));
  if (record.recipe) run.recipe = *record.recipe;
  return run;
}

/// Whether a folder that the plan does not name holds a run that can be read; if not, notes why.
bool readable(Folders& folders, const std::string& name, std::vector<std::string>& unread) {
  try {
    folders.at(name);
    return true;
  } catch (const std::runtime_error& error) {
    unread.emplace_back(error.what());
    return false;
  }
}

}  // namespace

Report make_report(const Plan& plan, const fs::path& out) {
  Folders folders(out);
  Report report{.plan = plan, .rows = {}};
  std::vector<std::string> names = plan.request.target == Target::ablations || plan.request.target == Target::systems
                                       ? decltype(names){}
                                       : folders.names();
  std::erase_if(names, [&](const std::string& name) {
    return find_run(plan, name) != nullptr || !readable(folders, name, report.unread);
  });
  for (const PlannedRun& first : plan.runs) {
    const auto same = [&](const RowFigures& row) { return row.row == first.row; };
    if (std::any_of(report.rows.begin(), report.rows.end(), same)) continue;
    std::vector<RunFigures> runs;
    for (const PlannedRun& run : plan.runs) {
      if (run.row == first.row) runs.push_back(figures_of(folders, run));
    }
    report.rows.push_back(row_of(first.row, std::move(runs)));
    for (const std::string& name : names) {
      if (const auto run = beside(first, folders.at(name), name)) {
        report.rows.push_back(row_of(name, {figures_of(folders, *run)}));
      }
    }
  }
  return report;
}

}  // namespace mog
