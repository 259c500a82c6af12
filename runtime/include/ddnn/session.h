/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The asking side. Runs the first tier, leaves at an exit when its gate says
 * so, otherwise offloads to a live worker of the next tier, and sees to it that
 * every request ends exactly once, in an answer or a typed error, by its
 * deadline. Where no answer comes in time, the highest exit that was reached
 * answers and is labelled as a fallback.
 *
 * No operating system, no malloc: memory, clock, locking and transport come
 * from the caller (ddnn/host.h has those of a POSIX system).
 */
#ifndef DDNN_SESSION_H
#define DDNN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/control.h"
#include "ddnn/frame.h"
#include "ddnn/link.h"
#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ddnn_session ddnn_session;

/* How threads keep out of each other's way. All NULL on a device with one
 * thread, whose transport callback does not interrupt the session. */
typedef struct ddnn_sync {
  void *context;
  void (*lock)(void *context);
  void (*unlock)(void *context);
  /* Called with the lock held; gives it up, waits for wake or until the clock
   * shows until_us (session clock; UINT64_MAX: no end), takes it again. May
   * return early. NULL: poll and infer call `idle` instead. */
  void (*wait)(void *context, uint64_t until_us);
  /* Lets all waiting threads go on. Called with or without the lock. */
  void (*wake)(void *context);
  /* Called without the lock while waiting, where wait is NULL: a device
   * services its radio here, which may call ddnn_session_receive. */
  void (*idle)(void *context);
} ddnn_sync;

/* How one request ended, or (provisional) what an exit on the way said. */
typedef struct ddnn_result {
  uint64_t request; /* the id that ddnn_session_submit gave */
  void *tag;        /* as in ddnn_request */
  uint32_t frame_number;
  uint64_t model;   /* hash of the deployment that answered */
  int status;       /* DDNN_OK: exit, tier, label and scores are valid;
                       otherwise the error that ended the request */
  bool provisional; /* an exit passed on the way; the final one follows */
  bool fallback;    /* the highest exit reached answers for one that did not */
  int cause;        /* fallback: why (the error that would have been), else 0 */
  uint16_t exit;    /* index into model->exits; DDNN_NO_EXIT on error */
  uint8_t tier;     /* that computed it */
  uint32_t label;   /* index of the largest score */
  float entropy;    /* eta at that exit */
  /* In: a place for the scores and its size in floats (NULL, 0: not wanted).
   * Out: min(classes, capacity) scores; classes is how many there are. */
  float *scores;
  uint32_t scores_capacity;
  uint32_t classes;
  /* Times in microseconds; total = device + link + server (paper 000, IV). */
  uint32_t t_device_us; /* computing and encoding here */
  uint32_t t_link_us;   /* everything on the way, lost attempts included */
  uint32_t
      t_server_us;     /* in all other tiers: waiting for a thread, computing */
  uint32_t t_total_us; /* from submit to the end */
  uint32_t t_queue_us; /* the part of t_server_us spent waiting */
  uint32_t t_tier_us[DDNN_FRAME_TIERS]; /* by tier; own tier is t_device_us */
  uint32_t payload_bytes;               /* tensors sent, summed over attempts */
  uint32_t framed_bytes;                /* the same with headers */
  uint8_t attempts;                     /* requests sent; 0: answered here */
  /* Worker of the next tier that the answered request was sent to; a tier
   * further up may have answered in its place. Empty where no worker answered,
   * or where an earlier attempt did after all. */
  char worker[DDNN_NODE_MAX + 1];
} ddnn_result;

typedef enum ddnn_route {
  DDNN_ROUTE_DIRECT = 0, /* pick among live workers (power of two choices) */
  DDNN_ROUTE_SHARED = 1  /* one topic, the broker deals out ($share) */
} ddnn_route;

typedef struct ddnn_session_config {
  /* The tier that runs here; usually tier 0. Required. */
  const ddnn_model *model;
  /* Memories for the model's pools, as in ddnn_workspace_init_placed; they stay
   * the caller's while the session is open. NULL: all in the session's. */
  void *const *arenas;
  /* This node's name; replies come back to it. Required where link is set. */
  const char *node;
  /* Another number at every start, so that answers to an earlier life are
   * recognised. */
  uint32_t boot;
  /* Transport. NULL: nothing is ever sent, the highest exit answers. */
  ddnn_link *link;
  /* Microseconds, monotonic. Required. */
  uint64_t (*now_us)(void *user);
  void *clock_user;
  /* Locking; all NULL for a single thread. */
  ddnn_sync sync;
  /* Requests that may be in flight at once. Default 8. */
  uint16_t max_requests;
  /* Workers that are kept track of. Default 16. */
  uint16_t max_peers;
  /* Time for a request that does not bring its own, default 1000. */
  uint32_t deadline_ms;
  /* The outcome is fixed this long before the deadline, so that it is out by
   * then. Default 2000 us, but never more than an eighth of the time given. */
  uint32_t guard_us;
  /* An attempt without answer is repeated after this, at another worker where
   * there is one. 0: a third of the request's time. */
  uint32_t attempt_ms;
  /* At most so many attempts, default 3. */
  uint8_t max_attempts;
  /* How long a request waits for a live worker when none is known, before it
   * falls back. Default 0: falls back at once. */
  uint32_t patience_ms;
  uint8_t route; /* ddnn_route */
  /* A worker that is always there and announces nothing (own transports).
   * NULL: none. */
  const char *fixed_peer;
  /* Seed for the choice among workers; 0: from boot. */
  uint32_t seed;
  /* Set to get provisional answers, of exits here and in other tiers. Called
   * from within submit, poll and infer, never from the transport's thread;
   * result and its scores are valid during the call. Must not call the
   * session. */
  void (*provisional)(void *user, const ddnn_result *result);
  void *provisional_user;
} ddnn_session_config;

