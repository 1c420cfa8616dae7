/* What the firmware asks of a board: here an emulated one, through semihosting (the debugger's calls). */
#pragma once

#include <stddef.h>
#include <stdint.h>

void board_print(const char* text);
/* Reads at most `count` bytes of a file of the host's, from `offset`; returns how many. */
size_t board_read(const char* path, size_t offset, void* to, size_t count);
void board_exit(int status) __attribute__((noreturn));

/* Counts instructions since board_count_begin, below 2^32 (an emulator's timer at one tick an instruction). */
void board_count_begin(void);
uint32_t board_count(void);

size_t board_stack_used(void);
size_t board_static_memory(void);
