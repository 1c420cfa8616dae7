// Reading the header event by event: nothing is built that the header has no room for.
#include "core/safetensors_header.hpp"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "core/error.hpp"

namespace mog {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostEntries = 1'000'000;  // tensors, and again lines of metadata

std::optional<Dtype> find_dtype(const std::string& text) {
  for (const Dtype dtype : {Dtype::f32, Dtype::f64, Dtype::u8, Dtype::i32, Dtype::i64, Dtype::u64}) {
    if (text == name(dtype)) return dtype;
  }
  return std::nullopt;
}

/// Follows the parser through {"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ...,
/// "__metadata__": {"key": "value", ...}}. The first thing that does not belong there ends it with a reason.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  Header header;
  std::string reason;         // why it ended, empty if all is well
  std::size_t parser_at = 0;  // where in the text, when the parser said so

  bool start_object(std::size_t /*size*/) override {
    if (place_ == Place::outside) return go(Place::top);
    if (place_ == Place::name_known) return go(name_ == kMetadataName ? Place::metadata : Place::tensor);
    return refuse("an object where none belongs");
  }

  bool key(std::string& text) override {
    if (place_ == Place::top) {
      if (!names_.insert(text).second) return refuse("the name " + in_quotes(text) + " twice");
      if (names_.size() > kMostEntries) return refuse("more than a million tensors");
      name_ = text;
      entry_ = HeaderEntry{};
      entry_.name = text;
      seen_ = {};
      return go(Place::name_known);
    }
    if (place_ == Place::metadata) {
      if (!keys_.insert(text).second) return refuse("the metadata " + in_quotes(text) + " twice");
      if (keys_.size() > kMostEntries) return refuse("more than a million lines of metadata");
      metadata_key_ = text;
      return go(Place::metadata_value);
    }
    constexpr std::array kKeys{"dtype", "shape", "data_offsets"};
    constexpr std::array kPlaces{Place::dtype, Place::shape, Place::offsets};
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (text != kKeys[i]) continue;
      if (std::exchange(seen_[i], true)) return refuse(of_tensor() + text + " twice");
      numbers_ = 0;
      return go(kPlaces[i]);
    }
    return refuse(of_tensor() + "unknown key " + in_quotes(text));
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata_value) {
      header.metadata.emplace_back(metadata_key_, text);
      return go(Place::metadata);
    }
    if (place_ != Place::dtype) return refuse("text where none belongs: " + in_quotes(text));
    const std::optional<Dtype> dtype = find_dtype(text);
    if (!dtype) return refuse(of_tensor() + "unknown dtype " + in_quotes(text));
    entry_.dtype = *dtype;
    return go(Place::tensor);
  }

  bool start_array(std::size_t /*size*/) override {
    if (place_ == Place::shape) return go(Place::in_shape);
    if (place_ == Place::offsets) return go(Place::in_offsets);
    return refuse("a list where none belongs");
  }

  bool number_unsigned(std::uint64_t number) override {
    if (number > static_cast<std::uint64_t>(std::numeric_limits<Index>::max())) {
      return refuse(of_tensor() + "a number beyond 63 bits");
    }
    const std::size_t room = place_ == Place::in_shape ? sizes_.size() : place_ == Place::in_offsets ? 2 : 0;
    if (room == 0) return refuse("a number where none belongs");
    if (numbers_ == room) return refuse(of_tensor() + "more than " + std::to_string(room) + " numbers in a list");
    sizes_[numbers_++] = static_cast<Index>(number);
    return true;
  }

  bool end_array() override {
    if (place_ == Place::in_offsets) {
      if (numbers_ != 2 || sizes_[0] > sizes_[1]) return refuse(of_tensor() + "data_offsets must be [begin, end]");
      entry_.begin = sizes_[0];
      entry_.end = sizes_[1];
      return go(Place::tensor);
    }
    if (numbers_ == 0) sizes_[numbers_++] = 1;  // a scalar
    try {
      entry_.shape = Shape(sizes_.data(), static_cast<int>(numbers_));
    } catch (const std::invalid_argument& error) {
      return refuse(of_tensor() + error.what());
    }
    return go(Place::tensor);
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      if (!(seen_[0] && seen_[1] && seen_[2])) return refuse(of_tensor() + "dtype, shape or data_offsets is missing");
      header.entries.push_back(entry_);
    }
    return go(place_ == Place::top ? Place::outside : Place::top);
  }

  bool number_integer(std::int64_t number) override {
    return refuse(of_tensor() + "the negative number " + std::to_string(number));
  }
  bool number_float(double /*number*/, const std::string& text) override {
    return refuse("the number " + text.substr(0, 40) + " where an integer belongs");
  }
  bool null() override { return refuse("null where none belongs"); }
  bool boolean(bool /*value*/) override { return refuse("true or false where none belongs"); }
  bool binary(Json::binary_t& /*value*/) override { return refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& /*error*/) override {
    parser_at = position == 0 ? 0 : position - 1;
    return refuse("the header is no valid JSON");
  }

 private:
  enum class Place {
    outside,
    top,
    name_known,
    tensor,
    dtype,
    shape,
    in_shape,
    offsets,
    in_offsets,
    metadata,
    metadata_value
  };

  bool go(Place place) {
    place_ = place;
    return true;
  }
  bool refuse(const std::string& why) {
    if (reason.empty()) reason = why;
    return false;
  }
  [[nodiscard]] std::string of_tensor() const { return "tensor " + in_quotes(name_) + ": "; }

  Place place_ = Place::outside;
  std::string name_, metadata_key_;
  HeaderEntry entry_;
  std::array<bool, 3> seen_{};  // dtype, shape, data_offsets of entry_
  std::array<Index, Shape::kMaxRank> sizes_{};
  std::size_t numbers_ = 0;  // of sizes_ in use
  std::unordered_set<std::string> names_, keys_;
};

}  // namespace

