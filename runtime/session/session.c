/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The application's side of a session: memory, submit, poll, infer. What
 * happens to a request once it is on its way is in policy.c.
 */
#include "internal.h"

#define ROUND(n) (((n) + DDNN_ALIGN - 1) & ~(size_t)(DDNN_ALIGN - 1))

/* Where everything lies in the caller's memory. */
typedef struct ddnn_layout {
  size_t peers, slots, scores, frames, workspace, total;
  size_t frame_capacity, payload_offset, payload_bytes, workspace_size;
  uint32_t max_classes;
} ddnn_layout;

static void defaults(ddnn_session_config *c) {
  if (c->max_requests == 0)
    c->max_requests = 8;
  if (c->max_peers == 0)
    c->max_peers = 16;
  if (c->deadline_ms == 0)
    c->deadline_ms = 1000;
  if (c->guard_us == 0)
    c->guard_us = 2000;
  if (c->max_attempts == 0)
    c->max_attempts = 3;
  if (c->seed == 0)
    c->seed = c->boot;
}

/* A request frame of this tier, all but its tensors' bytes. */
static void request_frame(ddnn_frame *frame, const ddnn_session_config *c) {
  const ddnn_model *m = c->model;
  ddnn_frame_init(frame, DDNN_FRAME_REQUEST);
  frame->stage = (uint8_t)(m->tier + 1);
  frame->model = m->hash;
  frame->boot = c->boot;
  frame->flags = c->provisional ? DDNN_FLAG_PROVISIONAL : 0;
  for (unsigned i = 0; i < DDNN_NODE_MAX && c->node[i]; ++i)
    frame->source[i] = c->node[i];
  frame->tensor_count = (uint8_t)m->link_count;
  for (unsigned i = 0; i < m->link_count; ++i)
    ddnn_frame_tensor_init(&frame->tensors[i],
                           &m->outputs[m->output_count - m->link_count + i]);
}

static int lay_out(ddnn_layout *l, const ddnn_session_config *c) {
  const ddnn_model *m = c->model;
  ddnn_clear(l, sizeof *l);
  int status = ddnn_model_check(m);
  if (status != DDNN_OK)
    return status;
  if (!c->now_us || (c->link && !ddnn_node_name_ok(c->node)) ||
      (c->fixed_peer && !ddnn_node_name_ok(c->fixed_peer)) ||
      c->route > DDNN_ROUTE_SHARED || (c->link && !c->link->send) ||
      (!c->sync.lock != !c->sync.unlock))
    return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < m->exit_count; ++i)
    if (m->exits[i].classes > l->max_classes)
      l->max_classes = m->exits[i].classes;
  if (c->link && m->link_count) {
    ddnn_frame frame;
    request_frame(&frame, c);
    l->frame_capacity = ddnn_frame_size(&frame, &l->payload_offset);
    if (l->frame_capacity == 0)
      return DDNN_ERR_INVALID;
    l->payload_bytes = l->frame_capacity - l->payload_offset;
  }
  l->workspace_size = ddnn_workspace_size_placed(m, c->arenas);
  if (l->workspace_size == 0)
    return DDNN_ERR_INVALID;
  /* 64 bits, so that sums of products cannot overflow on a 32-bit machine. */
  uint64_t row = (uint64_t)l->max_classes * m->exit_count * sizeof(float);
  uint64_t at = ROUND(sizeof(ddnn_session));
  l->peers = (size_t)at;
  at += ROUND(sizeof(ddnn_peer) * (size_t)c->max_peers);
  l->slots = (size_t)at;
  at += ROUND(sizeof(ddnn_slot) * (size_t)c->max_requests);
  l->scores = (size_t)at;
  at +=
      ((row + DDNN_ALIGN - 1) & ~(uint64_t)(DDNN_ALIGN - 1)) * c->max_requests;
  l->frames = (size_t)at;
  at += (uint64_t)ROUND(l->frame_capacity) * c->max_requests;
  l->workspace = (size_t)at;
  at += l->workspace_size + DDNN_ALIGN; /* and room to align the whole */
  if (at > SIZE_MAX / 2)
    return DDNN_ERR_INVALID;
  l->total = (size_t)at;
  return DDNN_OK;
}

size_t ddnn_session_size(const ddnn_session_config *config) {
  ddnn_layout l;
  ddnn_session_config c = *config;
  defaults(&c);
  return lay_out(&l, &c) == DDNN_OK ? l.total : 0;
}

