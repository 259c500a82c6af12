/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What messages change. Nothing in them is believed: what does not belong to a
 * sample, or comes a second time, is counted and dropped. Nothing is sent from
 * here.
 */
#include "internal.h"

static ddnn_group *group_of(ddnn_aggregator *a, uint16_t number) {
  for (unsigned i = 0; i < a->config.group_count; ++i)
    if (a->groups[i].number == number)
      return &a->groups[i];
  return NULL;
}

static ddnn_sample *find(ddnn_aggregator *a, uint64_t id) {
  for (unsigned i = 0; i < a->config.max_samples; ++i)
    if (a->samples[i].state != DDNN_SAMPLE_FREE && a->samples[i].id == id)
      return &a->samples[i];
  return NULL;
}

/* ---- Scores of the first tier -------------------------------------------- */

/* A member whose scores come does not skip more numbers than this. */
#define MOST_SKIPPED 65536

/* How far a number is ahead of the highest one. Frame numbers (brief) wrap
 * around at 32 bits, requests do not get that far. */
static int64_t ahead_of(const ddnn_window *w, uint64_t number, bool brief) {
  return brief ? (int32_t)((uint32_t)number - (uint32_t)w->top)
               : (int64_t)(number - w->top);
}

/* May a number count? NULL: yes; else the counter of why not. One that is far
 * ahead would make duplicates of all that the member sends from then on, so it
 * has to be the first one, or to follow a silence: clocks go on while a camera
 * is off. */
static uint64_t *refuses(ddnn_aggregator *a, const ddnn_window *w,
                         uint64_t number, const ddnn_peer *peer, bool brief,
                         uint64_t at_us) {
  if (!w->any || w->boot != peer->boot)
    return NULL;
  int64_t ahead = ahead_of(w, number, brief);
  if (ahead > MOST_SKIPPED)
    return at_us < w->moved_us + peer->silent_us ? &a->stats.rejected : NULL;
  if (ahead <= -64 || (ahead <= 0 && w->seen >> -ahead & 1))
    return &a->stats.duplicates;
  return NULL;
}

/* One that may count does. */
static void note_number(ddnn_window *w, uint64_t number, uint32_t boot,
                        bool brief, uint64_t at_us) {
  int64_t ahead = ahead_of(w, number, brief);
  w->moved_us = at_us;
  if (!w->any || w->boot != boot) {
    w->any = true;
    w->boot = boot;
    w->top = number;
    w->seen = 1;
  } else if (ahead > 0) {
    w->seen = ahead < 64 ? w->seen << ahead | 1 : 1;
    w->top = number;
  } else {
    w->seen |= (uint64_t)1 << -ahead;
  }
}

static uint32_t distance(uint32_t a, uint32_t b) {
  int32_t d = (int32_t)(a - b);
  return d < 0 ? 0u - (uint32_t)d : (uint32_t)d;
}

/* Has a sample of this number ended without this member? A number that is
 * ahead begins a new one, whatever the tolerance. */
static bool has_ended(ddnn_aggregator *a, unsigned group, unsigned member,
                      uint32_t number, uint64_t now) {
  for (unsigned i = 0; i < a->ended_count; ++i) {
    const ddnn_ended *e = &a->ended[i];
    if (!e->used || e->group != group || now >= e->until_us ||
        distance(number, e->frame_number) > a->config.frame_tolerance)
      continue;
    if (e->seen >> member & 1 ? e->numbers[member] == number
                              : (int32_t)(number - e->frame_number) <= 0)
      return true;
  }
  return false;
}

