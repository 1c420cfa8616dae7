/* Classifies a picture with a packed network, in C: deployed_c model.mog < pixels */
#include <deploy/mog.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  mog_model* model = argc == 2 ? mog_load(argv[1], 1) : NULL;
  if (model == NULL) {
    fprintf(stderr, "deployed_c: %s\n", argc == 2 ? mog_error() : "usage: deployed_c model.mog < pixels");
    return 1;
  }
  size_t bytes = mog_image_bytes(model), classes = mog_classes(model), best = 0, i;
  uint8_t* pixels = malloc(bytes);
  int64_t* class_sums = malloc(classes * sizeof(int64_t));
  if (pixels == NULL || class_sums == NULL || fread(pixels, 1, bytes, stdin) != bytes ||
      mog_run(model, pixels, 1, class_sums) != 0) {
    fprintf(stderr, "deployed_c: expected %zu bytes of pixels\n", bytes);
    return 1;
  }
  for (i = 1; i < classes; ++i) {
    if (class_sums[i] > class_sums[best]) best = i;
  }
  printf("class %zu\n", best);
  free(class_sums);
  free(pixels);
  mog_free(model);
  return 0;
}
