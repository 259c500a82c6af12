/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the files of the aggregator share: aggregator.c (memory, the
 * application's side), arrivals.c (what messages change), samples.c (what a
 * sample waits for, and what is done about it). Everything here is touched with
 * the lock held, and samples only by the thread whose turn it is.
 */
#ifndef DDNN_GROUP_INTERNAL_H
#define DDNN_GROUP_INTERNAL_H

#include "../session/peers.h"
#include "common.h"

/* Aggregators of one deployment: each stands behind a tier of several. */
#define DDNN_MAX_STAGES (DDNN_MAX_TIERS / 2)
#define DDNN_MAX_WANTED 32

/* One aggregator, and the tier that it escalates to. */
typedef struct ddnn_stage {
  const ddnn_model *model;
  uint8_t tier, from;              /* its own; that of its members */
  uint8_t next;                    /* who continues; 0: nobody */
  bool next_several;               /* and is joined by the next stage */
  uint16_t all;                    /* bits of all its members */
  size_t inputs[DDNN_MAX_TENSORS]; /* where in a sample's memory */
  ddnn_workspace workspace;
} ddnn_stage;

/* Which of a member's samples were seen in this life, so that none counts
 * twice. */
typedef struct ddnn_window {
  bool any;
  uint32_t boot;
  uint64_t top, seen; /* bit i of seen: top - i */
  uint64_t moved_us;  /* when a number last counted */
} ddnn_window;

typedef struct ddnn_group {
  uint16_t number;
  /* The members of the first tier, then the members of each tier that is
   * escalated to, in the order of the stages. */
  ddnn_service wanted[DDNN_MAX_WANTED];
  ddnn_peers peers;
  ddnn_window requests[DDNN_MAX_MEMBERS];
  ddnn_window brief[DDNN_MAX_MEMBERS]; /* frame numbers, of the short form */
} ddnn_group;

typedef enum ddnn_sample_state {
  DDNN_SAMPLE_FREE = 0,
  DDNN_SAMPLE_JOINING,   /* scores come in from the first tier */
  DDNN_SAMPLE_SEARCHING, /* to be sent on */
  DDNN_SAMPLE_WAITING,   /* an attempt is on its way */
  DDNN_SAMPLE_DONE       /* outcome fixed, not yet fetched */
} ddnn_sample_state;

/* A node that has a part in a sample. */
typedef struct ddnn_holder {
  uint16_t peer; /* or DDNN_NO_PEER; counted in its in_flight */
  uint32_t boot; /* the life that it did this in */
} ddnn_holder;

typedef struct ddnn_exit_reached {
  bool valid;
  uint32_t label;
  float entropy;
} ddnn_exit_reached;

typedef struct ddnn_sample {
  uint8_t state;
  uint8_t stage; /* whose join is to come, or who escalated last */
  uint16_t group;
  uint32_t frame_number;
  uint64_t id;
  uint64_t opened_us, done_us, done_order;
  uint64_t deadline_us; /* when the outcome must be fixed; guard taken off */
  uint64_t interval_us; /* time for one attempt */
  uint64_t wait_us;     /* join with what is there */
  uint64_t attempt_us;  /* when the attempt counts as lost */
  uint64_t not_before_us;
  uint16_t present; /* whose scores are here for the join to come */
  uint16_t parts;   /* whose were in the last one: they can be fetched */
  uint16_t seen; /* members of the first tier that had their say, and their */
  uint32_t numbers[DDNN_MAX_MEMBERS];  /* own numbers for this sample */
  ddnn_holder from[DDNN_MAX_MEMBERS];  /* of present (first tier) and parts */
  ddnn_holder asked[DDNN_MAX_MEMBERS]; /* workers of the current attempt */
  uint16_t avoid[DDNN_MAX_MEMBERS];    /* and those of the one before */
  uint16_t failed;                /* of those asked: said that they cannot */
  uint16_t expect_due, fetch_due; /* still to be sent in this attempt */
  uint8_t attempts, stage_attempts;
  bool paused; /* before the same worker is asked again */
  int last_error;
  int status, cause;
  uint16_t exit;
  uint16_t missing[DDNN_MAX_TIERS][DDNN_MAX_MEMBERS];
  ddnn_exit_reached reached[DDNN_MAX_EXITS];
  float *scores;   /* exit_count rows of max_classes */
  uint8_t *inputs; /* of the join to come, in memory format */
} ddnn_sample;

