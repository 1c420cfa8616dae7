// Walks a JPEG's segments (ITU-T T.81, annex B), and rewrites those that stb_image is to see.
#include "data/jpeg_check.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "data/exif.hpp"
#include "data/jpeg_blocks.hpp"
#include "data/jpeg_tables.hpp"

namespace mog {
namespace {

class Walk {
 public:
  explicit Walk(PictureBytes& file) : file_(file), tables_(file) {}

  CheckedPicture run() {
    picture_.rewritten = {0xFF, 0xD8};
    std::size_t at = 2;
    while (true) {
      at = next_marker(at);
      const std::uint8_t marker = file_.byte(at + 1);
      if (marker == 0xD9) break;
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {  // alone, and without meaning here
        at += 2;
        continue;
      }
      const std::size_t length = file_.big(at + 2, 2);
      if (length < 2) file_.broken(at, "a segment of ", length, " bytes, expected 2 or more");
      static_cast<void>(file_.part(at, 2 + length));
      at = marker == 0xDA ? scan(at, at + 2 + length) : (segment(at, marker), at + 2 + length);
    }
    if (!frame_ || scans_ == 0) file_.broken(at, "the picture ends without any pixels (no scan)");
    check_complete(file_, at, *frame_);
    picture_.pixels_at = frame_->at;
    picture_.rewritten.insert(picture_.rewritten.end(), {0xFF, 0xD9});
    return std::move(picture_);
  }

 private:
  /// The place of the next marker's last 0xFF, from `at` on: some writers leave a little between segments.
  [[nodiscard]] std::size_t next_marker(std::size_t at) const {
    const auto bytes = file_.all();
    for (; at + 1 < bytes.size(); ++at) {
      if (bytes[at] == 0xFF && bytes[at + 1] != 0 && bytes[at + 1] != 0xFF) return at;
    }
    file_.broken(bytes.size(), "the file ends without the end of the picture");
  }

  void segment(std::size_t at, std::uint8_t marker) {
    if (marker == 0xDB) return tables_.read_quantizers(at);
    if (marker == 0xC4) return tables_.read_huffman(at);
    if (marker == 0xDD) return tables_.read_restart_interval(at);
    if (marker >= 0xE0 && marker <= 0xEF) return application(at, marker);
    if (marker == 0xFE || marker == 0xDC || marker == 0xCC) return;  // a comment, a height known before, arithmetic
    if ((marker >= 0xC0 && marker <= 0xCF && marker != 0xC8) || marker == 0xF7 || marker == 0xDE) {
      if (frame_) file_.broken(at, "a second frame");
      frame_ = jpeg_frame(file_, at);
      return;
    }
    file_.broken(at, "an unknown segment (", int{marker}, ")");
  }

  /// What the content of the segment begins with; false where it has fewer than `least` bytes.
  [[nodiscard]] bool begins(std::size_t at, std::string_view text, std::size_t least) const {
    const std::size_t length = file_.big(at + 2, 2) - 2;
    if (length < std::max(least, text.size())) return false;
    const auto content = file_.part(at + 4, text.size());
    return std::equal(text.begin(), text.end(), content.begin(), [](char a, std::uint8_t b) { return a == b; });
  }

  void application(std::size_t at, std::uint8_t marker) {
    using namespace std::string_view_literals;
    if (marker == 0xE0 && begins(at, "JFIF\0"sv, 14)) jfif_ = true;
    if (marker == 0xEE && begins(at, "Adobe"sv, 12)) adobe_ = file_.byte(at + 15);
    if (marker == 0xE1 && !exif_ && begins(at, "Exif\0"sv, 6)) {
      exif_ = true;
      picture_.orientation = exif_orientation(file_.part(at + 10, file_.big(at + 2, 2) - 8));
    }
  }

  /// Whether the three components are red, green and blue themselves, by the rules that decoders agree on.
  [[nodiscard]] bool is_rgb() const {
    const auto& parts = frame_->components;
    if (parts.size() != 3 || jfif_) return false;
    if (adobe_) return *adobe_ == 0;
    return parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B';
  }

  /// Four components are inks, and only Adobe's mark tells how much of one a number means.
  void check_inks() const {
    if (frame_->components.size() != 4) return;
    if (!adobe_)
      file_.not_read(frame_->at, "four inks (CMYK) and no mark by Adobe that tells which way round they are");
    if (*adobe_ != 0 && *adobe_ != 2) file_.not_read(frame_->at, "four inks (CMYK) by rule ", int{*adobe_});
  }

  /// The number that a component is given: stb_image knows RGB by these letters, whatever else the file says.
  [[nodiscard]] std::uint8_t number(std::size_t component) const {
    constexpr std::uint8_t kLetters[] = {'R', 'G', 'B'};
    return is_rgb() ? kLetters[component] : static_cast<std::uint8_t>(component + 1);
  }

  void write_frame() {
    auto& out = picture_.rewritten;
    if (frame_->components.size() == 4) {
      out.insert(out.end(), {0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 0, 0, 0, 0, 0, *adobe_});
    }
    const auto header = file_.part(frame_->at, 10 + 3 * frame_->components.size());
    const std::size_t begin = out.size();
    out.insert(out.end(), header.begin(), header.end());
    for (std::size_t i = 0; i < frame_->components.size(); ++i) out[begin + 10 + 3 * i] = number(i);
  }

  /// The scan whose marker is at `at` and whose data begin at `data`; returns the place after them.
  std::size_t scan(std::size_t at, std::size_t data) {
    if (!frame_) file_.broken(at, "a scan before the frame's header");
    const Index pixels = std::max(kLeastScanPixels, frame_->width * frame_->height);
    if (++scans_ > kMostScanPixels / pixels) {
      file_.not_read(at, "more than ", kMostScanPixels / pixels, " scans of ", frame_->width, " x ", frame_->height,
                     " pixels");
    }
    const JpegScan scan = jpeg_scan(file_, at, *frame_);
    const JpegTables& tables = tables_.for_scan(scan, *frame_);
    if (scans_ == 1) {
      check_inks();
      write_frame();
    }
    tables_.write_changes(picture_.rewritten);
    write_scan(scan);
    for (const JpegScan::Part& part : scan.parts) {
      JpegComponent& component = frame_->components[part.component];
      if (scan.first > 0)
        component.nonzero.resize(static_cast<std::size_t>(component.blocks_across * component.blocks_down));
    }
    return count_blocks(file_, {data, tables_.restart_interval()}, scan, tables, *frame_, picture_.rewritten);
  }

  void write_scan(const JpegScan& scan) {
    auto& out = picture_.rewritten;
    const auto header = file_.part(scan.at, 8 + 2 * scan.parts.size());
    const std::size_t begin = out.size();
    out.insert(out.end(), header.begin(), header.end());
    for (std::size_t i = 0; i < scan.parts.size(); ++i) out[begin + 5 + 2 * i] = number(scan.parts[i].component);
    const auto end = out.end() - 3;
    end[0] = static_cast<std::uint8_t>(scan.first);
    end[1] = static_cast<std::uint8_t>(scan.last);
    end[2] = static_cast<std::uint8_t>(scan.high << 4 | scan.low);
  }

  PictureBytes& file_;
  JpegTableStore tables_;
  CheckedPicture picture_;
  std::optional<JpegFrame> frame_;
  std::optional<std::uint8_t> adobe_;  // its rule of colours
  bool jfif_ = false, exif_ = false;
  Index scans_ = 0;
};

}  // namespace

CheckedPicture check_jpeg(PictureBytes& file) { return Walk(file).run(); }

}  // namespace mog
