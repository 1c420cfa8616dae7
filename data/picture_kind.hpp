// Tells what a file is by its first bytes, so that messages name the kind of a file that is not read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mog {

enum class PictureKind { png, jpeg, bmp, other };

struct PictureKindName {
  PictureKind kind;
  std::string_view name;    // "a WebP picture"; "PNG" and so on for the three that are read; empty: not known
  std::string_view advice;  // what a person can do with another one
};

PictureKindName picture_kind(std::span<const std::uint8_t> file);

}  // namespace mog
