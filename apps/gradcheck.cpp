// `mog gradcheck`: every operation's gradient against central differences or its stated surrogate, in double.
#include <algorithm>
#include <cstdio>
#include <map>

#include "apps/commands.hpp"
#include "core/printable.hpp"
#include "layers/gradient_suite.hpp"

namespace mog::apps {
namespace {

struct Tally {
  Index shapes = 0, checked = 0, failed = 0;
  double worst = 0;
};

/// Runs the cases, prints a line for each operation and one for each failure; returns how many failed.
Index check(const char* against, const std::vector<GradientCase>& cases) {
  std::vector<std::string> order;
  std::map<std::string, Tally> tallies;
  for (const GradientCase& one : cases) {
    const GradientReport report = one.run();
    auto [tally, is_new] = tallies.try_emplace(one.operation);
    if (is_new) order.push_back(one.operation);
    tally->second.shapes += 1;
    tally->second.checked += report.checked;
    tally->second.worst = std::max(tally->second.worst, report.worst_absolute);
    if (report.passed) continue;
    tally->second.failed += 1;
    std::fprintf(stderr, "mog: %s %s: %s\n", printable(one.operation).c_str(), printable(one.shape).c_str(),
                 printable(report.worst).c_str());
  }
  Index failed = 0;
  std::printf("%-36s %7s %9s %14s\n", against, "shapes", "elements", "largest error");
  for (const std::string& operation : order) {
    const Tally& tally = tallies[operation];
    failed += tally.failed;
    std::printf("%-36s %7lld %9lld %14.1e%s\n", printable(operation).c_str(), static_cast<long long>(tally.shapes),
                static_cast<long long>(tally.checked), tally.worst, tally.failed > 0 ? "  FAILED" : "");
  }
  std::printf("\n");
  return failed;
}

}  // namespace

void add_gradcheck(CLI::App& app) {
  CLI::App* command = app.add_subcommand("gradcheck", "Check the gradient of every operation, in double precision");
  add_threads(*command);
  command->callback([] {
    const Index failed = check("against central differences", smooth_gradient_cases()) +
                         check("against the stated surrogate", straight_through_gradient_cases());
    std::printf(failed == 0 ? "all gradients are right\n" : "%lld cases failed\n", static_cast<long long>(failed));
    if (failed > 0) throw Exit{kFailure};
  });
}

}  // namespace mog::apps
