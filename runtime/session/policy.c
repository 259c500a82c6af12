/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The life of a request after its own tier: attempts, retries, deadlines, and
 * what comes in from the link. Messages only change state here; whatever has to
 * be sent in consequence is sent by ddnn_session_policy on an application's
 * thread, never by the transport's.
 */
#include "internal.h"

/* Pause before the same worker is asked again that has just refused. */
#define BACKOFF_US 5000u

static uint64_t token_of(const ddnn_slot *slot) {
  return slot->id << 8 | slot->attempts;
}

static ddnn_slot *find(ddnn_session *s, uint64_t id) {
  for (unsigned i = 0; i < s->config.max_requests; ++i)
    if (s->slots[i].state != DDNN_SLOT_FREE && s->slots[i].id == id)
      return &s->slots[i];
  return NULL;
}

/* The current attempt is over, one way or the other. */
static void leave_peer(ddnn_session *s, ddnn_slot *slot) {
  if (slot->peer == DDNN_NO_PEER)
    return;
  ddnn_peer *peer = &s->peers.entries[slot->peer];
  if (peer->in_flight)
    --peer->in_flight;
  slot->peer = DDNN_NO_PEER;
}

static void finish(ddnn_session *s, ddnn_slot *slot, uint64_t now) {
  leave_peer(s, slot);
  slot->state = DDNN_SLOT_DONE;
  slot->done_us = now;
  slot->done_order = s->next_done++;
  if (slot->status != DDNN_OK)
    ++s->stats.errors;
  else if (slot->fallback)
    ++s->stats.fallbacks;
  else
    ++s->stats.answered;
}

void ddnn_slot_answer(ddnn_session *s, ddnn_slot *slot, uint16_t exit,
                      int cause, uint64_t now) {
  slot->status = DDNN_OK;
  slot->exit = exit;
  slot->cause = cause;
  slot->fallback = cause != DDNN_OK;
  slot->reached[exit].unreported = false;
  finish(s, slot, now);
}

void ddnn_slot_give_up(ddnn_session *s, ddnn_slot *slot, int cause,
                       uint64_t now) {
  for (unsigned i = s->model->exit_count; i-- > 0;)
    if (slot->reached[i].valid) {
      ddnn_slot_answer(s, slot, (uint16_t)i, cause, now);
      return;
    }
  slot->status = cause;
  slot->exit = DDNN_NO_EXIT;
  finish(s, slot, now);
}

/* The current attempt brought nothing: look for another way. */
static void lose_attempt(ddnn_session *s, ddnn_slot *slot, int error,
                         uint64_t now) {
  slot->avoid = slot->peer;
  leave_peer(s, slot);
  slot->last_error = error;
  if (slot->attempts >= s->config.max_attempts) {
    ddnn_slot_give_up(s, slot, error, now);
    return;
  }
  slot->state = DDNN_SLOT_SEARCHING;
  slot->patience_us = now + (uint64_t)s->config.patience_ms * 1000;
  slot->not_before_us = now;
  s->stirred = true;
}

/* Patches the frame for the next attempt. */
static void prepare(ddnn_session *s, ddnn_slot *slot, uint64_t now) {
  uint64_t left = (slot->deadline_us - now) / 1000;
  uint32_t remaining = left == 0                  ? 1
                       : left >= DDNN_NO_DEADLINE ? DDNN_NO_DEADLINE - 1
                                                  : (uint32_t)left;
  ddnn_frame_patch(slot->frame, slot->frame_size, slot->attempts, remaining);
  ++slot->attempts;
  ++s->stats.attempts;
  if (slot->attempts > 1)
    ++s->stats.retries;
  slot->payload_bytes += (uint32_t)s->payload_bytes;
  slot->framed_bytes += (uint32_t)slot->frame_size;
  slot->attempt_us = now + slot->interval_us;
  if (slot->attempts == 1)
    slot->device_us = now - slot->submit_us;
}

