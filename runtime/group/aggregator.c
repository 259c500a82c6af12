/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The aggregator's memory and its application's side. What messages change is
 * in arrivals.c, what becomes of a sample in samples.c.
 */
#include "internal.h"

/* Messages taken in before samples are looked after again, so that a flood does
 * not keep them from their deadlines. */
#define BATCH 64
/* Bytes of a typical message, and how many may wait per sample. */
#define INBOX_EACH 384
#define INBOX_PER_SAMPLE 4

typedef struct ddnn_aggregator_layout {
  size_t groups, peers, samples, scores, inputs, ended, inbox, taken, outgoing;
  size_t workspaces[DDNN_MAX_STAGES], workspace_sizes[DDNN_MAX_STAGES];
  size_t total;
  size_t inbox_capacity, inbox_largest, outgoing_capacity, row, inputs_each;
  uint32_t max_classes;
} ddnn_aggregator_layout;

static void defaults(ddnn_aggregator_config *c) {
  if (c->max_samples == 0)
    c->max_samples = 64;
  if (c->max_peers == 0)
    c->max_peers = 64;
  if (c->deadline_ms == 0)
    c->deadline_ms = 1000;
  if (c->guard_us == 0)
    c->guard_us = 2000;
  if (c->member_wait_ms == 0)
    c->member_wait_ms = 50;
  if (c->part_wait_ms == 0)
    c->part_wait_ms = 100;
  if (c->max_attempts == 0)
    c->max_attempts = 3;
  if (c->heartbeat_ms == 0)
    c->heartbeat_ms = 1000;
}

/* The aggregators one behind the other: each is joined from a tier of several
 * of which all members send scores, and a tier of several that one escalates to
 * has the next one behind it. */
static bool stages_ok(const ddnn_aggregator_config *c) {
  for (size_t i = 0; i < c->model_count; ++i) {
    const ddnn_model *m = c->models[i];
    if (!ddnn_model_aggregates(m, m->tier) || m->hash != c->models[0]->hash ||
        m->exit_count != c->models[0]->exit_count ||
        m->source_count != m->member_counts[m->tier - 1] ||
        m->sources[0].place.tier + 1 != m->tier || (i == 0 && m->tier != 1) ||
        (i && m->tier != c->models[i - 1]->tier + 2))
      return false;
    bool several =
        m->tier + 1 < m->tier_count && m->member_counts[m->tier + 1] > 1;
    if (several != (i + 1 < c->model_count))
      return false;
  }
  return true;
}

/* Bytes of the largest score frame's payload at one stage, and of its inputs in
 * memory; sets their places. */
static size_t measure(const ddnn_model *m, size_t places[DDNN_MAX_TENSORS],
                      size_t *payload) {
  size_t bytes = 0, wire = 0;
  for (unsigned i = 0; i < m->input_count; ++i) {
    const ddnn_tensor *t = &m->inputs[i];
    if (places)
      places[i] = bytes;
    if (m->input_sources[i] == DDNN_FROM_RUNTIME)
      continue;
    bytes += DDNN_ROUND((size_t)ddnn_memory_bytes(t->dtype, t->count));
    wire += t->wire_bytes;
  }
  if (payload && wire > *payload)
    *payload = wire;
  return bytes;
}

static unsigned wanted_count(const ddnn_aggregator_config *c) {
  unsigned n = c->models[0]->member_counts[0];
  for (size_t i = 0; i < c->model_count; ++i)
    if (c->models[i]->tier + 1 < c->models[i]->tier_count)
      n += c->models[i]->member_counts[c->models[i]->tier + 1];
  return n;
}

static int check(const ddnn_aggregator_config *c) {
  if (!c->models || c->model_count == 0 || c->model_count > DDNN_MAX_STAGES)
    return DDNN_ERR_INVALID;
  for (size_t i = 0; i < c->model_count; ++i) {
    int status = ddnn_model_check(c->models[i]);
    if (status != DDNN_OK)
      return status;
  }
  if (!stages_ok(c) || !ddnn_node_name_ok(c->node) || !c->link ||
      !c->link->send || !c->now_us || !c->groups || c->group_count == 0 ||
      (size_t)c->group_count * c->model_count > DDNN_MAX_SERVICES ||
      c->max_attempts > 32 || c->max_samples > INT16_MAX ||
      !c->sync.lock != !c->sync.unlock || wanted_count(c) > DDNN_MAX_WANTED)
    return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < c->group_count; ++i) {
    if (c->groups[i] == 0)
      return DDNN_ERR_INVALID;
    for (unsigned j = 0; j < i; ++j)
      if (c->groups[i] == c->groups[j])
        return DDNN_ERR_INVALID;
  }
  return DDNN_OK;
}

