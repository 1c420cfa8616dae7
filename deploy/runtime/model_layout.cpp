// Header and layer table, byte by byte.
#include "deploy/runtime/model_layout.hpp"

#include <algorithm>

#include "core/crc32.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"

namespace mog {
namespace {

constexpr std::array<unsigned char, 8> kMagic{0x89, 'M', 'O', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
constexpr Index kMostRecords = 256;
constexpr Index kMostNameBytes = Index{1} << 20;

void put_number(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
}

/// Reads the fields of the header and the table, each within bounds, and remembers where it is.
class Fields {
 public:
  Fields(Bytes bytes, const std::string& name, std::size_t at) : bytes_(bytes), name_(name), at_(at) {}

  Index number(std::size_t size, Index least, Index most, const char* what) {
    const std::uint64_t value = get_number(bytes_, at_, size);
    if (value < static_cast<std::uint64_t>(least) || value > static_cast<std::uint64_t>(most)) {
      fail_at(name_, static_cast<Index>(at_), concat(what, " is ", value, ", expected ", least, " to ", most));
    }
    at_ += size;
    return static_cast<Index>(value);
  }
  std::uint64_t any(std::size_t size) {
    at_ += size;
    return get_number(bytes_, at_ - size, size);
  }
  /// The field, when the layer has one; otherwise zero.
  Index number_if(bool has, std::size_t size, Index least, Index most, const char* what) {
    return number(size, has ? least : 0, has ? most : 0, what);
  }
  void zeros(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) number(1, 0, 0, "an unused byte");
  }

 private:
  Bytes bytes_;
  const std::string& name_;
  std::size_t at_;
};

LayerRecord read_record(Fields& fields) {
  LayerRecord record;
  record.kind = static_cast<RecordKind>(fields.number(1, 1, 5, "a layer's kind"));
  const bool conv = record.kind == RecordKind::conv, cflog = record.kind == RecordKind::cflog;
  const bool head = record.kind == RecordKind::head, levels = conv || cflog;
  record.weight_bits = static_cast<int>(fields.number_if(head, 1, 1, 2, "bits of a weight"));
  record.coding.level_bits = static_cast<int>(fields.number_if(levels, 1, 0, 32, "bits of a level"));
  record.coding.span_bits = static_cast<int>(fields.number_if(levels, 1, 0, 32, "bits of a span"));
  record.coding.residual_bits = static_cast<int>(fields.number_if(levels, 1, 0, 32, "bits of a residual"));
  record.fraction_bits = static_cast<int>(fields.number_if(head, 1, 0, 62, "bits of fraction"));
  fields.zeros(2);
  record.out =
      fields.number_if(levels || head, 4, head ? 2 : 1, head ? kMostClasses : kMostChannels, "output channels");
  record.groups = fields.number_if(cflog, 4, 1, kMostChannels, "groups");
  record.automaton = static_cast<std::uint32_t>(fields.number_if(cflog, 4, 0, 0xFFFFFFFF, "an automaton"));
  record.coding.base =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(fields.number_if(levels, 4, 0, 0xFFFFFFFF, "a base")));
  record.level_bytes = fields.number_if(levels, 4, 1, kMostModelBytes, "bytes of levels");
  fields.zeros(4);
  return record;
}

/// Throws unless the layers can follow each other and their channels fit.
void check_order(const std::vector<LayerRecord>& records, const std::string& name) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const LayerRecord& record = records[i];
    const Index offset = kHeaderBytes + static_cast<Index>(i) * kRecordBytes;
    const auto kind_is = [&](std::size_t j, RecordKind kind) { return j < records.size() && records[j].kind == kind; };
    if ((record.kind == RecordKind::conv) != (i == 0)) fail_at(name, offset, "a convolution of pixels, expected first");
    if ((record.kind == RecordKind::head) != (i + 1 == records.size())) fail_at(name, offset, "a head, expected last");
    if (record.kind == RecordKind::mrb && !(kind_is(i + 1, RecordKind::cflog) && kind_is(i + 2, RecordKind::cflog))) {
      fail_at(name, offset, "a residual block without two CFLOGs behind it");
    }
    if (record.kind == RecordKind::cflog && (record.in % 2 != 0 || record.in / 2 % record.groups != 0)) {
      fail_at(name, offset, concat(record.groups, " groups of ", record.in, " channels, expected a divisor of half"));
    }
  }
}

