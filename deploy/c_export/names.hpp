// Names in the exported C: every one that a file defines for all of itself carries the network's prefix.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace mog::c_export {

/// What a C text defines at file scope: functions, objects, types, constants of enumerations, macros; in the form that
/// the exporter writes, one declarator a declaration.
std::set<std::string> defined_names(std::string_view text);

/// The text with another prefix in place of mog_ and MOG_, and in front of the names given (in capitals before those
/// that begin with one), string literals aside: two networks then fit one translation unit.
std::string with_prefix(std::string_view text, const std::string& prefix, const std::set<std::string>& names);

}  // namespace mog::c_export