static int lay_out(ddnn_aggregator_layout *l, const ddnn_aggregator_config *c) {
  ddnn_clear(l, sizeof *l);
  int status = check(c);
  if (status != DDNN_OK)
    return status;
  const ddnn_model *m = c->models[0];
  for (unsigned i = 0; i < m->exit_count; ++i)
    if (m->exits[i].classes > l->max_classes)
      l->max_classes = m->exits[i].classes;
  size_t payload = (size_t)l->max_classes * sizeof(float);
  for (size_t i = 0; i < c->model_count; ++i) {
    size_t bytes = measure(c->models[i], NULL, &payload);
    if (bytes > l->inputs_each)
      l->inputs_each = bytes;
    l->workspace_sizes[i] = ddnn_workspace_size(c->models[i]);
    if (l->workspace_sizes[i] == 0)
      return DDNN_ERR_INVALID;
  }
  l->row = DDNN_ROUND((size_t)l->max_classes * m->exit_count * sizeof(float));
  l->inbox_largest = DDNN_FRAME_HEADER_MAX + payload;
  if (l->inbox_largest < DDNN_ANNOUNCE_MAX)
    l->inbox_largest = DDNN_ANNOUNCE_MAX;
  l->outgoing_capacity =
      DDNN_FRAME_HEADER_MAX + (size_t)l->max_classes * sizeof(float);
  uint64_t waiting =
      (uint64_t)c->max_peers + INBOX_PER_SAMPLE * (uint64_t)c->max_samples;
  waiting = waiting * (sizeof(ddnn_inbox_record) + INBOX_EACH) +
            l->inbox_largest + sizeof(ddnn_inbox_record);
  /* 64 bits, so that sums of products cannot overflow on a 32-bit machine. */
  uint64_t at = DDNN_ROUND(sizeof(ddnn_aggregator));
  l->groups = (size_t)at;
  at += DDNN_ROUND(sizeof(ddnn_group) * (size_t)c->group_count);
  l->peers = (size_t)at;
  at += (uint64_t)DDNN_ROUND(sizeof(ddnn_peer) * (size_t)c->max_peers) *
        c->group_count;
  l->samples = (size_t)at;
  at += DDNN_ROUND(sizeof(ddnn_sample) * (size_t)c->max_samples);
  l->scores = (size_t)at;
  at += (uint64_t)l->row * c->max_samples;
  l->inputs = (size_t)at;
  at += (uint64_t)l->inputs_each * c->max_samples;
  l->ended = (size_t)at;
  at += DDNN_ROUND(sizeof(ddnn_ended) * 2 * (size_t)c->max_samples);
  l->inbox = (size_t)at;
  l->inbox_capacity = (size_t)waiting;
  at += (waiting + DDNN_ALIGN - 1) & ~(uint64_t)(DDNN_ALIGN - 1);
  l->taken = (size_t)at;
  at += DDNN_ROUND(l->inbox_largest);
  l->outgoing = (size_t)at;
  at += DDNN_ROUND(l->outgoing_capacity);
  for (size_t i = 0; i < c->model_count; ++i) {
    l->workspaces[i] = (size_t)at;
    at += DDNN_ROUND(l->workspace_sizes[i]);
  }
  at += DDNN_ALIGN; /* room to align the whole */
  if (at > SIZE_MAX / 2)
    return DDNN_ERR_INVALID;
  l->total = (size_t)at;
  return DDNN_OK;
}

size_t ddnn_aggregator_size(const ddnn_aggregator_config *config) {
  ddnn_aggregator_layout l;
  ddnn_aggregator_config c = *config;
  defaults(&c);
  return lay_out(&l, &c) == DDNN_OK ? l.total : 0;
}

