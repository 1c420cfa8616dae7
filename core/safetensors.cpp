// Safetensors: what is written, and everything that a file is checked for before it is used.
#include "core/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <tuple>

#include "core/file.hpp"
#include "core/safetensors_header.hpp"

namespace mog {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr Index kLengthBytes = 8;           // the header's length, at the beginning of the file
constexpr Index kLargestHeader = 64 << 20;  // bytes
constexpr Index kLargestFile = Index{1} << 40;

template <class T>
constexpr Dtype dtype_of();
template <>
constexpr Dtype dtype_of<float>() {
  return Dtype::f32;
}
template <>
constexpr Dtype dtype_of<double>() {
  return Dtype::f64;
}
template <>
constexpr Dtype dtype_of<std::uint8_t>() {
  return Dtype::u8;
}
template <>
constexpr Dtype dtype_of<std::int32_t>() {
  return Dtype::i32;
}
template <>
constexpr Dtype dtype_of<std::int64_t>() {
  return Dtype::i64;
}
template <>
constexpr Dtype dtype_of<std::uint64_t>() {
  return Dtype::u64;
}

template <class... Parts>
[[noreturn]] void refuse(const std::filesystem::path& path, Index offset, const Parts&... what) {
  throw DataError(concat(path.string(), ": byte ", offset, ": ", what...));
}

/// Checks the header's length and that the file holds that much; returns it.
Index header_length(const std::filesystem::path& path, FileReader& reader) {
  const Index size = reader.size();
  const Bytes file = reader.first(kLengthBytes);
  if (size < kLengthBytes) refuse(path, size, "the file ends within the header's length (8 bytes)");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof(length));
  if (length > static_cast<std::uint64_t>(kLargestHeader)) {
    refuse(path, 0, "a header of ", length, " bytes, expected at most ", kLargestHeader, ": no safetensors file?");
  }
  if (static_cast<Index>(length) > size - kLengthBytes) {
    refuse(path, 0, "a header of ", length, " bytes, but only ", size - kLengthBytes, " follow");
  }
  return static_cast<Index>(length);
}

/// Throws unless the tensors' bytes follow one another without overlap or hole and fill the file from `data` on.
void check_layout(const std::filesystem::path& path, std::span<const HeaderEntry> entries, Index data, Index size) {
  Index expected = 0;
  for (const HeaderEntry& entry : entries) {
    if (entry.begin < expected)
      refuse(path, data + entry.begin, "tensor ", in_quotes(entry.name), " overlaps the one before");
    if (entry.begin > expected) refuse(path, data + expected, "a hole before tensor ", in_quotes(entry.name));
    Index bytes = 0;
    if (__builtin_mul_overflow(entry.shape.elements(), bytes_of(entry.dtype), &bytes) ||
        bytes != entry.end - entry.begin) {
      refuse(path, data + entry.begin, "tensor ", in_quotes(entry.name), " has ", entry.end - entry.begin,
             " bytes, its shape ", entry.shape.text(), " of ", name(entry.dtype), " says otherwise");
    }
    expected = entry.end;
  }
  if (expected > size - data) {
    refuse(path, size, "the file ends here, its tensors at byte ", data + expected);
  }
  if (expected < size - data) refuse(path, data + expected, "bytes after the last tensor");
}

}  // namespace

const char* name(Dtype dtype) {
  constexpr std::array kNames{"F32", "F64", "U8", "I32", "I64", "U64"};
  return kNames[static_cast<std::size_t>(dtype)];
}

Index bytes_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::u8: return 1;
    case Dtype::f32:
    case Dtype::i32: return 4;
    case Dtype::f64:
    case Dtype::i64:
    case Dtype::u64: break;
  }
  return 8;
}

template <class T>
void SafetensorsWriter::add(const std::string& name, const Tensor<T>& tensor) {
  require(!tensor.empty(), "safetensors: tensor ", name, " is empty");
  require(name != kMetadataName, "safetensors: a tensor cannot be named ", name);
  require_json_text(name);
  require(names_.insert(name).second, "safetensors: two tensors named ", name);
  entries_.push_back(
      {name, dtype_of<T>(), tensor.shape(), std::as_bytes(tensor.values()), std::make_shared<Tensor<T>>(tensor)});
}

