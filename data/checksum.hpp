// The two check sums of a PNG: CRC-32 over each chunk, Adler-32 over the unpacked pixels.
#pragma once

#include <cstdint>
#include <span>

namespace mog {

/// CRC-32 as PNG and zip use it (ISO/IEC 15948, annex D).
std::uint32_t crc32(std::span<const std::uint8_t> bytes);
/// Adler-32 as zlib uses it (RFC 1950).
std::uint32_t adler32(std::span<const std::uint8_t> bytes);

}  // namespace mog
