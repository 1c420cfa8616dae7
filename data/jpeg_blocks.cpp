// The decoding procedures of ITU-T T.81, annexes F and G, for which bits they take.
#include "data/jpeg_blocks.hpp"

#include <algorithm>
#include <bit>

namespace mog {
namespace {

constexpr int kBad = -1;

/// What an interval between restart markers keeps: its bits and the blocks that are known to end.
class Interval {
 public:
  Interval(std::span<const std::uint8_t> file, std::size_t begin) : bits_(file, begin) {}

  [[nodiscard]] const EntropyBits& bits() const { return bits_; }

  // Each passes over one block and tells whether its codes were sound.
  bool sequential(const HuffmanTable& dc, const HuffmanTable& ac) {
    if (!means(dc)) return false;
    for (int k = 1; k < 64; ++k) {
      const int code = symbol(ac);
      if (code == kBad) return false;
      const int size = code & 15;
      if (size == 0 && code != 0xF0) return true;  // end of block
      k += code >> 4;
      if (k > 63) return false;
      bits_.skip(size);
    }
    return true;
  }
  bool means(const HuffmanTable& dc) {
    const int size = symbol(dc);
    if (size == kBad || size > 15) return false;
    bits_.skip(size);
    return true;
  }
  bool means_again() {
    bits_.skip(1);
    return true;
  }
  bool details(const HuffmanTable& ac, const JpegScan& scan, std::uint64_t& nonzero) {
    if (ended_blocks_ > 0) {
      --ended_blocks_;
      return true;
    }
    for (int k = scan.first; k <= scan.last; ++k) {
      const int code = symbol(ac);
      if (code == kBad) return false;
      const int run = code >> 4;
      const int size = code & 15;
      if (size == 0 && run < 15) {
        ended_blocks_ = end_run(run);
        return true;
      }
      k += run;
      if (k > scan.last || size + scan.low > 15) return false;  // more than a coefficient's 16 bits
      if (size != 0) nonzero |= std::uint64_t{1} << k;
      bits_.skip(size);
    }
    return true;
  }
  bool details_again(const HuffmanTable& ac, const JpegScan& scan, std::uint64_t& nonzero) {
    int k = scan.first;
    while (ended_blocks_ == 0 && k <= scan.last) {
      const int code = symbol(ac);
      if (code == kBad) return false;
      int run = code >> 4;
      const int size = code & 15;
      if (size > 1) return false;
      if (size == 0 && run < 15) {
        ended_blocks_ = end_run(run) + 1;  // this one, too
        break;
      }
      bits_.skip(size);  // the sign
      for (; run >= 0; ++k) {
        if (k > scan.last) return false;
        const std::uint64_t bit = std::uint64_t{1} << k;
        if ((nonzero & bit) != 0) {
          bits_.skip(1);
        } else if (run-- == 0 && size != 0) {
          nonzero |= bit;
        }
      }
    }
    if (ended_blocks_ > 0) {
      --ended_blocks_;
      for (int left = corrections(k, scan.last, nonzero); left > 0; left -= 16) bits_.skip(left < 16 ? left : 16);
    }
    return true;
  }

 private:
  int symbol(const HuffmanTable& table) {
    const HuffmanTable::Code code = table.find(bits_.peek());
    if (code.bits == 0) return kBad;
    bits_.skip(code.bits);
    return code.value;
  }
  /// Blocks after this one that have nothing more.
  Index end_run(int bits) { return (Index{1} << bits) - 1 + bits_.take(bits); }
  /// Coefficients from k on that are not 0: each has a bit in a later scan.
  static int corrections(int k, int last, std::uint64_t nonzero) {
    if (k > last) return 0;
    return std::popcount(nonzero >> k << (63 - last + k));
  }

  EntropyBits bits_;
  Index ended_blocks_ = 0;
};

class Walk {
 public:
  Walk(const PictureBytes& file, const JpegScan& scan, const JpegTables& tables, JpegFrame& frame)
      : file_(file), scan_(scan), tables_(tables), frame_(frame) {}

  [[nodiscard]] Index mcus() const {
    if (scan_.parts.size() > 1) return frame_.mcus_across * frame_.mcus_down;
    const JpegComponent& part = frame_.components[scan_.parts[0].component];
    return part.blocks_across * part.blocks_down;
  }

