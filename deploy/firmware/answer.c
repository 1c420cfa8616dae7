/* The line of one picture, without a standard library. */
#include "answer.h"

#include "model.h"

typedef char answer_has_room[ANSWER_BYTES >= 16 + 9 * MOG_LAYERS + 17 * MOG_CLASSES ? 1 : -1];

static void observe(void* context, int layer, size_t pixel, const uint8_t* codes, size_t channels) {
  uint32_t crc = ~((uint32_t*)context)[layer];
  (void)pixel;
  for (size_t c = 0; c < channels; ++c) {
    crc ^= codes[c];
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  ((uint32_t*)context)[layer] = ~crc;
}

static char* hexadecimal(char* to, uint64_t number, unsigned digits) {
  *to++ = ' ';
  while (digits-- > 0) *to++ = "0123456789abcdef"[number >> 4 * digits & 15U];
  return to;
}

char* decimal(char* to, uint32_t number) {
  char* end = to;
  for (uint32_t rest = number; end == to || rest > 0; rest /= 10) ++end;
  for (char* digit = end; digit > to; number /= 10) *--digit = "0123456789"[number % 10];
  *end = 0;
  return end;
}

void answer(const uint8_t* pixels, char* text) {
  uint32_t crcs[MOG_LAYERS] = {0};
  int64_t class_sums[MOG_CLASSES];
  mog_run_observed(pixels, class_sums, observe, crcs);
  for (const char* c = "answer:"; *c != 0; ++c) *text++ = *c;
  for (int i = 0; i < MOG_LAYERS; ++i) text = hexadecimal(text, crcs[i], 8);
  *text++ = ' ';
  *text++ = ':';
  for (int k = 0; k < MOG_CLASSES; ++k) text = hexadecimal(text, (uint64_t)class_sums[k], 16);
  *text++ = '\n';
  *text = 0;
}
