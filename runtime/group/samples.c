/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The life of a sample: what it waits for, joins, escalations, retries, and its
 * end.
 */
#include "internal.h"

/* Pause before the same worker is asked again that has just refused. */
#define BACKOFF_US 5000u

/* ---- Holders ------------------------------------------------------------- */

void ddnn_release(ddnn_group *g, ddnn_holder *holder) {
  if (holder->peer == DDNN_NO_PEER)
    return;
  ddnn_peer *peer = &g->peers.entries[holder->peer];
  if (peer->in_flight)
    --peer->in_flight;
  holder->peer = DDNN_NO_PEER;
}

void ddnn_hold(ddnn_group *g, ddnn_holder *holder, uint16_t peer) {
  ddnn_release(g, holder);
  holder->peer = peer;
  holder->boot = g->peers.entries[peer].boot;
  ++g->peers.entries[peer].in_flight;
}

bool ddnn_holder_live(const ddnn_group *g, const ddnn_holder *holder,
                      uint64_t now) {
  if (holder->peer == DDNN_NO_PEER)
    return false;
  const ddnn_peer *peer = &g->peers.entries[holder->peer];
  return ddnn_peer_live(peer, now) && peer->boot == holder->boot;
}

/* The workers of the current attempt; the next one shall be at others. */
static void leave_workers(ddnn_aggregator *a, ddnn_sample *s) {
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i) {
    if (s->asked[i].peer != DDNN_NO_PEER)
      s->avoid[i] = s->asked[i].peer;
    ddnn_release(&a->groups[s->group], &s->asked[i]);
  }
  s->expect_due = s->fetch_due = 0;
}

/* ---- The end ------------------------------------------------------------- */

static void note_ended(ddnn_aggregator *a, const ddnn_sample *s, uint64_t now) {
  ddnn_ended *e = &a->ended[a->ended_next];
  a->ended_next = (uint16_t)((a->ended_next + 1) % a->ended_count);
  e->used = true;
  e->group = s->group;
  e->frame_number = s->frame_number;
  /* Whoever comes after that long does so for a reason: cameras that began to
   * count again. */
  e->until_us = now + 2000ull * a->config.deadline_ms;
  e->seen = s->seen;
  ddnn_copy(e->numbers, s->numbers, sizeof e->numbers);
}

static void finish(ddnn_aggregator *a, ddnn_sample *s, uint64_t now) {
  note_ended(a, s, now);
  leave_workers(a, s);
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    ddnn_release(&a->groups[s->group], &s->from[i]);
  s->state = DDNN_SAMPLE_DONE;
  s->done_us = now;
  s->done_order = a->next_done++;
  if (s->status != DDNN_OK)
    ++a->stats.errors;
  else if (s->cause != DDNN_OK)
    ++a->stats.fallbacks;
  else
    ++a->stats.answered;
}

void ddnn_sample_answer(ddnn_aggregator *a, ddnn_sample *s, uint16_t exit,
                        int cause, uint64_t now) {
  s->status = DDNN_OK;
  s->exit = exit;
  s->cause = cause;
  /* Joins that were tried in vain have no part in the answer. */
  unsigned tier = ddnn_aggregator_model(a)->exits[exit].tier;
  for (unsigned t = tier + 1; t < DDNN_MAX_TIERS; ++t)
    ddnn_clear(s->missing[t], sizeof s->missing[t]);
  finish(a, s, now);
}

void ddnn_sample_give_up(ddnn_aggregator *a, ddnn_sample *s, int cause,
                         uint64_t now) {
  for (unsigned i = ddnn_aggregator_model(a)->exit_count; i-- > 0;)
    if (s->reached[i].valid) {
      ddnn_sample_answer(a, s, (uint16_t)i, cause, now);
      return;
    }
  s->status = cause;
  s->exit = DDNN_NO_EXIT;
  finish(a, s, now);
}

void ddnn_sample_lose_attempt(ddnn_aggregator *a, ddnn_sample *s, int error,
                              uint64_t now) {
  leave_workers(a, s);
  s->last_error = error;
  if (s->stage_attempts >= a->config.max_attempts ||
      error == DDNN_ERR_TOO_LARGE) { /* will not shrink */
    ddnn_sample_give_up(a, s, error, now);
    return;
  }
  s->state = DDNN_SAMPLE_SEARCHING;
  s->not_before_us = now;
}

/* ---- Joining ------------------------------------------------------------- */

