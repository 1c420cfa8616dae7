// The report as files: a page, a table for programs, a drawing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "reproduce/report.hpp"

namespace mog {

/// report.md, report.csv and TARGET.svg, written below `out`; returns their paths. Throws IoError.
std::vector<std::filesystem::path> write_report(const Report& report, const std::filesystem::path& out);

std::string report_markdown(const Report& report);
std::string report_csv(const Report& report);
/// Fig. 4: test accuracy against model size. Our finished runs, the paper's MOGNETs of Table II and its four rivals.
std::string fig4_svg(const Report& report);
/// The accuracy of each row with its interval, and the paper's.
std::string rows_svg(const Report& report);

}  // namespace mog
