// A JPEG's frame and its scans: sizes, components, and what of each has come.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "data/picture_bytes.hpp"

namespace mog {

struct JpegComponent {
  static constexpr std::int8_t kNothing = 15;

  std::uint8_t id = 0;
  std::uint8_t h = 1, v = 1;   // blocks of an MCU, across and down
  std::uint8_t quantizer = 0;  // number of its table
  Index blocks_across = 0, blocks_down = 0;
  /// Of each coefficient, in zigzag order: the lowest bit that has come.
  std::array<std::int8_t, 64> lowest{};
  /// Of each block, in a progressive picture: the coefficients that are not 0 so far.
  std::vector<std::uint64_t> nonzero;
};

struct JpegFrame {
  std::size_t at = 0;  // of its marker
  bool progressive = false;
  Index width = 0, height = 0;
  Index mcus_across = 0, mcus_down = 0;
  std::vector<JpegComponent> components;
};

/// Reads a start-of-frame segment, whose marker is at `at`; refuses frames that are not read, by name.
JpegFrame jpeg_frame(PictureBytes& file, std::size_t at);

struct JpegScan {
  struct Part {
    std::size_t component;  // index into the frame's
    std::uint8_t dc, ac;    // numbers of the Huffman tables
  };
  std::size_t at = 0;  // of its marker
  std::vector<Part> parts;
  int first = 0, last = 63;  // coefficients, in zigzag order
  int high = 0, low = 0;     // the bit before, 0 in the first scan of a coefficient; the lowest bit that comes
};

/// Reads a start-of-scan segment and notes in the frame what comes with it. Refuses what does not fit to what came
/// before: no bit of a coefficient comes twice.
JpegScan jpeg_scan(const PictureBytes& file, std::size_t at, JpegFrame& frame);

/// Refuses a picture whose scans have not brought everything, at the end-of-image marker.
void check_complete(const PictureBytes& file, std::size_t at, const JpegFrame& frame);

}  // namespace mog
