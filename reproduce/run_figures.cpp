// Counts rows and sessions.
#include "reproduce/run_figures.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "reproduce/time_left.hpp"

namespace mog {
namespace {

/// The words that sessions have, each once.
template <class Text>
std::string joined(const std::vector<Session>& sessions, const Text& text) {
  std::set<std::string> seen;
  std::string all;
  for (const Session& session : sessions) {
    if (const std::string one = text(session); seen.insert(one).second) all += (all.empty() ? "" : "; ") + one;
  }
  return all;
}

}  // namespace

std::string RunFigures::state() const {
  if (!record.exists) return "open";
  if (finished()) return "finished";
  if (record.rows.empty()) return concat("in its first epoch of ", run.recipe.epochs());
  const EpochRow& row = record.rows.back();
  const Recipe& recipe = record.recipe ? *record.recipe : run.recipe;
  const auto stage = std::find_if(recipe.stages.begin(), recipe.stages.end(),
                                  [&](const StagePlan& plan) { return plan.name() == row.name(); });
  const Index epochs = stage == recipe.stages.end() ? 0 : stage->epochs;
  return concat(row.name(), " ", row.epoch, " of ", epochs, "; ", record.done(), " of ", recipe.epochs(), " in all");
}

std::optional<Reached> RunFigures::reached(double accuracy) const {
  const std::size_t others = rows.size() - record.rows.size();
  const std::string end = last_stage(record.recipe ? *record.recipe : run.recipe).name();
  Reached so_far{};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++so_far.epochs;
    so_far.seconds += rows[i].seconds;
    if (i >= others && rows[i].name() == end && rows[i].test_accuracy >= accuracy) return so_far;
  }
  return std::nullopt;
}

double RunFigures::images_per_second() const {
  constexpr std::size_t kLast = 5;
  std::vector<double> speeds;
  for (auto row = record.rows.rbegin(); row != record.rows.rend() && speeds.size() < kLast; ++row) {
    if (row->name() == record.rows.back().name()) speeds.push_back(row->images_per_second);
  }
  return median(speeds);
}

std::optional<double> RunFigures::cpu_seconds() const {
  Index epochs = 0;
  double seconds = 0;
  for (const Session& session : record.sessions) epochs += session.epochs, seconds += session.cpu_seconds;
  return epochs > 0 && epochs >= record.done() ? std::optional(seconds) : std::nullopt;
}

std::string RunFigures::machines() const {
  return joined(record.sessions, [](const Session& one) {
    return concat(one.processor, ", ", one.threads, " threads on ", one.cores, " cores, ", one.instruction_set);
  });
}

std::string RunFigures::programs() const {
  return joined(record.sessions, [](const Session& one) { return concat(one.version, " (", one.commit, ")"); });
}

double seconds_of(const std::vector<EpochRow>& rows) {
  double seconds = 0;
  for (const EpochRow& row : rows) seconds += row.seconds;
  return seconds;
}

}  // namespace mog
