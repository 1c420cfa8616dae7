// Checks a PNG before stb_image decodes it, which shows damage as pixels and misreads variants that it does not know.
#pragma once

#include "data/checked_picture.hpp"
#include "data/picture_bytes.hpp"

namespace mog {

/// Walks the chunks and unpacks the pixels once. Refuses with a DataError: a chunk whose CRC-32 is wrong, or that is
/// longer than the file; pixels whose Adler-32 is wrong, that are too few, or that unpack to far more than the picture
/// has; no end; an animation of more than one frame; chunks and headers that the standard does not know. Memory and
/// time are bounded by the file's size and the picture's.
CheckedPicture check_png(PictureBytes& file);

}  // namespace mog
