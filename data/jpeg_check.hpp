// Checks a JPEG before stb_image decodes it, which shows grey for missing data and misreads variants that
// it does not know.
#pragma once

#include "data/checked_picture.hpp"
#include "data/picture_bytes.hpp"

namespace mog {

constexpr Index kMostScanPixels = Index{1} << 31;   // scans of a progressive picture times its pixels ...
constexpr Index kLeastScanPixels = Index{1} << 24;  // ... of which a small one counts as so many

/// Walks the segments and reads every Huffman code of every scan (data/jpeg_blocks.hpp). Refuses with a DataError: a
/// scan that lacks blocks, a picture that lacks scans or tables, more scans than kMostScanPixels allows, and by name
/// the variants that are not read: lossless, hierarchical, arithmetic-coded, of 12 bits, CMYK that does not say which
/// way round its inks are. Rewrites the file with nothing but what makes the pixels, the colour space told by one mark.
/// What follows the end of the picture is not looked at.
CheckedPicture check_jpeg(PictureBytes& file);

}  // namespace mog
