// A protobuf message on its way to a file: the four kinds of field that ONNX has.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace mog::onnx {

/// Fields are written in the order of the calls, repeated ones by calling again (unpacked, as protobuf 2 does).
/// Encoding: protobuf.dev, "Encoding". Field numbers are those of onnx.proto.
class Message {
 public:
  /// int32, int64 or an enumerator.
  Message& number(int field, std::int64_t value) {
    key(field, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }

  /// float
  Message& real(int field, float value) {
    key(field, 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(bits >> shift & 0xFFU);
    return *this;
  }

  /// string or bytes
  Message& text(int field, std::string_view text) {
    key(field, 2);
    varint(text.size());
    bytes_ += text;
    return *this;
  }

  Message& message(int field, const Message& inner) { return text(field, inner.bytes_); }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, std::uint64_t wire) { varint(static_cast<std::uint64_t>(field) << 3 | wire); }

  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace mog::onnx
