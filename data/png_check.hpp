// Refuses PNG files that stb_image would take a gigabyte for, or show one picture of many.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mog {

/// What is wrong with a PNG's chunks, in words that follow "broken PNG: ": one that is longer than the rest of
/// the file (stb_image takes memory for it before it looks), no end, an animation. Empty when nothing is, or for other
/// files.
std::string png_problem(std::span<const std::uint8_t> file);

}  // namespace mog
