// Start-of-frame and start-of-scan segments (ITU-T T.81, annex B; progression: annex G).
#include "data/jpeg_frame.hpp"

#include <algorithm>

namespace mog {
namespace {

void check_kind(const PictureBytes& file, std::size_t at) {
  const int marker = file.byte(at + 1);
  switch (marker) {
    case 0xC0:
    case 0xC1:
    case 0xC2: return;
    case 0xC3: file.not_read(at, "lossless compression");
    case 0xC9:
    case 0xCA: file.not_read(at, "arithmetic coding");
    case 0xCB: file.not_read(at, "lossless compression and arithmetic coding");
    case 0xF7: file.not_read(at, "lossless compression (JPEG-LS)");
    default: file.not_read(at, "several frames (hierarchical)");
  }
}

void read_components(const PictureBytes& file, std::size_t at, std::size_t count, JpegFrame& frame) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = at + 3 * i;
    JpegComponent part;
    part.id = file.byte(entry);
    part.h = file.byte(entry + 1) >> 4;
    part.v = file.byte(entry + 1) & 15;
    part.quantizer = file.byte(entry + 2);
    part.lowest.fill(JpegComponent::kNothing);
    if (part.h < 1 || part.h > 4 || part.v < 1 || part.v > 4 || part.quantizer > 3) {
      file.broken(entry, "a component of ", int{part.h}, " x ", int{part.v}, " blocks, quantizer ",
                  int{part.quantizer});
    }
    for (const JpegComponent& other : frame.components) {
      if (other.id == part.id) file.broken(entry, "two components with the number ", int{part.id});
    }
    frame.components.push_back(part);
  }
}

/// Fills in what follows from the samplings.
void lay_out(const PictureBytes& file, JpegFrame& frame) {
  Index across = 1, down = 1;
  for (const JpegComponent& part : frame.components) {
    across = std::max<Index>(across, part.h);
    down = std::max<Index>(down, part.v);
  }
  frame.mcus_across = (frame.width + 8 * across - 1) / (8 * across);
  frame.mcus_down = (frame.height + 8 * down - 1) / (8 * down);
  for (JpegComponent& part : frame.components) {
    if (across % part.h != 0 || down % part.v != 0) file.not_read(frame.at, "samplings that are no whole multiples");
    part.blocks_across = ((frame.width * part.h + across - 1) / across + 7) / 8;
    part.blocks_down = ((frame.height * part.v + down - 1) / down + 7) / 8;
  }
}

void note(const PictureBytes& file, const JpegScan& scan, bool progressive, JpegComponent& part) {
  if (scan.first > 0 && part.lowest[0] == JpegComponent::kNothing) {
    file.broken(scan.at, "a scan of details before that of the means");
  }
  for (int k = scan.first; k <= scan.last; ++k) {
    std::int8_t& lowest = part.lowest[static_cast<std::size_t>(k)];
    const bool first = lowest == JpegComponent::kNothing;
    const bool follows = scan.high == 0 ? first : !first && lowest == scan.high && scan.low == scan.high - 1;
    if (!follows) {
      file.broken(scan.at, progressive ? "a scan that does not go on where the one before ended"
                                       : "a second scan of the same component");
    }
    lowest = static_cast<std::int8_t>(scan.low);
  }
}

}  // namespace

JpegFrame jpeg_frame(PictureBytes& file, std::size_t at) {
  check_kind(file, at);
  JpegFrame frame;
  frame.at = at;
  frame.progressive = file.byte(at + 1) == 0xC2;
  const std::size_t length = file.big(at + 2, 2);
  const int bits = file.byte(at + 4);
  if (bits != 8) file.not_read(at + 4, bits, " bits a sample");
  frame.height = file.big(at + 5, 2);
  frame.width = file.big(at + 7, 2);
  if (frame.height == 0) file.not_read(at + 5, "its height behind the picture (DNL)");
  const std::size_t count = file.byte(at + 9);
  if (length != 8 + 3 * count) file.broken(at, "a header of ", length, " bytes for ", count, " components");
  if (count != 1 && count != 3 && count != 4) file.not_read(at + 9, count, " components");
  file.measure(frame.width, frame.height);
  read_components(file, at + 10, count, frame);
  lay_out(file, frame);
  return frame;
}

JpegScan jpeg_scan(const PictureBytes& file, std::size_t at, JpegFrame& frame) {
  JpegScan scan;
  scan.at = at;
  const std::size_t count = file.byte(at + 4);
  if (count < 1 || count > frame.components.size() || file.big(at + 2, 2) != 6 + 2 * count) {
    file.broken(at, "a scan of ", count, " components in ", file.big(at + 2, 2), " bytes");
  }
  int blocks = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t id = file.byte(at + 5 + 2 * i);
    const std::uint8_t tables = file.byte(at + 6 + 2 * i);
    const auto found = std::find_if(frame.components.begin(), frame.components.end(),
                                    [id](const JpegComponent& part) { return part.id == id; });
    if (found == frame.components.end()) file.broken(at, "a scan of component ", int{id}, ", which there is not");
    scan.parts.push_back({static_cast<std::size_t>(found - frame.components.begin()),
                          static_cast<std::uint8_t>(tables >> 4), static_cast<std::uint8_t>(tables & 15)});
    blocks += found->h * found->v;
  }
  constexpr int kMostBlocks = 10;
  if (count > 1 && blocks > kMostBlocks) file.broken(at, blocks, " blocks in an MCU, expected at most ", kMostBlocks);
  const std::size_t end = at + 5 + 2 * count;
  scan.first = file.byte(end);
  scan.last = file.byte(end + 1);
  scan.high = file.byte(end + 2) >> 4;
  scan.low = file.byte(end + 2) & 15;
  if (!frame.progressive) {
    scan.first = scan.high = scan.low = 0;  // which mean nothing then
    scan.last = 63;
  }
  const bool mixed = frame.progressive && scan.first == 0 && scan.last != 0;
  if (mixed || scan.last > 63 || scan.first > scan.last || scan.low > 13 || (scan.first > 0 && count > 1)) {
    file.broken(at, "a scan of coefficients ", scan.first, " to ", scan.last, ", bit ", scan.low, ", of ", count,
                " components");
  }
  for (const JpegScan::Part& part : scan.parts) note(file, scan, frame.progressive, frame.components[part.component]);
  return scan;
}

void check_complete(const PictureBytes& file, std::size_t at, const JpegFrame& frame) {
  for (const JpegComponent& part : frame.components) {
    for (std::size_t k = 0; k < part.lowest.size(); ++k) {
      if (part.lowest[k] == 0) continue;
      file.broken(at, "the picture ends before coefficient ", k, " of component ", int{part.id}, " has come",
                  part.lowest[k] == JpegComponent::kNothing ? "" : " to its last bit");
    }
  }
}

}  // namespace mog