std::string in_quotes(const std::string& text) {
  constexpr std::size_t kMost = 80;
  const std::string shown = text.size() > kMost ? text.substr(0, kMost) + "..." : text;
  return Json(shown).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void require_json_text(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
  } catch (const Json::exception&) {
    throw std::invalid_argument("safetensors: " + in_quotes(text) + " is not UTF-8");
  }
}

std::string header_text(std::span<const HeaderEntry> entries,
                        std::span<const std::pair<std::string, std::string>> metadata) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += concat('"', kMetadataName, "\":{");
    for (const auto& [key, value] : metadata) text += Json(key).dump() + ":" + Json(value).dump() + ",";
    text.back() = '}';
    text += ',';
  }
  for (const HeaderEntry& entry : entries) {
    text += concat(Json(entry.name).dump(), ":{\"dtype\":\"", name(entry.dtype), "\",\"shape\":[");
    for (int i = 0; i < entry.shape.rank(); ++i) text += concat(i == 0 ? "" : ",", entry.shape[i]);
    text += concat("],\"data_offsets\":[", entry.begin, ",", entry.end, "]},");
  }
  if (text.back() == ',') text.pop_back();
  return text + "}";
}

Header parse_header(std::string_view text, const std::function<void(Index, const std::string&)>& refuse) {
  if (!text.starts_with('{')) refuse(0, "the header is no JSON object");
  // The parser takes a zero byte for the end of the text.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    refuse(static_cast<Index>(zero), "header: the header is no valid JSON");
  }
  HeaderReader reader;
  Json::sax_parse(text.begin(), text.end(), &reader);
  if (!reader.reason.empty()) refuse(static_cast<Index>(reader.parser_at), "header: " + reader.reason);
  // JSON would let other blanks pass; the format pads with spaces.
  if (const std::size_t end = text.find_last_not_of(' '); text[end] != '}') {
    refuse(static_cast<Index>(end), "header: padded with something else than spaces");
  }
  return std::move(reader.header);
}

}  // namespace mog
