/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The gate: does a sample leave at this exit? (DDNN paper, section III-D.)
 *
 *   eta = -sum_i p_i ln p_i / ln |C|,   0 ln 0 = 0,   leave iff eta <= T
 *
 * An exit may instead be gated by 1 - max p (confidence), or by 1 - (max p -
 * second p) (margin); the rule is the same. T = 0 means never and T >= 1 always
 * (rounding may give a value above 1). A NaN never leaves early. The last exit
 * always answers. Freestanding.
 */
#ifndef DDNN_GATE_H
#define DDNN_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ddnn_gate_result {
  float entropy;    /* eta, normally within [0, 1]; NaN where undefined */
  float confidence; /* probability of label; NaN where undefined */
  float margin;     /* that minus the next one's; NaN where undefined */
  uint32_t label;   /* index of the largest score, see ddnn_argmax */
  bool leaves;      /* the sample is answered here */
} ddnn_gate_result;

/* Index of the largest of n scores; the first one of equals. NaN scores are
 * passed over; 0 if all are NaN or n is 0. */
uint32_t ddnn_argmax(const float *scores, uint32_t n);

/* Normalised entropy of n scores. kind (ddnn_scores) says what the network
 * wrote: logits go through a stable softmax, probabilities and log
 * probabilities are used as they are. A logit of minus infinity is probability
 * 0. NaN for n < 2, for any NaN, for a logit of plus infinity and for anything
 * that is no probability (below 0, or above 1 by more than rounding). */
float ddnn_entropy(const float *scores, uint32_t n, uint8_t kind);

/* The value that a criterion (ddnn_criterion) compares with the threshold. */
float ddnn_gated_value(const ddnn_gate_result *result, uint8_t criterion);

/* The rule alone: true iff a sample of this value leaves at threshold T. False
 * whenever either is NaN. */
bool ddnn_leaves(float value, float threshold);

/* Label, measures and decision at one exit. All measures are filled in,
 * whichever the criterion is.
 *   threshold  T in [0, 1]; ignored where is_final is set
 * Returns DDNN_OK, or DDNN_ERR_INVALID for a NULL pointer, n = 0, an unknown
 * kind or criterion; then *result is unchanged. */
int ddnn_gate(const float *scores, uint32_t n, uint8_t kind, uint8_t criterion,
              float threshold, bool is_final, ddnn_gate_result *result);

#ifdef __cplusplus
}
#endif
#endif
