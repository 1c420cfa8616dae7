// Tables are kept as they lie in the file, and decoded when a scan needs them: unused ones cost nothing, however many.
#include "data/jpeg_tables.hpp"

#include <algorithm>

namespace mog {
namespace {

/// Appends a segment: marker, length, content.
void write_segment(std::vector<std::uint8_t>& out, std::uint8_t marker, std::span<const std::uint8_t> content) {
  const std::size_t length = content.size() + 2;
  out.insert(out.end(), {0xFF, marker, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)});
  out.insert(out.end(), content.begin(), content.end());
}

}  // namespace

void JpegTableStore::read_quantizers(std::size_t at) {
  const std::size_t end = at + 2 + file_.big(at + 2, 2);
  for (at += 4; at < end;) {
    const unsigned number = file_.byte(at) & 15U;
    const unsigned wide = file_.byte(at) >> 4;
    if (number > 3 || wide > 1) file_.broken(at, "quantization table ", number, " of kind ", wide);
    const auto content = file_.part(at, 1 + 64 * (1 + std::size_t{wide}));
    Stored& stored = quantizers_[number];
    const bool same = std::equal(content.begin(), content.end(), stored.content.begin(), stored.content.end());
    if (begun_ && !same) file_.not_read(at, "quantization tables that change between progressive scans");
    stored = {.content = content, .at = at, .written = same && stored.written};
    at += content.size();
  }
  if (at != end) file_.broken(at, "the segment of quantization tables ends within one");
}

void JpegTableStore::read_huffman(std::size_t at) {
  const std::size_t end = at + 2 + file_.big(at + 2, 2);
  for (at += 4; at < end;) {
    const unsigned number = file_.byte(at) & 15U;
    const unsigned kind = file_.byte(at) >> 4;
    if (number > 3 || kind > 1) file_.broken(at, "Huffman table ", number, " of kind ", kind);
    std::size_t codes = 0;
    for (const std::uint8_t count : file_.part(at + 1, 16)) codes += count;
    if (codes > 256) file_.broken(at, "a Huffman table of ", codes, " codes, expected at most 256");
    Stored& stored = (kind == 0 ? dc_ : ac_)[number];
    stored = {.content = file_.part(at, 17 + codes), .at = at, .written = false};
    at += 17 + codes;
  }
  if (at != end) file_.broken(at, "the segment of Huffman tables ends within one");
}

void JpegTableStore::read_restart_interval(std::size_t at) {
  if (file_.big(at + 2, 2) != 4) file_.broken(at, "a restart interval of ", file_.big(at + 2, 2), " bytes");
  restart_interval_ = file_.big(at + 4, 2);
}

void JpegTableStore::make_ready(Stored& stored, HuffmanTable& table, const char* what) const {
  if (stored.ready) return;
  table = HuffmanTable(stored.content.subspan(1).first<16>(), stored.content.subspan(17));
  if (!table.sound()) file_.broken(stored.at, "a Huffman table (", what, ") with more codes than bits tell apart");
  stored.ready = true;
}

const JpegTables& JpegTableStore::for_scan(const JpegScan& scan, const JpegFrame& frame) {
  begun_ = frame.progressive;
  const bool dc = scan.first == 0 && scan.high == 0;
  const bool ac = !frame.progressive || scan.first > 0;
  for (const JpegScan::Part& part : scan.parts) {
    const JpegComponent& component = frame.components[part.component];
    const int id = component.id;
    const auto need = [&](bool needed, unsigned number, std::array<Stored, 4>& stored, const char* what) {
      if (!needed) return false;
      if (number > 3 || stored[number].content.empty()) {
        file_.broken(scan.at, "component ", id, " needs ", what, " table ", number, ", which is not in the file");
      }
      return true;
    };
    need(true, component.quantizer, quantizers_, "quantization");
    if (need(dc, part.dc, dc_, "DC Huffman")) make_ready(dc_[part.dc], ready_.dc[part.dc], "DC");
    if (need(ac, part.ac, ac_, "AC Huffman")) make_ready(ac_[part.ac], ready_.ac[part.ac], "AC");
  }
  return ready_;
}

void JpegTableStore::write_changes(std::vector<std::uint8_t>& out) {
  const auto write = [&](std::array<Stored, 4>& all, std::uint8_t marker) {
    for (Stored& stored : all) {
      if (!stored.written) write_segment(out, marker, stored.content);
      stored.written = true;
    }
  };
  write(quantizers_, 0xDB);
  write(dc_, 0xC4);
  write(ac_, 0xC4);
  if (restart_interval_ != written_interval_) {
    const std::uint8_t content[] = {static_cast<std::uint8_t>(restart_interval_ >> 8),
                                    static_cast<std::uint8_t>(restart_interval_)};
    write_segment(out, 0xDD, content);
    written_interval_ = restart_interval_;
  }
}

}  // namespace mog