int ddnn_session_open(ddnn_session **session, const ddnn_session_config *config,
                      void *memory, size_t size) {
  ddnn_layout l;
  if (!session || !config)
    return DDNN_ERR_INVALID;
  ddnn_session_config c = *config;
  defaults(&c);
  int status = lay_out(&l, &c);
  if (status != DDNN_OK)
    return status;
  if (!memory || size < l.total)
    return DDNN_ERR_NO_MEMORY;
  uint8_t *base = (uint8_t *)memory;
  base += (size_t)(0 - (uintptr_t)memory) & (DDNN_ALIGN - 1);
  ddnn_session *s = (ddnn_session *)(void *)base;
  ddnn_clear(s, sizeof *s);
  s->config = c;
  s->model = c.model;
  s->last_tier = s->model->link_count == 0;
  s->next.model = s->model->hash;
  s->next.stage = (uint8_t)(s->model->tier + 1);
  s->max_classes = l.max_classes;
  s->next_id = 1;
  s->frame_capacity = l.frame_capacity;
  s->payload_offset = l.payload_offset;
  s->payload_bytes = l.payload_bytes;
  s->slots = (ddnn_slot *)(void *)(base + l.slots);
  size_t row = (l.workspace - l.scores); /* scores and frames together */
  ddnn_clear(base + l.scores, row);
  size_t scores_each = (l.frames - l.scores) / c.max_requests;
  size_t frame_each = (l.workspace - l.frames) / c.max_requests;
  for (unsigned i = 0; i < c.max_requests; ++i) {
    ddnn_clear(&s->slots[i], sizeof s->slots[i]);
    s->slots[i].scores = (float *)(void *)(base + l.scores + scores_each * i);
    s->slots[i].frame = base + l.frames + frame_each * i;
  }
  ddnn_peers_init(&s->peers, (ddnn_peer *)(void *)(base + l.peers), c.max_peers,
                  &s->next, 1, c.seed);
  if (c.fixed_peer)
    ddnn_peers_add_fixed(&s->peers, c.fixed_peer);
  ddnn_threshold_table_init(&s->thresholds, s->model);
  status = ddnn_workspace_init_placed(&s->workspace, s->model, c.arenas,
                                      base + l.workspace, l.workspace_size);
  if (status != DDNN_OK)
    return status;
  if (c.link) {
    s->link_up = !c.link->up || c.link->up(c.link->context);
    if (c.link->listen) {
      ddnn_listener listener = {0};
      listener.user = s;
      listener.hears = DDNN_HEAR_REPLIES | DDNN_HEAR_CONFIG;
      if (c.route == DDNN_ROUTE_DIRECT && !s->last_tier)
        listener.hears |= DDNN_HEAR_STATUS;
      listener.message = ddnn_session_on_message;
      listener.state = ddnn_session_on_state;
      listener.failed = ddnn_session_on_failed;
      status = c.link->listen(c.link->context, &listener);
      if (status != DDNN_OK)
        return status;
      s->listening = true;
    }
  }
  *session = s;
  return DDNN_OK;
}

void ddnn_session_close(ddnn_session *session) {
  if (session && session->listening && session->config.link->stop)
    session->config.link->stop(session->config.link->context);
}

/* Gives the processor away until something happens or until_us. With the lock
 * held, which it gives up meanwhile. */
static void rest(ddnn_session *s, uint64_t until_us) {
  if (s->config.sync.wait) {
    s->config.sync.wait(s->config.sync.context, until_us);
    return;
  }
  if (s->config.sync.idle) {
    ddnn_session_unlock(s);
    s->config.sync.idle(s->config.sync.context);
    ddnn_session_lock(s);
  }
}

static void fill(ddnn_session *s, const ddnn_slot *slot, ddnn_result *r,
                 uint64_t now) {
  float *scores = r->scores;
  uint32_t capacity = r->scores_capacity;
  ddnn_clear(r, sizeof *r);
  r->scores = scores;
  r->scores_capacity = capacity;
  r->request = slot->id;
  r->tag = slot->tag;
  r->frame_number = slot->frame_number;
  r->model = s->model->hash;
  r->exit = DDNN_NO_EXIT;
  r->entropy = ddnn_bits_float(0x7fc00000u);
  r->payload_bytes = slot->payload_bytes;
  r->framed_bytes = slot->framed_bytes;
  r->attempts = slot->attempts;
  uint64_t total = now - slot->submit_us, server = 0;
  unsigned own = s->model->tier;
  uint64_t device = slot->device_us;
  for (unsigned i = 0; i < DDNN_FRAME_TIERS; ++i)
    if (i != own) {
      r->t_tier_us[i] = slot->tier_us[i];
      server += slot->tier_us[i];
    }
  if (device > total || slot->attempts == 0)
    device = total;
  /* The other tiers have clocks of their own; the sum holds here. */
  if (server > total - device)
    server = total - device;
  r->t_total_us = (uint32_t)total;
  r->t_device_us = (uint32_t)device;
  r->t_server_us = (uint32_t)server;
  r->t_link_us = (uint32_t)(total - device - server);
  r->t_queue_us = slot->queue_us;
  if (own < DDNN_FRAME_TIERS)
    r->t_tier_us[own] = (uint32_t)device;
}

