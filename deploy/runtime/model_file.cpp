// The packed file, written and read by one layout.
#include "deploy/runtime/model_file.hpp"

#include <algorithm>
#include <cstring>

#include "core/crc32.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "deploy/runtime/model_layout.hpp"

namespace mog {
namespace {

using Section = std::vector<std::uint8_t>;

/// The records of a network and the content of its sections, in the order of the layout.
struct Encoder {
  Index levels;  // of a channel
  std::vector<LayerRecord> records;
  std::vector<Section> sections;

  LayerRecord& add(RecordKind kind) {
    records.push_back({});
    records.back().kind = kind;
    return records.back();
  }
  void add_levels(LayerRecord& record, const Thresholds& thresholds) {
    PackedLevels packed = pack_levels(thresholds, levels);
    record.coding = packed.coding;
    record.level_bytes = static_cast<Index>(packed.bytes.size());
    sections.push_back(std::move(packed.bytes));
  }

  void operator()(const IntegerConv& conv) {
    LayerRecord& record = add(RecordKind::conv);
    record.out = conv.out;
    sections.push_back(conv.weight.bytes);
    add_levels(record, conv.thresholds);
  }
  void operator()(const IntegerCflog& cflog) {
    LayerRecord& record = add(RecordKind::cflog);
    record.out = cflog.out;
    record.groups = cflog.groups;
    record.automaton = cflog.automaton;
    sections.push_back(cflog.squeeze.bytes);
    sections.push_back(cflog.group.bytes);
    add_levels(record, cflog.thresholds);
  }
  void operator()(const IntegerMrb& mrb) {
    add(RecordKind::mrb);
    (*this)(mrb.a);
    (*this)(mrb.b);
  }
  void operator()(const IntegerPool&) { add(RecordKind::pool); }
  void operator()(const IntegerHead& head) {
    LayerRecord& record = add(RecordKind::head);
    record.weight_bits = static_cast<int>(head.weight.kind);
    record.fraction_bits = head.fraction_bits;
    record.out = head.classes;
    sections.push_back(head.weight.bytes);
    Section affine;
    const auto put = [&affine](std::uint64_t value, int bytes) {
      for (int i = 0; i < bytes; ++i) affine.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    for (const std::int64_t offset : head.offset) put(static_cast<std::uint64_t>(offset), 8);
    for (const std::int32_t multiplier : head.multiplier) put(static_cast<std::uint32_t>(multiplier), 4);
    sections.push_back(std::move(affine));
  }
};

/// One name a line.
Section joined(const std::vector<std::string>& names) {
  Section text;
  for (const std::string& name : names) {
    require(!name.empty() && name.find('\n') == std::string::npos, "model: a class name is empty or has a line break");
    if (!text.empty()) text.push_back('\n');
    text.insert(text.end(), name.begin(), name.end());
  }
  return text;
}

/// Turns the sections of a file back into layers.
class Decoder {
 public:
  Decoder(Bytes bytes, const std::string& name, const ModelHeader& header)
      : bytes_(bytes), name_(name), levels_((Index{1} << header.bits) - 1), parts_(layout(header)) {}

  PackedWeights weights() {
    const ModelPart part = next();
    const WeightKind kind = part.kind == PartKind::binary_weights ? WeightKind::binary : WeightKind::ternary;
    return {.kind = kind, .count = part.weight_bits / static_cast<Index>(kind), .bytes = content(part)};
  }
  Thresholds thresholds(const LayerRecord& record) {
    const ModelPart part = next();
    try {
      return unpack_levels(record.coding, content(part), record.out, levels_);
    } catch (const std::invalid_argument& error) {
      fail_at(name_, part.offset, concat(record.name, ": ", error.what()));
    }
  }
  void affine(IntegerHead& head) {
    const ModelPart part = next();
    const auto at = [&](Index offset, std::size_t size) {
      return get_number(bytes_, static_cast<std::size_t>(part.offset + offset), size);
    };
    for (Index c = 0; c < head.classes; ++c) {
      head.offset.push_back(static_cast<std::int64_t>(at(8 * c, 8)));
      head.multiplier.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(at(8 * head.classes + 4 * c, 4))));
    }
  }
  std::vector<std::string> names() {
    const Section text = content(next());
    std::vector<std::string> names(1);
    for (const std::uint8_t letter : text) {
      if (letter == '\n') {
        names.emplace_back();
      } else {
        names.back() += static_cast<char>(letter);
      }
    }
    return names;
  }

  /// Between the sections are zeros.
  void check_padding() const {
    Index end = 0;
    for (const ModelPart& part : parts_) {
      for (; end < part.offset; ++end) {
        if (bytes_[static_cast<std::size_t>(end)] != std::byte{0}) fail_at(name_, end, "padding that is not 0");
      }
      end = part.offset + part.bytes;
    }
  }

 private:
  const ModelPart& next() { return parts_[next_++]; }
  [[nodiscard]] Section content(const ModelPart& part) const {
    Section section(static_cast<std::size_t>(part.bytes));
    std::memcpy(section.data(), bytes_.data() + part.offset, section.size());
    return section;
  }

