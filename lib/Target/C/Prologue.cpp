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
#if DDNN_ABI_VERSION != 2
#error "This file was generated for version 2 of ddnn/model.h: compile the model again."
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

static void writeVectors(const VectorTarget &target, raw_ostream &os) {
  os << "\n#if !defined(" << target.feature << ")\n#error \"This file was "
     << "generated for a CPU with " << target.isa << ": build it with the "
     << "flags of its CMakeLists.txt, or generate it for another "
     << "--target-cpu.\"\n#endif\n";
  for (StringRef rest = kVectors; !rest.empty();) {
    auto [text, behind] = rest.split('%');
    os << text;
    if (!behind.empty())
      os << target.lanes * (behind.front() == 'B' ? 4 : 1);
    rest = behind.drop_front(behind.empty() ? 0 : 1);
  }
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
  if (code.contains("ddnn_f32x"))
    writeVectors(getVectorTarget(c.tier.getSpec().getCpu()), os);
}