/* Sends one request, without the lock. */
static void send(ddnn_session *s, ddnn_slot *slot, const char *node) {
  ddnn_message message = {0};
  message.channel = DDNN_CHANNEL_REQUEST;
  message.model = s->model->hash;
  message.node = node;
  message.data = slot->frame;
  message.size = slot->frame_size;
  message.token = token_of(slot);
  slot->state = DDNN_SLOT_WAITING;
  slot->sending = true;
  ddnn_session_unlock(s);
  int status = s->config.link->send(s->config.link->context, &message);
  ddnn_session_lock(s);
  slot->sending = false;
  /* It may have been answered, refused or given up in the meantime; whoever
   * looked at it then left it alone, because it was being sent. */
  if (slot->state == DDNN_SLOT_DONE)
    ddnn_session_wake(s);
  if (slot->state == DDNN_SLOT_SEARCHING)
    s->stirred = true;
  if (status == DDNN_OK)
    return;
  slot->payload_bytes -= (uint32_t)s->payload_bytes;
  slot->framed_bytes -= (uint32_t)slot->frame_size;
  if (slot->state == DDNN_SLOT_WAITING) {
    uint64_t now = ddnn_session_now(s);
    if (status == DDNN_ERR_TOO_LARGE) /* will not shrink */
      ddnn_slot_give_up(s, slot, status, now);
    else
      lose_attempt(s, slot, status, now);
  }
}

/* Finds a worker for a request and sends it there; or waits, or gives up. */
static void dispatch(ddnn_session *s, ddnn_slot *slot, uint64_t now) {
  char node[DDNN_NODE_MAX + 1];
  if (s->config.link->up)
    s->link_up = s->config.link->up(s->config.link->context);
  int missing = DDNN_ERR_DISCONNECTED;
  if (s->link_up && s->config.route == DDNN_ROUTE_SHARED) {
    unsigned stage = s->next.stage, i = 0;
    node[i++] = '@';
    if (stage >= 100)
      node[i++] = (char)('0' + stage / 100);
    if (stage >= 10)
      node[i++] = (char)('0' + stage / 10 % 10);
    node[i++] = (char)('0' + stage % 10);
    node[i] = 0;
  } else if (s->link_up) {
    uint16_t peer = ddnn_peers_pick(&s->peers, 0, slot->avoid, now);
    missing = DDNN_ERR_NO_PEER;
    if (peer != DDNN_NO_PEER) {
      if (peer == slot->avoid && slot->not_before_us <= now &&
          slot->last_error == DDNN_ERR_BUSY) {
        slot->not_before_us = now + ((uint64_t)BACKOFF_US << slot->attempts);
        slot->avoid = DDNN_NO_PEER; /* next time without a pause */
        return;
      }
      slot->peer = peer;
      ++s->peers.entries[peer].in_flight;
      ddnn_copy(node, s->peers.entries[peer].name, sizeof node);
    }
  }
  if (!s->link_up ||
      (s->config.route != DDNN_ROUTE_SHARED && slot->peer == DDNN_NO_PEER)) {
    if (now >= slot->patience_us)
      ddnn_slot_give_up(s, slot, slot->last_error ? slot->last_error : missing,
                        now);
    return;
  }
  prepare(s, slot, now);
  slot->worker[0] = 0; /* whoever a shared topic reaches */
  if (slot->peer != DDNN_NO_PEER)
    ddnn_copy(slot->worker, node, sizeof slot->worker);
  send(s, slot, node);
}

