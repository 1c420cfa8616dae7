// The reference engine: the meaning of an integer network, in plain loops.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "deploy/runtime/integer_network.hpp"

namespace mog {

/// One map of one image on its way through the network, [height, width, channels]: sums ("cflog1.squeeze",
/// "cflog1.group", "cflog1.expand", "conv") or codes ("conv.activation", "cflog1.activation", "mrb1.mux", "pool1"). The
/// names are those of the trained network's own reports.
struct IntegerMap {
  enum class Kind {
    codes,    // 0..2^k - 1
    latents,  // sums that a CFLOG's expansion adds up
    sums      // any others
  };

  std::string_view name;
  Index height, width, channels;
  std::span<const std::int32_t> values;
  Kind kind;
  double unit = 1;  // what 1 is in the trained network: it divides centred pixels by 128

  [[nodiscard]] bool codes() const { return kind == Kind::codes; }
};
using MapObserver = std::function<void(const IntegerMap&)>;

/// Runs one image: pixels [height, width, 3], class_sums [classes]. The observer, if any, is called after each layer.
/// Throws std::invalid_argument when a span has another size.
void run_reference(const IntegerNetwork& network, std::span<const std::uint8_t> pixels,
                   std::span<std::int64_t> class_sums, const MapObserver& observer = {});

/// The first of the largest (I15).
Index best_class(std::span<const std::int64_t> class_sums);

}  // namespace mog
