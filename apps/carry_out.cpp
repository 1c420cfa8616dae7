// The loop over the runs of a plan, and the checks before it.
#include "apps/carry_out.hpp"

#include <cstdio>
#include <set>

#include "apps/child.hpp"
#include "apps/commands.hpp"
#include "apps/plan_table.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "data/cifar.hpp"
#include "reproduce/run_record.hpp"
#include "train/interrupt.hpp"
#include "train/run_folder.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

/// Throws unless the pictures lie where they should.
void check_pictures(const PlannedRun& run, const fs::path& data) {
  if (run.dataset == "folder" && !fs::exists(data)) throw IoError(concat(data.string(), ": no such folder"));
  if (!run.dataset.starts_with("cifar")) return;
  const CifarLayout& layout = cifar_layout(run.dataset == "cifar10" ? Cifar::ten : Cifar::hundred);
  if (fs::exists(data / layout.folder) || fs::exists(data / layout.test.name)) return;
  throw IoError(concat((data / layout.folder).string(), ": no such folder; mog data fetch ", run.dataset, " ",
                       data.string(), " brings it"));
}

/// Throws unless the folder can become the planned run, or go on as it.
void check_folder(const PlannedRun& run, const RunRecord& record) {
  for (const std::string& found : {network_mismatch(record, run), recipe_mismatch(record, run)}) {
    require(found.empty(), "reproduce: ", record.folder.string(), " ", found,
            "; choose another folder with --out, or leave this run out with --rows");
  }
  if (record.done() > 1 && !record.can_go_on && !record.finished()) {  // one epoch is lost where a save was cut off
    throw IoError(concat(record.folder.string(), ": ", record.done(),
                         " epochs in metrics.csv, but no last.safetensors to go on from; move the folder away to begin"
                         " the run anew"));
  }
}

/// All that can be known before hours are spent.
void check_all(const Plan& plan, const std::vector<RunRecord>& records, const Place& place) {
  std::set<std::string> finished;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const PlannedRun& run = plan.runs[i];
    check_folder(run, records[i]);
    if (records[i].finished()) {
      finished.insert(run.name);
      continue;
    }
    check_pictures(run, place.data);
    if (!run.from || records[i].can_go_on || !finished.contains(run.from->run)) continue;
    const fs::path begin = start_path(*run.from, place);
    if (fs::exists(begin)) continue;
    throw IoError(concat(begin.string(), ": not there, and ", run.name, " begins with it; move the folder ",
                         begin.parent_path().string(), " away to train it again"));
  }
}

std::vector<RunRecord> read_all(const Plan& plan, const Place& place) {
  std::vector<RunRecord> records;
  records.reserve(plan.runs.size());
  for (const PlannedRun& run : plan.runs) records.push_back(read_run(place.out / run.name));
  return records;
}

}  // namespace

int carry_out(const Plan& plan, const Place& place) {
  std::vector<RunRecord> records = read_all(plan, place);
  check_all(plan, records, place);
  write_recipes(plan, place);
  const Interrupt interrupt;
  std::set<std::string> failed;
  int first_failure = kSuccess;
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const PlannedRun& run = plan.runs[i];
    if (records[i].finished()) continue;
    if (run.from && failed.contains(run.from->run)) {
      failed.insert(run.name);
      std::fprintf(stderr, "mog: %s is left out: it begins with %s\n", printable(run.name).c_str(),
                   printable(run.from->run).c_str());
      continue;
    }
    print_plan(plan, records, run.name);
    const int code = Interrupt::requested() ? kStopped : run_self(train_words(plan, run, place), Interrupt::requested);
    if (Interrupt::requested() || code == kStopped) return kStopped;
    records[i] = read_run(place.out / run.name);
    if (code == kSuccess) continue;
    failed.insert(run.name);
    std::fprintf(stderr, "mog: %s ended with code %d\n", printable(run.name).c_str(), code);
    if (first_failure == kSuccess) first_failure = code;
  }
  print_plan(plan, records, "");
  return first_failure;
}

}  // namespace mog::apps