static void fill_exit(ddnn_session *s, ddnn_slot *slot, unsigned exit,
                      ddnn_result *r) {
  const float *row = ddnn_slot_row(s, slot, exit);
  r->exit = (uint16_t)exit;
  r->tier = slot->reached[exit].tier;
  r->label = slot->reached[exit].label;
  r->entropy = slot->reached[exit].entropy;
  r->classes = s->model->exits[exit].classes;
  for (uint32_t i = 0; r->scores && i < r->classes && i < r->scores_capacity;
       ++i)
    r->scores[i] = row[i];
}

/* Hands out the provisional answers that a slot still owes. Called without the
 * lock by the thread that computes or fetches the slot: rows that are valid
 * are not written again while it is owed. */
static void report(ddnn_session *s, ddnn_slot *slot, uint64_t now) {
  for (unsigned i = 0; i < s->model->exit_count; ++i) {
    if (!slot->reached[i].unreported)
      continue;
    slot->reached[i].unreported = false;
    ddnn_result r = {0};
    r.scores = ddnn_slot_row(s, slot, i);
    fill(s, slot, &r, now);
    r.scores_capacity = 0; /* they lie in the row already */
    fill_exit(s, slot, i, &r);
    r.scores_capacity = r.classes;
    r.provisional = true;
    s->config.provisional(s->config.provisional_user, &r);
  }
}

typedef struct ddnn_compute {
  ddnn_session *session;
  ddnn_slot *slot;
} ddnn_compute;

/* At each exit of this tier, on the computing thread, without the lock: nobody
 * else touches a slot that is being computed. */
static bool on_exit(void *user, const ddnn_exit_event *event) {
  ddnn_session *s = ((ddnn_compute *)user)->session;
  ddnn_slot *slot = ((ddnn_compute *)user)->slot;
  ddnn_reached *reached = &slot->reached[event->exit];
  ddnn_copy(ddnn_slot_row(s, slot, event->exit), event->scores,
            event->classes * sizeof(float));
  reached->valid = true;
  reached->tier = s->model->tier;
  reached->label = event->gate.label;
  reached->entropy = event->gate.entropy;
  uint64_t now = ddnn_session_now(s);
  if (!event->gate.leaves && s->config.provisional) {
    reached->unreported = true;
    report(s, slot, now);
  }
  return now < slot->deadline_us;
}

/* Encodes what travels into the slot's frame. */
static int encode(ddnn_session *s, ddnn_slot *slot, const ddnn_request *r) {
  const ddnn_model *m = s->model;
  if (!s->config.link)
    return DDNN_ERR_NO_PEER;
  if (s->frame_capacity == 0)
    return DDNN_ERR_INVALID; /* a last tier whose exits do not answer */
  uint8_t *data = slot->frame + s->payload_offset;
  size_t room = s->payload_bytes;
  for (unsigned i = m->output_count - m->link_count; i < m->output_count; ++i) {
    int status =
        ddnn_wire_encode(&m->outputs[i], s->workspace.outputs[i], data, room);
    if (status != DDNN_OK)
      return status;
    data += m->outputs[i].wire_bytes;
    room -= m->outputs[i].wire_bytes;
  }
  ddnn_frame frame;
  request_frame(&frame, &s->config);
  frame.request = slot->id;
  frame.frame_number = slot->frame_number;
  frame.group = r->group;
  frame.member = r->member;
  if (m->tier < DDNN_FRAME_TIERS)
    frame.tier_us[m->tier] = (uint32_t)(ddnn_session_now(s) - slot->submit_us);
  return ddnn_frame_encode(&frame, slot->frame, s->frame_capacity,
                           &slot->frame_size);
}

