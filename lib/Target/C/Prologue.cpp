//===- Prologue.cpp - What generated C needs before its kernels -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SourceWriter.h"
#include "ddnn/Analysis/VectorTarget.h"

using namespace mlir;
using namespace ddnn;

static const char kPrologue[] = R"(
#if DDNN_ABI_VERSION != 3
#error "This file was generated for version 3 of ddnn/model.h: compile the model again."
#endif

#if defined(__GNUC__) && !defined(__clang__)
/* -std=c11 turns contraction of a * b + c off; clang contracts by itself. */
#pragma GCC optimize("fp-contract=fast")
#endif

#if defined(__GNUC__)
/* Parentheses stand where C needs them, not where a reader might want them. */
#pragma GCC diagnostic ignored "-Wparentheses"
#define DDNN_NOINLINE __attribute__((noinline))
#else
#define DDNN_NOINLINE
#endif
)";

/// % is the tier's prefix.
static const char kLayerHook[] = R"(
#if defined(DDNN_LAYER_HOOK)
ddnn_layer_hook %_layer_hook;
#define DDNN_TELL(layer, ends) \
  (%_layer_hook.call ? %_layer_hook.call(%_layer_hook.user, layer, ends) \
      : (void)0)
#define DDNN_LAYER_BEGIN(layer) DDNN_TELL(layer, 0)
#define DDNN_LAYER_END(layer) DDNN_TELL(layer, 1)
#else
#define DDNN_LAYER_BEGIN(layer) ((void)0)
#define DDNN_LAYER_END(layer) ((void)0)
#endif
)";

static const char kMax[] = R"(
/* The larger one, and NaN where either is. */
static inline float ddnn_max(float a, float b) {
  return (a < b || b != b) ? b : a;
}
)";

static const char kMin[] = R"(
/* The smaller one, and NaN where either is. */
static inline float ddnn_min(float a, float b) {
  return (a > b || b != b) ? b : a;
}
)";

/// Vectors of %L lanes, %B bytes. DDNN_MAX_BOUND and DDNN_MIN_BOUND are the
/// processor's: the second operand where the two do not compare.
static const char kVectors[] = R"(
/* Vectors of %L floats, a register of the CPU that this file is made for. */
typedef float ddnn_f32x%L __attribute__((vector_size(%B)));
typedef int32_t ddnn_i32x%L __attribute__((vector_size(%B)));
typedef float ddnn_f32x%L_unaligned
    __attribute__((vector_size(%B), aligned(4), may_alias));
#define DDNN_LOAD_F32X%L(p, i) \
  ((ddnn_f32x%L)*(const ddnn_f32x%L_unaligned *)((p) + (i)))
#define DDNN_STORE_F32X%L(v, p, i) \
  (*(ddnn_f32x%L_unaligned *)((p) + (i)) = (v))
/* What is behind the end is no pointer, but may be asked for. */
#define DDNN_PLACE(p, i) \
  ((const void *)((uintptr_t)(p) + sizeof(*(p)) * (size_t)(i)))
#define DDNN_PREFETCH(p, i) __builtin_prefetch(DDNN_PLACE(p, i), 0, 2)
#define DDNN_PREFETCH_WRITE(p, i) __builtin_prefetch(DDNN_PLACE(p, i), 1, 3)
#define DDNN_SPLAT_F32X%L(s) ((s) - (ddnn_f32x%L){0})
#define DDNN_FMA_F32X%L(a, b, sum) ((sum) + (a) * (b))
#define DDNN_SELECT_F32X%L(mask, a, b) \
  ((ddnn_f32x%L)(((mask) & (ddnn_i32x%L)(a)) | (~(mask) & (ddnn_i32x%L)(b))))
#define DDNN_MAX_F32X%L(a, b) \
  DDNN_SELECT_F32X%L((a) != (a), (a), DDNN_MAX_BOUND_F32X%L((a), (b)))