/* ---- The transport's side: only takes notes ------------------------------ */

static void put(ddnn_aggregator *a, uint8_t kind, uint64_t token, int status) {
  ddnn_inbox_record record;
  ddnn_clear(&record, sizeof record);
  record.kind = kind;
  record.token = token;
  record.status = status;
  record.at_us = ddnn_aggregator_now(a);
  ddnn_sync_lock(&a->config.sync);
  bool link = kind == DDNN_INBOX_LINK_UP || kind == DDNN_INBOX_LINK_DOWN;
  if (!ddnn_inbox_put(&a->inbox, &record, NULL)) {
    ++a->stats.dropped;
    if (link) { /* must not get lost */
      ddnn_inbox_clear(&a->inbox);
      (void)ddnn_inbox_put(&a->inbox, &record, NULL);
    }
  }
  ddnn_sync_unlock(&a->config.sync);
  ddnn_sync_wake(&a->config.sync);
}

static void on_message(void *user, const ddnn_message *message) {
  ddnn_aggregator_receive(user, message);
}

static void on_state(void *user, bool up) {
  put(user, up ? DDNN_INBOX_LINK_UP : DDNN_INBOX_LINK_DOWN, 0, DDNN_OK);
}

static void on_failed(void *user, uint64_t token, int status) {
  put(user, DDNN_INBOX_FAILED, token, status);
}

void ddnn_aggregator_receive(ddnn_aggregator *aggregator,
                             const ddnn_message *message) {
  ddnn_aggregator *a = aggregator;
  uint64_t now = ddnn_aggregator_now(a);
  ddnn_sync_lock(&a->config.sync);
  if (message->size > a->inbox.largest || !ddnn_node_name_ok(message->node) ||
      message->channel > DDNN_CHANNEL_RESULT)
    ++a->stats.rejected;
  else if (!ddnn_inbox_put_message(&a->inbox, message, now))
    ++a->stats.dropped;
  ddnn_sync_unlock(&a->config.sync);
  ddnn_sync_wake(&a->config.sync);
}

/* ---- Announcements ------------------------------------------------------- */

static int announcement(const ddnn_aggregator *a, uint8_t state,
                        uint32_t sequence, uint8_t bytes[DDNN_ANNOUNCE_MAX],
                        size_t *size) {
  ddnn_announce announce;
  ddnn_clear(&announce, sizeof announce);
  announce.state = state;
  announce.boot = a->config.boot;
  announce.sequence = sequence;
  announce.heartbeat_ms = a->config.heartbeat_ms;
  announce.capacity = a->config.max_samples;
  announce.threads = 1;
  for (unsigned g = 0; g < a->config.group_count; ++g)
    for (unsigned i = 0; i < a->stage_count; ++i) {
      ddnn_service *s = &announce.services[announce.service_count++];
      s->model = a->stages[i].model->hash;
      s->stage = a->stages[i].tier;
      s->group = a->groups[g].number;
    }
  return ddnn_announce_encode(&announce, bytes, DDNN_ANNOUNCE_MAX, size);
}

/* Without the lock. */
static void announce(ddnn_aggregator *a, uint8_t state, uint32_t sequence) {
  uint8_t bytes[DDNN_ANNOUNCE_MAX];
  size_t size = 0;
  if (announcement(a, state, sequence, bytes, &size) != DDNN_OK)
    return;
  ddnn_message message = {0};
  message.channel = DDNN_CHANNEL_STATUS;
  message.node = a->config.node;
  message.data = bytes;
  message.size = size;
  (void)a->config.link->send(a->config.link->context, &message);
}

/* Announces itself if that is due. With the lock held; gives it up. */
static void beat(ddnn_aggregator *a) {
  uint64_t now = ddnn_aggregator_now(a);
  if (now < a->beat_us)
    return;
  a->beat_us = now + 1000ull * a->config.heartbeat_ms;
  uint32_t sequence = ++a->sequence;
  ddnn_sync_unlock(&a->config.sync);
  announce(a, DDNN_NODE_ONLINE, sequence);
  ddnn_sync_lock(&a->config.sync);
}

/* ---- Coming and going ---------------------------------------------------- */

