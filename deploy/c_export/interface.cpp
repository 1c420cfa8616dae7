// The exported network's interface and its self-test in C99.
#include "deploy/c_export/text.hpp"

namespace mog::c_export {

const char* const kInterface = R"c(
/* Names of the layers that an observer sees, in the network's order, and last of the class sums. */
extern const char *const mog_layer_names[MOG_LAYERS + 1];

/* Runs the network on one picture: MOG_PIXEL_BYTES bytes, row after row, red, green and blue of each pixel. Writes
 * MOG_CLASSES class sums; the logit of a class is its sum / 2^MOG_FRACTION_BITS, the largest is the answer.
 * All memory is one static arena of MOG_ARENA_BYTES: one run at a time. */
void mog_run(const uint8_t *pixels, int64_t *class_sums);

/* The first class of the largest sum. */
int mog_best_class(const int64_t *class_sums);

/* Sees the codes, 0 to MOG_TOP_CODE, of one pixel (counted row after row) of a layer. A layer's pixels come in order;
 * layers take turns. */
typedef void (*mog_observer)(void *context, int layer, size_t pixel, const uint8_t *codes, size_t channels);
void mog_run_observed(const uint8_t *pixels, int64_t *class_sums, mog_observer call, void *context);

/* Runs the pictures in selftest.c and compares every layer's CRC-32 and the class sums with those of the trained
 * network: 0, or 1 + the index in mog_layer_names of the first layer that differs. */
int mog_selftest(void);

#ifdef __cplusplus
}
#endif

#endif
)c";

const char* const kSelfTest = R"c(
/* CRC-32 (of IEEE 802.3), four bits at a time. */
static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  static const uint32_t table[16] = {0x00000000U, 0x1db71064U, 0x3b6e20c8U, 0x26d930acU, 0x76dc4190U, 0x6b6b51f4U,
                                     0x4db26158U, 0x5005713cU, 0xedb88320U, 0xf00f9344U, 0xd6d6a3e8U, 0xcb61b38cU,
                                     0x9b64c2b0U, 0x86d3d2d4U, 0xa00ae278U, 0xbdbdf21cU};
  crc = ~crc;
  for (size_t i = 0; i < count; ++i) {
    crc = crc >> 4 ^ table[(crc ^ bytes[i]) & 15U];
    crc = crc >> 4 ^ table[(crc ^ (uint32_t)bytes[i] >> 4) & 15U];
  }
  return ~crc;
}

static void observe(void *context, int layer, size_t pixel, const uint8_t *codes, size_t channels) {
  uint32_t *const crcs = (uint32_t *)context;
  (void)pixel;
  crcs[layer] = crc32(crcs[layer], codes, channels);
}

int mog_selftest(void) {
  int first = MOG_LAYERS + 1;
  for (size_t p = 0; p < sizeof pictures / sizeof pictures[0]; ++p) {
    int64_t class_sums[MOG_CLASSES];
    uint32_t crcs[MOG_LAYERS] = {0};
    int layer = 0;
    mog_run_observed(pictures[p], class_sums, observe, crcs);
    while (layer < MOG_LAYERS && crcs[layer] == expected_crcs[p][layer]) ++layer;
    if (layer == MOG_LAYERS) {
      int k = 0;
      while (k < MOG_CLASSES && class_sums[k] == expected_sums[p][k]) ++k;
      if (k == MOG_CLASSES) ++layer;
    }
    if (layer < first) first = layer;
  }
  return first > MOG_LAYERS ? 0 : first + 1;
}
)c";

}  // namespace mog::c_export
