// Adler-32, the checksum over a PNG's unpacked pixels.
#pragma once

#include <cstdint>
#include <span>

namespace mog {

/// As zlib uses it (RFC 1950).
std::uint32_t adler32(std::span<const std::uint8_t> bytes);

}  // namespace mog