static ddnn_sample *open_sample(ddnn_aggregator *a, unsigned group,
                                uint32_t number, uint64_t at_us) {
  ddnn_sample *s = NULL;
  for (unsigned i = 0; i < a->config.max_samples && !s; ++i)
    if (a->samples[i].state == DDNN_SAMPLE_FREE)
      s = &a->samples[i];
  if (!s)
    return NULL;
  float *scores = s->scores;
  uint8_t *inputs = s->inputs;
  ddnn_clear(s, sizeof *s);
  s->scores = scores;
  s->inputs = inputs;
  s->state = DDNN_SAMPLE_JOINING;
  s->id = a->next_id++;
  s->group = (uint16_t)group;
  s->frame_number = number;
  s->opened_us = at_us;
  uint64_t time = 1000ull * a->config.deadline_ms;
  uint64_t guard = a->config.guard_us;
  if (guard > time / 8)
    guard = time / 8;
  s->deadline_us = at_us + time - guard;
  s->interval_us = a->config.attempt_ms ? 1000ull * a->config.attempt_ms
                                        : (time - guard) / 3 + 1;
  uint64_t wait = 1000ull * a->config.member_wait_ms;
  s->wait_us = at_us + (wait < time / 2 ? wait : time / 2);
  for (unsigned i = 0; i < DDNN_MAX_MEMBERS; ++i) {
    s->from[i].peer = s->asked[i].peer = DDNN_NO_PEER;
    s->avoid[i] = DDNN_NO_PEER;
  }
  ++a->stats.samples;
  return s;
}

/* The sample that a member's scores belong to; NULL: dropped, and counted. */
static ddnn_sample *sample_for(ddnn_aggregator *a, unsigned group,
                               unsigned member, uint32_t number,
                               uint64_t at_us) {
  ddnn_sample *best = NULL;
  bool late = false;
  for (unsigned i = 0; i < a->config.max_samples; ++i) {
    ddnn_sample *s = &a->samples[i];
    uint32_t d = distance(number, s->frame_number);
    if (s->state == DDNN_SAMPLE_FREE || s->group != group ||
        d > a->config.frame_tolerance)
      continue;
    bool joining = s->state == DDNN_SAMPLE_JOINING;
    bool seen = s->seen >> member & 1;
    if (seen && s->numbers[member] == number) {
      ++a->stats.duplicates;
      return NULL;
    }
    if (seen)
      continue; /* another sample of a clock that runs apart */
    if (!joining) {
      late |= (int32_t)(number - s->frame_number) <= 0;
      continue;
    }
    uint32_t best_d = best ? distance(number, best->frame_number) : 0;
    if (!best || d < best_d || (d == best_d && s->id < best->id))
      best = s;
  }
  if (best)
    return best;
  if (late || has_ended(a, group, member, number, at_us)) {
    ++a->stats.late;
    return NULL;
  }
  best = open_sample(a, group, number, at_us);
  if (!best)
    ++a->stats.overflow;
  return best;
}

/* The node that plays this member, by name where it says one. */
static uint16_t member_peer(const ddnn_group *g, unsigned member,
                            const char *name, uint64_t now) {
  uint16_t found = DDNN_NO_PEER;
  for (unsigned i = 0; i < g->peers.capacity; ++i) {
    const ddnn_peer *p = &g->peers.entries[i];
    if (!p->name[0] || p->state != DDNN_NODE_ONLINE ||
        !(p->serves >> member & 1))
      continue;
    if (name ? ddnn_same_name(p->name, name)
             : ddnn_peer_live(p, now) &&
                   (found == DDNN_NO_PEER ||
                    p->heard_us > g->peers.entries[found].heard_us))
      found = (uint16_t)i;
  }
  return found;
}

/* Where a sample keeps what a source sent, in the order of the inputs. */
static int keep_inputs(ddnn_stage *stage, ddnn_sample *s, unsigned source,
                       const ddnn_frame *frame) {
  const ddnn_model *m = stage->model;
  unsigned next = 0;
  for (unsigned i = 0; i < m->input_count; ++i) {
    if (m->input_sources[i] != source)
      continue;
    const ddnn_frame_tensor *t = &frame->tensors[next++];
    int status = ddnn_wire_decode(&m->inputs[i], t->data, t->bytes,
                                  s->inputs + stage->inputs[i]);
    if (status != DDNN_OK)
      return status;
  }
  return DDNN_OK;
}

