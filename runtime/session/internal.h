/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What session.c (the application's side) and policy.c (time, attempts,
 * messages) share. Everything here is touched with the lock held, except where
 * a comment says otherwise.
 */
#ifndef DDNN_SESSION_INTERNAL_H
#define DDNN_SESSION_INTERNAL_H

#include "../core/bytes.h"
#include "ddnn/run.h"
#include "ddnn/session.h"
#include "ddnn/wire.h"
#include "peers.h"

typedef enum ddnn_slot_state {
  DDNN_SLOT_FREE = 0,
  DDNN_SLOT_COMPUTING, /* the submitting thread runs the tier */
  DDNN_SLOT_SEARCHING, /* to be sent as soon as there is a worker for it */
  DDNN_SLOT_WAITING,   /* an attempt is on its way */
  DDNN_SLOT_DONE       /* outcome fixed, not yet fetched */
} ddnn_slot_state;

/* What is known of one exit of the deployment for one request. */
typedef struct ddnn_reached {
  bool valid;
  bool unreported; /* a provisional answer to be given */
  uint8_t tier;
  uint32_t label;
  float entropy;
} ddnn_reached;

typedef struct ddnn_slot {
  uint8_t state;
  bool sending; /* the frame is being read by the link, without the lock */
  uint64_t id;
  void *tag;
  uint32_t frame_number;
  uint64_t submit_us;   /* when it began */
  uint64_t deadline_us; /* when the outcome must be fixed; guard taken off */
  uint64_t attempt_us;  /* when the attempt counts as lost */
  uint64_t not_before_us;
  uint64_t patience_us; /* SEARCHING: until when to wait for a worker */
  uint64_t interval_us; /* time for one attempt */
  uint64_t done_us;
  uint64_t done_order; /* outcomes are handed out in this order */
  uint8_t attempts;
  uint16_t peer;  /* of the current attempt, or DDNN_NO_PEER */
  uint16_t avoid; /* of the one before */
  int last_error; /* why the last attempt was lost */
  /* The outcome. */
  int status, cause;
  bool fallback;
  uint16_t exit;
  uint64_t device_us;
  uint32_t tier_us[DDNN_FRAME_TIERS], queue_us;
  uint32_t payload_bytes, framed_bytes;
  char
      worker[DDNN_NODE_MAX + 1]; /* that was asked; in the end, that answered */
  ddnn_reached reached[DDNN_MAX_EXITS];
  float *scores;  /* exit_count rows of max_classes */
  uint8_t *frame; /* the encoded request */
  size_t frame_size;
} ddnn_slot;

struct ddnn_session {
  ddnn_session_config config;
  const ddnn_model *model;
  ddnn_service next; /* who continues */
  bool last_tier;    /* nobody does */
  bool listening;
  bool link_up;
  bool computing; /* the workspace is in use */
  bool stirred;   /* tick has something to look at now */
  uint32_t max_classes;
  uint64_t next_id, next_done;
  ddnn_threshold_table thresholds;
  ddnn_session_stats stats;
  ddnn_peers peers;
  ddnn_slot *slots;
  ddnn_workspace workspace;
  size_t frame_capacity, payload_offset, payload_bytes;
};

static inline void ddnn_session_lock(ddnn_session *s) {
  if (s->config.sync.lock)
    s->config.sync.lock(s->config.sync.context);
}

static inline void ddnn_session_unlock(ddnn_session *s) {
  if (s->config.sync.unlock)
    s->config.sync.unlock(s->config.sync.context);
}

static inline void ddnn_session_wake(ddnn_session *s) {
  if (s->config.sync.wake)
    s->config.sync.wake(s->config.sync.context);
}

static inline uint64_t ddnn_session_now(ddnn_session *s) {
  return s->config.now_us(s->config.clock_user);
}

static inline float *ddnn_slot_row(ddnn_session *s, ddnn_slot *slot,
                                   unsigned exit) {
  return slot->scores + (size_t)exit * s->max_classes;
}

/* Fixes an outcome: the exit answers. cause != 0 makes it a fallback. */
void ddnn_slot_answer(ddnn_session *s, ddnn_slot *slot, uint16_t exit,
                      int cause, uint64_t now_us);

/* Fixes an outcome without an answer: the highest exit reached, as a fallback,
 * or `cause` as an error where there is none. */
void ddnn_slot_give_up(ddnn_session *s, ddnn_slot *slot, int cause,
                       uint64_t now_us);

/* Looks after all requests: deadlines, lost attempts, sending. Gives the lock
 * up while it sends. Returns when it wants to run again. */
uint64_t ddnn_session_policy(ddnn_session *s);

/* Listener functions for the transport. */
void ddnn_session_on_message(void *user, const ddnn_message *message);
void ddnn_session_on_state(void *user, bool up);
void ddnn_session_on_failed(void *user, uint64_t token, int status);

#endif