static void init_stages(ddnn_aggregator *a) {
  a->wanted_count = a->config.models[0]->member_counts[0];
  a->stage_count = (uint8_t)a->config.model_count;
  for (unsigned i = 0; i < a->stage_count; ++i) {
    ddnn_stage *stage = &a->stages[i];
    const ddnn_model *m = a->config.models[i];
    stage->model = m;
    stage->tier = m->tier;
    stage->from = (uint8_t)(m->tier - 1);
    stage->all = (uint16_t)((1u << m->source_count) - 1);
    (void)measure(m, stage->inputs, NULL);
    if (m->tier + 1 < m->tier_count) {
      stage->next = (uint8_t)(m->tier + 1);
      stage->next_several = m->member_counts[stage->next] > 1;
      a->wanted_at[stage->next] = a->wanted_count;
      a->wanted_count =
          (uint8_t)(a->wanted_count + m->member_counts[stage->next]);
    }
  }
}

static void init_group(ddnn_aggregator *a, ddnn_group *g, uint16_t number,
                       ddnn_peer *entries) {
  const ddnn_model *m = ddnn_aggregator_model(a);
  ddnn_clear(g, sizeof *g);
  g->number = number;
  for (unsigned t = 0; t < m->tier_count; ++t)
    for (unsigned i = 0; (t == 0 || a->wanted_at[t]) && i < m->member_counts[t];
         ++i) {
      ddnn_service *w = &g->wanted[a->wanted_at[t] + i];
      w->model = m->hash;
      w->stage = (uint8_t)t;
      w->member = (uint8_t)i;
      w->group = number;
    }
  ddnn_peers_init(&g->peers, entries, a->config.max_peers, g->wanted,
                  a->wanted_count, a->config.boot + number);
}

static int listen(ddnn_aggregator *a) {
  ddnn_link *link = a->config.link;
  int status = announcement(a, DDNN_NODE_OFFLINE, 0, a->will, &a->will_size);
  if (status != DDNN_OK || !link->listen)
    return status;
  ddnn_listener listener = {0};
  listener.user = a;
  listener.hears = DDNN_HEAR_AGGREGATE | DDNN_HEAR_REPLIES | DDNN_HEAR_STATUS |
                   DDNN_HEAR_CONFIG;
  listener.will = a->will;
  listener.will_size = a->will_size;
  listener.message = on_message;
  listener.state = on_state;
  listener.failed = on_failed;
  status = link->listen(link->context, &listener);
  a->listening = status == DDNN_OK;
  return status;
}

int ddnn_aggregator_open(ddnn_aggregator **aggregator,
                         const ddnn_aggregator_config *config, void *memory,
                         size_t size) {
  ddnn_aggregator_layout l;
  if (!aggregator || !config)
    return DDNN_ERR_INVALID;
  ddnn_aggregator_config c = *config;
  defaults(&c);
  int status = lay_out(&l, &c);
  if (status != DDNN_OK)
    return status;
  if (!memory || size < l.total)
    return DDNN_ERR_NO_MEMORY;
  uint8_t *base = memory;
  base += (size_t)(0 - (uintptr_t)memory) & (DDNN_ALIGN - 1);
  ddnn_aggregator *a = (ddnn_aggregator *)(void *)base;
  ddnn_clear(a, sizeof *a);
  a->config = c;
  a->max_classes = l.max_classes;
  a->next_id = 1;
  init_stages(a);
  a->groups = (ddnn_group *)(void *)(base + l.groups);
  for (unsigned i = 0; i < c.group_count; ++i)
    init_group(a, &a->groups[i], c.groups[i],
               (ddnn_peer *)(void *)(base + l.peers +
                                     DDNN_ROUND(sizeof(ddnn_peer) *
                                                (size_t)c.max_peers) *
                                         i));
  a->samples = (ddnn_sample *)(void *)(base + l.samples);
  for (unsigned i = 0; i < c.max_samples; ++i) {
    ddnn_clear(&a->samples[i], sizeof a->samples[i]);
    a->samples[i].scores = (float *)(void *)(base + l.scores + l.row * i);
    a->samples[i].inputs = base + l.inputs + l.inputs_each * i;
  }
  a->ended = (ddnn_ended *)(void *)(base + l.ended);
  a->ended_count = (uint16_t)(2 * c.max_samples);
  for (unsigned i = 0; i < a->ended_count; ++i)
    ddnn_clear(&a->ended[i], sizeof a->ended[i]);
  a->inbox.bytes = base + l.inbox;
  a->inbox.capacity = l.inbox_capacity;
  a->inbox.largest = l.inbox_largest;
  a->taken = base + l.taken;
  a->outgoing = base + l.outgoing;
  a->outgoing_capacity = l.outgoing_capacity;
  a->config.groups = NULL; /* copied */
  ddnn_threshold_table_init(&a->thresholds, ddnn_aggregator_model(a));
  for (unsigned i = 0; i < a->stage_count && status == DDNN_OK; ++i)
    status = ddnn_workspace_init(&a->stages[i].workspace, a->stages[i].model,
                                 base + l.workspaces[i], l.workspace_sizes[i]);
  a->link_up = !c.link->up || c.link->up(c.link->context);
  if (status == DDNN_OK)
    status = listen(a);
  if (status != DDNN_OK)
    return status;
  ddnn_sync_lock(&a->config.sync);
  beat(a);
  ddnn_sync_unlock(&a->config.sync);
  *aggregator = a;
  return DDNN_OK;
}