/* Scores that passed all checks but who sent them. */
static void first_scores(ddnn_aggregator *a, const ddnn_frame *frame,
                         const char *name, uint64_t number, uint64_t at_us) {
  ddnn_group *g = group_of(a, frame->group);
  unsigned member = frame->member;
  uint16_t peer = g ? member_peer(g, member, name, at_us) : DDNN_NO_PEER;
  if (peer == DDNN_NO_PEER ||
      (name && g->peers.entries[peer].boot != frame->boot)) {
    ++a->stats.rejected;
    return;
  }
  const ddnn_peer *from = &g->peers.entries[peer];
  ddnn_window *w = name ? &g->requests[member] : &g->brief[member];
  uint64_t *refused = refuses(a, w, number, from, !name, at_us);
  if (refused) {
    ++*refused;
    return;
  }
  unsigned group = (unsigned)(g - a->groups);
  ddnn_sample *s = sample_for(a, group, member, frame->frame_number, at_us);
  /* What cannot be read must not move the window. */
  if (s && keep_inputs(&a->stages[0], s, member, frame) != DDNN_OK) {
    ++a->stats.rejected;
    if (s->present == 0) { /* what cannot be read begins nothing */
      s->state = DDNN_SAMPLE_FREE;
      --a->stats.samples;
    }
    return;
  }
  note_number(w, number, from->boot, !name, at_us);
  if (!s)
    return;
  ddnn_hold(g, &s->from[member], peer);
  s->numbers[member] = frame->frame_number;
  s->seen |= (uint16_t)(1u << member);
  s->present |= (uint16_t)(1u << member);
}

/* ---- Scores of later tiers ----------------------------------------------- */

/* It came after the deadline, and is looked at before the sample is. */
static bool is_over(const ddnn_sample *s, uint64_t at_us) {
  return s->state == DDNN_SAMPLE_DONE || at_us >= s->deadline_us;
}

static void later_scores(ddnn_aggregator *a, const ddnn_frame *frame,
                         uint64_t at_us) {
  ddnn_sample *s = find(a, frame->request);
  if (frame->boot != a->config.boot ||
      !ddnn_same_name(frame->source, a->config.node) ||
      frame->request >= a->next_id || frame->request == 0) {
    ++a->stats.rejected;
    return;
  }
  if (!s || is_over(s, at_us)) {
    ++a->stats.late;
    return;
  }
  ddnn_stage *stage = &a->stages[s->stage];
  if (a->groups[s->group].number != frame->group) {
    ++a->stats.rejected;
    return;
  }
  unsigned bit = 1u << frame->member;
  if (s->state != DDNN_SAMPLE_WAITING || !stage->next_several ||
      stage->next + 1 != frame->stage || frame->attempt + 1 != s->attempts) {
    /* Of an attempt that was given up, or of a join that is over. */
    ++a->stats.late;
    return;
  }
  if (s->asked[frame->member].peer == DDNN_NO_PEER) {
    ++a->stats.rejected;
    return;
  }
  if (s->present & bit) {
    ++a->stats.duplicates;
    return;
  }
  if (keep_inputs(stage + 1, s, frame->member, frame) != DDNN_OK) {
    ++a->stats.rejected;
    return;
  }
  s->present |= (uint16_t)bit;
  /* What it was told that is missing, and what did not come. */
  s->missing[stage->next][frame->member] |= (uint16_t)frame->label;
}

static void on_scores(ddnn_aggregator *a, const ddnn_inbox_record *record) {
  ddnn_frame frame;
  int status = ddnn_frame_decode(&frame, a->taken, record->size);
  for (unsigned i = 0; status == DDNN_OK && i < a->stage_count; ++i) {
    if (a->stages[i].tier != frame.stage)
      continue;
    if (ddnn_frame_check_scores(&frame, a->stages[i].model, NULL) != DDNN_OK)
      break;
    if (i == 0)
      first_scores(a, &frame, frame.source, frame.request, record->at_us);
    else
      later_scores(a, &frame, record->at_us);
    return;
  }
  ++a->stats.rejected;
}

/* The short form becomes a long one whose source is whoever plays the member.
 */
