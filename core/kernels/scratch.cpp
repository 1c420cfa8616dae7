// Working memory of the kernels: one growing buffer a thread and kind.
#include "core/kernels/scratch.hpp"

#include <array>
#include <atomic>
#include <new>

namespace mog::kernels {
namespace {

constexpr std::align_val_t kAlignment{64};
std::atomic<std::size_t> total{0};

class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  float* grow(std::size_t bytes) {
    if (bytes > bytes_) {
      release();
      data_ = static_cast<float*>(::operator new(bytes, kAlignment));
      bytes_ = bytes;
      total += bytes;
    }
    return data_;
  }

 private:
  void release() {
    ::operator delete(data_, kAlignment);
    total -= bytes_;
    data_ = nullptr;
    bytes_ = 0;
  }

  float* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace

float* scratch(Scratch kind, Index count) {
  thread_local std::array<Buffer, 3> buffers;
  return buffers[static_cast<std::size_t>(kind)].grow(static_cast<std::size_t>(count) * sizeof(float));
}

std::size_t scratch_bytes() { return total; }

}  // namespace mog::kernels
