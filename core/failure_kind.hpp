// An error on its way to another process: its kind, by number, and its message.
#pragma once

#include <exception>
#include <string>

#include "core/communicator.hpp"
#include "core/error.hpp"

namespace mog {

/// The kinds of errors that a program tells apart; 0 for all others.
inline int failure_kind(const std::exception& error) {
  if (dynamic_cast<const NumericError*>(&error) != nullptr) return 1;
  if (dynamic_cast<const DataError*>(&error) != nullptr) return 2;
  if (dynamic_cast<const IoError*>(&error) != nullptr) return 3;
  if (dynamic_cast<const std::invalid_argument*>(&error) != nullptr) return 4;
  return 0;
}

[[noreturn]] inline void throw_failure(int kind, const std::string& message) {
  switch (kind) {
    case 1: throw NumericError(message);
    case 2: throw DataError(message);
    case 3: throw IoError(message);
    case 4: throw std::invalid_argument(message);
    default: throw ShardFailure(message);
  }
}

}  // namespace mog