  Bytes bytes_;
  const std::string& name_;
  Index levels_;
  std::vector<ModelPart> parts_;
  std::size_t next_ = 2;  // after header and table
};

IntegerCflog decode_cflog(Decoder& decoder, const LayerRecord& record) {
  IntegerCflog cflog{.name = record.name,
                     .in = record.in,
                     .out = record.out,
                     .groups = record.groups,
                     .automaton = record.automaton,
                     .squeeze = {},
                     .group = {},
                     .thresholds = {}};
  cflog.squeeze = decoder.weights();
  cflog.group = decoder.weights();
  cflog.thresholds = decoder.thresholds(record);
  return cflog;
}

IntegerConv decode_conv(Decoder& decoder, const LayerRecord& record) {
  IntegerConv conv{.name = record.name, .in = record.in, .out = record.out, .weight = {}, .thresholds = {}};
  conv.weight = decoder.weights();
  conv.thresholds = decoder.thresholds(record);
  return conv;
}

IntegerHead decode_head(Decoder& decoder, const LayerRecord& record) {
  IntegerHead head{.name = record.name,
                   .in = record.in,
                   .classes = record.out,
                   .weight = decoder.weights(),
                   .multiplier = {},
                   .offset = {},
                   .fraction_bits = record.fraction_bits};
  decoder.affine(head);
  return head;
}

IntegerNetwork decode(Decoder& decoder, const ModelHeader& header) {
  IntegerNetwork network{.height = header.height,
                         .width = header.width,
                         .bits = header.bits,
                         .seed = header.seed,
                         .layers = {},
                         .head = {},
                         .class_names = {}};
  for (std::size_t i = 0; i < header.records.size(); ++i) {
    const LayerRecord& record = header.records[i];
    switch (record.kind) {
      case RecordKind::conv: network.layers.emplace_back(decode_conv(decoder, record)); break;
      case RecordKind::cflog: network.layers.emplace_back(decode_cflog(decoder, record)); break;
      case RecordKind::pool: network.layers.emplace_back(IntegerPool{.name = record.name}); break;
      case RecordKind::head: network.head = decode_head(decoder, record); break;
      case RecordKind::mrb: {
        IntegerMrb mrb{.name = record.name, .a = {}, .b = {}};
        mrb.a = decode_cflog(decoder, header.records[++i]);
        mrb.b = decode_cflog(decoder, header.records[++i]);
        network.layers.emplace_back(std::move(mrb));
        break;
      }
    }
  }
  if (header.name_bytes > 0) network.class_names = decoder.names();
  return network;
}

}  // namespace

std::vector<std::byte> model_bytes(const ProvenNetwork& proven) {
  const IntegerNetwork& network = proven;
  Encoder encoder{.levels = network.top_code(), .records = {}, .sections = {}};
  for (const IntegerLayer& layer : network.layers) std::visit(encoder, layer);
  encoder(network.head);
  if (!network.class_names.empty()) encoder.sections.push_back(joined(network.class_names));
  ModelHeader header{.seed = network.seed,
                     .height = network.height,
                     .width = network.width,
                     .bits = network.bits,
                     .name_bytes = network.class_names.empty() ? 0 : static_cast<Index>(encoder.sections.back().size()),
                     .records = std::move(encoder.records)};
  complete(header.records);

  const std::vector<ModelPart> parts = layout(header);
  std::vector<std::byte> bytes = header_bytes(header);
  bytes.resize(static_cast<std::size_t>(file_size(parts)));
  require(static_cast<Index>(bytes.size()) <= kMostModelBytes, "model: ", bytes.size(), " bytes, expected at most ",
          kMostModelBytes);
  for (std::size_t i = 0; i < encoder.sections.size(); ++i) {
    const Section& section = encoder.sections[i];
    std::memcpy(bytes.data() + parts[i + 2].offset, section.data(), section.size());
  }
  put_u64(bytes, kSizeAt, bytes.size());
  put_u32(bytes, kChecksumAt, crc32(Bytes(bytes).subspan(kChecksummedFrom)));
  return bytes;
}

void write_model(const std::filesystem::path& path, const ProvenNetwork& network) {
  const std::vector<std::byte> bytes = model_bytes(network);
  const Bytes piece = bytes;
  write_file(path, std::span(&piece, 1));
}

ProvenNetwork parse_model(Bytes bytes, const std::string& name) {
  const ModelHeader header = read_header(bytes, name);
  Decoder decoder(bytes, name, header);
  decoder.check_padding();
  IntegerNetwork network = decode(decoder, header);
  try {
    return prove(std::move(network));
  } catch (const std::invalid_argument& error) {
    throw DataError(concat(name, ": ", error.what()));
  }
}

std::vector<std::byte> model_file_bytes(const std::filesystem::path& path) {
  FileReader file(path);
  check_magic(file.first(kHeaderBytes), path.string());
  file.limit(kMostModelBytes);
  return file.take();
}

ProvenNetwork read_model(const std::filesystem::path& path) {
  return parse_model(model_file_bytes(path), path.string());
}

std::vector<ModelPart> model_parts(Bytes bytes, const std::string& name) { return layout(read_header(bytes, name)); }

}  // namespace mog
