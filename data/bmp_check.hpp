// Checks a BMP before stb_image decodes it, and gives it a header that stb_image reads right.
#pragma once

#include "data/checked_picture.hpp"
#include "data/picture_bytes.hpp"

namespace mog {

/// Reads any of the headers that Windows and OS/2 wrote (12, 16, 40, 52, 56, 64, 108 and 124 bytes), with 1, 4, 8, 16,
/// 24 and 32 bits a pixel, from the bottom up or from the top down, and rewrites the file: one kind of header, a
/// palette of full length, explicit masks. Refuses with a DataError: compressed ones by the name of their compression,
/// masks whose bits are not contiguous, indices beyond the palette, and files that end before their last pixel.
CheckedPicture check_bmp(PictureBytes& file);

}  // namespace mog
