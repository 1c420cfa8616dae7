// Which exception ends the program with which code.
#include "apps/failure.hpp"

#include <new>
#include <stdexcept>
#include <system_error>

#include "core/error.hpp"

namespace mog::apps {
namespace {

template <class Kind>
bool is(const std::exception& error) {
  return dynamic_cast<const Kind*>(&error) != nullptr;
}

}  // namespace

ExitCode exit_code(const std::exception& error) {
  if (is<std::invalid_argument>(error)) return kUsage;
  if (is<DataError>(error)) return kData;
  if (is<NumericError>(error)) return kNumeric;
  // A system_error is the C++ library's own, of a folder that cannot be looked into.
  if (is<IoError>(error) || is<std::system_error>(error) || is<std::bad_alloc>(error)) return kInputOutput;
  return kFailure;
}

}  // namespace mog::apps
