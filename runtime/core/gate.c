/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * exp and ln are spelled out here, because a freestanding build has no libm;
 * both are good to about one unit in the last place of a float over the ranges
 * that occur (exp of what is <= 0, ln of what is > 0).
 */
#include "ddnn/gate.h"
#include "bytes.h"

#define NOT_A_NUMBER ddnn_bits_float(0x7fc00000u)
/* What rounding (of binary16 at worst) can add to a probability of 1. */
#define ROUNDING 1e-3f

/* e^x for x <= ROUNDING; 0 where that is below the smallest float. */
static float exp_small(float x) {
  if (!(x >= -103.9f))
    return 0.0f;
  int n = (int)(x * 1.44269504f - 0.5f);
  float f = (float)n;
  /* ln 2 in two parts, so that f * high is exact. */
  float r = (x - f * 0.693359375f) - f * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  if (n < -126) /* a subnormal result: scale in two steps */
    return p * ddnn_bits_float((uint32_t)(n + 64 + 127) << 23) *
           ddnn_bits_float((uint32_t)(-64 + 127) << 23);
  return p * ddnn_bits_float((uint32_t)(n + 127) << 23);
}

/* ln x for finite x > 0. */
static float ln(float x) {
  int e = 0;
  uint32_t bits = ddnn_float_bits(x);
  if (bits < 0x00800000u) { /* subnormal */
    bits = ddnn_float_bits(x * 8388608.0f);
    e = -23;
  }
  /* m in [sqrt(1/2), sqrt(2)) */
  e += (int)((bits + (0x3f800000u - 0x3f3504f3u)) >> 23) - 127;
  float m = ddnn_bits_float(bits - ((uint32_t)e << 23) -
                            (x < 1.17549435e-38f ? 23u << 23 : 0u));
  float s = (m - 1.0f) / (m + 1.0f);
  float z = s * s;
  float p = 2.0f / 9.0f;
  p = p * z + 2.0f / 7.0f;
  p = p * z + 2.0f / 5.0f;
  p = p * z + 2.0f / 3.0f;
  p = p * z * s + 2.0f * s;
  float f = (float)e;
  return f * 0.693359375f + (f * -2.12194440e-4f + p);
}

uint32_t ddnn_argmax(const float *scores, uint32_t n) {
  uint32_t best = 0;
  bool any = false;
  for (uint32_t i = 0; i < n; ++i) {
    if (scores[i] != scores[i] || (any && !(scores[i] > scores[best])))
      continue;
    best = i;
    any = true;
  }
  return best;
}

/* Entropy in nats and the probability of the largest score. */
static float entropy_of_logits(const float *scores, uint32_t n, float max,
                               float *top) {
  float sum = 0.0f, weighted = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    float z = scores[i] - max;
    if (z != z) /* a NaN, or the difference of infinities */
      return *top = NOT_A_NUMBER;
    float e = exp_small(z);
    sum += e;
    if (e > 0.0f) /* 0 ln 0 = 0, also for z = -inf */
      weighted += z * e;
  }
  /* p = e^z / sum, hence -sum p ln p = ln sum - (sum z e^z) / sum */
  *top = 1.0f / sum;
  return ln(sum) - weighted / sum;
}

static float entropy_of_probabilities(const float *scores, uint32_t n,
                                      bool logarithms, float *top) {
  float h = 0.0f;
  *top = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    float s = scores[i];
    if (logarithms ? !(s <= ROUNDING) : !(s >= 0.0f && s <= 1.0f + ROUNDING))
      return *top = NOT_A_NUMBER;
    float p = logarithms ? exp_small(s) : s;
    if (p > *top)
      *top = p;
    if (p > 0.0f)
      h -= p * (logarithms ? s : ln(p));
  }
  return h;
}

static float entropy(const float *scores, uint32_t n, uint8_t kind,
                     uint32_t label, float *top) {
  float h;
  if (n == 0)
    return *top = NOT_A_NUMBER;
  if (kind == DDNN_LOGITS)
    h = entropy_of_logits(scores, n, scores[label], top);
  else if (kind == DDNN_PROBABILITIES || kind == DDNN_LOG_PROBABILITIES)
    h = entropy_of_probabilities(scores, n, kind == DDNN_LOG_PROBABILITIES,
                                 top);
  else
    return *top = NOT_A_NUMBER;
  /* One class has no entropy to normalise. */
  return n < 2 ? NOT_A_NUMBER : h / ln((float)n);
}

float ddnn_entropy(const float *scores, uint32_t n, uint8_t kind) {
  float top;
  return entropy(scores, n, kind, ddnn_argmax(scores, n), &top);
}

bool ddnn_leaves(float eta, float threshold) {
  if (eta != eta || !(threshold > 0.0f))
    return false;
  return threshold >= 1.0f || eta <= threshold;
}

int ddnn_gate(const float *scores, uint32_t n, uint8_t kind, float threshold,
              bool is_final, ddnn_gate_result *result) {
  if (!scores || !result || n == 0 || kind > DDNN_LOG_PROBABILITIES)
    return DDNN_ERR_INVALID;
  result->label = ddnn_argmax(scores, n);
  result->entropy =
      entropy(scores, n, kind, result->label, &result->confidence);
  result->leaves = is_final || ddnn_leaves(result->entropy, threshold);
  return DDNN_OK;
}