static uint64_t look_after(ddnn_session *s, ddnn_slot *slot, uint64_t now) {
  if (slot->state != DDNN_SLOT_WAITING && slot->state != DDNN_SLOT_SEARCHING)
    return UINT64_MAX;
  if (now >= slot->deadline_us) {
    int cause = slot->last_error ? slot->last_error : DDNN_ERR_DEADLINE;
    if (slot->peer != DDNN_NO_PEER) {
      s->peers.entries[slot->peer].suspect = true;
      cause = DDNN_ERR_DEADLINE;
    }
    ddnn_slot_give_up(s, slot, cause, now);
    return UINT64_MAX;
  }
  if (slot->state == DDNN_SLOT_WAITING && now >= slot->attempt_us &&
      !slot->sending) {
    if (slot->peer != DDNN_NO_PEER)
      s->peers.entries[slot->peer].suspect = true;
    lose_attempt(s, slot, DDNN_ERR_DEADLINE, now);
  }
  if (slot->state == DDNN_SLOT_SEARCHING && !slot->sending &&
      now >= slot->not_before_us)
    dispatch(s, slot, now);
  uint64_t next = slot->deadline_us;
  if (slot->state == DDNN_SLOT_WAITING)
    next = slot->attempt_us < next ? slot->attempt_us : next;
  else if (slot->state == DDNN_SLOT_SEARCHING) {
    uint64_t look =
        slot->not_before_us > now ? slot->not_before_us : slot->patience_us;
    next = look < next ? look : next;
  } else
    return UINT64_MAX;
  return next;
}

uint64_t ddnn_session_policy(ddnn_session *s) {
  uint64_t next;
  do {
    s->stirred = false;
    next = UINT64_MAX;
    uint64_t now = ddnn_session_now(s);
    for (unsigned i = 0; i < s->config.max_requests; ++i) {
      uint64_t at = look_after(s, &s->slots[i], now);
      next = at < next ? at : next;
    }
  } while (s->stirred); /* an attempt failed while another was being sent */
  return next;
}

/* Everything below is called by the transport. */

static void note_reached(ddnn_session *s, ddnn_slot *slot,
                         const ddnn_frame *frame) {
  ddnn_reached *reached = &slot->reached[frame->exit];
  const ddnn_frame_tensor *t = &frame->tensors[0];
  float *row = ddnn_slot_row(s, slot, frame->exit);
  for (uint32_t i = 0; i < t->bytes / 4; ++i)
    row[i] = ddnn_get_float(t->data + (size_t)i * 4);
  reached->unreported = !reached->valid && s->config.provisional;
  reached->valid = true;
  reached->tier = frame->stage;
  reached->label = frame->label;
  reached->entropy = frame->entropy;
}

static int on_reply(ddnn_session *s, const ddnn_message *message) {
  ddnn_frame frame;
  int status = ddnn_frame_decode(&frame, message->data, message->size);
  if (status == DDNN_OK)
    status = ddnn_frame_check_reply(&frame, s->model);
  if (status == DDNN_OK && frame.boot != s->config.boot)
    status = DDNN_ERR_STALE;
  for (unsigned i = 0; status == DDNN_OK; ++i) {
    if (frame.source[i] != s->config.node[i])
      status = DDNN_ERR_NOT_FOUND;
    if (frame.source[i] == 0)
      break;
  }
  uint64_t now = ddnn_session_now(s);
  ddnn_session_lock(s);
  if (status != DDNN_OK) {
    ++s->stats.stray;
    ddnn_session_unlock(s);
    return status;
  }
  ddnn_slot *slot = find(s, frame.request);
  if (!slot || slot->attempts == 0 || slot->state == DDNN_SLOT_DONE ||
      slot->state == DDNN_SLOT_COMPUTING) {
    /* Ids count up from 1: one not yet given out is no duplicate. */
    if (!slot && (frame.request == 0 || frame.request >= s->next_id))
      ++s->stats.stray;
    else
      ++s->stats.duplicates;
    ddnn_session_unlock(s);
    return DDNN_ERR_NOT_FOUND;
  }
  bool scores = frame.tensor_count != 0;
  if (scores)
    note_reached(s, slot, &frame);
  if (frame.flags & DDNN_FLAG_FINAL) {
    if (scores) {
      ddnn_copy(slot->tier_us, frame.tier_us, sizeof slot->tier_us);
      slot->queue_us = frame.queue_us;
      if (frame.attempt + 1 != slot->attempts)
        slot->worker[0] = 0; /* one asked before answered after all */
      ddnn_slot_answer(s, slot, frame.exit, frame.status, now);
    } else if (frame.attempt + 1 == slot->attempts &&
               slot->state == DDNN_SLOT_WAITING) {
      /* Only the current attempt can fail; an older one has been replaced. */
      if (slot->peer != DDNN_NO_PEER && frame.status != DDNN_ERR_BUSY)
        s->peers.entries[slot->peer].suspect = true;
      lose_attempt(s, slot, frame.status, now);
    }
  }
  ddnn_session_unlock(s);
  ddnn_session_wake(s);
  return DDNN_OK;
}

