/* One line for one picture: what every layer and every class came to, the same text on every machine. */
#pragma once

#include <stdint.h>

enum { ANSWER_BYTES = 8192 };

/* Writes "answer: <CRC-32 of each layer's codes> : <class sums>\n" into a text of ANSWER_BYTES; hexadecimal numbers. */
void answer(const uint8_t* pixels, char* text);
/* Appends a number in decimal. */
char* decimal(char* to, uint32_t number);