typedef struct ddnn_join {
  ddnn_aggregator *aggregator;
  ddnn_sample *sample;
} ddnn_join;

/* Without the lock: a sample is its poller's. */
static bool on_exit(void *user, const ddnn_exit_event *event) {
  ddnn_sample *s = ((ddnn_join *)user)->sample;
  ddnn_exit_reached *reached = &s->reached[event->exit];
  ddnn_copy(ddnn_sample_row(((ddnn_join *)user)->aggregator, s, event->exit),
            event->scores, event->classes * sizeof(float));
  reached->valid = true;
  reached->label = event->gate.label;
  reached->entropy = event->gate.entropy;
  return true;
}

/* Runs a stage on what is present. Returns the exit that took the sample, or
 * DDNN_NO_EXIT. Gives the lock up. */
static uint16_t run(ddnn_aggregator *a, ddnn_sample *s, ddnn_stage *stage) {
  const ddnn_model *m = stage->model;
  uint8_t presence[DDNN_MAX_MEMBERS] = {0};
  const void *inputs[DDNN_MAX_TENSORS];
  bool possible = s->present != 0;
  for (unsigned i = 0; i < m->source_count; ++i) {
    presence[i] = s->present >> i & 1;
    possible &= presence[i] || m->sources[i].missing != DDNN_MISSING_FAIL;
  }
  s->missing[m->tier][0] = (uint16_t)(stage->all & ~s->present);
  if (!possible) {
    s->last_error = DDNN_ERR_MISSING;
    return DDNN_NO_EXIT;
  }
  for (unsigned i = 0; i < m->input_count; ++i) {
    uint8_t source = m->input_sources[i];
    inputs[i] = source == DDNN_FROM_RUNTIME ? (const void *)presence
                                            : s->inputs + stage->inputs[i];
    if (source != DDNN_FROM_RUNTIME && !presence[source])
      ddnn_clear(s->inputs + stage->inputs[i],
                 ddnn_memory_bytes(m->inputs[i].dtype, m->inputs[i].count));
  }
  ddnn_threshold_table thresholds = a->thresholds;
  ddnn_sync_unlock(&a->config.sync);
  ddnn_join join = {a, s};
  ddnn_exit_event taken;
  int status = ddnn_workspace_run(&stage->workspace, inputs, thresholds.values,
                                  on_exit, &join, &taken);
  ddnn_sync_lock(&a->config.sync);
  if (status != DDNN_OK) {
    s->last_error = status;
    return DDNN_NO_EXIT;
  }
  return taken.exit;
}

/* Joins what is there; the gate takes it, or it goes on to the next tier. */
static void join(ddnn_aggregator *a, ddnn_sample *s, unsigned index) {
  ddnn_stage *stage = &a->stages[index];
  s->last_error = DDNN_OK;
  uint16_t exit = run(a, s, stage);
  uint64_t now = ddnn_aggregator_now(a);
  if (exit != DDNN_NO_EXIT) {
    ++a->stats.local;
    ddnn_sample_answer(a, s, exit, DDNN_OK, now);
    return;
  }
  s->parts = s->present;
  s->present = 0;
  s->stage = (uint8_t)index;
  s->stage_attempts = 0;
  s->paused = false;
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    s->avoid[i] = DDNN_NO_PEER;
  if (stage->next == 0) {
    ddnn_sample_give_up(a, s, s->last_error ? s->last_error : DDNN_ERR_MISSING,
                        now);
    return;
  }
  s->state = DDNN_SAMPLE_SEARCHING;
  s->not_before_us = now;
}

/* The join behind a tier of several: who sent scores there now has parts. */
static void join_next(ddnn_aggregator *a, ddnn_sample *s) {
  ddnn_group *g = &a->groups[s->group];
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i) {
    ddnn_release(g, &s->from[i]);
    if (s->present >> i & 1) {
      s->from[i] = s->asked[i]; /* and its hold */
      s->asked[i].peer = DDNN_NO_PEER;
    } else {
      /* It has no part in what is joined. */
      s->missing[a->stages[s->stage].next][i] = 0;
    }
  }
  leave_workers(a, s);
  join(a, s, s->stage + 1u);
}

/* ---- Sending on ---------------------------------------------------------- */

static uint32_t time_left(const ddnn_sample *s, uint64_t now) {
  uint64_t left = s->deadline_us > now ? (s->deadline_us - now) / 1000 : 0;
  return left == 0                  ? 1
         : left >= DDNN_NO_DEADLINE ? DDNN_NO_DEADLINE - 1
                                    : (uint32_t)left;
}

