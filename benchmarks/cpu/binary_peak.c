/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The most binary multiply-adds that one core does, as tools/common/peak.c has
 * it for single precision: exclusive or, population count and addition on
 * registers. measure.py compiles it, with -O3 and for no special CPU: the
 * functions name the instructions that they need. */
#define _POSIX_C_SOURCE 199309L
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define ROUNDS 50000

typedef uint64_t words_8 __attribute__((vector_size(64)));
typedef uint64_t words_4 __attribute__((vector_size(32)));
typedef uint64_t words_2 __attribute__((vector_size(16)));

/* A burst of CHAINS values of TYPE in each round, in Gop/s; a bit is two
 * operations. The weights change in each round as far as the compiler knows.
 * STEP adds what it counts in x[c] ^ weights to sum[]. */
#define DEFINE_BURST(NAME, TARGET, TYPE, CHAINS, REGISTER, STEP)               \
  TARGET static double NAME(volatile uint64_t *sink) {                         \
    typedef TYPE vector;                                                       \
    uint64_t start = 0x9e3779b97f4a7c15u + *sink;                              \
    vector x[CHAINS], sum[CHAINS], weights = (vector){0} + ~start;             \
    for (int c = 0; c < CHAINS; ++c) {                                         \
      x[c] = (vector){0} + (start << c);                                       \
      sum[c] = (vector){0};                                                    \
    }                                                                          \
    double begin = now();                                                      \
    for (int r = 0; r < ROUNDS; ++r) {                                         \
      __asm__ volatile("" : "+" REGISTER(weights));                            \
      STEP;                                                                    \
    }                                                                          \
    double elapsed = now() - begin;                                            \
    for (int c = 1; c < CHAINS; ++c)                                           \
      sum[0] += sum[c];                                                        \
    memcpy(&start, &sum[0], sizeof start);                                     \
    *sink = start & 1;                                                         \
    return 2.0 * 8 * sizeof(vector) * CHAINS * ROUNDS / elapsed * 1e-9;        \
  }

/* A count for each word, added up in a sum for each vector. */
#define COUNT_WORDS(CHAINS, COUNT)                                             \
  for (int c = 0; c < CHAINS; ++c)                                             \
  sum[c] += COUNT(x[c] ^ weights)

/* Counts of eight vectors or less are added up as bytes, which hold them. */
#define COUNT_BYTES(CHAINS, BYTES_OF, FOLD)                                    \
  vector bytes = BYTES_OF(x[0] ^ weights);                                     \
  for (int c = 1; c < CHAINS; ++c)                                             \
    bytes =                                                                    \
        (vector)((byte_vector)bytes + (byte_vector)BYTES_OF(x[c] ^ weights));  \
  FOLD(sum[r % 2], bytes)

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH(ISA) __attribute__((target(ISA)))

#define COUNT_512(V) (vector) _mm512_popcnt_epi64((__m512i)(V))
#define COUNT_256(V) (vector) _mm256_popcnt_epi64((__m256i)(V))
DEFINE_BURST(burst_512, WITH("avx512f,avx512vpopcntdq"), words_8, 12, "v",
             COUNT_WORDS(12, COUNT_512))
DEFINE_BURST(burst_256, WITH("avx512f,avx512vl,avx512vpopcntdq"), words_4, 12,
             "v", COUNT_WORDS(12, COUNT_256))

/* A table of the counts of four bits, looked up in a register. */
typedef uint8_t byte_vector __attribute__((vector_size(32)));
__attribute__((target("avx2"), always_inline)) static inline __m256i
count_nibbles(__m256i v) {
  const __m256i low = _mm256_set1_epi8(15);
  const __m256i table =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                       2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  __m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), low);
  return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(v, low)),
                         _mm256_shuffle_epi8(table, high));
}
#define NIBBLES(V) (vector) count_nibbles((__m256i)(V))
#define FOLD_SAD(SUM, BYTES)                                                   \
  SUM += (vector)_mm256_sad_epu8((__m256i)(BYTES), _mm256_setzero_si256())
DEFINE_BURST(burst_avx2, WITH("avx2"), words_4, 8, "x",
             COUNT_BYTES(8, NIBBLES, FOLD_SAD))

static int has_512(void) {
  return __builtin_cpu_supports("avx512vpopcntdq") != 0;
}
static int has_256(void) {
  return has_512() && __builtin_cpu_supports("avx512vl");
}
static int has_avx2(void) { return __builtin_cpu_supports("avx2") != 0; }
static int has_popcnt(void) { return __builtin_cpu_supports("popcnt") != 0; }

#define COUNT_WORD(V) ((uint64_t)(__builtin_popcountll(V)))
DEFINE_BURST(burst_word, WITH("popcnt"), uint64_t, 6, "r",
             COUNT_WORDS(6, COUNT_WORD))

#elif defined(__aarch64__)
#include <arm_neon.h>

typedef uint8_t byte_vector __attribute__((vector_size(16)));
#define BITS_OF_BYTES(V) (vector) vcntq_u8((uint8x16_t)(V))
#define FOLD_PAIRS(SUM, BYTES)                                                 \
  SUM += (vector)vpaddlq_u32(vpaddlq_u16(vpaddlq_u8((uint8x16_t)(BYTES))))
DEFINE_BURST(burst_neon, , words_2, 8, "w",
             COUNT_BYTES(8, BITS_OF_BYTES, FOLD_PAIRS))
#else
#define COUNT_WORD(V) ((uint64_t)(__builtin_popcountll(V)))
DEFINE_BURST(burst_word, , uint64_t, 6, "r", COUNT_WORDS(6, COUNT_WORD))
#endif

static const struct {
  int (*is_there)(void);
  double (*burst)(volatile uint64_t *);
} levels[] = {
#if defined(__x86_64__)
    {has_512, burst_512},
    {has_256, burst_256},
    {has_avx2, burst_avx2},
    {has_popcnt, burst_word},
#elif defined(__aarch64__)
    {NULL, burst_neon},
#else
    {NULL, burst_word},
#endif
};

/* The best burst within `seconds` with any of the instructions that this CPU
 * has, in Gop/s: a multiply-add of two bits is two. */
double ddnn_binary_peak_gops(double seconds) {
  volatile uint64_t sink = 0;
  double best = 0, end = now() + seconds;
  do {
    for (size_t i = 0; i < sizeof levels / sizeof *levels; ++i) {
      double rate = !levels[i].is_there || levels[i].is_there()
                        ? levels[i].burst(&sink)
                        : 0;
      if (rate > best)
        best = rate;
    }
  } while (now() < end);
  return best;
}
