// A table of first bytes.
#include "data/picture_kind.hpp"

#include <algorithm>

namespace mog {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSave = "save it as a PNG or a JPEG";
constexpr std::string_view kLeave = "leave it out";

struct FirstBytes {
  std::size_t at;
  std::string_view bytes;
  PictureKindName meaning;
};

constexpr FirstBytes kTable[] = {
    {0, "\x89PNG\r\n\x1A\n"sv, {PictureKind::png, "PNG", {}}},
    {0, "\xFF\xD8"sv, {PictureKind::jpeg, "JPEG", {}}},
    {0, "BM"sv, {PictureKind::bmp, "BMP", {}}},
    {0,
     "\x89PNG"sv,
     {PictureKind::other, "a PNG whose line breaks were changed on the way", "copy it again, as binary data"}},
    {0, "GIF8"sv, {PictureKind::other, "a GIF picture", kSave}},
    {8, "WEBP"sv, {PictureKind::other, "a WebP picture", kSave}},
    {0, "II*\0"sv, {PictureKind::other, "a TIFF picture", kSave}},
    {0, "MM\0*"sv, {PictureKind::other, "a TIFF picture", kSave}},
    {4, "ftypavif"sv, {PictureKind::other, "an AVIF picture", kSave}},
    {4, "ftypheic"sv, {PictureKind::other, "a HEIC picture", kSave}},
    {4, "ftypheix"sv, {PictureKind::other, "a HEIC picture", kSave}},
    {4, "ftypmif1"sv, {PictureKind::other, "a HEIF picture", kSave}},
    {4, "ftyp"sv, {PictureKind::other, "a film", kLeave}},
    {0, "\xFF\x0A"sv, {PictureKind::other, "a JPEG XL picture", kSave}},
    {0, "\0\0\0\x0CJXL "sv, {PictureKind::other, "a JPEG XL picture", kSave}},
    {0, "\0\0\0\x0CjP  "sv, {PictureKind::other, "a JPEG 2000 picture", kSave}},
    {0, "\xFF\x4F\xFF\x51"sv, {PictureKind::other, "a JPEG 2000 picture", kSave}},
    {0, "8BPS"sv, {PictureKind::other, "a Photoshop file", kSave}},
    {0, "#?RADIANCE"sv, {PictureKind::other, "a Radiance picture", kSave}},
    {0, "v/1\x01"sv, {PictureKind::other, "an OpenEXR picture", kSave}},
    {0, "\0\0\1\0"sv, {PictureKind::other, "an icon", kSave}},
    {0, "BA"sv, {PictureKind::other, "an OS/2 array of bitmaps", kSave}},
    {0, "qoif"sv, {PictureKind::other, "a QOI picture", kSave}},
    {0, "DDS "sv, {PictureKind::other, "a DirectDraw texture", kSave}},
    {0, "<svg"sv, {PictureKind::other, "an SVG drawing", kSave}},
    {0, "<?xml"sv, {PictureKind::other, "XML text", kLeave}},
    {0, "<!DOCTYPE"sv, {PictureKind::other, "a web page", "download the picture itself"}},
    {0, "<html"sv, {PictureKind::other, "a web page", "download the picture itself"}},
    {0, "%PDF"sv, {PictureKind::other, "a PDF document", kSave}},
    {0, "PK\3\4"sv, {PictureKind::other, "a zip archive", "unpack it"}},
    {0, "\x1F\x8B"sv, {PictureKind::other, "a gzip archive", "unpack it"}},
    {0, "\0\5\x16\7"sv, {PictureKind::other, "what macOS keeps beside a picture", kLeave}},
    {0,
     "version https://git-lfs"sv,
     {PictureKind::other, "a Git LFS pointer in the picture's place", "get the picture: git lfs pull"}},
};

bool begins(std::span<const std::uint8_t> file, const FirstBytes& row) {
  if (file.size() < row.at + row.bytes.size()) return false;
  return std::equal(row.bytes.begin(), row.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(row.at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

bool netpbm(std::span<const std::uint8_t> file) {
  return file.size() >= 3 && file[0] == 'P' && file[1] >= '1' && file[1] <= '7' && (file[2] == ' ' || file[2] == '\n');
}

}  // namespace

PictureKindName picture_kind(std::span<const std::uint8_t> file) {
  if (file.empty()) return {PictureKind::other, "an empty file", "get it anew, or leave it out"};
  for (const FirstBytes& row : kTable) {
    if (begins(file, row)) return row.meaning;
  }
  if (netpbm(file)) return {PictureKind::other, "a Netpbm picture", kSave};
  if (std::all_of(file.begin(), file.end(), [](std::uint8_t byte) { return byte == 0; })) {
    return {PictureKind::other, "a file of zeros", "get it anew, or leave it out"};
  }
  return {PictureKind::other, {}, "save it as a PNG or a JPEG, or leave it out"};
}

}  // namespace mog
