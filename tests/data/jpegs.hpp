// JPEG files made byte by byte, of blocks that are each of one value, so that variants are tested on
// pixels that are known.
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "tests/data/pictures.hpp"

namespace mog::test {

struct JpegPart {
  std::uint8_t id = 1;
  std::uint8_t h = 1, v = 1;
};

struct JpegOptions {
  Index height = 8, width = 8;
  std::vector<JpegPart> parts = {{}};
  std::uint8_t frame = 0xC0;  // its marker
  std::uint8_t bits = 8;
  Index restart_interval = 0;
  bool jfif = false;
  int adobe = -1;         // rule of its marker; -1: no marker
  bool separate = false;  // a scan for each component
  Bytes exif = {};        // TIFF data
};

/// The value of a block of a component: row and column of the block.
using Blocks = std::function<int(std::size_t part, Index y, Index x)>;

inline void jpeg_segment(Bytes& out, std::uint8_t marker, const Bytes& content) {
  out.insert(out.end(), {0xFF, marker});
  big_endian(out, static_cast<std::uint32_t>(content.size() + 2), 2);
  out.insert(out.end(), content.begin(), content.end());
}

/// Bits of entropy-coded data, from the highest on; filled up with ones.
class JpegBits {
 public:
  explicit JpegBits(Bytes& out) : out_(out) {}
  void put(unsigned code, int bits) {
    for (int bit = bits - 1; bit >= 0; --bit) {
      byte_ = byte_ << 1 | (code >> bit & 1U);
      if (++count_ == 8) flush();
    }
  }
  void align() {
    while (count_ > 0) put(1, 1);
  }

 private:
  void flush() {
    out_.push_back(static_cast<std::uint8_t>(byte_));
    if ((byte_ & 255U) == 255) out_.push_back(0);
    byte_ = 0;
    count_ = 0;
  }

  Bytes& out_;
  unsigned byte_ = 0;
  int count_ = 0;
};

/// The twelve categories of differences have codes of four bits; of the details there is only the end of a block: 0.
inline void jpeg_tables(Bytes& out) {
  Bytes quantizers(65, 8);  // a mean of m is a coefficient of m - 128
  quantizers[0] = 0;        // the table's number
  jpeg_segment(out, 0xDB, quantizers);
  Bytes dc = {0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  for (std::uint8_t category = 0; category < 12; ++category) dc.push_back(category);
  jpeg_segment(out, 0xC4, dc);
  jpeg_segment(out, 0xC4, {0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00});
}

inline void jpeg_difference(JpegBits& bits, int difference) {
  int category = 0;
  while (std::abs(difference) >= 1 << category) ++category;
  bits.put(static_cast<unsigned>(category), 4);
  bits.put(static_cast<unsigned>(difference < 0 ? difference + (1 << category) - 1 : difference), category);
}

/// One scan of the components given by their numbers.
inline void jpeg_scan(Bytes& out, const JpegOptions& o, const std::vector<std::size_t>& numbers, const Blocks& blocks) {
  Bytes header = {static_cast<std::uint8_t>(numbers.size())};
  Index across = 1, down = 1;
  for (const JpegPart& part : o.parts) across = std::max<Index>(across, part.h), down = std::max<Index>(down, part.v);
  for (const std::size_t number : numbers) header.insert(header.end(), {o.parts[number].id, 0});
  header.insert(header.end(), {0, 63, 0});
  jpeg_segment(out, 0xDA, header);
  const bool single = numbers.size() == 1;
  const JpegPart& only = o.parts[numbers[0]];
  const auto ceil = [](Index a, Index b) { return (a + b - 1) / b; };
  const Index columns = ceil(single ? ceil(o.width * only.h, across) : o.width, single ? 8 : 8 * across);
  const Index rows = ceil(single ? ceil(o.height * only.v, down) : o.height, single ? 8 : 8 * down);
  std::vector<int> before(o.parts.size(), 128);
  JpegBits bits(out);
  for (Index mcu = 0; mcu < rows * columns; ++mcu) {
    if (o.restart_interval > 0 && mcu > 0 && mcu % o.restart_interval == 0) {
      bits.align();
      out.insert(out.end(), {0xFF, static_cast<std::uint8_t>(0xD0 + (mcu / o.restart_interval - 1) % 8)});
      std::fill(before.begin(), before.end(), 128);
    }
    for (const std::size_t number : numbers) {
      const Index h = single ? 1 : o.parts[number].h, v = single ? 1 : o.parts[number].v;
      for (Index block = 0; block < h * v; ++block) {
        const int value = blocks(number, mcu / columns * v + block / h, mcu % columns * h + block % h);
        jpeg_difference(bits, value - before[number]);
        bits.put(0, 1);
        before[number] = value;
      }
    }
  }
  bits.align();
}

inline Bytes make_jpeg(const JpegOptions& o, const Blocks& blocks) {
  Bytes out = {0xFF, 0xD8};
  if (o.jfif) jpeg_segment(out, 0xE0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  if (!o.exif.empty()) {
    Bytes content = {'E', 'x', 'i', 'f', 0, 0};
    for (const std::uint8_t byte : o.exif) content.push_back(byte);
    jpeg_segment(out, 0xE1, content);
  }
  if (o.adobe >= 0) {
    jpeg_segment(out, 0xEE, {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, static_cast<std::uint8_t>(o.adobe)});
  }
  jpeg_tables(out);
  Bytes frame = {o.bits};
  big_endian(frame, static_cast<std::uint32_t>(o.height), 2);
  big_endian(frame, static_cast<std::uint32_t>(o.width), 2);
  frame.push_back(static_cast<std::uint8_t>(o.parts.size()));
  for (const JpegPart& part : o.parts) {
    frame.insert(frame.end(), {part.id, static_cast<std::uint8_t>(part.h << 4 | part.v), 0});
  }
  jpeg_segment(out, o.frame, frame);
  if (o.restart_interval > 0) {
    jpeg_segment(out, 0xDD,
                 {static_cast<std::uint8_t>(o.restart_interval >> 8), static_cast<std::uint8_t>(o.restart_interval)});
  }
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < o.parts.size(); ++i) {
    all.push_back(i);
    if (o.separate) jpeg_scan(out, o, {i}, blocks);
  }
  if (!o.separate) jpeg_scan(out, o, all, blocks);
  out.insert(out.end(), {0xFF, 0xD9});
  return out;
}

}  // namespace mog::test
