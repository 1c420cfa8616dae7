// Walks a JPEG's segments (ITU-T T.81, annex B) and adds up the code counts of its Huffman tables.
#include "data/jpeg_check.hpp"

#include <algorithm>

namespace mog {
namespace {

constexpr std::uint8_t kHuffmanTables = 0xC4;
constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;

class Walk {
 public:
  explicit Walk(std::span<const std::uint8_t> file) : file_(file) {}

  /// Offset just behind the first start-of-scan marker, or the file's end; safe() tells about the tables before it.
  std::size_t header() {
    std::size_t at = 0;
    while (at < file_.size()) {
      if (byte(at++) != 0xFF) continue;  // padding between segments
      while (byte(at) == 0xFF) ++at;     // padding before a marker
      const std::uint8_t marker = byte(at++);
      if (marker == kStartOfScan) break;
      if (marker == kStartOfImage) continue;
      if (marker == kHuffmanTables) check_tables(at);
      at += word(at);
    }
    return std::min(at, file_.size());
  }

  /// Offset just behind the end-of-image marker, or the file's end, looking from `at` on.
  std::size_t scans(std::size_t at) {
    for (; at < file_.size(); ++at) {
      if (byte(at) != 0xFF) continue;
      if (byte(at + 1) == kEndOfImage) return at + 2;
      if (byte(at + 1) == kHuffmanTables) check_tables(at + 2);
    }
    return file_.size();
  }

  [[nodiscard]] bool safe() const { return safe_; }

 private:
  /// What stb_image reads: zeros beyond the end.
  [[nodiscard]] std::uint8_t byte(std::size_t at) const { return at < file_.size() ? file_[at] : std::uint8_t{0}; }
  [[nodiscard]] std::size_t word(std::size_t at) const {
    return static_cast<std::size_t>(byte(at) * 256 + byte(at + 1));
  }

  /// `at` is the segment's length field; tables follow: a byte of class and number, 16 counts, that many values.
  void check_tables(std::size_t at) {
    const std::size_t end = at + word(at);
    for (at += 2; at < end;) {
      std::size_t codes = 0;
      for (std::size_t i = 1; i <= 16; ++i) codes += byte(at + i);
      if (codes > 256) safe_ = false;
      at += 17 + codes;
    }
  }

  std::span<const std::uint8_t> file_;
  bool safe_ = true;
};

}  // namespace

std::span<const std::uint8_t> safe_jpeg(std::span<const std::uint8_t> file) {
  Walk walk(file);
  const std::size_t scan = walk.header();
  const std::size_t end = walk.scans(scan);
  return walk.safe() ? file.first(std::min(end, file.size())) : std::span<const std::uint8_t>{};
}

}  // namespace mog