typedef struct ddnn_request {
  /* Parallel to model->inputs, in memory format; may go when submit returns. */
  const void *const *inputs;
  uint32_t deadline_ms;   /* 0: the session's */
  uint32_t frame_number;  /* travels along */
  uint16_t group, member; /* travel along; 0: none */
  void *tag;              /* handed back with the result */
} ddnn_request;

typedef struct ddnn_session_stats {
  uint64_t submitted;
  uint64_t answered; /* final answers that are no fallback */
  uint64_t fallbacks;
  uint64_t errors;   /* submitted = answered + fallbacks + errors + in flight */
  uint64_t attempts; /* frames sent */
  uint64_t retries;  /* attempts after the first of a request */
  uint64_t duplicates; /* answers dropped: request already ended */
  uint64_t stray;      /* dropped: not ours, other boot, malformed */
  uint64_t local;      /* answered at an exit here */
} ddnn_session_stats;

/* Bytes that ddnn_session_open needs for this configuration; 0 if it is not
 * valid. */
size_t ddnn_session_size(const ddnn_session_config *config);

/* Opens a session in memory[size] (any alignment), which stays the caller's.
 * config is copied; strings, model and link must outlive the session. Starts
 * listening on the link.
 * Returns DDNN_OK, DDNN_ERR_INVALID, DDNN_ERR_ABI, DDNN_ERR_NO_MEMORY, or what
 * link->listen said. */
int ddnn_session_open(ddnn_session **session, const ddnn_session_config *config,
                      void *memory, size_t size);

/* Stops listening. Requests in flight are gone: poll first. */
void ddnn_session_close(ddnn_session *session);

/* Runs this tier on one sample; offloads where no exit took it. Returns when
 * that is done, without waiting for an answer. The outcome comes from
 * ddnn_session_poll, also where the sample was answered here.
 * Returns DDNN_OK and the request's id (id may be NULL), DDNN_ERR_INVALID, or
 * DDNN_ERR_BUSY when max_requests are in flight or not yet polled; then the
 * request does not exist. */
int ddnn_session_submit(ddnn_session *session, const ddnn_request *request,
                        uint64_t *id);

/* The next final outcome, in the order in which they end. Set scores and
 * scores_capacity of result before. Also does the session's timekeeping: while
 * requests are in flight, call it at least every few milliseconds.
 * Returns DDNN_OK (result->status says how it ended), DDNN_PENDING if there was
 * none within timeout_ms (0: do not wait), DDNN_ERR_NOT_FOUND if nothing is in
 * flight. */
int ddnn_session_poll(ddnn_session *session, ddnn_result *result,
                      uint32_t timeout_ms);

/* Submit and wait for this one. Returns result->status (DDNN_OK also for a
 * fallback), or what ddnn_session_submit said. Threads may call it side by
 * side, but not together with ddnn_session_poll. */
int ddnn_session_infer(ddnn_session *session, const ddnn_request *request,
                       ddnn_result *result);

/* Hands a message in that arrived for this node (own transports). Never blocks,
 * never sends. Returns DDNN_OK, or why it was dropped. */
int ddnn_session_receive(ddnn_session *session, const ddnn_message *message);

/* Timekeeping and retries, for those who want them at other times than
 * poll's. Returns when it should be called again at the latest (session clock,
 * us; UINT64_MAX: nothing to do). */
uint64_t ddnn_session_tick(ddnn_session *session);

/* Waits until a live worker of the next tier is known. Returns DDNN_OK (also
 * where no next tier exists) or DDNN_ERR_DEADLINE. */
int ddnn_session_wait_peer(ddnn_session *session, uint32_t timeout_ms);

/* Thresholds in force now, and one set by hand (in [0, 1]; a later broadcast
 * overrides it). exit: index into model->exits. set returns DDNN_OK,
 * DDNN_ERR_NOT_FOUND, DDNN_ERR_INVALID. */
void ddnn_session_thresholds(ddnn_session *session, ddnn_threshold_table *out);
int ddnn_session_set_threshold(ddnn_session *session, uint16_t exit,
                               float threshold);

void ddnn_session_get_stats(ddnn_session *session, ddnn_session_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
