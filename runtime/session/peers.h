/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Which workers are there, what do they serve, how busy are they; and the
 * choice among them. Pure: no clock, no lock, no memory of its own. Used by the
 * session and by workers that forward.
 */
#ifndef DDNN_SESSION_PEERS_H
#define DDNN_SESSION_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/control.h"
#include "ddnn/frame.h"

typedef struct ddnn_peer {
  char name[DDNN_NODE_MAX + 1]; /* empty: free entry */
  bool fixed;                   /* announces nothing, always live */
  bool suspect; /* let an attempt time out since it was last heard of */
  uint8_t state;
  uint32_t boot, sequence;
  uint32_t serves;    /* bit i: the owner's wanted[i] */
  uint64_t heard_us;  /* when its last announcement came */
  uint32_t silent_us; /* dead when nothing came for so long */
  uint32_t load;      /* queued + running, as announced */
  uint32_t threads, service_us;
  uint32_t in_flight; /* our own attempts that wait for it */
} ddnn_peer;

typedef struct ddnn_peers {
  ddnn_peer *entries; /* the owner's memory */
  uint16_t capacity;
  /* What the owner looks for, at most 32. A service for one group alone is none
   * for others, nor for those without a group. */
  const ddnn_service *wanted;
  uint8_t wanted_count;
  uint32_t random; /* state of a xorshift generator, never 0 */
} ddnn_peers;

#define DDNN_NO_PEER 0xffffu

void ddnn_peers_init(ddnn_peers *peers, ddnn_peer *entries, uint16_t capacity,
                     const ddnn_service *wanted, uint8_t wanted_count,
                     uint32_t seed);

/* A worker that serves all that is wanted and never announces itself. */
void ddnn_peers_add_fixed(ddnn_peers *peers, const char *name);

/* Takes an announcement in. Returns the entry that went away by it (offline,
 * draining, restarted), or DDNN_NO_PEER. */
uint16_t ddnn_peers_hear(ddnn_peers *peers, const char *name,
                         const ddnn_announce *announce, uint64_t now_us);

/* The link is down: nothing is known of anybody any more. */
void ddnn_peers_forget(ddnn_peers *peers);

bool ddnn_peer_live(const ddnn_peer *peer, uint64_t now_us);

/* Picks a worker for wanted[index] by the power of two choices: the less loaded
 * of two drawn at random. Passes over `avoid` (an index or DDNN_NO_PEER) and
 * suspects as long as there are others. Returns an index or DDNN_NO_PEER. */
uint16_t ddnn_peers_pick(ddnn_peers *peers, uint8_t index, uint16_t avoid,
                         uint64_t now_us);

/* True iff pick would find one. */
bool ddnn_peers_any(const ddnn_peers *peers, uint8_t index, uint64_t now_us);

uint32_t ddnn_peers_random(ddnn_peers *peers);

#endif