static void on_short_scores(ddnn_aggregator *a,
                            const ddnn_inbox_record *record) {
  const ddnn_model *m = ddnn_aggregator_model(a);
  ddnn_short_frame s;
  ddnn_frame frame;
  if (ddnn_frame_decode_short(&s, a->taken, record->size) != DDNN_OK ||
      s.kind != DDNN_FRAME_SCORES || s.model != (uint32_t)m->hash ||
      s.member >= m->source_count) {
    ++a->stats.rejected;
    return;
  }
  ddnn_frame_init(&frame, s.kind);
  frame.stage = s.stage;
  frame.model = m->hash;
  frame.group = s.group;
  frame.member = s.member;
  frame.frame_number = s.request;
  for (unsigned i = 0; i < m->input_count && frame.tensor_count == 0; ++i)
    if (m->input_sources[i] == s.member) {
      ddnn_frame_tensor *t = &frame.tensors[frame.tensor_count++];
      ddnn_frame_tensor_init(t, &m->inputs[i]);
      if (m->inputs[i].encoding != s.encoding ||
          m->inputs[i].count != s.classes)
        t->rank = UINT8_MAX; /* no shape that a descriptor has */
      t->data = s.data;
    }
  if (ddnn_frame_check_scores(&frame, m, NULL) != DDNN_OK) {
    ++a->stats.rejected;
    return;
  }
  first_scores(a, &frame, NULL, s.request, record->at_us);
}

/* ---- Replies of workers -------------------------------------------------- */

static void on_reply(ddnn_aggregator *a, const ddnn_inbox_record *record) {
  const ddnn_model *m = ddnn_aggregator_model(a);
  ddnn_frame frame;
  if (ddnn_frame_decode(&frame, a->taken, record->size) != DDNN_OK ||
      ddnn_frame_check_reply(&frame, m) != DDNN_OK ||
      frame.boot != a->config.boot || !(frame.flags & DDNN_FLAG_FINAL) ||
      !ddnn_same_name(frame.source, a->config.node) || frame.request == 0 ||
      frame.request >= a->next_id) {
    ++a->stats.rejected;
    return;
  }
  ddnn_sample *s = find(a, frame.request);
  if (!s || is_over(s, record->at_us)) {
    ++a->stats.late;
    return;
  }
  ddnn_stage *stage = &a->stages[s->stage];
  ddnn_group *g = &a->groups[s->group];
  bool ours = frame.attempt < s->attempts &&
              frame.attempt >= s->attempts - s->stage_attempts;
  if (g->number != frame.group || s->stage_attempts == 0 ||
      frame.attempt >= s->attempts) {
    ++a->stats.rejected;
    return;
  }
  if (!ours) {
    ++a->stats.late; /* of a tier that was passed since */
    return;
  }
  if (frame.tensor_count != 0) {
    unsigned sources = 0;
    for (unsigned i = 0; i < m->connection_count; ++i)
      sources += m->connections[i].from.tier == stage->from &&
                 m->connections[i].to.tier == stage->next;
    if (stage->next_several || frame.stage < stage->next ||
        m->exits[frame.exit].tier != frame.stage ||
        frame.member >> sources != 0) {
      ++a->stats.rejected;
      return;
    }
    float *row = ddnn_sample_row(a, s, frame.exit);
    for (uint32_t i = 0; i < m->exits[frame.exit].classes; ++i)
      row[i] = ddnn_get_float(frame.tensors[0].data + (size_t)i * 4);
    s->reached[frame.exit].valid = true;
    s->reached[frame.exit].label = frame.label;
    s->reached[frame.exit].entropy = frame.entropy;
    s->missing[stage->next][0] = frame.member;
    ddnn_sample_answer(a, s, frame.exit, frame.status, record->at_us);
    return;
  }
  /* Only the current attempt can fail; an older one has been replaced. */
  unsigned member = stage->next_several ? frame.member : 0;
  if (s->state != DDNN_SAMPLE_WAITING || frame.attempt + 1 != s->attempts ||
      member >= DDNN_MAX_MEMBERS || s->asked[member].peer == DDNN_NO_PEER) {
    ++a->stats.late;
    return;
  }
  if (frame.status != DDNN_ERR_BUSY && frame.status != DDNN_ERR_MISSING)
    g->peers.entries[s->asked[member].peer].suspect = true;
  s->last_error = frame.status;
  if (stage->next_several)
    s->failed |= (uint16_t)(1u << member);
  else
    ddnn_sample_lose_attempt(a, s, frame.status, record->at_us);
}