#define DDNN_MIN_F32X%L(a, b) \
  DDNN_SELECT_F32X%L((a) != (a), (a), DDNN_MIN_BOUND_F32X%L((a), (b)))
)";

static const char kAVX512[] = R"(#if defined(__clang__)
#define DDNN_MAX_BOUND_F32X16(a, b) __builtin_ia32_maxps512((a), (b), 4)
#define DDNN_MIN_BOUND_F32X16(a, b) __builtin_ia32_minps512((a), (b), 4)
#else
#define DDNN_MAX_BOUND_F32X16(a, b) \
  __builtin_ia32_maxps512_mask((a), (b), (ddnn_f32x16){0}, (uint16_t)-1, 4)
#define DDNN_MIN_BOUND_F32X16(a, b) \
  __builtin_ia32_minps512_mask((a), (b), (ddnn_f32x16){0}, (uint16_t)-1, 4)
#endif
)";

static const char kAVX2[] =
    R"(#define DDNN_MAX_BOUND_F32X8(a, b) __builtin_ia32_maxps256((a), (b))
#define DDNN_MIN_BOUND_F32X8(a, b) __builtin_ia32_minps256((a), (b))
)";

static const char kSSE2[] =
    R"(#define DDNN_MAX_BOUND_F32X4(a, b) __builtin_ia32_maxps((a), (b))
#define DDNN_MIN_BOUND_F32X4(a, b) __builtin_ia32_minps((a), (b))
)";

static const char kNEON[] = R"(#include <arm_neon.h>
#define DDNN_MAX_BOUND_F32X4(a, b) vmaxq_f32((a), (b))
#define DDNN_MIN_BOUND_F32X4(a, b) vminq_f32((a), (b))
)";

/// Words of 32 bits in bytes, at multiples of their size.
static const char kWords[] = R"(
#if defined(__GNUC__)
typedef uint16_t ddnn_word16 __attribute__((may_alias));
typedef uint32_t ddnn_word32 __attribute__((may_alias));
#else
typedef uint16_t ddnn_word16;
typedef uint32_t ddnn_word32;
#endif
#define DDNN_PLACE_OF_WORD(p, i) ((const void *)((p) + (i)))
#define DDNN_WORD_8(p, i) ((p)[i])
#define DDNN_WORD_16(p, i) (*(const ddnn_word16 *)DDNN_PLACE_OF_WORD(p, i))
#define DDNN_WORD_32(p, i) \
  ((int32_t)*(const ddnn_word32 *)DDNN_PLACE_OF_WORD(p, i))
#define DDNN_STORE_WORD_8(v, p, i) ((p)[i] = (v))
#define DDNN_STORE_WORD_16(v, p, i) \
  (*(ddnn_word16 *)(void *)((p) + (i)) = (v))
#define DDNN_STORE_WORD_32(v, p, i) \
  (*(ddnn_word32 *)(void *)((p) + (i)) = (uint32_t)(v))
)";

static const char kCount[] = R"(
#if defined(__POPCNT__) || defined(__aarch64__)
#define DDNN_POPCOUNT_32(v) __builtin_popcount((uint32_t)(v))
#else
/* Pairs, fours and bytes are added up in place, then all bytes. */
static inline int32_t ddnn_popcount(uint32_t v) {
  v -= v >> 1 & 0x55555555u;
  v = (v & 0x33333333u) + (v >> 2 & 0x33333333u);
  v = (v + (v >> 4)) & 0x0f0f0f0fu;
  return (int32_t)((v * 0x01010101u) >> 24);
}
#define DDNN_POPCOUNT_32(v) ddnn_popcount((uint32_t)(v))
#endif
)";

/// Vectors of %L words, %B bytes.
static const char kWordVectors[] = R"(
typedef int32_t ddnn_i32x%L_unaligned
    __attribute__((vector_size(%B), aligned(1), may_alias));
#define DDNN_LOAD_BYTES_I32X%L(p, i) \
  ((ddnn_i32x%L)*(const ddnn_i32x%L_unaligned *)((p) + (i)))
