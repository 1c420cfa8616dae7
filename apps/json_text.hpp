// JSON as it is printed: in ASCII, whatever bytes its texts have.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mog::apps {

/// Every letter beyond ASCII as \uXXXX, so that a terminal is safe; what is no UTF-8, say of a file's name, as U+FFFD:
/// better one name that is not exact than a result that is lost.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace mog::apps
