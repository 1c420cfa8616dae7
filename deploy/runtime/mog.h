/* The integer runtime for C: load a packed network, run it, free it. Link mog::runtime. */
#ifndef MOG_DEPLOY_MOG_H
#define MOG_DEPLOY_MOG_H

#include <stddef.h> /* NOLINT(modernize-deprecated-headers): this is C */
#include <stdint.h> /* NOLINT(modernize-deprecated-headers) */

#ifdef __cplusplus
extern "C" {
#endif

/* A loaded network. One thread at a time may use it; different networks are independent. */
typedef struct mog_model mog_model; /* NOLINT(modernize-use-using) */

/* Loads the file of a network (mog export) for so many threads, 1 to 4096. NULL on failure: see mog_error.
 *
 * With one thread, neither loading nor running starts any, and a child process made by fork() may go on with the
 * network. With more, the thread that calls fork() runs on alone in the child; threads that the system refuses are a
 * failure, here or in the first mog_run of another thread. */
mog_model* mog_load(const char* path, int threads);
/* The same from the file's bytes, which may go afterwards. */
mog_model* mog_load_memory(const void* bytes, size_t size, int threads);

/* Of the next three each is 0 on failure: see mog_error. */
/* Bytes of one picture: height x width x 3, row by row, red, green and blue side by side. */
size_t mog_image_bytes(const mog_model* model);
/* Numbers that one picture gives. */
size_t mog_classes(const mog_model* model);
/* Temporary memory, in bytes, taken at load; running takes no more. */
size_t mog_arena_bytes(const mog_model* model);

/* Runs `images` pictures that lie one behind the other; class_sums receives `images` times mog_classes numbers. The
 * largest number of a picture is its class. Returns 0, or -1 on failure: see mog_error. Images may be 0, and pointers
 * NULL then. */
int mog_run(mog_model* model, const uint8_t* pixels, size_t images, int64_t* class_sums);

/* Gives everything back; NULL is fine. */
void mog_free(mog_model* model);

/* One line that says why the last call of this thread failed. Valid until its next failure. */
const char* mog_error(void);

#ifdef __cplusplus
}
#endif

#endif
