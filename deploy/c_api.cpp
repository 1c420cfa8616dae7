// The C interface: a handle around Runtime, and exceptions turned into one line of text.
#include <exception>
#include <string>

#include "core/error.hpp"
#include "deploy/model_file.hpp"
#include "deploy/mog.h"
#include "deploy/runtime.hpp"

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

}  // namespace

mog_model* mog_load(const char* path, int threads) {
  return guarded<mog_model*>(nullptr, [&] {
    mog::require(path != nullptr, "mog_load: no path");
    return new mog_model{mog::Runtime(mog::read_model(path), threads)};
  });
}

size_t mog_image_bytes(const mog_model* model) { return static_cast<size_t>(model->runtime.image_bytes()); }
size_t mog_classes(const mog_model* model) { return static_cast<size_t>(model->runtime.classes()); }
size_t mog_arena_bytes(const mog_model* model) {
  return static_cast<size_t>(model->runtime.arena_bytes()) * static_cast<size_t>(model->runtime.threads());
}

int mog_run(mog_model* model, const uint8_t* pixels, size_t images, int64_t* class_sums) {
  return guarded(-1, [&] {
    mog::require(model != nullptr, "mog_run: no model");
    mog::require(images == 0 || (pixels != nullptr && class_sums != nullptr), "mog_run: no pixels or no class sums");
    model->runtime.run({pixels, images * mog_image_bytes(model)}, {class_sums, images * mog_classes(model)});
    return 0;
  });
}

void mog_free(mog_model* model) { delete model; }

const char* mog_error(void) { return last_error.c_str(); }