/* A sample that ended, so that what comes late begins none. */
typedef struct ddnn_ended {
  bool used;
  uint16_t group, seen;
  uint32_t frame_number;
  uint32_t numbers[DDNN_MAX_MEMBERS];
  uint64_t until_us;
} ddnn_ended;

struct ddnn_aggregator {
  ddnn_aggregator_config config;
  bool listening, link_up;
  bool turn; /* somebody polls */
  uint32_t max_classes;
  uint64_t next_id, next_done, beat_us;
  uint32_t sequence;
  ddnn_threshold_table thresholds;
  ddnn_aggregator_stats stats;
  ddnn_stage stages[DDNN_MAX_STAGES];
  uint8_t stage_count;
  uint8_t wanted_at[DDNN_MAX_TIERS]; /* first index into wanted, by tier */
  uint8_t wanted_count;
  ddnn_group *groups;
  ddnn_sample *samples;
  ddnn_ended *ended;
  uint16_t ended_count, ended_next;
  ddnn_inbox inbox;
  uint8_t *taken;    /* inbox.largest bytes */
  uint8_t *outgoing; /* a frame that is being sent */
  size_t outgoing_capacity;
  uint8_t will[DDNN_ANNOUNCE_MAX];
  size_t will_size;
};

static inline uint64_t ddnn_aggregator_now(ddnn_aggregator *a) {
  return a->config.now_us(a->config.clock_user);
}

static inline float *ddnn_sample_row(ddnn_aggregator *a, ddnn_sample *s,
                                     unsigned exit) {
  return s->scores + (size_t)exit * a->max_classes;
}

static inline bool ddnn_sample_open(const ddnn_sample *s) {
  return s->state != DDNN_SAMPLE_FREE && s->state != DDNN_SAMPLE_DONE;
}

static inline const ddnn_model *ddnn_aggregator_model(ddnn_aggregator *a) {
  return a->stages[0].model;
}

/* ---- arrivals.c ---------------------------------------------------------- */

/* Takes one record of the inbox in; data is in a->taken. */
void ddnn_aggregator_arrival(ddnn_aggregator *a,
                             const ddnn_inbox_record *record);

/* ---- samples.c ----------------------------------------------------------- */

/* Takes or gives back a holder. */
void ddnn_hold(ddnn_group *g, ddnn_holder *holder, uint16_t peer);
void ddnn_release(ddnn_group *g, ddnn_holder *holder);

/* The life that the holder stands for goes on. */
bool ddnn_holder_live(const ddnn_group *g, const ddnn_holder *holder,
                      uint64_t now_us);

/* Fixes an outcome: the exit answers. cause != 0 makes it a fallback. */
void ddnn_sample_answer(ddnn_aggregator *a, ddnn_sample *s, uint16_t exit,
                        int cause, uint64_t now_us);

/* Fixes an outcome without an answer: the highest exit reached, as a fallback,
 * or `cause` as an error where there is none. */
void ddnn_sample_give_up(ddnn_aggregator *a, ddnn_sample *s, int cause,
                         uint64_t now_us);

/* The current attempt brought nothing: look for another way. */
void ddnn_sample_lose_attempt(ddnn_aggregator *a, ddnn_sample *s, int error,
                              uint64_t now_us);

/* Looks after all samples. Gives the lock up while it sends and computes.
 * Returns when it wants to run again. */
uint64_t ddnn_samples_policy(ddnn_aggregator *a);

/* Sends a->outgoing. Gives the lock up. */
int ddnn_aggregator_send(ddnn_aggregator *a, uint8_t channel, const char *node,
                         size_t size, uint64_t token);

#endif
