// Scales what the last epochs of each stage took.
#include "reproduce/time_left.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "reproduce/network_size.hpp"

namespace mog {
namespace {

constexpr double kEvaluation = 1.07;  // of an epoch's time: 10,000 pictures forwards beside 50,000 there and back

double macs_of(const PlannedRun& run) { return static_cast<double>(size_of(run.choice()).macs); }

/// The last rows of one stage.
std::vector<EpochRow> last_rows(const RunRecord& record, const std::string& stage) {
  constexpr std::size_t kMost = 5;
  std::vector<EpochRow> rows;
  for (auto row = record.rows.rbegin(); row != record.rows.rend() && rows.size() < kMost; ++row) {
    if (row->name() == stage && row->images_per_second > 0) rows.push_back(*row);
  }
  return rows;
}

Index epochs_done(const RunRecord& record, const std::string& stage) {
  Index done = 0;
  for (const EpochRow& row : record.rows) done = row.name() == stage ? std::max(done, row.epoch) : done;
  return done;
}

}  // namespace

std::string duration_text(double seconds) {
  constexpr long long kMinute = 60, kHour = 3600, kDay = 86'400;
  const long long whole = std::llround(std::clamp(seconds, 0.0, 1e12));
  const auto two = [](long long number) { return concat(number < 10 ? "0" : "", number); };
  if (whole < 2 * kMinute) return concat(whole, " s");
  if (whole < 2 * kHour) return concat(whole / kMinute, " min");
  if (whole < 2 * kDay) return concat(whole / kHour, " h ", two(whole % kHour / kMinute), " min");
  return concat(whole / kDay, " d ", whole % kDay / kHour, " h");
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Speeds::Speeds(const Plan& plan, const std::vector<RunRecord>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const StagePlan& stage : plan.runs[i].recipe.stages) {
      std::vector<double> speeds;
      double images = 0;  // a resumed epoch has a part of its images only
      for (const EpochRow& row : last_rows(records[i], stage.name())) {
        speeds.push_back(row.images_per_second);
        images = std::max(images, row.images_per_second * row.seconds);
      }
      if (speeds.empty()) continue;
      measured_.push_back({.dataset = plan.runs[i].dataset,
                           .stage = stage.stage,
                           .macs = macs_of(plan.runs[i]),
                           .images_per_second = median(speeds),
                           .images = images});
    }
  }
}

std::optional<double> Speeds::images_of_epoch(const PlannedRun& run) const {
  constexpr Index kCifar = 50'000;
  if (run.dataset.starts_with("cifar")) return static_cast<double>(kCifar - run.validation);
  double most = 0;
  for (const Measured& one : measured_) most = one.dataset == run.dataset ? std::max(most, one.images) : most;
  return most > 0 ? std::optional(most) : std::nullopt;
}

std::optional<double> Speeds::speed(const PlannedRun& run, Stage stage) const {
  const double macs = macs_of(run);
  const auto distance = [&](const Measured& one) {
    constexpr double kOtherStage = 100;  // further away than any size
    return std::abs(std::log(one.macs / macs)) + (one.stage == stage ? 0 : kOtherStage);
  };
  const auto nearest = std::min_element(measured_.begin(), measured_.end(),
                                        [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (nearest == measured_.end()) return std::nullopt;
  return nearest->images_per_second * std::pow(nearest->macs / macs, 0.75);
}

std::optional<double> Speeds::seconds_left(const PlannedRun& run, const RunRecord& record) const {
  const auto images = images_of_epoch(run);
  double seconds = 0;
  for (const StagePlan& stage : run.recipe.stages) {
    const Index left = stage.epochs - epochs_done(record, stage.name());
    if (left <= 0 || record.finished()) continue;
    const auto speed = this->speed(run, stage.stage);
    if (!images || !speed) return std::nullopt;
    seconds += static_cast<double>(left) * *images / *speed * kEvaluation;
  }
  return seconds;
}

}  // namespace mog