/* The sources of a place of the next tier: *all of them, in the order of their
 * members, as bits of members. */
static uint16_t sources_of(const ddnn_stage *stage, unsigned member) {
  const ddnn_model *m = stage->model;
  uint16_t bits = 0;
  for (unsigned i = 0; i < m->connection_count; ++i)
    if (m->connections[i].from.tier == stage->from &&
        m->connections[i].to.tier == stage->next &&
        m->connections[i].to.member == member)
      bits |= (uint16_t)(1u << m->connections[i].from.member);
  return bits;
}

/* Bits of members become bits of sources. */
static uint16_t by_source(uint16_t sources, uint16_t members) {
  uint16_t bits = 0;
  unsigned next = 0;
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (sources >> i & 1)
      bits |= (uint16_t)((members >> i & 1u) << next++);
  return bits;
}

static unsigned members_of(const ddnn_stage *stage) {
  return stage->model->member_counts[stage->next];
}

/* Those whose parts can still be had. */
static uint16_t live_parts(ddnn_aggregator *a, const ddnn_sample *s,
                           uint64_t now) {
  uint16_t live = 0;
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (s->parts >> i & 1 &&
        ddnn_holder_live(&a->groups[s->group], &s->from[i], now))
      live |= (uint16_t)(1u << i);
  return live;
}

/* How long workers wait for parts: they shall answer before the attempt counts
 * as lost. */
static uint32_t part_wait(ddnn_aggregator *a, const ddnn_sample *s) {
  uint64_t most = s->interval_us / 2000;
  return a->config.part_wait_ms < most ? a->config.part_wait_ms
                                       : (uint32_t)most;
}

/* Picks workers for the next tier; or waits, or gives up. */
static void dispatch(ddnn_aggregator *a, ddnn_sample *s, uint64_t now) {
  ddnn_stage *stage = &a->stages[s->stage];
  ddnn_group *g = &a->groups[s->group];
  if (a->config.link->up)
    a->link_up = a->config.link->up(a->config.link->context);
  if (!a->link_up) {
    ddnn_sample_give_up(a, s, DDNN_ERR_DISCONNECTED, now);
    return;
  }
  uint16_t live = live_parts(a, s, now);
  uint16_t picked[DDNN_MAX_MEMBERS];
  int why = DDNN_ERR_MISSING;
  bool any = false, pause = false;
  for (unsigned j = 0; j < members_of(stage); ++j) {
    picked[j] = DDNN_NO_PEER;
    if (!(sources_of(stage, j) & live))
      continue;
    picked[j] = ddnn_peers_pick(
        &g->peers, (uint8_t)(a->wanted_at[stage->next] + j), s->avoid[j], now);
    if (picked[j] == DDNN_NO_PEER)
      why = DDNN_ERR_NO_PEER;
    else
      any = true;
    pause |= picked[j] != DDNN_NO_PEER && picked[j] == s->avoid[j];
  }
  if (!any) {
    ddnn_sample_give_up(a, s, s->last_error ? s->last_error : why, now);
    return;
  }
  if (pause && !s->paused && s->last_error == DDNN_ERR_BUSY) {
    s->paused = true;
    s->not_before_us = now + ((uint64_t)BACKOFF_US << s->stage_attempts);
    return;
  }
  s->paused = false;
  s->state = DDNN_SAMPLE_WAITING;
  s->attempt_us = now + s->interval_us;
  /* Some wait for parts when others are done; only then they are missing. */
  s->wait_us = now + 1000ull * (part_wait(a, s) + a->config.member_wait_ms);
  s->present = s->failed = s->expect_due = s->fetch_due = 0;
  ++s->attempts;
  ++s->stage_attempts;
  ++a->stats.attempts;
  ddnn_clear(s->missing[stage->next], sizeof s->missing[stage->next]);
  for (unsigned j = 0; j < members_of(stage); ++j) {
    if (picked[j] == DDNN_NO_PEER)
      continue;
    uint16_t sources = sources_of(stage, j);
    ddnn_hold(g, &s->asked[j], picked[j]);
    s->expect_due |= (uint16_t)(1u << j);
    s->fetch_due |= sources & live;
    s->missing[stage->next][j] =
        by_source(sources, (uint16_t)(sources & ~live));
  }
}

