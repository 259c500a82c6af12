/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A deployment of three tiers written by hand, to test the runtime without a
 * compiler. Its input says what shall happen:
 *   x[0]  how sure the device's exit is: its logit (0: not at all, 20: very)
 *   x[1]  the label, 0 .. 2; tier k answers label + k modulo 3
 *   x[2]  how sure the edge's exit is
 *   x[3]  how long edge and cloud compute, in milliseconds
 * Links: device -> edge carries x as f32 and 20 bits, edge -> cloud x as f16
 * and 8 bytes; each tier checks what it got and answers NaN if it is wrong.
 */
#ifndef DDNN_TEST_TOY_MODEL_H
#define DDNN_TEST_TOY_MODEL_H

#include "ddnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TOY_HASH 0x0123456789abcdefull

extern const ddnn_model toy_device, toy_edge, toy_cloud;
/* The same deployment compiled again, hence another hash. */
extern const ddnn_model toy_other_cloud;

#ifdef __cplusplus
}
#endif
#endif
