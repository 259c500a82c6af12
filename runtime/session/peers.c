/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "peers.h"
#include "../core/bytes.h"

static bool same_name(const char *a, const char *b) {
  while (*a && *a == *b)
    ++a, ++b;
  return *a == *b;
}

static void set_name(ddnn_peer *peer, const char *name) {
  unsigned i = 0;
  for (; i < DDNN_NODE_MAX && name[i]; ++i)
    peer->name[i] = name[i];
  peer->name[i] = 0;
}

void ddnn_peers_init(ddnn_peers *peers, ddnn_peer *entries, uint16_t capacity,
                     const ddnn_service *wanted, uint8_t wanted_count,
                     uint32_t seed) {
  peers->entries = entries;
  peers->capacity = capacity;
  peers->wanted = wanted;
  peers->wanted_count = wanted_count;
  peers->random = seed ? seed : 0x9e3779b9u;
  for (unsigned i = 0; i < capacity; ++i)
    ddnn_clear(&entries[i], sizeof entries[i]);
}

uint32_t ddnn_peers_random(ddnn_peers *peers) {
  uint32_t x = peers->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return peers->random = x;
}

void ddnn_peers_add_fixed(ddnn_peers *peers, const char *name) {
  ddnn_peer *peer = &peers->entries[0];
  set_name(peer, name);
  peer->fixed = true;
  peer->state = DDNN_NODE_ONLINE;
  peer->serves = 0xffffffffu;
  peer->threads = 1;
}

bool ddnn_peer_live(const ddnn_peer *peer, uint64_t now_us) {
  if (!peer->name[0] || peer->state != DDNN_NODE_ONLINE)
    return false;
  return peer->fixed || now_us < peer->heard_us + peer->silent_us;
}

/* The node's entry, else one that may be given to it, else NULL. */
static ddnn_peer *find(ddnn_peers *peers, const char *name, uint64_t now_us) {
  ddnn_peer *spare = NULL;
  for (unsigned i = 0; i < peers->capacity; ++i) {
    ddnn_peer *peer = &peers->entries[i];
    if (same_name(peer->name, name))
      return peer;
    /* An entry that attempts still point at is not reused. */
    if (peer->in_flight == 0 && !peer->fixed &&
        (!peer->name[0] ||
         (!ddnn_peer_live(peer, now_us) && (!spare || spare->name[0]))))
      spare = peer;
  }
  return spare;
}

static bool serves_wanted(const ddnn_service *s, const ddnn_service *wanted) {
  return s->model == wanted->model && s->stage == wanted->stage &&
         s->member == wanted->member &&
         (s->group == 0 || s->group == wanted->group);
}

uint16_t ddnn_peers_hear(ddnn_peers *peers, const char *name,
                         const ddnn_announce *a, uint64_t now_us) {
  uint32_t serves = 0;
  for (unsigned w = 0; w < peers->wanted_count; ++w)
    for (unsigned s = 0; s < a->service_count; ++s)
      if (serves_wanted(&a->services[s], &peers->wanted[w]))
        serves |= 1u << w;
  ddnn_peer *peer = find(peers, name, now_us);
  if (!peer || peer->fixed)
    return DDNN_NO_PEER;
  bool known = same_name(peer->name, name);
  if (!known && (serves == 0 || a->state != DDNN_NODE_ONLINE))
    return DDNN_NO_PEER;
  bool same_life = known && peer->boot == a->boot;
  /* The will of an earlier life may come after the next one's greeting. */
  if (known && !same_life && a->state == DDNN_NODE_OFFLINE)
    return DDNN_NO_PEER;
  /* A will has no sequence number of its own: it always counts. */
  if (same_life && a->state != DDNN_NODE_OFFLINE &&
      (int32_t)(a->sequence - peer->sequence) < 0)
    return DDNN_NO_PEER;
  bool was_online = known && peer->state == DDNN_NODE_ONLINE;
  if (!known) {
    ddnn_clear(peer, sizeof *peer);
    set_name(peer, name);
  }
  peer->state = a->state;
  peer->boot = a->boot;
  if (a->state != DDNN_NODE_OFFLINE)
    peer->sequence = a->sequence;
  peer->serves = serves;
  peer->suspect = false;
  peer->heard_us = now_us;
  uint32_t beat = a->heartbeat_ms < 1000000u ? a->heartbeat_ms : 1000000u;
  peer->silent_us = 3000u * (beat ? beat : 1000u);
  peer->load = (uint32_t)a->queued + a->running;
  peer->threads = a->threads ? a->threads : 1;
  peer->service_us = a->service_us;
  /* What a draining worker has, it finishes; what was lost with a life, not. */
  bool lost = was_online && (!same_life || a->state == DDNN_NODE_OFFLINE);
  if (known && !was_online && a->state == DDNN_NODE_OFFLINE)
    lost = true; /* drained, and now gone */
  return lost ? (uint16_t)(peer - peers->entries) : DDNN_NO_PEER;
}

void ddnn_peers_forget(ddnn_peers *peers) {
  for (unsigned i = 0; i < peers->capacity; ++i)
    if (!peers->entries[i].fixed)
      peers->entries[i].state = DDNN_NODE_OFFLINE;
}

/* Expected wait at a worker, in microseconds of one thread. */
static uint64_t cost(const ddnn_peer *peer) {
  uint64_t waiting = (uint64_t)peer->load + peer->in_flight + 1;
  uint64_t each = peer->service_us ? peer->service_us : 1;
  return waiting * each / peer->threads;
}

uint16_t ddnn_peers_pick(ddnn_peers *peers, uint8_t index, uint16_t avoid,
                         uint64_t now_us) {
  /* Three rounds, each with fewer scruples than the one before. */
  for (unsigned round = 0; round < 3; ++round) {
    unsigned n = 0;
    uint16_t pick[2] = {DDNN_NO_PEER, DDNN_NO_PEER};
    for (unsigned i = 0; i < peers->capacity; ++i) {
      const ddnn_peer *peer = &peers->entries[i];
      if (!ddnn_peer_live(peer, now_us) || !(peer->serves >> index & 1) ||
          (round < 1 && peer->suspect) || (round < 2 && i == avoid))
        continue;
      /* Two of n, each pair equally likely (reservoir of size two). */
      if (n < 2)
        pick[n] = (uint16_t)i;
      else {
        uint32_t r = ddnn_peers_random(peers) % (n + 1);
        if (r < 2)
          pick[r] = (uint16_t)i;
      }
      ++n;
    }
    if (n == 1)
      return pick[0];
    if (n > 1) {
      uint64_t a = cost(&peers->entries[pick[0]]);
      uint64_t b = cost(&peers->entries[pick[1]]);
      if (a == b)
        return pick[ddnn_peers_random(peers) & 1];
      return pick[a < b ? 0 : 1];
    }
  }
  return DDNN_NO_PEER;
}

bool ddnn_peers_any(const ddnn_peers *peers, uint8_t index, uint64_t now_us) {
  for (unsigned i = 0; i < peers->capacity; ++i)
    if (ddnn_peer_live(&peers->entries[i], now_us) &&
        peers->entries[i].serves >> index & 1)
      return true;
  return false;
}
