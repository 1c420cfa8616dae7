// Counts the blocks of a JPEG's scan by reading its Huffman codes, without their values.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "data/jpeg_frame.hpp"
#include "data/jpeg_huffman.hpp"

namespace mog {

/// Tables by their numbers, as they are when a scan begins; empty ones are not sound.
struct JpegTables {
  std::array<HuffmanTable, 4> dc, ac;
};

/// Where a scan's data lie.
struct ScanData {
  std::size_t begin = 0;
  Index restart_interval = 0;  // in MCUs; 0: none
};

/// Reads the whole scan and refuses one with an undefined code, with fewer blocks than the frame has, or without its
/// restart markers. Appends its data to `out` as the decoder needs them: nothing between the last bit of an interval
/// and the marker. Returns the place after the last byte that was read.
std::size_t count_blocks(const PictureBytes& file, const ScanData& data, const JpegScan& scan, const JpegTables& tables,
                         JpegFrame& frame, std::vector<std::uint8_t>& out);

}  // namespace mog