void check_frame(Bytes bytes, const std::string& name) {
  const Index size = static_cast<Index>(bytes.size());
  if (size > kMostModelBytes) fail_at(name, 0, concat(size, " bytes, expected at most ", kMostModelBytes));
  check_magic(bytes, name);
  if (size < kHeaderBytes) fail_at(name, size, concat("the file ends, expected ", kHeaderBytes, " bytes of header"));
  const std::uint64_t version = get_number(bytes, 8, 4);
  if (version != kModelVersion) {
    fail_at(name, 8, concat("version ", version, ", this program knows ", kModelVersion));
  }
  const std::uint64_t expected = get_number(bytes, kSizeAt, 8);
  if (expected != bytes.size()) fail_at(name, kSizeAt, concat(size, " bytes, expected ", expected));
  const std::uint32_t sum = crc32(bytes.subspan(kChecksummedFrom));
  if (sum != get_number(bytes, kChecksumAt, 4)) {
    fail_at(name, kChecksumAt, concat("checksum ", get_number(bytes, kChecksumAt, 4), ", the bytes' is ", sum));
  }
}

}  // namespace

const char* name(PartKind kind) {
  switch (kind) {
    case PartKind::binary_weights: return "binary weights";
    case PartKind::ternary_weights: return "ternary weights";
    case PartKind::levels: return "levels";
    case PartKind::affine: return "affine";
    case PartKind::names: return "names";
    case PartKind::header: return "header";
    case PartKind::layer_table: break;
  }
  return "layer table";
}

void put_u32(std::vector<std::byte>& bytes, std::size_t at, std::uint32_t value) { put_number(bytes, at, value, 4); }
void put_u64(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value) { put_number(bytes, at, value, 8); }

std::uint64_t get_number(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
  return value;
}

void check_magic(Bytes beginning, const std::string& name) {
  const auto matches = [](std::byte found, unsigned char expected) {
    return static_cast<unsigned char>(found) == expected;
  };
  const Bytes magic = beginning.first(std::min(beginning.size(), kMagic.size()));
  if (magic.empty() || !std::equal(magic.begin(), magic.end(), kMagic.begin(), matches)) {
    fail_at(name, 0, "no packed network (another magic number)");
  }
}

void fail_at(const std::string& name, Index offset, const std::string& what) {
  throw DataError(concat(name, ": byte ", offset, ": ", what));
}

std::vector<std::byte> header_bytes(const ModelHeader& header) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(kHeaderBytes) + header.records.size() * kRecordBytes);
  for (std::size_t i = 0; i < kMagic.size(); ++i) bytes[i] = static_cast<std::byte>(kMagic[i]);
  put_u32(bytes, 8, kModelVersion);
  put_u64(bytes, 24, header.seed);
  put_u32(bytes, 32, static_cast<std::uint32_t>(header.height));
  put_u32(bytes, 36, static_cast<std::uint32_t>(header.width));
  put_u32(bytes, 40, static_cast<std::uint32_t>(header.bits));
  put_u32(bytes, 44, static_cast<std::uint32_t>(header.records.size()));
  put_u32(bytes, 48, static_cast<std::uint32_t>(header.name_bytes));
  std::size_t at = kHeaderBytes;
  for (const LayerRecord& record : header.records) {
    const std::array<int, 6> small{static_cast<int>(record.kind), record.weight_bits,          record.coding.level_bits,
                                   record.coding.span_bits,       record.coding.residual_bits, record.fraction_bits};
    for (std::size_t i = 0; i < small.size(); ++i) bytes[at + i] = static_cast<std::byte>(small[i]);
    put_u32(bytes, at + 8, static_cast<std::uint32_t>(record.out));
    put_u32(bytes, at + 12, static_cast<std::uint32_t>(record.groups));
    put_u32(bytes, at + 16, record.automaton);
    put_u32(bytes, at + 20, static_cast<std::uint32_t>(record.coding.base));
    put_u32(bytes, at + 24, static_cast<std::uint32_t>(record.level_bytes));
    at += kRecordBytes;
  }
  return bytes;
}