int ddnn_aggregator_send(ddnn_aggregator *a, uint8_t channel, const char *node,
                         size_t size, uint64_t token) {
  char name[DDNN_NODE_MAX + 1]; /* peers may change without the lock */
  ddnn_set_name(name, node);
  ddnn_message message = {0};
  message.channel = channel;
  message.model = ddnn_aggregator_model(a)->hash;
  message.node = name;
  message.data = a->outgoing;
  message.size = size;
  message.token = token;
  ddnn_sync_unlock(&a->config.sync);
  int status = a->config.link->send(a->config.link->context, &message);
  ddnn_sync_lock(&a->config.sync);
  return status;
}

/* A fetch or an expectation of the current attempt, with its one tensor. */
static size_t encode_order(ddnn_aggregator *a, const ddnn_sample *s,
                           uint8_t kind, unsigned member, uint32_t number,
                           const void *bytes, size_t count, uint64_t now) {
  ddnn_frame frame;
  size_t size = 0;
  ddnn_frame_init(&frame, kind);
  frame.stage = a->stages[s->stage].next;
  frame.attempt = (uint8_t)(s->attempts - 1);
  frame.model = ddnn_aggregator_model(a)->hash;
  frame.request = s->id;
  frame.boot = a->config.boot;
  frame.frame_number = number;
  frame.remaining_ms = time_left(s, now);
  frame.group = a->groups[s->group].number;
  frame.member = (uint16_t)member;
  frame.label = kind == DDNN_FRAME_EXPECT ? part_wait(a, s) : 0;
  ddnn_set_name(frame.source, a->config.node);
  frame.tensor_count = 1;
  frame.tensors[0].dtype = DDNN_U8;
  frame.tensors[0].encoding = DDNN_WIRE_U8;
  frame.tensors[0].rank = 1;
  frame.tensors[0].scale = 1.0f;
  frame.tensors[0].dims[0] = frame.tensors[0].bytes = (uint32_t)count;
  frame.tensors[0].data = bytes;
  return ddnn_frame_encode(&frame, a->outgoing, a->outgoing_capacity, &size) ==
                 DDNN_OK
             ? size
             : 0;
}

/* Tells a worker what will come. Returns false where the attempt is lost. */
static bool send_expect(ddnn_aggregator *a, ddnn_sample *s, unsigned j,
                        uint64_t now) {
  ddnn_stage *stage = &a->stages[s->stage];
  ddnn_group *g = &a->groups[s->group];
  uint8_t bytes[DDNN_MAX_MEMBERS];
  unsigned count = 0;
  uint16_t sources = sources_of(stage, j), missing = s->missing[stage->next][j];
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (sources >> i & 1) {
      bytes[count] = !(missing >> count & 1);
      ++count;
    }
  size_t size = encode_order(a, s, DDNN_FRAME_EXPECT, j, s->frame_number, bytes,
                             count, now);
  uint64_t token = s->id << 12 | (uint64_t)(s->attempts - 1) << 4 | j;
  int status = ddnn_aggregator_send(a, DDNN_CHANNEL_REQUEST,
                                    g->peers.entries[s->asked[j].peer].name,
                                    size, token);
  if (status == DDNN_OK)
    return true;
  s->last_error = status;
  if (stage->next_several) {
    s->failed |= (uint16_t)(1u << j);
    return true;
  }
  ddnn_sample_lose_attempt(a, s, status, ddnn_aggregator_now(a));
  return false;
}

/* Has a member send its part to the worker that joins it. */
static void send_fetch(ddnn_aggregator *a, ddnn_sample *s, unsigned member,
                       uint64_t now) {
  ddnn_stage *stage = &a->stages[s->stage];
  ddnn_group *g = &a->groups[s->group];
  /* A device calls the sample by its own number. */
  uint32_t number = s->stage == 0 ? s->numbers[member] : s->frame_number;
  for (unsigned j = 0; j < members_of(stage); ++j) {
    if (!(sources_of(stage, j) >> member & 1) ||
        s->asked[j].peer == DDNN_NO_PEER)
      continue;
    const char *target = g->peers.entries[s->asked[j].peer].name;
    size_t length = 0;
    while (target[length])
      ++length;
    size_t size = encode_order(a, s, DDNN_FRAME_FETCH, member, number, target,
                               length, now);
    /* One that is lost is a part that does not come: the worker sees to it. */
    (void)ddnn_aggregator_send(a, DDNN_CHANNEL_REQUEST,
                               g->peers.entries[s->from[member].peer].name,
                               size, 0);
  }
}

