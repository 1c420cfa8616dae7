// report.md: one page about a finished run, for its folder.
#pragma once

#include <string>
#include <vector>

#include "train/checkpoint.hpp"
#include "train/metrics.hpp"

namespace mog {

struct RunReport {
  CheckpointHeader header;                // of last.safetensors
  std::vector<EpochRow> rows;             // of all epochs
  std::string measured_on;                // "10000 images of CIFAR-10 test"
  Index weight_bits = 0;                  // of the quantized network
  std::vector<std::string> machine = {};  // what it was trained on, a fact a line
};

/// Markdown: network, recipe, a row for each of the three runs (accuracy after its last epoch and, so named, after its
/// best), how long it took, on what.
std::string run_report(const RunReport& report);

}  // namespace mog
