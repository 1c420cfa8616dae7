// The fixed part of a packed file, its header and layer table, and where the sections that they describe lie.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "deploy/runtime/level_packing.hpp"
#include "deploy/runtime/model_part.hpp"

namespace mog {

constexpr std::uint32_t kModelVersion = 1;
constexpr Index kSectionAlignment = 64, kHeaderBytes = 64, kRecordBytes = 32;
static_assert(kHeaderBytes % kSectionAlignment == 0);  // the table follows at once

enum class RecordKind : std::uint8_t { conv = 1, cflog = 2, mrb = 3, pool = 4, head = 5 };

/// One line of the layer table. A residual block is its own record, then those of its two CFLOGs.
struct LayerRecord {
  RecordKind kind = RecordKind::conv;
  int weight_bits = 0;          // head: 1 or 2
  LevelCoding coding;           // conv, cflog
  int fraction_bits = 0;        // head
  Index out = 0;                // conv, cflog, head: channels
  Index groups = 0;             // cflog
  std::uint32_t automaton = 0;  // cflog
  Index level_bytes = 0;        // conv, cflog

  Index in = 0;      // not stored: what the layer before gives
  std::string name;  // not stored: kind and number
};

struct ModelHeader {
  std::uint64_t seed = 0;
  Index height = 0, width = 0;
  int bits = 0;
  Index name_bytes = 0;
  std::vector<LayerRecord> records;
};

/// Header and table as bytes; size and checksum are the caller's to fill in.
std::vector<std::byte> header_bytes(const ModelHeader& header);
constexpr std::size_t kChecksumAt = 12, kChecksummedFrom = 16, kSizeAt = 16;
void put_u32(std::vector<std::byte>& bytes, std::size_t at, std::uint32_t value);
void put_u64(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value);

/// Throws DataError when a file that begins with these bytes, at most kHeaderBytes, is none of ours.
void check_magic(Bytes beginning, const std::string& name);
/// The way back, and the checks that need no section: magic, version, size, checksum, every field in its range, the
/// layers in an order that prove() can accept. Throws DataError.
ModelHeader read_header(Bytes bytes, const std::string& name);

std::uint64_t get_number(Bytes bytes, std::size_t at, std::size_t size);
[[noreturn]] void fail_at(const std::string& name, Index offset, const std::string& what);

/// Fills in what is not stored: channels into each layer and its name.
void complete(std::vector<LayerRecord>& records);

/// Every part in the order of the file: header and table, then each layer's sections, then the names.
std::vector<ModelPart> layout(const ModelHeader& header);
/// Where the file ends.
Index file_size(const std::vector<ModelPart>& parts);

}  // namespace mog
