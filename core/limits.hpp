// What options and files may ask for at most: beyond it a typing error, or an attack, is likelier than a network.
#pragma once

#include "core/types.hpp"

namespace mog {

constexpr Index kMostClasses = 100'000;
constexpr Index kMostPictureSide = 4096;  // pixels, of pictures as a network takes them
constexpr Index kMostChannels = 16'384;   // of a map of an integer network
/// Numbers of such a map, channels rounded up to 4, the patches of the first convolution (27 a pixel) among them: 1094
/// x 1094 pixels, or 224 x 224 of 668 channels. A file of a few bytes can describe such maps, and each engine makes room
/// for them: the runtime some 5 bytes a number and thread, the reference 16.
constexpr Index kMostMapNumbers = Index{1} << 25;
constexpr Index kMostModelBytes = Index{64} << 20;  // of a packed file; larger ones are refused before they are read

}  // namespace mog
