// Fuzz target: any bytes as a packed network, and once more under a checksum that fits; a network that is read is run
// by the plain engine and by the runtime, and its sums held against their ranges.
#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "deploy/runtime/model_file.hpp"
#include "tests/fuzz/hostile_network.hpp"

namespace {

void read_and_run(mog::Bytes bytes, std::uint32_t seed) {
  try {
    const mog::ProvenNetwork network = mog::parse_model(bytes, "file");
    // At most a tenth of a second, some more under sanitizers; beyond 10'000 steps the rarer the more there are, so that
    // networks of each size take as long together.
    const mog::Index most_work =
        std::min<mog::Index>(20'000'000, 10'000 * ((mog::Index{1} << 32) / (seed + mog::Index{1})));
    if (mog::test::work_of(network) <= most_work) mog::test::try_network(network, seed);
  } catch (const mog::DataError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mog::set_threads(1);
  const mog::Bytes bytes = std::as_bytes(std::span(data, size));
  const std::uint32_t seed = mog::crc32(bytes);
  read_and_run(bytes, seed);
  read_and_run(mog::test::repaired(bytes), seed);
  return 0;
}
