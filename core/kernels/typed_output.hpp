// Where a kernel writes whose numbers may be of several types.
#pragma once

#include <cstdint>

namespace mog::kernels {

/// A pointer to one of three types, and which.
struct TypedOutput {
  enum class Kind : std::uint8_t { bytes, shorts, floats };

  constexpr TypedOutput() : kind(Kind::bytes), bytes(nullptr) {}
  constexpr TypedOutput(std::uint8_t* y) : kind(Kind::bytes), bytes(y) {}
  constexpr TypedOutput(std::int16_t* y) : kind(Kind::shorts), shorts(y) {}
  constexpr TypedOutput(float* y) : kind(Kind::floats), floats(y) {}

  Kind kind;
  union {
    std::uint8_t* bytes;
    std::int16_t* shorts;
    float* floats;
  };
};

}  // namespace mog::kernels
