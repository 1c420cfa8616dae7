// C export: an integer network as self-contained C99 that runs anywhere.
#pragma once

#include <filesystem>

#include "deploy/runtime/proof.hpp"

namespace mog {

struct CExportOptions {
  std::string prefix = "mog_";  // of every name that a program sees; macros have it in capitals
  Index lanes = 4;              // neighbouring pixels computed at a time, 1..16: more is faster and takes more memory
  std::vector<std::vector<std::uint8_t>> pictures = {};  // of the self-test; none: two drawn ones
};

struct CExportReport {
  Index arena_bytes;  // static memory of a run, all of it
  Index const_bytes;  // weights, thresholds and tables
};

/// Writes model.h, model.c, model_weights.h (included by model.c alone) and selftest.c into `folder`, which is made
/// where it is missing. No allocation, no float, no standard library; the same class sums as run_reference on every
/// machine. Throws std::invalid_argument when an option is none, the network's second layer is no CFLOG, or a layer's
/// name has other characters than letters, digits, '_', '-' and '.'; IoError when the folder cannot be written.
CExportReport export_c(const ProvenNetwork& network, const std::filesystem::path& folder,
                       const CExportOptions& options = {});

}  // namespace mog