#define DDNN_STORE_BYTES_I32X%L(v, p, i) \
  (*(ddnn_i32x%L_unaligned *)((p) + (i)) = (v))
#define DDNN_LOAD_I32X%L(p, i) DDNN_LOAD_BYTES_I32X%L(p, i)
#define DDNN_SPLAT_I32X%L(s) ((s) - (ddnn_i32x%L){0})
#define DDNN_VECTOR_I32X%L(...) ((ddnn_i32x%L){__VA_ARGS__})
#define DDNN_FLOATS_I32X%L(v) __builtin_convertvector((v), ddnn_f32x%L)
)";

static const char kWordsAVX512[] = R"(#include <immintrin.h>
#if defined(__AVX512VPOPCNTDQ__)
#define DDNN_POPCOUNT_I32X16(v) ((ddnn_i32x16)_mm512_popcnt_epi32((__m512i)(v)))
#else
/* Each half of a byte is looked up; bytes are added up to words. */
static inline ddnn_i32x16 ddnn_popcount_i32x16(__m512i v) {
  __m512i table = _mm512_broadcast_i32x4(
      _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  __m512i low = _mm512_set1_epi8(15);
  __m512i sum = _mm512_add_epi8(
      _mm512_shuffle_epi8(table, _mm512_and_si512(v, low)),
      _mm512_shuffle_epi8(table,
                          _mm512_and_si512(_mm512_srli_epi32(v, 4), low)));
  sum = _mm512_maddubs_epi16(sum, _mm512_set1_epi8(1));
  return (ddnn_i32x16)_mm512_madd_epi16(sum, _mm512_set1_epi16(1));
}
#define DDNN_POPCOUNT_I32X16(v) ddnn_popcount_i32x16((__m512i)(v))
#endif
#define DDNN_BITS_I32X16(m) ((int32_t)_mm512_movepi32_mask((__m512i)(m)))
#define DDNN_BITS_GE_I32X16(a, b) \
  ((int32_t)_mm512_cmpge_epi32_mask((__m512i)(a), (__m512i)(b)))
#define DDNN_BITS_GE_F32X16(a, b) \
  ((int32_t)_mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_GE_OQ))
)";

static const char kWordsAVX2[] = R"(#include <immintrin.h>
/* Each half of a byte is looked up; bytes are added up to words. */
static inline ddnn_i32x8 ddnn_popcount_i32x8(__m256i v) {
  __m256i table = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  __m256i low = _mm256_set1_epi8(15);
  __m256i sum = _mm256_add_epi8(
      _mm256_shuffle_epi8(table, _mm256_and_si256(v, low)),
      _mm256_shuffle_epi8(table,
                          _mm256_and_si256(_mm256_srli_epi32(v, 4), low)));
  sum = _mm256_maddubs_epi16(sum, _mm256_set1_epi8(1));
  return (ddnn_i32x8)_mm256_madd_epi16(sum, _mm256_set1_epi16(1));
}
#define DDNN_POPCOUNT_I32X8(v) ddnn_popcount_i32x8((__m256i)(v))
#define DDNN_BITS_I32X8(m) ((int32_t)_mm256_movemask_ps((__m256)(m)))
#define DDNN_BITS_GE_I32X8(a, b) DDNN_BITS_I32X8((a) >= (b))
#define DDNN_BITS_GE_F32X8(a, b) DDNN_BITS_I32X8((a) >= (b))
)";

