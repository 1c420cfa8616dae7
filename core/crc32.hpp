// CRC-32 as in Ethernet, gzip and PNG: reflected polynomial 0xEDB88320, first and last inverted.
#pragma once

#include <cstdint>

#include "core/file.hpp"

namespace mog {

/// Of the bytes that earlier calls have seen and these: crc32(b, crc32(a)) is the checksum of a followed by b.
/// crc32 of the nine letters "123456789" is 0xCBF43926.
std::uint32_t crc32(Bytes bytes, std::uint32_t before = 0);

}  // namespace mog