void SafetensorsWriter::set_metadata(const std::string& key, const std::string& value) {
  require_json_text(key);
  require_json_text(value);
  const auto old =
      std::find_if(metadata_.begin(), metadata_.end(), [&](const auto& pair) { return pair.first == key; });
  if (old != metadata_.end()) {
    old->second = value;
  } else {
    metadata_.emplace_back(key, value);
  }
}

void SafetensorsWriter::write(const std::filesystem::path& path) const {
  std::vector<HeaderEntry> entries;
  std::vector<Bytes> pieces(2);
  Index offset = 0;
  for (const Entry& entry : entries_) {
    const Index end = offset + static_cast<Index>(entry.bytes.size());
    entries.push_back({entry.name, entry.dtype, entry.shape, offset, end});
    pieces.push_back(entry.bytes);
    offset = end;
  }
  std::string header = header_text(entries, metadata_);
  header.append((8 - header.size() % 8) % 8, ' ');  // the numbers begin at a multiple of 8 bytes
  const std::uint64_t length = header.size();
  pieces[0] = std::as_bytes(std::span(&length, 1));
  pieces[1] = std::as_bytes(std::span(header));
  write_file(path, pieces);
}

SafetensorsFile SafetensorsFile::read(const std::filesystem::path& path) {
  SafetensorsFile file;
  file.path_ = path;
  FileReader reader(path);  // numbers are read when everything that is said of them is sound
  reader.limit(kLargestFile);
  const Index length = header_length(path, reader);
  const auto* text = reinterpret_cast<const char*>(reader.first(kLengthBytes + length).data()) + kLengthBytes;
  Header header = parse_header({text, static_cast<std::size_t>(length)},
                               [&](Index at, const std::string& what) { refuse(path, kLengthBytes + at, what); });

  const Index data = kLengthBytes + length;
  std::sort(header.entries.begin(), header.entries.end(), [](const HeaderEntry& a, const HeaderEntry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_layout(path, header.entries, data, reader.size());
  file.bytes_ = reader.take();
  for (HeaderEntry& entry : header.entries) {
    file.places_.emplace(entry.name, file.entries_.size());
    file.entries_.push_back({std::move(entry.name), entry.dtype, entry.shape, data + entry.begin});
  }
  file.metadata_ = std::move(header.metadata);
  return file;
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) names.push_back(entry.name);
  return names;
}

const SafetensorsFile::Entry* SafetensorsFile::find(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &entries_[found->second];
}

template <class T>
Tensor<T> SafetensorsFile::tensor(const std::string& name) const {
  const Entry* entry = find(name);
  if (entry == nullptr) throw DataError(concat(path_.string(), ": no tensor named ", name));
  if (entry->dtype != dtype_of<T>()) {
    refuse(path_, entry->offset, "tensor ", in_quotes(name), " holds ", mog::name(entry->dtype), ", expected ",
           mog::name(dtype_of<T>()));
  }
  Tensor<T> tensor(entry->shape);
  std::memcpy(tensor.data(), bytes_.data() + entry->offset, tensor.values().size_bytes());
  return tensor;
}

bool SafetensorsFile::has_metadata(const std::string& key) const {
  return std::any_of(metadata_.begin(), metadata_.end(), [&](const auto& pair) { return pair.first == key; });
}

const std::string& SafetensorsFile::metadata(const std::string& key) const {
  for (const auto& [name, value] : metadata_) {
    if (name == key) return value;
  }
  throw DataError(concat(path_.string(), ": no metadata named ", key));
}

#define MOG_INSTANTIATE(T)                                                       \
  template void SafetensorsWriter::add<T>(const std::string&, const Tensor<T>&); \
  template Tensor<T> SafetensorsFile::tensor<T>(const std::string&) const;
MOG_INSTANTIATE(float)
MOG_INSTANTIATE(double)
MOG_INSTANTIATE(std::uint8_t)
MOG_INSTANTIATE(std::int32_t)
MOG_INSTANTIATE(std::int64_t)
MOG_INSTANTIATE(std::uint64_t)
#undef MOG_INSTANTIATE

}  // namespace mog
