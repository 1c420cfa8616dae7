// Drawings of a run as SVG files, readable on light and dark pages.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/types.hpp"
#include "train/metrics.hpp"

namespace mog {

/// Accuracy, loss and learning rate over the epochs, the stages marked.
std::string curves_svg(const std::vector<EpochRow>& rows);

/// A confusion matrix [classes, classes] (row the true class, column the one that was found), each row shaded by its
/// shares. Throws std::invalid_argument unless there are classes^2 counts.
std::string confusion_svg(std::span<const Index> confusion, std::span<const std::string> class_names);

}  // namespace mog
