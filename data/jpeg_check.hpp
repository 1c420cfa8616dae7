// Refuses JPEG files that would make stb_image before 2.28 (Debian 12 ships 2.27) write beyond its Huffman tables.
#pragma once

#include <cstdint>
#include <span>

namespace mog {

/// The part of a JPEG file that is safe to decode, up to its end-of-image marker (the whole file when there is none);
/// empty when a Huffman table (a DHT segment) holds more than the 256 codes that there are. Finds every segment that
/// stb_image would: by their lengths up to the first scan, then wherever the two bytes of a DHT marker stand.
std::span<const std::uint8_t> safe_jpeg(std::span<const std::uint8_t> file);

}  // namespace mog
