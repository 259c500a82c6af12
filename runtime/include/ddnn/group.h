/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Many devices, one answer (DDNN paper, section III-D). Each *member* computes
 * its part of the network on each sample, sends its scores to the aggregator
 * and keeps its features. The *aggregator* owns the request: it joins the
 * scores, answers where its gate lets the sample leave, and otherwise has the
 * members send their features to workers of the next tier, all parts of one
 * sample to the same ones. docs/groups.md has the messages.
 *
 * Every sample of which a first score arrives ends exactly once by its
 * deadline: in an answer, a fallback (the highest exit reached), or an error.
 *
 * No operating system, no malloc: memory, clock, locking and transport come
 * from the caller, as in ddnn/session.h. Transport callbacks only enqueue; all
 * else happens in submit and poll.
 */
#ifndef DDNN_GROUP_H
#define DDNN_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/control.h"
#include "ddnn/frame.h"
#include "ddnn/link.h"
#include "ddnn/model.h"
#include "ddnn/session.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- A member: a device of a group --------------------------------------- */

typedef struct ddnn_member ddnn_member;

typedef struct ddnn_member_config {
  /* The member of the first tier that runs here. Required. */
  const ddnn_model *model;
  void *const *arenas; /* as in ddnn_session_config */
  const char *node;    /* this node's name. Required */
  uint32_t boot;       /* another number at every start */
  uint16_t group;      /* 1 .. 65535; short frames carry up to 255. Required */
  const char *aggregator;         /* node that scores go to. Required */
  ddnn_link *link;                /* Required */
  uint64_t (*now_us)(void *user); /* monotonic. Required */
  void *clock_user;
  ddnn_sync sync;
  /* Samples whose features are kept; the oldest gives way. Default 8. */
  uint16_t keep;
  /* Features are kept this long. Default 1000. */
  uint32_t keep_ms;
  /* The member announces itself this often, from submit and poll. Default 1000.
   */
  uint32_t heartbeat_ms;
  /* Scores go in the short form (needs group and member below 256 and one
   * float tensor for the aggregator). */
  bool short_scores;
} ddnn_member_config;

typedef struct ddnn_member_stats {
  uint64_t submitted, fetched; /* samples; of those, features sent */
  uint64_t late;               /* fetches of samples that are no longer kept */
  uint64_t rejected; /* messages that are none of ours, damaged, or repeated */
  uint64_t refused;  /* sends that the link refused */
  uint64_t payload_bytes, framed_bytes; /* sent: scores and features */
} ddnn_member_stats;

/* Bytes that ddnn_member_open needs; 0 if the configuration is not valid. */
size_t ddnn_member_size(const ddnn_member_config *config);

/* Opens a member in memory[size] (any alignment), which stays the caller's.
 * Announces itself and listens for fetches.
 * Returns DDNN_OK, DDNN_ERR_INVALID, DDNN_ERR_ABI, DDNN_ERR_NO_MEMORY, or what
 * link->listen said. */
int ddnn_member_open(ddnn_member **member, const ddnn_member_config *config,
                     void *memory, size_t size);

/* Announces that it leaves, and stops listening. */
void ddnn_member_close(ddnn_member *member);

/* Computes one sample, sends its scores, keeps its features. inputs as in
 * ddnn_request. frame_number: the same sample has the same number at all
 * members, or one within the aggregator's tolerance.
 * Returns DDNN_OK, DDNN_ERR_INVALID, or why the scores were not sent; features
 * are kept in that case, too. */
int ddnn_member_submit(ddnn_member *member, uint32_t frame_number,
                       const void *const *inputs);

/* Sends what was fetched and announces itself when that is due; waits up to
 * timeout_ms for something to do. Call it at least every heartbeat.
 * Returns DDNN_OK if it did something, else DDNN_PENDING. */
int ddnn_member_poll(ddnn_member *member, uint32_t timeout_ms);

/* A message that arrived for this node (own transports). Never blocks. */
void ddnn_member_receive(ddnn_member *member, const ddnn_message *message);

void ddnn_member_get_stats(ddnn_member *member, ddnn_member_stats *stats);

/* ---- The aggregator -------------------------------------------------------
 */

typedef struct ddnn_aggregator ddnn_aggregator;

