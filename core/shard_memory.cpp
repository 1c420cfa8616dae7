// An anonymous mapping that forked processes keep.
#include "core/shard_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "core/error.hpp"
#include "core/failure_kind.hpp"

namespace mog {

void ShardWords::fail(const std::exception& error) noexcept {
  int nobody = 0;
  if (!failing.compare_exchange_strong(nobody, 1)) return;
  kind = failure_kind(error);
  const std::size_t size = std::min(std::strlen(error.what()), kMessageBytes - 1);
  std::memcpy(message, error.what(), size);
  message[size] = '\0';
  failing.store(2);
}

void ShardWords::throw_if_failed() const {
  if (failing.load() == 2) throw_failure(kind, message);
}

ShardMemory::ShardMemory(int shards, Index numbers)
    : numbers_(numbers), bytes_(kHeader + to_size((shards + 1) * numbers) * sizeof(double)) {
  void* const start = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    throw IoError(concat("shards: ", bytes_, " bytes of shared memory: ", std::strerror(errno)));
  }
  start_ = static_cast<std::byte*>(start);
  new (start_) ShardWords;
}

ShardMemory::~ShardMemory() { ::munmap(start_, bytes_); }

ShardWords& ShardMemory::words() const { return *std::launder(reinterpret_cast<ShardWords*>(start_)); }

}  // namespace mog
