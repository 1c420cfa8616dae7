// The tables that a JPEG's segments define, as they are from scan to scan.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/jpeg_blocks.hpp"

namespace mog {

class JpegTableStore {
 public:
  explicit JpegTableStore(const PictureBytes& file) : file_(file) {}

  /// Read the segment whose marker is at `at`: quantization tables, Huffman tables, the restart interval.
  void read_quantizers(std::size_t at);
  void read_huffman(std::size_t at);
  void read_restart_interval(std::size_t at);

  [[nodiscard]] Index restart_interval() const { return restart_interval_; }
  /// The Huffman tables that a scan needs, made ready; refuses one that was not defined, or is none.
  const JpegTables& for_scan(const JpegScan& scan, const JpegFrame& frame);
  /// Appends what was defined since the last time.
  void write_changes(std::vector<std::uint8_t>& out);

 private:
  struct Stored {
    std::span<const std::uint8_t> content;  // from the byte with the number on
    std::size_t at = 0;
    bool written = true, ready = false;
  };

  void make_ready(Stored& stored, HuffmanTable& table, const char* what) const;

  const PictureBytes& file_;
  std::array<Stored, 4> quantizers_, dc_, ac_;
  JpegTables ready_;
  Index restart_interval_ = 0, written_interval_ = 0;
  bool begun_ = false;  // a progressive picture's scans have
};

}  // namespace mog
