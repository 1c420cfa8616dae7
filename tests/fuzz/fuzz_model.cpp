// Fuzz target: any bytes as a packed network, and once more under a checksum that fits; a network that is read is run.
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/crc32.hpp"
#include "deploy/engine.hpp"
#include "deploy/model_layout.hpp"

namespace {

void read_and_run(mog::Bytes bytes) {
  try {
    const mog::IntegerNetwork network = mog::parse_model(bytes, "file");
    constexpr mog::Index kMostPixels = 256;  // a few bytes may describe large pictures, which take their time
    if (network.height * network.width > kMostPixels) return;
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(network.height * network.width * 3), 255);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(network.head.classes));
    mog::run_reference(network, pixels, sums);
  } catch (const mog::DataError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mog::set_threads(1);
  const mog::Bytes bytes = std::as_bytes(std::span(data, size));
  read_and_run(bytes);
  if (size < 64) return 0;
  std::vector<std::byte> repaired(bytes.begin(), bytes.end());
  mog::put_u64(repaired, mog::kSizeAt, size);
  mog::put_u32(repaired, mog::kChecksumAt, mog::crc32(mog::Bytes(repaired).subspan(mog::kChecksummedFrom)));
  read_and_run(repaired);
  return 0;
}