ModelHeader read_header(Bytes bytes, const std::string& name) {
  check_frame(bytes, name);
  ModelHeader header;
  Fields fields(bytes, name, 24);
  header.seed = fields.any(8);
  header.height = fields.number(4, 1, kMostPictureSide, "the height");
  header.width = fields.number(4, 1, kMostPictureSide, "the width");
  header.bits = static_cast<int>(fields.number(4, 1, 8, "k"));
  const Index records = fields.number(4, 2, kMostRecords, "the number of layers");
  header.name_bytes = fields.number(4, 0, kMostNameBytes, "the size of the names");
  fields.zeros(12);
  if (static_cast<Index>(bytes.size()) < kHeaderBytes + records * kRecordBytes) {
    fail_at(name, static_cast<Index>(bytes.size()), concat("the file ends within the table of ", records, " layers"));
  }
  for (Index i = 0; i < records; ++i) header.records.push_back(read_record(fields));
  complete(header.records);
  check_order(header.records, name);
  const Index expected = file_size(layout(header));
  if (expected != static_cast<Index>(bytes.size())) {
    fail_at(name, kHeaderBytes, concat("the layers take ", expected, " bytes, the file has ", bytes.size()));
  }
  return header;
}

void complete(std::vector<LayerRecord>& records) {
  Index channels = 3, cflogs = 0, mrbs = 0, pools = 0, inner = 0;
  std::string block;
  for (LayerRecord& record : records) {
    record.in = channels;
    if (record.out > 0) channels = record.out;
    switch (record.kind) {
      case RecordKind::conv: record.name = "conv"; break;
      case RecordKind::head: record.name = "head"; break;
      case RecordKind::pool: record.name = concat("pool", ++pools); break;
      case RecordKind::mrb:
        record.name = block = concat("mrb", ++mrbs);
        inner = 2;
        break;
      case RecordKind::cflog:
        record.name = inner > 0 ? concat(block, inner == 2 ? ".a" : ".b") : concat("cflog", ++cflogs);
        inner = std::max<Index>(0, inner - 1);
        break;
    }
  }
}

std::vector<ModelPart> layout(const ModelHeader& header) {
  std::vector<ModelPart> parts;
  const auto add = [&parts](const std::string& layer, PartKind kind, Index bytes, Index weight_bits = 0) {
    const Index end = parts.empty() ? 0 : file_size(parts);
    const Index aligned = (end + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment;
    parts.push_back({.layer = layer, .kind = kind, .offset = aligned, .bytes = bytes, .weight_bits = weight_bits});
  };
  const auto weights = [&](const std::string& layer, WeightKind kind, Index count) {
    add(layer, kind == WeightKind::binary ? PartKind::binary_weights : PartKind::ternary_weights,
        packed_bytes(kind, count), count * static_cast<Index>(kind));
  };
  add("", PartKind::header, kHeaderBytes);
  add("", PartKind::layer_table, static_cast<Index>(header.records.size()) * kRecordBytes);
  for (const LayerRecord& record : header.records) {
    const Index m = record.in / 2;
    switch (record.kind) {
      case RecordKind::conv: weights(record.name, WeightKind::ternary, 9 * record.in * record.out); break;
      case RecordKind::cflog:
        weights(record.name + ".squeeze", WeightKind::binary, record.in * m);
        weights(record.name + ".group", WeightKind::ternary, 9 * m * (m / record.groups));
        break;
      case RecordKind::head:
        weights(record.name, static_cast<WeightKind>(record.weight_bits), record.in * record.out);
        add(record.name, PartKind::affine, 12 * record.out);
        break;
      case RecordKind::mrb:
      case RecordKind::pool: break;
    }
    if (record.level_bytes > 0) add(record.name, PartKind::levels, record.level_bytes);
  }
  if (header.name_bytes > 0) add("", PartKind::names, header.name_bytes);
  return parts;
}

Index file_size(const std::vector<ModelPart>& parts) { return parts.back().offset + parts.back().bytes; }

}  // namespace mog
