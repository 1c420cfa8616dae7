/* Under an operating system: the self-test, then a line for each picture of the file that is named. */
#include <stdio.h>

#include "answer.h"
#include "model.h"

int main(int count, char** words) {
  static uint8_t pixels[MOG_PIXEL_BYTES];
  static char text[ANSWER_BYTES];
  FILE* const pictures = count > 1 ? fopen(words[1], "rb") : NULL;
  const int differs = mog_selftest();
  if (differs != 0) {
    printf("self-test: %s differs\n", mog_layer_names[differs - 1]);
    return 1;
  }
  printf("self-test: all layers as expected\n");
  while (pictures != NULL && fread(pixels, sizeof pixels, 1, pictures) == 1) {
    answer(pixels, text);
    fputs(text, stdout);
  }
  return 0;
}