static const char kWordsSSE2[] = R"(#include <emmintrin.h>
typedef uint32_t ddnn_u32x4 __attribute__((vector_size(16)));
/* Pairs, fours, bytes, halves and words are added up in place. */
static inline ddnn_i32x4 ddnn_popcount_i32x4(ddnn_u32x4 v) {
  v -= v >> 1 & 0x55555555u;
  v = (v & 0x33333333u) + (v >> 2 & 0x33333333u);
  v = (v + (v >> 4)) & 0x0f0f0f0fu;
  v += v >> 8;
  return (ddnn_i32x4)((v + (v >> 16)) & 63u);
}
#define DDNN_POPCOUNT_I32X4(v) ddnn_popcount_i32x4((ddnn_u32x4)(v))
#define DDNN_BITS_I32X4(m) ((int32_t)_mm_movemask_ps((__m128)(m)))
#define DDNN_BITS_GE_I32X4(a, b) DDNN_BITS_I32X4((a) >= (b))
#define DDNN_BITS_GE_F32X4(a, b) DDNN_BITS_I32X4((a) >= (b))
)";

static const char kWordsNEON[] = R"(#define DDNN_POPCOUNT_I32X4(v) \
  ((ddnn_i32x4)vpaddlq_u16(vpaddlq_u8(vcntq_u8((uint8x16_t)(v)))))
#define DDNN_BITS_I32X4(m) \
  ((int32_t)vaddvq_u32((uint32x4_t)((m) & (ddnn_i32x4){1, 2, 4, 8})))
#define DDNN_BITS_GE_I32X4(a, b) DDNN_BITS_I32X4((a) >= (b))
#define DDNN_BITS_GE_F32X4(a, b) DDNN_BITS_I32X4((a) >= (b))
)";

/// gcc would compute all of a block before it adds any of it up, in another
/// order, and spill.
static const char kKeepOrder[] = R"(
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-ter")
#pragma GCC optimize("no-tree-reassoc")
#endif
)";

/// `text` with the target's lanes for %L and their bytes for %B.
static void writeForLanes(StringRef text, int64_t lanes, raw_ostream &os) {
  while (!text.empty()) {
    auto [before, behind] = text.split('%');
    os << before;
    if (!behind.empty())
      os << lanes * (behind.front() == 'B' ? 4 : 1);
    text = behind.drop_front(behind.empty() ? 0 : 1);
  }
}

static void writeWordVectors(const VectorTarget &target, raw_ostream &os) {
  writeForLanes(kWordVectors, target.lanes, os);
  os << (target.isa == "avx512" ? kWordsAVX512
         : target.isa == "avx2" ? kWordsAVX2
         : target.isa == "neon" ? kWordsNEON
                                : kWordsSSE2);
}

static void writeVectors(const VectorTarget &target, raw_ostream &os) {
  os << "\n#if !defined(" << target.feature << ")\n#error \"This file was "
     << "generated for a CPU with " << target.isa << ": build it with the "
     << "flags of its CMakeLists.txt, or generate it for another "
     << "--target-cpu.\"\n#endif\n";
  writeForLanes(kVectors, target.lanes, os);
  os << (target.isa == "avx512" ? kAVX512
         : target.isa == "avx2" ? kAVX2
         : target.isa == "neon" ? kNEON
                                : kSSE2);
}

void ddnn::writePrologue(TierContext &c, StringRef code, raw_ostream &os) {
  os << kPrologue;
  llvm::interleave(
      llvm::split(kLayerHook, '%'), os, [&](StringRef text) { os << text; },
      c.names.prefix);
  if (code.contains("ddnn_max("))
    os << kMax;
  if (code.contains("ddnn_min("))
    os << kMin;
  VectorTarget target = getVectorTarget(c.tier.getSpec().getCpu());
  bool countsVectors = code.contains("DDNN_POPCOUNT_I32X");
  if (countsVectors)
    os << kKeepOrder;
  if (code.contains("DDNN_WORD_") || code.contains("DDNN_STORE_WORD_"))
    os << kWords;
  if (code.contains("DDNN_POPCOUNT_32("))
    os << kCount;
  bool hasWordVectors =
      target.hasVectors() && (countsVectors || code.contains("DDNN_BITS_") ||
                              code.contains("DDNN_LOAD_BYTES_"));
  if (hasWordVectors || code.contains("ddnn_f32x"))
    writeVectors(target, os);
  if (hasWordVectors)
    writeWordVectors(target, os);
}
