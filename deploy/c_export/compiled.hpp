// The exported C, compiled by this machine's compiler and loaded into this program: to compare it with other engines.
#pragma once

#include <memory>
#include <mutex>

#include "core/scratch_folder.hpp"
#include "deploy/c_export/c_export.hpp"
#include "deploy/runtime/engine.hpp"

namespace mog::c_export {

class Compiled {
 public:
  /// Exports the network into a folder of its own, which this removes in the end, and compiles it with `command`, a
  /// compiler and its flags, words between blanks. Throws what export_c throws, and std::runtime_error when the
  /// compiler fails.
  explicit Compiled(const ProvenNetwork& network, const std::string& command = "cc -O3",
                    const CExportOptions& options = {});
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  /// mog_run_observed(): as run_reference, but the observer sees codes alone. Calls from several threads wait for each
  /// other, as the C has one arena.
  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, const MapObserver& observer = {});
  /// mog_selftest().
  [[nodiscard]] int self_test();
  [[nodiscard]] const std::vector<std::string>& layers() const { return layers_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] const CExportReport& report() const { return report_; }
  /// A name that the C defines, without its prefix. Throws std::runtime_error when there is none.
  [[nodiscard]] void* symbol(const std::string& name) const;

 private:
  struct Size {
    Index height, width, channels;
  };
  struct Maps;
  using Observer = void (*)(void*, int, std::size_t, const std::uint8_t*, std::size_t);
  static void take(void* maps, int layer, std::size_t pixel, const std::uint8_t* codes, std::size_t channels);

  ScratchFolder folder_{"mog-c"};
  std::string prefix_;
  CExportReport report_{};
  std::vector<std::string> layers_;
  std::vector<Size> sizes_;                        // of the layers' maps
  std::unique_ptr<void, int (*)(void*)> library_;  // closed before its folder goes
  std::mutex mutex_;
};

}  // namespace mog::c_export