/* ---- Peers, thresholds, the link ----------------------------------------- */

static void on_status(ddnn_aggregator *a, const ddnn_inbox_record *record) {
  ddnn_announce announce;
  if (ddnn_announce_decode(&announce, a->taken, record->size) != DDNN_OK) {
    ++a->stats.rejected;
    return;
  }
  for (unsigned g = 0; g < a->config.group_count; ++g) {
    uint16_t gone = ddnn_peers_hear(&a->groups[g].peers, record->node,
                                    &announce, record->at_us);
    for (unsigned i = 0; gone != DDNN_NO_PEER && i < a->config.max_samples;
         ++i) {
      ddnn_sample *s = &a->samples[i];
      if (s->state != DDNN_SAMPLE_WAITING || s->group != g)
        continue;
      for (unsigned j = 0; j < DDNN_MAX_MEMBERS; ++j)
        if (s->asked[j].peer == gone) {
          s->last_error = DDNN_ERR_NO_PEER;
          s->failed |= (uint16_t)(1u << j);
        }
      if (s->failed && !a->stages[s->stage].next_several)
        ddnn_sample_lose_attempt(a, s, DDNN_ERR_NO_PEER, record->at_us);
    }
  }
}

static void on_config(ddnn_aggregator *a, const ddnn_inbox_record *record) {
  ddnn_thresholds update;
  if (ddnn_thresholds_decode(&update, a->taken, record->size) != DDNN_OK)
    ++a->stats.rejected;
  else /* one that is no news is nothing bad: it is retained */
    (void)ddnn_threshold_table_apply(&a->thresholds, ddnn_aggregator_model(a),
                                     &update);
}

static void on_link(ddnn_aggregator *a, bool up, uint64_t now) {
  a->link_up = up;
  if (up) {
    a->beat_us = 0;
    return;
  }
  for (unsigned g = 0; g < a->config.group_count; ++g)
    ddnn_peers_forget(&a->groups[g].peers);
  /* Answers that were on their way went down with the connection. */
  for (unsigned i = 0; i < a->config.max_samples; ++i)
    if (a->samples[i].state == DDNN_SAMPLE_WAITING)
      ddnn_sample_lose_attempt(a, &a->samples[i], DDNN_ERR_DISCONNECTED, now);
}

/* An expectation did not get through. */
static void on_failed(ddnn_aggregator *a, const ddnn_inbox_record *record) {
  ddnn_sample *s = find(a, record->token >> 12);
  unsigned member = record->token & 15;
  if (!s || s->state != DDNN_SAMPLE_WAITING || member >= DDNN_MAX_MEMBERS ||
      (record->token >> 4 & 255) + 1 != s->attempts ||
      s->asked[member].peer == DDNN_NO_PEER)
    return;
  a->groups[s->group].peers.entries[s->asked[member].peer].suspect = true;
  s->last_error = record->status;
  if (a->stages[s->stage].next_several)
    s->failed |= (uint16_t)(1u << member);
  else
    ddnn_sample_lose_attempt(a, s, record->status, record->at_us);
}

void ddnn_aggregator_arrival(ddnn_aggregator *a,
                             const ddnn_inbox_record *record) {
  switch (record->kind) {
  case DDNN_CHANNEL_AGGREGATE:
    if (record->size && a->taken[0] == DDNN_SHORT_MAGIC)
      on_short_scores(a, record);
    else
      on_scores(a, record);
    break;
  case DDNN_CHANNEL_REPLY:
    on_reply(a, record);
    break;
  case DDNN_CHANNEL_STATUS:
    on_status(a, record);
    break;
  case DDNN_CHANNEL_CONFIG:
    on_config(a, record);
    break;
  case DDNN_INBOX_LINK_UP:
  case DDNN_INBOX_LINK_DOWN:
    on_link(a, record->kind == DDNN_INBOX_LINK_UP, record->at_us);
    break;
  case DDNN_INBOX_FAILED:
    on_failed(a, record);
    break;
  default:
    ++a->stats.rejected;
    break;
  }
}