static ddnn_slot *claim(ddnn_session *s, const ddnn_request *request) {
  ddnn_slot *slot = NULL;
  for (unsigned i = 0; i < s->config.max_requests && !slot; ++i)
    if (s->slots[i].state == DDNN_SLOT_FREE)
      slot = &s->slots[i];
  if (!slot)
    return NULL;
  float *scores = slot->scores;
  uint8_t *frame = slot->frame;
  ddnn_clear(slot, sizeof *slot);
  slot->scores = scores;
  slot->frame = frame;
  slot->state = DDNN_SLOT_COMPUTING;
  slot->id = s->next_id++;
  slot->tag = request->tag;
  slot->frame_number = request->frame_number;
  slot->peer = slot->avoid = DDNN_NO_PEER;
  slot->submit_us = ddnn_session_now(s);
  uint64_t time = 1000ull * (request->deadline_ms ? request->deadline_ms
                                                  : s->config.deadline_ms);
  uint64_t guard = s->config.guard_us;
  if (guard > time / 8)
    guard = time / 8;
  slot->deadline_us = slot->submit_us + time - guard;
  slot->interval_us = s->config.attempt_ms ? 1000ull * s->config.attempt_ms
                                           : (time - guard) / 3 + 1;
  ++s->stats.submitted;
  return slot;
}

int ddnn_session_submit(ddnn_session *session, const ddnn_request *request,
                        uint64_t *id) {
  ddnn_session *s = session;
  if (!request || !request->inputs)
    return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < s->model->input_count; ++i)
    if (!request->inputs[i])
      return DDNN_ERR_INVALID;
  ddnn_session_lock(s);
  ddnn_slot *slot = claim(s, request);
  if (!slot) {
    ddnn_session_unlock(s);
    return DDNN_ERR_BUSY;
  }
  if (id)
    *id = slot->id;
  while (s->computing) /* another thread has the workspace */
    rest(s, UINT64_MAX);
  s->computing = true;
  ddnn_threshold_table thresholds = s->thresholds;
  ddnn_session_unlock(s);

  ddnn_compute compute = {s, slot};
  ddnn_exit_event taken;
  int status = ddnn_workspace_run(&s->workspace, request->inputs,
                                  thresholds.values, on_exit, &compute, &taken);
  if (status == DDNN_ERR_CANCELLED)
    status = DDNN_ERR_DEADLINE;
  else if (status == DDNN_OK && taken.exit == DDNN_NO_EXIT)
    status = encode(s, slot, request);

  ddnn_session_lock(s);
  s->computing = false;
  uint64_t now = ddnn_session_now(s);
  slot->device_us = now - slot->submit_us;
  if (status == DDNN_OK && taken.exit == DDNN_NO_EXIT) {
    slot->state = DDNN_SLOT_SEARCHING;
    slot->patience_us = now + (uint64_t)s->config.patience_ms * 1000;
    (void)ddnn_session_policy(s);
  } else if (status == DDNN_OK) {
    ++s->stats.local;
    ddnn_slot_answer(s, slot, taken.exit, DDNN_OK, now);
  } else {
    ddnn_slot_give_up(s, slot, status, now);
  }
  ddnn_session_unlock(s);
  ddnn_session_wake(s);
  return DDNN_OK;
}

/* Takes a finished slot's outcome out and frees it. started: when the caller
 * began to wait, so that the time for waking it up is counted where it was
 * waiting, and not where it came late. With the lock held. */
static void fetch(ddnn_session *s, ddnn_slot *slot, ddnn_result *result,
                  uint64_t started) {
  uint64_t now = ddnn_session_now(s);
  uint64_t end = started > slot->done_us ? slot->done_us : now;
  if (slot->attempts == 0)
    end = slot->done_us;
  if (s->config.provisional) {
    /* Last words first. The slot is done: nobody else writes to it. */
    slot->sending = true; /* nor fetches it meanwhile */
    ddnn_session_unlock(s);
    report(s, slot, end);
    ddnn_session_lock(s);
    slot->sending = false;
  }
  fill(s, slot, result, end);
  result->status = slot->status;
  if (slot->status == DDNN_OK) {
    fill_exit(s, slot, slot->exit, result);
    if (s->model->exits[slot->exit].tier != s->model->tier)
      ddnn_copy(result->worker, slot->worker, sizeof result->worker);
    result->fallback = slot->fallback;
    result->cause = slot->cause;
  }
  slot->state = DDNN_SLOT_FREE;
}

/* Provisional answers of requests that are still under way. Copies what it
 * hands out, because the slot may change while the lock is given up. */
