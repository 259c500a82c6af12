/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * See peak.h. Compiled with -O3 -ffp-contract=fast, and for no special CPU: the
 * functions name the instructions that they need.
 */
#define _POSIX_C_SOURCE 199309L
#include "peak.h"

#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define CHAINS 12 /* latency of 4 cycles or 5 times two units, with room */
#define ROUNDS 100000

/* GFLOP/s of one burst with vectors of BYTES. The multiplier keeps values near
 * one; it is read at run time, so that nothing is computed at compile time. */
#define DEFINE_BURST(NAME, BYTES)                                              \
  static double NAME(volatile float *sink) {                                   \
    typedef float vector __attribute__((vector_size(BYTES)));                  \
    float start = *sink;                                                       \
    vector x[CHAINS], a, b;                                                    \
    for (int i = 0; i < (int)(BYTES / sizeof(float)); ++i) {                   \
      a[i] = 0.5f + start;                                                     \
      b[i] = 0.5f - start;                                                     \
    }                                                                          \
    for (int c = 0; c < CHAINS; ++c)                                           \
      x[c] = a + (float)c;                                                     \
    double begin = now();                                                      \
    for (int r = 0; r < ROUNDS; ++r)                                           \
      for (int c = 0; c < CHAINS; ++c)                                         \
        x[c] = x[c] * a + b;                                                   \
    double elapsed = now() - begin;                                            \
    float sum = 0;                                                             \
    for (int c = 0; c < CHAINS; ++c)                                           \
      sum += x[c][0];                                                          \
    *sink = start + 0 * sum;                                                   \
    return 2.0 * (BYTES / sizeof(float)) * CHAINS * ROUNDS / elapsed * 1e-9;   \
  }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) DEFINE_BURST(burst_avx512, 64)
    __attribute__((target("avx2,fma")))
    DEFINE_BURST(burst_avx2, 32) static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") != 0;
}
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#define BASE "sse2"
#elif defined(__aarch64__)
#define BASE "neon"
#else
#define BASE "scalar"
#endif
/* What every CPU has that this file is compiled for. */
DEFINE_BURST(burst_base, 16)
static int always(void) { return 1; }

typedef struct level {
  const char *isa;
  int (*is_there)(void);
  double (*burst)(volatile float *);
} level;

static const level levels[] = {
#if defined(__x86_64__)
    {"avx512", has_avx512, burst_avx512},
    {"avx2", has_avx2, burst_avx2},
#endif
    {BASE, always, burst_base},
};
#define LEVELS (sizeof levels / sizeof *levels)

const char *ddnn_peak_isa(const char *wanted) {
  for (size_t i = 0; i < LEVELS; ++i)
    if (levels[i].is_there() && (!wanted || !strcmp(wanted, levels[i].isa)))
      return levels[i].isa;
  return NULL;
}

double ddnn_peak_gflops(const char *isa, double seconds) {
  isa = ddnn_peak_isa(isa);
  if (!isa)
    return 0;
  size_t first = 0;
  while (strcmp(levels[first].isa, isa) != 0)
    ++first;
  /* Narrower vectors too: some CPUs clock down for the widest. */
  size_t last =
      first + 1 < LEVELS && !strcmp(isa, "avx512") ? first + 1 : first;
  volatile float sink = 0;
  double best = 0, end = now() + seconds;
  do {
    for (size_t i = first; i <= last; ++i) {
      double rate = levels[i].burst(&sink);
      if (rate > best)
        best = rate;
    }
  } while (now() < end);
  return best;
}
