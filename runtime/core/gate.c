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

static void undefine(ddnn_gate_result *r) {
  r->entropy = r->confidence = r->margin = NOT_A_NUMBER;
}

/* Entropy in nats, the largest probability, and what it is above the next. */
static void measure_logits(const float *scores, uint32_t n,
                           ddnn_gate_result *r) {
  float sum = 0.0f, weighted = 0.0f, second = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    float z = scores[i] - scores[r->label];
    if (z != z) { /* a NaN, or the difference of infinities */
      undefine(r);
      return;
    }
    float e = exp_small(z);
    sum += e;
    if (e > 0.0f) /* 0 ln 0 = 0, also for z = -inf */
      weighted += z * e;
    if (i != r->label && e > second)
      second = e;
  }
  /* p = e^z / sum, hence -sum p ln p = ln sum - (sum z e^z) / sum */
  r->entropy = ln(sum) - weighted / sum;
  r->confidence = 1.0f / sum;
  r->margin = (1.0f - second) / sum;
}

static void measure_probabilities(const float *scores, uint32_t n,
                                  bool logarithms, ddnn_gate_result *r) {
  float h = 0.0f, top = 0.0f, second = 0.0f;
  for (uint32_t i = 0; i < n; ++i) {
    float s = scores[i];
    if (logarithms ? !(s <= ROUNDING) : !(s >= 0.0f && s <= 1.0f + ROUNDING)) {
      undefine(r);
      return;
    }
    float p = logarithms ? exp_small(s) : s;
    if (p > top) {
      second = top;
      top = p;
    } else if (p > second) {
      second = p;
    }
    if (p > 0.0f)
      h -= p * (logarithms ? s : ln(p));
  }
  r->entropy = h;
  r->confidence = top;
  r->margin = top - second;
}

/* Fills in label and measures. */
static void measure(const float *scores, uint32_t n, uint8_t kind,
                    ddnn_gate_result *r) {
  r->label = ddnn_argmax(scores, n);
  if (n == 0 || kind > DDNN_LOG_PROBABILITIES)
    undefine(r);
  else if (kind == DDNN_LOGITS)
    measure_logits(scores, n, r);
  else
    measure_probabilities(scores, n, kind == DDNN_LOG_PROBABILITIES, r);
  /* One class has no entropy to normalise. */
  r->entropy = n < 2 ? NOT_A_NUMBER : r->entropy / ln((float)n);
}

float ddnn_entropy(const float *scores, uint32_t n, uint8_t kind) {
  ddnn_gate_result result;
  measure(scores, n, kind, &result);
  return result.entropy;
}

float ddnn_gated_value(const ddnn_gate_result *result, uint8_t criterion) {
  if (criterion == DDNN_ENTROPY)
    return result->entropy;
  return 1.0f -
         (criterion == DDNN_MARGIN ? result->margin : result->confidence);
}

bool ddnn_leaves(float value, float threshold) {
  if (value != value || !(threshold > 0.0f))
    return false;
  return threshold >= 1.0f || value <= threshold;
}

int ddnn_gate(const float *scores, uint32_t n, uint8_t kind, uint8_t criterion,
              float threshold, bool is_final, ddnn_gate_result *result) {
  if (!scores || !result || n == 0 || kind > DDNN_LOG_PROBABILITIES ||
      criterion > DDNN_MARGIN)
    return DDNN_ERR_INVALID;
  measure(scores, n, kind, result);
  result->leaves =
      is_final || ddnn_leaves(ddnn_gated_value(result, criterion), threshold);
  return DDNN_OK;
}