void ddnn_aggregator_close(ddnn_aggregator *aggregator) {
  ddnn_aggregator *a = aggregator;
  if (!a)
    return;
  announce(a, DDNN_NODE_OFFLINE, ++a->sequence);
  if (a->config.link->flush)
    (void)a->config.link->flush(a->config.link->context, 200);
  if (a->listening && a->config.link->stop)
    a->config.link->stop(a->config.link->context);
}

/* ---- Results ------------------------------------------------------------- */

static void fill(ddnn_aggregator *a, ddnn_sample *s, ddnn_group_result *r) {
  const ddnn_model *m = ddnn_aggregator_model(a);
  float *scores = r->scores;
  uint32_t capacity = r->scores_capacity;
  ddnn_clear(r, sizeof *r);
  r->scores = scores;
  r->scores_capacity = capacity;
  r->group = a->groups[s->group].number;
  r->frame_number = s->frame_number;
  r->request = s->id;
  r->status = s->status;
  r->exit = s->exit;
  r->entropy = ddnn_bits_float(0x7fc00000u);
  r->t_total_us = (uint32_t)(s->done_us - s->opened_us);
  r->attempts = s->attempts;
  ddnn_copy(r->missing, s->missing, sizeof r->missing);
  if (s->status != DDNN_OK)
    return;
  r->fallback = s->cause != DDNN_OK;
  r->cause = s->cause;
  r->tier = m->exits[s->exit].tier;
  r->label = s->reached[s->exit].label;
  r->entropy = s->reached[s->exit].entropy;
  r->classes = m->exits[s->exit].classes;
  const float *row = ddnn_sample_row(a, s, s->exit);
  for (uint32_t i = 0; scores && i < r->classes && i < capacity; ++i)
    scores[i] = row[i];
}

/* Tells everybody. Gives the lock up. */
static void publish(ddnn_aggregator *a, ddnn_sample *s) {
  const ddnn_model *m = ddnn_aggregator_model(a);
  ddnn_frame frame;
  size_t size = 0;
  ddnn_frame_init(&frame, DDNN_FRAME_REPLY);
  frame.stage = m->tier;
  frame.flags = DDNN_FLAG_FINAL;
  frame.status = s->status != DDNN_OK ? s->status : s->cause;
  frame.model = m->hash;
  frame.request = s->id;
  frame.boot = a->config.boot;
  frame.frame_number = s->frame_number;
  frame.group = a->groups[s->group].number;
  frame.member = s->missing[m->tier][0];
  ddnn_set_name(frame.source, a->config.node);
  if (s->status == DDNN_OK) {
    frame.flags |= s->cause != DDNN_OK ? DDNN_FLAG_FALLBACK : 0;
    frame.stage = m->exits[s->exit].tier;
    frame.exit = s->exit;
    frame.label = s->reached[s->exit].label;
    frame.entropy = s->reached[s->exit].entropy;
    frame.tensor_count = 1;
    frame.tensors[0].rank = 1;
    frame.tensors[0].scale = 1.0f;
    frame.tensors[0].dims[0] = m->exits[s->exit].classes;
    frame.tensors[0].bytes = 4 * m->exits[s->exit].classes;
  }
  size_t payload = 0;
  (void)ddnn_frame_size(&frame, &payload);
  if (ddnn_frame_encode(&frame, a->outgoing, a->outgoing_capacity, &size) !=
      DDNN_OK)
    return;
  if (s->status == DDNN_OK)
    for (uint32_t i = 0; i < m->exits[s->exit].classes; ++i)
      ddnn_put_float(a->outgoing + payload + (size_t)i * 4,
                     ddnn_sample_row(a, s, s->exit)[i]);
  ddnn_frame_seal(a->outgoing, size);
  (void)ddnn_aggregator_send(a, DDNN_CHANNEL_RESULT, a->config.node, size, 0);
}

