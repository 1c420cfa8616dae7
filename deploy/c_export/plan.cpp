// The plan of the arena: maps go where room is, low addresses first.
#include "deploy/c_export/plan.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace mog::c_export {
namespace {

Index bytes_of(Index bits) { return (bits + 7) / 8; }

class Planner {
 public:
  explicit Planner(const ProvenNetwork& network) : network_(network), height_(network->height), width_(network->width) {
    const auto& layers = network->layers;
    require(layers.size() >= 2 && std::holds_alternative<IntegerCflog>(layers[1]),
            "export_c: the second layer is no CFLOG, which the exported C computes together with the first");
    for (std::size_t i = 0; i < layers.size(); ++i) {
      sums_ = network.sums(i);
      std::visit([this](const auto& layer) { add(layer); }, layers[i]);
    }
    plan_.head_map = map_;
    plan_.head_pixels = height_ * width_;
  }

  [[nodiscard]] Plan take() { return std::move(plan_); }

 private:
  [[nodiscard]] Index map_bytes(Index channels) const { return height_ * width_ * bytes_of(channels * network_.bits); }

  void add(const IntegerConv& conv) {
    plan_.layers.push_back(conv.name + ".activation");
    pixels_ = &conv;
    channels_ = conv.out;
    plan_.channels = conv.out;
  }

  /// The new map goes before the old one where it fits there, else after it.
  void add(const IntegerCflog& cflog) {
    const Index from = map_, end = pixels_ != nullptr ? 0 : map_ + map_bytes(channels_);
    const Index size = map_bytes(cflog.out);
    const Index to = pixels_ != nullptr || size <= from ? 0 : end;
    Index rows = pixels_ != nullptr ? 3 * width_ * pixels_->in : 0, behind = std::max(end, to + size);
    Step step = begin(pixels_ != nullptr ? "STEP_PIXELS" : "STEP_CFLOG", pixels_ != nullptr ? 0 : from, to);
    if (pixels_ != nullptr) step.layer = 0;
    step.cflogs = {place(cflog, sums_, behind, rows)};
    plan_.layers.push_back(cflog.name + ".activation");
    plan_.steps.push_back(std::move(step));
    map_ = to;
    channels_ = cflog.out;
    pixels_ = nullptr;
  }

  void add(const IntegerMrb& mrb) {
    Step step = begin("STEP_RESIDUAL", map_, map_);
    Index rows = 0, behind = map_ + map_bytes(channels_);
    const PlacedCflog a = place(mrb.a, sums_.first(kCflogSums), behind, rows);
    const PlacedCflog b = place(mrb.b, sums_.last(kCflogSums), behind, rows);
    step.cflogs = {a, b};
    plan_.layers.insert(plan_.layers.end(),
                        {mrb.a.name + ".activation", mrb.b.name + ".activation", mrb.name + ".mux"});
    plan_.steps.push_back(std::move(step));
  }

  void add(const IntegerPool& pool) {
    plan_.steps.push_back(begin("STEP_POOL", map_, map_));
    plan_.layers.push_back(pool.name);
    height_ /= 2;
    width_ /= 2;
  }

  [[nodiscard]] Step begin(const char* kind, Index in, Index out) const {
    return {.kind = kind,
            .height = height_,
            .width = width_,
            .channels = channels_,
            .in = in,
            .out = out,
            .cflogs = {},
            .layer = static_cast<Index>(plan_.layers.size())};
  }

  /// Takes room for the CFLOG's weights and rows, and moves both ends.
  PlacedCflog place(const IntegerCflog& cflog, std::span<const SumRange> sums, Index& behind, Index& rows) {
    const PlacedCflog placed{.cflog = &cflog, .sums = sums, .generated = behind, .rows = rows};
    plan_.wide_rows = plan_.wide_rows || sums[kSqueeze].bits() > 16;
    behind += cflog.out * bytes_of(cflog.latent());
    rows += 3 * width_ * cflog.latent();
    plan_.map_bytes = std::max(plan_.map_bytes, behind);
    plan_.row_numbers = std::max(plan_.row_numbers, rows);
    plan_.channels = std::max({plan_.channels, cflog.in, cflog.out});
    plan_.latents = std::max(plan_.latents, cflog.latent());
    return placed;
  }

  const IntegerNetwork& network_;
  Plan plan_;
  Index height_, width_, channels_ = 3, map_ = 0;
  std::span<const SumRange> sums_;       // of the layer that is added
  const IntegerConv* pixels_ = nullptr;  // set while the next layer takes the picture through it
};

}  // namespace

Index Plan::arena_bytes(Index lanes) const {
  const Index strip = 4 * lanes;
  const Index words = (channels + latents + 16 * kTables) * strip + 4 * channels;
  const Index bytes = row_numbers * (wide_rows ? 4 : 2) + 2 * channels + map_bytes;
  return words + (bytes + 3) / 4 * 4;
}

Plan make_plan(const ProvenNetwork& network) { return Planner(network).take(); }

}  // namespace mog::c_export
