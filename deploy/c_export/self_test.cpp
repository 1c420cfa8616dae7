// What the plain loops make of each picture, written down as C.
#include "deploy/c_export/self_test.hpp"

#include "core/crc32.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "deploy/c_export/literals.hpp"
#include "deploy/c_export/text.hpp"
#include "deploy/runtime/engine.hpp"

namespace mog::c_export {

Pictures drawn_pictures(const IntegerNetwork& network) {
  Pictures pictures(2);
  Random random(1, Purpose::images);
  for (Index y = 0; y < network.height; ++y) {
    for (Index x = 0; x < network.width; ++x) {
      for (Index c = 0; c < 3; ++c) {
        pictures[0].push_back(static_cast<std::uint8_t>(random.bits() >> 24));
        const Index light = c == 0 ? y * 255 / network.height : c == 1 ? x * 255 / network.width : (x * y) % 256;
        pictures[1].push_back(static_cast<std::uint8_t>(light));
      }
    }
  }
  return pictures;
}

std::string self_test(const IntegerNetwork& network, const Plan& plan, const Pictures& pictures) {
  std::string images, crcs, sums;
  for (const auto& picture : pictures) {
    std::vector<std::uint32_t> layers;
    std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network.head.classes));
    run_reference(network, picture, class_sums, [&](const IntegerMap& map) {
      if (!map.codes()) return;
      require(layers.size() < plan.layers.size() && plan.layers[layers.size()] == map.name,
              "export_c: the engine's layer ", map.name, " is not the plan's");
      const std::vector<std::uint8_t> codes(map.values.begin(), map.values.end());
      layers.push_back(crc32(std::as_bytes(std::span(codes))));
    });
    images += "  {\n" + list(picture, "    ") + "  },\n";
    std::string hex;
    for (const std::uint32_t crc : layers) hex += std::to_string(crc) + "U, ";
    crcs += "  {" + hex + "},\n";
    sums += "  {\n" + list(class_sums, "    ") + "  },\n";
  }
  const std::string count = std::to_string(pictures.size());
  return "/* Pictures, and what the trained network makes of them: CRC-32 of every layer's codes, one byte a code in "
         "the order\n"
         " * of rows, columns and channels, and the class sums. */\n"
         "#include \"model.h\"\n\n"
         "static const uint8_t pictures[" +
         count + "][MOG_PIXEL_BYTES] = {\n" + images +
         "};\n\n"
         "static const uint32_t expected_crcs[" +
         count + "][MOG_LAYERS] = {\n" + crcs +
         "};\n\n"
         "static const int64_t expected_sums[" +
         count + "][MOG_CLASSES] = {\n" + sums + "};\n" + kSelfTest;
}

}  // namespace mog::c_export
