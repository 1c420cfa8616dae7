/* From reset to main on a Cortex-M4 without a standard library; paints the stack so that its use can be measured. */
#include <stddef.h>
#include <stdint.h>

#include "board.h"

extern uint32_t data_in_flash[], data_begin[], data_end[], bss_begin[], bss_end[],
    stack_top[]; /* of the linker script */

enum { UNTOUCHED = 0x5aa55aa5 };

int main(void);
void reset(void);
static void fault(void);

/* The processor takes its stack pointer and first address from here; nothing but faults can interrupt. */
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t* stack;
  void (*handlers[15])(void);
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault}};

void reset(void) {
  uint32_t* const here = __builtin_frame_address(0);
  for (size_t i = 0; data_begin + i < data_end; ++i) data_begin[i] = data_in_flash[i];
  for (uint32_t* word = bss_begin; word < bss_end; ++word) *word = 0;
  for (uint32_t* word = bss_end; word < here - 16; ++word) *word = UNTOUCHED;
  board_exit(main());
}

static void fault(void) {
  board_print("fault\n");
  board_exit(99);
}

size_t board_stack_used(void) {
  const uint32_t* word = bss_end;
  while (word < stack_top && *word == UNTOUCHED) ++word;
  return (size_t)(stack_top - word) * sizeof *word;
}

size_t board_static_memory(void) { return (size_t)(bss_end - data_begin) * sizeof *bss_end; }

/* Compilers call these for loops and copies of their own. */
void* memset(void* to, int byte, size_t count) {
  uint8_t* const bytes = to;
  for (size_t i = 0; i < count; ++i) bytes[i] = (uint8_t)byte;
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t count) {
  uint8_t* const bytes = to;
  for (size_t i = 0; i < count; ++i) bytes[i] = ((const uint8_t*)from)[i];
  return to;
}
