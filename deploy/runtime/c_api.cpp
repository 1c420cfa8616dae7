// The C interface: a handle around Runtime, and exceptions turned into one line of text.
#include <algorithm>
#include <exception>
#include <string>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "deploy/runtime/model_file.hpp"
#include "deploy/runtime/mog.h"
#include "deploy/runtime/runtime.hpp"

struct mog_model {
  mog::Runtime runtime;
};

namespace {

thread_local std::string last_error;

/// work(), or `failed` where it throws.
template <class Result, class Work>
Result guarded(Result failed, const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    last_error = error.what();
  } catch (...) {
    last_error = "unknown error";
  }
  return failed;
}

/// Throws std::invalid_argument where there is none.
const mog::Runtime& runtime_of(const mog_model* model, const char* function) {
  mog::require(model != nullptr, function, ": no model");
  return model->runtime;
}

size_t size(mog::Index count) { return static_cast<size_t>(count); }

}  // namespace

mog_model* mog_load(const char* path, int threads) {
  return guarded<mog_model*>(nullptr, [&] {
    mog::require(path != nullptr, "mog_load: no path");
    const mog::ThreadLimit limit(threads);
    return new mog_model{mog::Runtime(mog::read_model(path), threads)};
  });
}

mog_model* mog_load_memory(const void* bytes, size_t size, int threads) {
  return guarded<mog_model*>(nullptr, [&] {
    mog::require(bytes != nullptr, "mog_load_memory: no bytes");
    const mog::ThreadLimit limit(threads);
    const mog::Bytes file(static_cast<const std::byte*>(bytes), size);
    return new mog_model{mog::Runtime(mog::parse_model(file, "mog_load_memory"), threads)};
  });
}

size_t mog_image_bytes(const mog_model* model) {
  return guarded(size_t{0}, [&] { return size(runtime_of(model, "mog_image_bytes").image_bytes()); });
}
size_t mog_classes(const mog_model* model) {
  return guarded(size_t{0}, [&] { return size(runtime_of(model, "mog_classes").classes()); });
}
size_t mog_arena_bytes(const mog_model* model) {
  return guarded(size_t{0}, [&] {
    const mog::Runtime& runtime = runtime_of(model, "mog_arena_bytes");
    return size(runtime.arena_bytes()) * size(runtime.threads());
  });
}

int mog_run(mog_model* model, const uint8_t* pixels, size_t images, int64_t* class_sums) {
  return guarded(-1, [&] {
    const mog::Runtime& runtime = runtime_of(model, "mog_run");
    mog::require(images == 0 || (pixels != nullptr && class_sums != nullptr), "mog_run: no pixels or no class sums");
    const size_t each = std::max(size(runtime.image_bytes()), size(runtime.classes()) * sizeof(int64_t));
    mog::require(images <= PTRDIFF_MAX / each, "mog_run: ", images, " images, expected at most ", PTRDIFF_MAX / each,
                 ", which memory could hold");
    model->runtime.run({pixels, images * size(runtime.image_bytes())}, {class_sums, images * size(runtime.classes())});
    return 0;
  });
}

void mog_free(mog_model* model) { delete model; }

const char* mog_error(void) { return last_error.c_str(); }
