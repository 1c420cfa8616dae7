/* The board of QEMU's netduinoplus2: semihosting, and TIM2 as a counter of instructions. */
#include "board.h"

enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_READ = 0x06,
  SYS_SEEK = 0x0a,
  SYS_EXIT_EXTENDED = 0x20
};
enum { MODE_READ_BINARY = 1, APPLICATION_EXIT = 0x20026 };

/* Arm's semihosting: the operation in r0, its argument or a block of arguments in r1, the answer in r0. */
static int32_t call(int32_t operation, const void* argument) {
  register int32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char* text) { call(SYS_WRITE0, text); }

void board_exit(int status) {
  const int32_t block[2] = {APPLICATION_EXIT, status};
  for (;;) call(SYS_EXIT_EXTENDED, block);
}

size_t board_read(const char* path, size_t offset, void* to, size_t count) {
  size_t length = 0, left = count;
  while (path[length] != 0) ++length;
  const uint32_t open[3] = {(uint32_t)path, MODE_READ_BINARY, length};
  const int32_t file = call(SYS_OPEN, open);
  if (file < 0) return 0;
  const uint32_t seek[2] = {(uint32_t)file, offset}, read[3] = {(uint32_t)file, (uint32_t)to, count};
  if (call(SYS_SEEK, seek) == 0) left = (size_t)call(SYS_READ, read); /* answers with what was not read */
  call(SYS_CLOSE, &file);
  return left <= count ? count - left : 0;
}

/* The emulated timer runs at 1 GHz; with -icount shift=0 an instruction takes one nanosecond. */
static volatile uint32_t* const tim2 = (volatile uint32_t*)0x40000000;
enum { CONTROL = 0x00 / 4, EVENT = 0x14 / 4, COUNT = 0x24 / 4, PRESCALER = 0x28 / 4, RELOAD = 0x2c / 4 };
static uint32_t begin;

void board_count_begin(void) {
  tim2[PRESCALER] = 0;
  tim2[RELOAD] = 0xffffffffU;
  tim2[CONTROL] = 1;
  begin = tim2[COUNT];
}

uint32_t board_count(void) { return tim2[COUNT] - begin; }