static int on_status(ddnn_session *s, const ddnn_message *message) {
  ddnn_announce announce;
  int status = ddnn_announce_decode(&announce, message->data, message->size);
  if (status != DDNN_OK || !ddnn_node_name_ok(message->node))
    return status != DDNN_OK ? status : DDNN_ERR_FORMAT;
  uint64_t now = ddnn_session_now(s);
  ddnn_session_lock(s);
  uint16_t gone = ddnn_peers_hear(&s->peers, message->node, &announce, now);
  bool waiting = false;
  for (unsigned i = 0; i < s->config.max_requests; ++i) {
    ddnn_slot *slot = &s->slots[i];
    if (gone != DDNN_NO_PEER && slot->state == DDNN_SLOT_WAITING &&
        slot->peer == gone)
      lose_attempt(s, slot, DDNN_ERR_NO_PEER, now);
    waiting |= slot->state == DDNN_SLOT_SEARCHING;
  }
  s->stirred |= waiting;
  ddnn_session_unlock(s);
  ddnn_session_wake(s);
  return DDNN_OK;
}

static int on_config(ddnn_session *s, const ddnn_message *message) {
  ddnn_thresholds update;
  int status = ddnn_thresholds_decode(&update, message->data, message->size);
  if (status != DDNN_OK)
    return status;
  ddnn_session_lock(s);
  status = ddnn_threshold_table_apply(&s->thresholds, s->model, &update);
  ddnn_session_unlock(s);
  return status;
}

int ddnn_session_receive(ddnn_session *session, const ddnn_message *message) {
  if (!message->data || message->size == 0)
    return DDNN_ERR_TRUNCATED;
  switch (message->channel) {
  case DDNN_CHANNEL_REPLY:
    return on_reply(session, message);
  case DDNN_CHANNEL_STATUS:
    return on_status(session, message);
  case DDNN_CHANNEL_CONFIG:
    return on_config(session, message);
  default:
    return DDNN_ERR_INVALID;
  }
}

void ddnn_session_on_message(void *user, const ddnn_message *message) {
  (void)ddnn_session_receive(user, message);
}

void ddnn_session_on_state(void *user, bool up) {
  ddnn_session *s = user;
  uint64_t now = ddnn_session_now(s);
  ddnn_session_lock(s);
  s->link_up = up;
  if (!up) {
    /* Answers that were on their way went down with the connection. */
    ddnn_peers_forget(&s->peers);
    for (unsigned i = 0; i < s->config.max_requests; ++i)
      if (s->slots[i].state == DDNN_SLOT_WAITING)
        lose_attempt(s, &s->slots[i], DDNN_ERR_DISCONNECTED, now);
  }
  s->stirred = true;
  ddnn_session_unlock(s);
  ddnn_session_wake(s);
}

void ddnn_session_on_failed(void *user, uint64_t token, int status) {
  ddnn_session *s = user;
  uint64_t now = ddnn_session_now(s);
  ddnn_session_lock(s);
  ddnn_slot *slot = find(s, token >> 8);
  if (slot && slot->state == DDNN_SLOT_WAITING && token_of(slot) == token) {
    if (slot->peer != DDNN_NO_PEER)
      s->peers.entries[slot->peer].suspect = true;
    if (status == DDNN_ERR_TOO_LARGE)
      ddnn_slot_give_up(s, slot, status, now);
    else
      lose_attempt(s, slot, status, now);
  }
  ddnn_session_unlock(s);
  ddnn_session_wake(s);
}