/* What the current attempt still has to say: workers first, so that they know
 * what the parts are that come. */
static void send_orders(ddnn_aggregator *a, ddnn_sample *s, uint64_t now) {
  for (unsigned j = 0; j < DDNN_MAX_MEMBERS; ++j)
    if (s->expect_due >> j & 1) {
      s->expect_due = (uint16_t)(s->expect_due & ~(1u << j));
      if (!send_expect(a, s, j, now))
        return;
    }
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (s->fetch_due >> i & 1) {
      s->fetch_due = (uint16_t)(s->fetch_due & ~(1u << i));
      send_fetch(a, s, i, now);
    }
}

/* ---- Time ---------------------------------------------------------------- */

/* Members of the first tier that can be expected to send. */
static uint16_t expected(ddnn_aggregator *a, const ddnn_sample *s,
                         uint64_t now) {
  uint16_t bits = 0;
  for (unsigned i = 0; i < a->stages[0].model->source_count; ++i)
    if (ddnn_peers_any(&a->groups[s->group].peers, (uint8_t)i, now))
      bits |= (uint16_t)(1u << i);
  return bits;
}

static uint16_t asked_bits(const ddnn_sample *s) {
  uint16_t bits = 0;
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (s->asked[i].peer != DDNN_NO_PEER)
      bits |= (uint16_t)(1u << i);
  return bits;
}

static void suspect_silent(ddnn_aggregator *a, ddnn_sample *s) {
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i)
    if (s->asked[i].peer != DDNN_NO_PEER && !(s->present >> i & 1))
      a->groups[s->group].peers.entries[s->asked[i].peer].suspect = true;
}

/* An attempt that is on its way. */
static void watch(ddnn_aggregator *a, ddnn_sample *s, uint64_t now) {
  bool over = now >= s->attempt_us;
  if (a->stages[s->stage].next_several) {
    bool all = (asked_bits(s) & ~(s->present | s->failed)) == 0;
    if (s->present && (all || over || now >= s->wait_us)) {
      join_next(a, s);
      return;
    }
    if (all) {
      ddnn_sample_lose_attempt(a, s, s->last_error, now);
      return;
    }
  }
  if (over) {
    suspect_silent(a, s);
    ddnn_sample_lose_attempt(a, s, DDNN_ERR_DEADLINE, now);
  }
}

static uint64_t next_look(const ddnn_sample *s) {
  uint64_t next = s->deadline_us, at = UINT64_MAX;
  if (s->state == DDNN_SAMPLE_JOINING)
    at = s->wait_us;
  else if (s->state == DDNN_SAMPLE_SEARCHING)
    at = s->not_before_us;
  else if (s->state == DDNN_SAMPLE_WAITING)
    at = s->present && s->wait_us < s->attempt_us ? s->wait_us : s->attempt_us;
  else
    return UINT64_MAX;
  return at < next ? at : next;
}

/* Does what is to be done for one sample. Returns false when there is nothing
 * left to do now. */
static bool look_after(ddnn_aggregator *a, ddnn_sample *s) {
  if (!ddnn_sample_open(s))
    return false;
  uint64_t now = ddnn_aggregator_now(a);
  if (now >= s->deadline_us) {
    if (s->state == DDNN_SAMPLE_WAITING)
      suspect_silent(a, s);
    ddnn_sample_give_up(a, s, DDNN_ERR_DEADLINE, now);
    return false;
  }
  switch (s->state) {
  case DDNN_SAMPLE_JOINING:
    if (now < s->wait_us && expected(a, s, now) & ~s->present)
      return false;
    join(a, s, 0);
    return true;
  case DDNN_SAMPLE_SEARCHING:
    if (now < s->not_before_us)
      return false;
    dispatch(a, s, now);
    return true;
  default:
    if (s->expect_due | s->fetch_due) {
      send_orders(a, s, now);
      return true;
    }
    watch(a, s, now);
    return s->state != DDNN_SAMPLE_WAITING;
  }
}

uint64_t ddnn_samples_policy(ddnn_aggregator *a) {
  uint64_t next = UINT64_MAX;
  for (unsigned i = 0; i < a->config.max_samples; ++i) {
    while (look_after(a, &a->samples[i]))
      ;
    uint64_t at = next_look(&a->samples[i]);
    next = at < next ? at : next;
  }
  return next;
}
