/* The C interface of the integer runtime, under the name that programs outside include it by. */
#include "runtime/mog.h"
