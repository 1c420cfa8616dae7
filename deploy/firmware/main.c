/* The firmware: runs the self-test, measures one run, then prints a line for each picture of the host's file
 * "pictures". */
#include "answer.h"
#include "board.h"
#include "model.h"

static uint8_t pixels[MOG_PIXEL_BYTES];
static char text[ANSWER_BYTES];

static void print_number(const char* name, uint32_t number) {
  char digits[16];
  board_print(name);
  decimal(digits, number);
  board_print(digits);
  board_print("\n");
}

int main(void) {
  int64_t class_sums[MOG_CLASSES];
  uint32_t instructions;
  int differs;

  board_read("pictures", 0, pixels, sizeof pixels);
  board_count_begin();
  mog_run(pixels, class_sums);
  instructions = board_count();
  print_number("instructions an image: ", instructions);
  print_number("stack bytes: ", (uint32_t)board_stack_used());
  print_number("static memory bytes, with the picture and 8192 for text: ", (uint32_t)board_static_memory());

  differs = mog_selftest();
  board_print("self-test: ");
  board_print(differs == 0 ? "all layers as expected" : mog_layer_names[differs - 1]);
  board_print(differs == 0 ? "\n" : " differs\n");
  for (size_t p = 0; board_read("pictures", p * sizeof pixels, pixels, sizeof pixels) == sizeof pixels; ++p) {
    answer(pixels, text);
    board_print(text);
  }
  return differs;
}