static void report_pending(ddnn_session *s, uint64_t id) {
  if (!s->config.provisional)
    return;
  uint64_t now = ddnn_session_now(s);
  for (unsigned i = 0; i < s->config.max_requests; ++i) {
    ddnn_slot *slot = &s->slots[i];
    if ((id && slot->id != id) || slot->sending ||
        (slot->state != DDNN_SLOT_WAITING &&
         slot->state != DDNN_SLOT_SEARCHING))
      continue;
    /* The callback must not call the session, so the lock may stay. */
    report(s, slot, now);
  }
}

int ddnn_session_poll(ddnn_session *session, ddnn_result *result,
                      uint32_t timeout_ms) {
  ddnn_session *s = session;
  ddnn_session_lock(s);
  uint64_t started = ddnn_session_now(s);
  uint64_t end = started + (uint64_t)timeout_ms * 1000;
  int status;
  for (;;) {
    uint64_t next = ddnn_session_policy(s);
    report_pending(s, 0);
    ddnn_slot *first = NULL;
    bool any = false;
    for (unsigned i = 0; i < s->config.max_requests; ++i) {
      ddnn_slot *slot = &s->slots[i];
      any |= slot->state != DDNN_SLOT_FREE;
      if (slot->state == DDNN_SLOT_DONE && !slot->sending &&
          (!first || slot->done_order < first->done_order))
        first = slot;
    }
    if (first) {
      fetch(s, first, result, started);
      status = DDNN_OK;
      break;
    }
    if (!any) {
      status = DDNN_ERR_NOT_FOUND;
      break;
    }
    if (ddnn_session_now(s) >= end) {
      status = DDNN_PENDING;
      break;
    }
    rest(s, next < end ? next : end);
  }
  ddnn_session_unlock(s);
  return status;
}

int ddnn_session_infer(ddnn_session *session, const ddnn_request *request,
                       ddnn_result *result) {
  ddnn_session *s = session;
  uint64_t id;
  int status = ddnn_session_submit(s, request, &id);
  if (status != DDNN_OK)
    return status;
  ddnn_session_lock(s);
  /* This thread has been at it all along: started = 0. */
  ddnn_slot *slot = NULL;
  for (unsigned i = 0; i < s->config.max_requests && !slot; ++i)
    if (s->slots[i].state != DDNN_SLOT_FREE && s->slots[i].id == id)
      slot = &s->slots[i];
  for (;;) {
    uint64_t next = ddnn_session_policy(s);
    if (slot->state == DDNN_SLOT_DONE && !slot->sending)
      break;
    report_pending(s, id);
    rest(s, next);
  }
  fetch(s, slot, result, 0);
  status = result->status;
  ddnn_session_unlock(s);
  return status;
}

uint64_t ddnn_session_tick(ddnn_session *session) {
  ddnn_session_lock(session);
  uint64_t next = ddnn_session_policy(session);
  ddnn_session_unlock(session);
  return next;
}

int ddnn_session_wait_peer(ddnn_session *session, uint32_t timeout_ms) {
  ddnn_session *s = session;
  if (s->last_tier || !s->config.link)
    return DDNN_OK;
  ddnn_session_lock(s);
  uint64_t end = ddnn_session_now(s) + (uint64_t)timeout_ms * 1000;
  int status;
  for (;;) {
    uint64_t now = ddnn_session_now(s);
    if (s->config.link->up)
      s->link_up = s->config.link->up(s->config.link->context);
    if (s->link_up && (s->config.route == DDNN_ROUTE_SHARED ||
                       ddnn_peers_any(&s->peers, 0, now))) {
      status = DDNN_OK;
      break;
    }
    if (now >= end) {
      status = DDNN_ERR_DEADLINE;
      break;
    }
    rest(s, end);
  }
  ddnn_session_unlock(s);
  return status;
}

void ddnn_session_thresholds(ddnn_session *session, ddnn_threshold_table *out) {
  ddnn_session_lock(session);
  *out = session->thresholds;
  ddnn_session_unlock(session);
}

int ddnn_session_set_threshold(ddnn_session *session, uint16_t exit,
                               float threshold) {
  if (exit >= session->model->exit_count)
    return DDNN_ERR_NOT_FOUND;
  if (!(threshold >= 0.0f && threshold <= 1.0f))
    return DDNN_ERR_INVALID;
  ddnn_session_lock(session);
  session->thresholds.values[exit] = threshold;
  ddnn_session_unlock(session);
  return DDNN_OK;
}

void ddnn_session_get_stats(ddnn_session *session, ddnn_session_stats *stats) {
  ddnn_session_lock(session);
  *stats = session->stats;
  ddnn_session_unlock(session);
}
