/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The serving side: any number of (model, tier) pairs, a bounded queue, a pool
 * of threads. A tier that is not the last answers from its own exits or
 * forwards to the next tier; answers go straight to the node that asked. A tier
 * that joins what several members send waits for their parts, docs/groups.md.
 * Hosted (POSIX threads); allocates at start only.
 */
#ifndef DDNN_WORKER_H
#define DDNN_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/control.h"
#include "ddnn/link.h"
#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ddnn_worker ddnn_worker;

typedef struct ddnn_worker_config {
  /* What it serves: descriptors of tiers, at most DDNN_MAX_SERVICES; requests
   * name theirs by hash and stage. Must outlive the worker. Required. */
  const ddnn_model *const *models;
  size_t model_count;
  /* This node's name; requests come to it. Required. */
  const char *node;
  /* Another number at every start. */
  uint32_t boot;
  /* Transport. Required; outlives the worker. */
  ddnn_link *link;
  /* Compute threads; 0: one per processor. */
  uint16_t threads;
  /* Requests that may wait; one more is answered DDNN_ERR_BUSY. Default 64. */
  uint16_t queue_capacity;
  /* Status is published this often, from the compute threads: a worker that
   * hangs falls silent. Default 1000. */
  uint32_t heartbeat_ms;
  /* Workers of the next tiers that are kept track of. Default 16. */
  uint16_t max_peers;
  /* Samples of groups whose parts are waited for, or which are remembered: the
   * features of a member of a tier of several are kept here until they are
   * fetched or their deadline is over; the oldest gives way. One more that
   * would have to wait is answered DDNN_ERR_BUSY. Default 64; no memory is
   * taken where nothing is joined. */
  uint16_t max_joins;
  /* Also takes requests from the shared topic of each of its services, and
   * forwards over shared topics. */
  bool shared;
  /* A compute thread that runs out of work looks for more this long before it
   * sleeps. Default 0. Costs a processor, saves a wake-up (some 5 us). */
  uint32_t spin_us;
  /* One line about what happens; NULL: silent. Called from any thread. */
  void (*log)(void *user, const char *line);
  void *log_user;
} ddnn_worker_config;

typedef struct ddnn_worker_stats {
  uint64_t received;  /* messages that arrived on the request channel */
  uint64_t answered;  /* with an exit of this tier; fallbacks included */
  uint64_t forwarded; /* to the next tier, or scores to an aggregator */
  uint64_t fallbacks; /* answered because the next tier could not be reached */
  uint64_t rejected;  /* busy or draining */
  uint64_t expired;   /* deadline over before it was computed */
  uint64_t malformed; /* not a frame, or not one for what is served here */
  uint64_t dropped;   /* could not be answered: no legible source, link down */
  /* Groups. */
  uint64_t expects;         /* samples that an aggregator asked to join */
  uint64_t parts;           /* taken for one */
  uint64_t joined;          /* samples computed */
  uint64_t incomplete;      /* of those: some parts missing */
  uint64_t missing;         /* samples refused: nobody there, or one too few */
  uint64_t fetched;         /* features sent to a later tier */
  uint64_t stale;           /* dropped: late, twice, or of an earlier attempt */
  uint16_t queued, running; /* now */
} ddnn_worker_stats;

/* Starts threads, listens on the link, announces itself. config is copied.
 * Returns DDNN_OK, DDNN_ERR_INVALID, DDNN_ERR_ABI, DDNN_ERR_NO_MEMORY, or what
 * link->listen said. */
int ddnn_worker_start(ddnn_worker **worker, const ddnn_worker_config *config);

/* Leaves in good order: publishes "draining", answers new requests with
 * DDNN_ERR_DRAINING, finishes what is queued, publishes "offline". Does not
 * touch signals: call it from the thread that waits for SIGTERM.
 * Returns DDNN_OK, or DDNN_ERR_DEADLINE if work was left after timeout_ms. */
int ddnn_worker_drain(ddnn_worker *worker, uint32_t timeout_ms);

/* Stops threads and link, frees everything. What is still queued is dropped
 * unless ddnn_worker_drain came first; if it did not, "offline" is published
 * here. */
void ddnn_worker_stop(ddnn_worker *worker);

void ddnn_worker_get_stats(ddnn_worker *worker, ddnn_worker_stats *stats);

/* Thresholds in force for models[index]. Returns DDNN_OK or
 * DDNN_ERR_NOT_FOUND. */
int ddnn_worker_thresholds(ddnn_worker *worker, size_t index,
                           ddnn_threshold_table *out);

#ifdef __cplusplus
}
#endif
#endif
