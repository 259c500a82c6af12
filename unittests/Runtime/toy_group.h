/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Groups small enough to compute by hand. Configuration (e) of the DDNN paper:
 * three devices, local, edge, cloud; and (f): four devices, local, two edges,
 * area, cloud.
 *
 * A device sees x = {how sure the local exit is, label, how sure the edge's,
 * free}. Scores are joined by their mean over who is present. Features of who
 * is missing count as zeros, and who was present goes into the scores, so that
 * another join gives another answer.
 */
#ifndef DDNN_TEST_TOY_GROUP_H
#define DDNN_TEST_TOY_GROUP_H

#include "ddnn/model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TOY_E_HASH 0x0e0e0e0e12345678ull
#define TOY_F_HASH 0x0f0f0f0f12345678ull

extern const ddnn_model toy_e_devices[3], toy_e_local, toy_e_edge, toy_e_cloud;
extern const ddnn_model toy_f_devices[4], toy_f_local, toy_f_edges[2],
    toy_f_area, toy_f_cloud;

#ifdef __cplusplus
}
#endif
#endif
