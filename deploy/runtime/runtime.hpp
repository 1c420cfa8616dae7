// The integer runtime: runs an integer network fast, on bytes, without allocating.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/proof.hpp"

namespace mog {

/// A layer as the runtime runs it.
struct RuntimeLayer {
  std::string name;                // "cflog1.squeeze", "mrb1.mux"
  Index multiply_accumulates = 0;  // an image
  Index weight_bytes = 0;          // in the form that the kernels read
};

/// A network made ready: weights expanded and packed for the machine's best kernels, temporary memory planned and
/// taken, threads started. Running it allocates nothing and gives the reference engine's class sums, to the bit,
/// whatever the instruction set, the number of threads and of images. One call at a time.
class Runtime {
 public:
  /// Takes what it needs of the network, which may go afterwards. Throws std::invalid_argument when the sums of a
  /// squeeze exceed 16 bits, naming the layer; IoError where the system refuses the threads. With one thread none is
  /// started, not even while loading. In a child process, see team_for(), fewer threads run, to the same numbers.
  explicit Runtime(const ProvenNetwork& network, int threads = mog::threads());
  Runtime(Runtime&&) noexcept;
  Runtime& operator=(Runtime&&) noexcept;
  ~Runtime();

  /// pixels: images [height, width, 3], one after the other; class_sums: classes() numbers an image. The threads share
  /// out the images, or, where there are fewer images than threads, the rows of each layer. Throws
  /// std::invalid_argument when a size does not fit; IoError where another thread than the one that loaded calls,
  /// and the system refuses it threads of its own.
  void run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums);
  /// The same for one image, on one thread: adds each layer's time to seconds[layer], layers().size() numbers.
  void run_timed(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums, std::span<double> seconds);
  /// The same for one image, on one thread, with an observer as run_reference has it. It sees all maps but those
  /// that the runtime never writes: sums that become codes at once, and the end of a residual block that is
  /// pooled at once. Allocates.
  void run_observed(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                    const MapObserver& observer);

  [[nodiscard]] Index image_bytes() const;
  [[nodiscard]] Index classes() const;
  [[nodiscard]] int threads() const;
  /// Temporary memory: exactly so many bytes a thread.
  [[nodiscard]] Index arena_bytes() const;
  [[nodiscard]] Index weight_bytes() const;
  [[nodiscard]] const std::vector<RuntimeLayer>& layers() const;

 private:
  class Program;
  std::unique_ptr<Program> program_;
};

}  // namespace mog
