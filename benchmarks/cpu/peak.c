/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The most single-precision multiply-adds that one core does: independent
 * chains in registers, with vectors of 512 and of 256 bits (128 elsewhere).
 * Compiled with -O3 -march=native -ffp-contract=fast.
 */
#define _POSIX_C_SOURCE 199309L
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

#if defined(__AVX512F__)
DEFINE_BURST(burst64, 64)
#endif
#if defined(__AVX__)
DEFINE_BURST(burst32, 32)
#else
DEFINE_BURST(burst16, 16)
#endif

static void keep_best(double rate, double *best) {
  if (rate > *best)
    *best = rate;
}

/* The best burst within `seconds`, in GFLOP/s. */
double peak_gflops(double seconds) {
  volatile float sink = 0;
  double best = 0, end = now() + seconds;
  do {
#if defined(__AVX512F__)
    keep_best(burst64(&sink), &best);
#endif
#if defined(__AVX__)
    keep_best(burst32(&sink), &best);
#else
    keep_best(burst16(&sink), &best);
#endif
  } while (now() < end);
  return best;
}