static ddnn_sample *first_done(ddnn_aggregator *a) {
  ddnn_sample *first = NULL;
  for (unsigned i = 0; i < a->config.max_samples; ++i) {
    ddnn_sample *s = &a->samples[i];
    if (s->state == DDNN_SAMPLE_DONE &&
        (!first || s->done_order < first->done_order))
      first = s;
  }
  return first;
}

static int poll(ddnn_aggregator *a, ddnn_group_result *result, uint64_t end) {
  for (;;) {
    ddnn_inbox_record record;
    for (unsigned i = 0;
         i < BATCH && ddnn_inbox_take(&a->inbox, &record, a->taken); ++i)
      ddnn_aggregator_arrival(a, &record);
    uint64_t next = ddnn_samples_policy(a);
    beat(a);
    ddnn_sample *done = first_done(a);
    if (done) {
      fill(a, done, result);
      if (a->config.publish)
        publish(a, done);
      done->state = DDNN_SAMPLE_FREE;
      return DDNN_OK;
    }
    if (ddnn_aggregator_now(a) >= end)
      return DDNN_PENDING;
    if (a->inbox.used)
      continue;
    next = a->beat_us < next ? a->beat_us : next;
    ddnn_sync_rest(&a->config.sync, next < end ? next : end);
  }
}

int ddnn_aggregator_poll(ddnn_aggregator *aggregator, ddnn_group_result *result,
                         uint32_t timeout_ms) {
  ddnn_aggregator *a = aggregator;
  const ddnn_sync *sync = &a->config.sync;
  ddnn_sync_lock(sync);
  uint64_t end = ddnn_aggregator_now(a) + 1000ull * timeout_ms;
  int status = DDNN_PENDING;
  while (a->turn && ddnn_aggregator_now(a) < end)
    ddnn_sync_rest(sync, end);
  if (!a->turn) {
    a->turn = true;
    status = poll(a, result, end);
    a->turn = false;
  }
  ddnn_sync_unlock(sync);
  ddnn_sync_wake(sync);
  return status;
}

int ddnn_aggregator_members(ddnn_aggregator *aggregator, uint16_t group,
                            uint8_t tier, uint16_t *members) {
  ddnn_aggregator *a = aggregator;
  const ddnn_model *m = ddnn_aggregator_model(a);
  if (tier >= m->tier_count || (tier && !a->wanted_at[tier]))
    return DDNN_ERR_NOT_FOUND;
  int status = DDNN_ERR_NOT_FOUND;
  uint16_t live = 0;
  ddnn_sync_lock(&a->config.sync);
  uint64_t now = ddnn_aggregator_now(a);
  for (unsigned g = 0; g < a->config.group_count; ++g) {
    if (a->groups[g].number != group)
      continue;
    status = DDNN_OK;
    for (unsigned i = 0; i < m->member_counts[tier]; ++i)
      if (ddnn_peers_any(&a->groups[g].peers, (uint8_t)(a->wanted_at[tier] + i),
                         now))
        live |= (uint16_t)(1u << i);
  }
  ddnn_sync_unlock(&a->config.sync);
  *members = live;
  return status;
}

void ddnn_aggregator_get_stats(ddnn_aggregator *aggregator,
                               ddnn_aggregator_stats *stats) {
  ddnn_sync_lock(&aggregator->config.sync);
  *stats = aggregator->stats;
  ddnn_sync_unlock(&aggregator->config.sync);
}
