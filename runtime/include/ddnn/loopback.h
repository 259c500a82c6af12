/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A transport inside one process: `ddnn run`, tests. Messages are handed over
 * by a function call on the sender's thread; status and config messages are
 * retained by the hub, as a broker would.
 */
#ifndef DDNN_LOOPBACK_H
#define DDNN_LOOPBACK_H

#include "ddnn/link.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ddnn_loopback ddnn_loopback;

/* A hub that links are plugged into. Returns DDNN_OK or DDNN_ERR_NO_MEMORY. */
int ddnn_loopback_create(ddnn_loopback **hub);
/* All links must have been destroyed before. */
void ddnn_loopback_destroy(ddnn_loopback *hub);

/* Plugs a node in. *link is the hub's memory, to be given back by
 * ddnn_loopback_link_destroy. Returns DDNN_OK, DDNN_ERR_INVALID (bad name),
 * DDNN_ERR_NO_MEMORY. */
int ddnn_loopback_link(ddnn_loopback *hub, const char *node, ddnn_link **link);
/* With crash set, ddnn_loopback_cut comes first. Whoever listens or sends on
 * the link must have stopped. */
void ddnn_loopback_link_destroy(ddnn_link *link, bool crash);

/* Pulls the node's plug: it hears nothing any more, cannot send, and its will
 * is published. */
void ddnn_loopback_cut(ddnn_link *link);

#ifdef __cplusplus
}
#endif
#endif
