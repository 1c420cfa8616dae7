// Fuzz target: any bytes as a safetensors file, as a checkpoint, and as a trained network.
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/safetensors.hpp"
#include "tests/fuzz/scratch_file.hpp"
#include "train/trained_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mog::fuzz::ScratchFolder folder;
  static mog::fuzz::ScratchFile file(folder.path() / "f");
  mog::set_threads(1);
  file.put({data, size});
  try {
    const auto tensors = mog::SafetensorsFile::read(file.path());
    for (const auto& entry : tensors.entries()) {
      if (entry.dtype == mog::Dtype::f32) static_cast<void>(tensors.tensor<float>(entry.name));
      if (entry.dtype == mog::Dtype::u8) static_cast<void>(tensors.tensor<std::uint8_t>(entry.name));
    }
    static_cast<void>(mog::load_model(file.path()));
  } catch (const mog::DataError&) {
  }
  return 0;
}
