// A picture file while it is checked: its bytes by place, and refusals that say what was found, where,
// and what to do.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "core/types.hpp"

namespace mog {

/// Large pictures are read one at a time, so that the memory they take does not grow with the number of threads.
class LargePicture {
 public:
  /// Waits until no other thread holds a large picture; released with this object.
  void take();

 private:
  std::unique_lock<std::recursive_mutex> turn_;
};

class PictureBytes {
 public:
  /// `name` begins every message; `format` is "PNG", "JPEG" or "BMP".
  PictureBytes(std::span<const std::uint8_t> bytes, std::string_view name, std::string_view format)
      : bytes_(bytes), name_(name), format_(format) {}

  [[nodiscard]] std::span<const std::uint8_t> all() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// Numbers at a place, and some bytes from there on; broken() where the file ends before.
  [[nodiscard]] std::uint8_t byte(std::size_t at) const { return part(at, 1)[0]; }
  [[nodiscard]] std::uint32_t big(std::size_t at, std::size_t bytes) const;
  [[nodiscard]] std::uint32_t little(std::size_t at, std::size_t bytes) const;
  [[nodiscard]] std::span<const std::uint8_t> part(std::size_t at, std::size_t bytes) const;

  /// Refuses a picture of no pixels or of more than data/image.hpp says; waits for the turn of a large one.
  void measure(Index width, Index height);

  /// The file is damaged at byte `at`.
  template <class... Parts>
  [[noreturn]] void broken(std::size_t at, const Parts&... what) const {
    throw DataError(
        concat(name_, ": broken ", format_, " at byte ", at, ": ", what..., "; get the file anew, or leave it out"));
  }
  /// The file is of a kind that is not read, as byte `at` says.
  template <class... Parts>
  [[noreturn]] void not_read(std::size_t at, const Parts&... what) const {
    throw DataError(concat(name_, ": a ", format_, " with ", what..., " (byte ", at,
                           ") is not read; save it as a PNG or as a baseline JPEG"));
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::string_view name_, format_;
  LargePicture large_;
};

}  // namespace mog