/* How one sample ended. */
typedef struct ddnn_group_result {
  uint16_t group;
  uint32_t frame_number; /* of the first score that came */
  uint64_t request;      /* its number here */
  int status;            /* DDNN_OK: exit, tier, label and scores are valid */
  bool fallback;         /* the highest exit reached, not the one wanted */
  int cause;             /* fallback: why */
  uint16_t exit;         /* index into ddnn_model.exits, or DDNN_NO_EXIT */
  uint8_t tier;
  uint32_t label;
  float entropy;
  /* In: place for scores (NULL, 0: not wanted). Out: as in ddnn_result. */
  float *scores;
  uint32_t scores_capacity, classes;
  /* Who was missing where members were joined: missing[t] has bit i where
   * source i of tier t's join did not come; all joins that the answer went
   * through. missing[t][m] is what member m of tier t missed. */
  uint16_t missing[DDNN_MAX_TIERS][DDNN_MAX_MEMBERS];
  uint32_t t_total_us; /* since the first score came */
  uint8_t attempts;    /* escalations sent */
} ddnn_group_result;

typedef struct ddnn_aggregator_config {
  /* The aggregators of one deployment, all of them, in the order of their
   * tiers, the first behind the devices. Required. */
  const ddnn_model *const *models;
  size_t model_count;
  const char *node; /* Required */
  uint32_t boot;
  ddnn_link *link; /* Required */
  uint64_t (*now_us)(void *user);
  void *clock_user;
  ddnn_sync sync;
  const uint16_t *groups; /* that it answers for. Required; copied */
  uint16_t group_count;
  uint16_t max_samples; /* in flight at once, all groups. Default 64 */
  /* Members and workers kept track of, for each group. Default 64. */
  uint16_t max_peers;
  uint32_t deadline_ms; /* from the first score on. Default 1000 */
  uint32_t guard_us;    /* as in ddnn_session_config */
  /* A live member whose scores do not come is missing this long after the
   * first score. Default 50. Members that are not live are not waited for. */
  uint32_t member_wait_ms;
  /* The same for parts at a worker, after the request for them. Default 100, at
   * most half of an attempt. */
  uint32_t part_wait_ms;
  uint32_t attempt_ms;  /* as in ddnn_session_config */
  uint8_t max_attempts; /* for each tier that joins; default 3, at most 32 */
  /* Frame numbers that differ by at most this are one sample. Default 0. */
  uint32_t frame_tolerance;
  uint32_t heartbeat_ms; /* announces itself this often. Default 1000 */
  bool publish;          /* results go to DDNN_CHANNEL_RESULT */
} ddnn_aggregator_config;

typedef struct ddnn_aggregator_stats {
  uint64_t samples; /* = answered + fallbacks + errors + in flight */
  uint64_t answered, fallbacks, errors;
  uint64_t local;      /* answered by an aggregator's own exit */
  uint64_t attempts;   /* escalations sent */
  uint64_t late;       /* scores and answers of samples, joins or attempts
                          that were over */
  uint64_t duplicates; /* second scores of a member for one sample */
  uint64_t rejected;   /* damaged, or wrong model, stage, shape, member, group;
                          or a number too far ahead */
  uint64_t overflow;   /* scores dropped: max_samples in flight */
  uint64_t dropped;    /* messages that came faster than they were looked at */
} ddnn_aggregator_stats;

size_t ddnn_aggregator_size(const ddnn_aggregator_config *config);

/* As ddnn_member_open. */
int ddnn_aggregator_open(ddnn_aggregator **aggregator,
                         const ddnn_aggregator_config *config, void *memory,
                         size_t size);
void ddnn_aggregator_close(ddnn_aggregator *aggregator);

/* The next sample that ended, and the aggregator's timekeeping: call it at
 * least every few milliseconds.
 * Returns DDNN_OK (result->status says how it ended) or DDNN_PENDING if none
 * did within timeout_ms. */
int ddnn_aggregator_poll(ddnn_aggregator *aggregator, ddnn_group_result *result,
                         uint32_t timeout_ms);

/* A message that arrived for this node (own transports). Never blocks. */
void ddnn_aggregator_receive(ddnn_aggregator *aggregator,
                             const ddnn_message *message);

/* Which members of a group are live: bit m of *members is member m of tier. */
int ddnn_aggregator_members(ddnn_aggregator *aggregator, uint16_t group,
                            uint8_t tier, uint16_t *members);

void ddnn_aggregator_get_stats(ddnn_aggregator *aggregator,
                               ddnn_aggregator_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
