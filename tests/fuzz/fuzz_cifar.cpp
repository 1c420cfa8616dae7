// Fuzz target: any bytes as the files of a CIFAR folder, in a layout like the official ones with a few pictures a file.
#include <algorithm>

#include "core/parallel.hpp"
#include "data/cifar.hpp"
#include "tests/fuzz/scratch_file.hpp"

namespace {

const mog::CifarLayout kLayout = {.title = "cifar",
                                  .folder = "cifar",
                                  .train = {{"train.bin", 2}},
                                  .test = {"test.bin", 1},
                                  .names = {"coarse.txt", "fine.txt"},
                                  .classes = {2, 3}};

}  // namespace

/// The first byte says how many bytes of names follow, half of them for each of the two files; then come a test file of
/// one record and, as long as there is anything, the training file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mog::fuzz::ScratchFolder folder;
  static mog::fuzz::ScratchFile train(folder.path() / "train.bin"), test(folder.path() / "test.bin"),
      coarse(folder.path() / "coarse.txt"), fine(folder.path() / "fine.txt");
  if (size < 1) return 0;
  mog::set_threads(1);
  const std::span<const std::uint8_t> input(data + 1, size - 1);
  const std::size_t names = std::min<std::size_t>(input.size(), data[0]);
  const std::size_t first = std::min(input.size() - names, static_cast<std::size_t>(kLayout.record_bytes()));
  coarse.put(input.first(names / 2));
  fine.put(input.subspan(names / 2, names - names / 2));
  test.put(input.subspan(names, first));
  train.put(input.subspan(names + first));
  for (const std::string& problem : mog::cifar_problems(kLayout, folder.path())) {
    if (!problem.starts_with("cifar: ") || problem.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}
