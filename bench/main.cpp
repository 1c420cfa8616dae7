// The benchmark program: all registered kernels, or what --benchmark_filter names.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