  /// Passes over MCUs [begin, end).
  void run(Interval& interval, Index begin, Index end) const {
    for (Index mcu = begin; mcu < end; ++mcu) {
      const bool sound = scan_.parts.size() == 1 ? single(interval, mcu) : interleaved(interval);
      const std::size_t at = interval.bits().position();
      if (interval.bits().exhausted()) {
        file_.broken(at, "the scan's data end after ", mcu, " of ", mcus(), " MCUs: the picture is cut off");
      }
      if (!sound) file_.broken(at, "a code that there is not, after ", mcu, " of ", mcus(), " MCUs");
    }
  }

 private:
  [[nodiscard]] bool single(Interval& interval, Index block) const {
    const JpegScan::Part& part = scan_.parts[0];
    const HuffmanTable& ac = tables_.ac[part.ac & 3U];
    if (!frame_.progressive) return interval.sequential(tables_.dc[part.dc & 3U], ac);
    if (scan_.first == 0) return means(interval, part);
    std::uint64_t& nonzero = frame_.components[part.component].nonzero[static_cast<std::size_t>(block)];
    return scan_.high == 0 ? interval.details(ac, scan_, nonzero) : interval.details_again(ac, scan_, nonzero);
  }
  [[nodiscard]] bool interleaved(Interval& interval) const {
    for (const JpegScan::Part& part : scan_.parts) {
      const JpegComponent& component = frame_.components[part.component];
      for (int block = 0; block < component.h * component.v; ++block) {
        const bool sound = frame_.progressive ? means(interval, part)
                                              : interval.sequential(tables_.dc[part.dc & 3U], tables_.ac[part.ac & 3U]);
        if (!sound) return false;
      }
    }
    return true;
  }
  [[nodiscard]] bool means(Interval& interval, const JpegScan::Part& part) const {
    return scan_.high == 0 ? interval.means(tables_.dc[part.dc & 3U]) : interval.means_again();
  }

  const PictureBytes& file_;
  const JpegScan& scan_;
  const JpegTables& tables_;
  JpegFrame& frame_;
};

/// Copies `count` bytes of entropy-coded data, one zero byte after each 0xFF.
void copy_data(std::span<const std::uint8_t> file, std::size_t at, std::size_t count, std::vector<std::uint8_t>& out) {
  for (; count > 0; --count) {
    const std::uint8_t byte = file[at++];
    out.push_back(byte);
    if (byte != 0xFF) continue;
    while (file[at] == 0xFF) ++at;
    out.push_back(file[at++]);
  }
}

/// The place of the marker's second byte, from `at` on.
std::size_t next_marker(const PictureBytes& file, std::size_t at) {
  const auto bytes = file.all();
  for (; at + 1 < bytes.size(); ++at) {
    if (bytes[at] == 0xFF && bytes[at + 1] != 0 && bytes[at + 1] != 0xFF) return at + 1;
  }
  file.broken(bytes.size(), "the file ends without the end of the picture");
}

}  // namespace

std::size_t count_blocks(const PictureBytes& file, const ScanData& data, const JpegScan& scan, const JpegTables& tables,
                         JpegFrame& frame, std::vector<std::uint8_t>& out) {
  const Walk walk(file, scan, tables, frame);
  const Index mcus = walk.mcus();
  const Index step = data.restart_interval > 0 ? data.restart_interval : mcus;
  std::size_t at = data.begin;
  for (Index begin = 0, number = 0; begin < mcus; begin += step, number = (number + 1) % 8) {
    Interval interval(file.all(), at);
    walk.run(interval, begin, std::min(mcus, begin + step));
    copy_data(file.all(), at, interval.bits().used(), out);
    at = interval.bits().position();
    if (begin + step >= mcus) break;
    at = next_marker(file, at);
    if (file.byte(at) != 0xD0 + number) {
      file.broken(at - 1, "expected restart marker ", number, " after ", begin + step, " of ", mcus, " MCUs");
    }
    out.insert(out.end(), {0xFF, file.byte(at)});
    ++at;
  }
  return at;
}

}  // namespace mog
