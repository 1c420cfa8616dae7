// MD5 against RFC 1321's own vectors, and in pieces.
#include "core/md5.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace mog;

TEST_CASE("MD5 gives the digests that RFC 1321 lists (section A.5)") {
  CHECK(md5_of("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_of("a") == "0cc175b9c0f1b6a831c399e269772661");
  CHECK(md5_of("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5_of("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
  CHECK(md5_of("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
  CHECK(md5_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == "d174ab98d277d9f5a5611c2c9f419d9f");
  CHECK(md5_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("MD5 does not depend on how the bytes are cut into pieces, at every length around the block of 64") {
  std::string text;
  for (int length = 0; length < 200; ++length) {
    Md5 pieces;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size(); at += 7)
      pieces.update({bytes + at, std::min<std::size_t>(7, text.size() - at)});
    CHECK(pieces.hex() == md5_of(text));
    text += static_cast<char>('A' + length % 50);
  }
}
