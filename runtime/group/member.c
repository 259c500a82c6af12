/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A member of a group: computes, sends its scores, keeps its features until
 * somebody fetches them.
 */
#include "common.h"

/* Fetches that wait to be looked at. */
#define INBOX_FETCHES 8
/* Fixed part, source, one tensor of rank 1 with a name, padding. */
#define FETCH_MAX (DDNN_FRAME_FIXED_BYTES + 2 * DDNN_NODE_MAX + 16 + 8)
/* Requests that one sample's features are remembered to have been sent for. */
#define ASKED 4

/* Features of one sample, as the frame that they will be sent in. */
typedef struct ddnn_kept {
  bool valid;
  bool busy; /* being filled or sent, without the lock */
  uint32_t frame_number;
  uint64_t order; /* 0: never used */
  uint64_t at_us;
  uint8_t *frame;
  struct {
    bool used;
    uint8_t attempt; /* the highest one answered */
    uint32_t boot;
    uint64_t request;
  } asked[ASKED];
} ddnn_kept;

struct ddnn_member {
  ddnn_member_config config;
  const ddnn_model *model;
  bool listening;
  bool computing;     /* the workspace and the score frame are in use */
  bool polling;       /* so is the place for what is taken out of the inbox */
  uint64_t submitted; /* samples, from 1: the request numbers of scores */
  uint64_t beat_us;   /* when to announce itself */
  uint32_t sequence;
  ddnn_member_stats stats;
  ddnn_inbox inbox;
  uint8_t *taken; /* FETCH_MAX bytes */
  ddnn_kept *kept;
  uint8_t *scores;
  size_t scores_capacity, part_capacity;
  uint8_t part_stage; /* tier that features are for; 0: there are none */
  ddnn_workspace workspace;
  uint8_t will[DDNN_ANNOUNCE_MAX];
  size_t will_size;
};

typedef struct ddnn_member_layout {
  size_t kept, frames, scores, inbox, taken, workspace, total;
  size_t scores_capacity, part_capacity, workspace_size, inbox_capacity;
  uint8_t part_stage;
} ddnn_member_layout;

static void defaults(ddnn_member_config *c) {
  if (c->keep == 0)
    c->keep = 8;
  if (c->keep_ms == 0)
    c->keep_ms = 1000;
  if (c->heartbeat_ms == 0)
    c->heartbeat_ms = 1000;
}

/* A frame with the tensors that go to that tier, data to be filled in. Returns
 * the first of these outputs. */
static unsigned link_frame(const ddnn_member_config *c, ddnn_frame *frame,
                           uint8_t kind, uint8_t stage) {
  const ddnn_model *m = c->model;
  unsigned first = m->output_count;
  ddnn_frame_init(frame, kind);
  frame->stage = stage;
  frame->model = m->hash;
  frame->boot = c->boot;
  frame->group = c->group;
  frame->member = m->member;
  ddnn_set_name(frame->source,
                kind == DDNN_FRAME_PART ? c->aggregator : c->node);
  for (unsigned i = 0; i < m->link_count; ++i) {
    unsigned output = m->output_count - m->link_count + i;
    if (m->link_targets[i].tier != stage)
      continue;
    if (first == m->output_count)
      first = output;
    ddnn_frame_tensor_init(&frame->tensors[frame->tensor_count++],
                           &m->outputs[output]);
  }
  return first;
}

/* Encodes what goes to that tier behind one another. */
static int encode_link(const ddnn_member *m, uint8_t stage, uint8_t *to) {
  const ddnn_model *model = m->model;
  for (unsigned i = 0; i < model->link_count; ++i) {
    unsigned output = model->output_count - model->link_count + i;
    const ddnn_tensor *t = &model->outputs[output];
    if (model->link_targets[i].tier != stage)
      continue;
    int status =
        ddnn_wire_encode(t, m->workspace.outputs[output], to, t->wire_bytes);
    if (status != DDNN_OK)
      return status;
    to += t->wire_bytes;
  }
  return DDNN_OK;
}

static int lay_out(ddnn_member_layout *l, const ddnn_member_config *c) {
  const ddnn_model *m = c->model;
  ddnn_clear(l, sizeof *l);
  int status = ddnn_model_check(m);
  if (status != DDNN_OK)
    return status;
  if (m->tier != 0 || !ddnn_model_aggregates(m, 1) || m->local_exit_count ||
      c->group == 0 || !ddnn_node_name_ok(c->node) ||
      !ddnn_node_name_ok(c->aggregator) || !c->link || !c->link->send ||
      !c->now_us || !c->sync.lock != !c->sync.unlock)
    return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < m->link_count; ++i) {
    uint8_t tier = m->link_targets[i].tier;
    if (tier != 1 && l->part_stage && tier != l->part_stage)
      return DDNN_ERR_INVALID;
    if (tier != 1)
      l->part_stage = tier;
  }
  ddnn_frame frame;
  unsigned first = link_frame(c, &frame, DDNN_FRAME_SCORES, 1);
  l->scores_capacity = ddnn_frame_size(&frame, NULL);
  if (l->scores_capacity == 0)
    return DDNN_ERR_INVALID; /* it sends no scores */
  if (c->short_scores && (c->group > 255 || frame.tensor_count != 1 ||
                          m->outputs[first].dtype != DDNN_F32 ||
                          m->outputs[first].encoding > DDNN_WIRE_F16 ||
                          m->outputs[first].count > UINT16_MAX))
    return DDNN_ERR_INVALID;
  if (l->part_stage) {
    (void)link_frame(c, &frame, DDNN_FRAME_PART, l->part_stage);
    l->part_capacity = ddnn_frame_size(&frame, NULL);
    if (l->part_capacity == 0)
      return DDNN_ERR_INVALID;
  }
  l->workspace_size = ddnn_workspace_size_placed(m, c->arenas);
  if (l->workspace_size == 0)
    return DDNN_ERR_INVALID;
  l->inbox_capacity = INBOX_FETCHES * (sizeof(ddnn_inbox_record) + FETCH_MAX);
  /* 64 bits, so that sums of products cannot overflow on a 32-bit machine. */
  uint64_t at = DDNN_ROUND(sizeof(ddnn_member));
  l->kept = (size_t)at;
  at += DDNN_ROUND(sizeof(ddnn_kept) * (size_t)c->keep);
  l->frames = (size_t)at;
  at += (uint64_t)DDNN_ROUND(l->part_capacity) * c->keep;
  l->scores = (size_t)at;
  at += DDNN_ROUND(l->scores_capacity);
  l->inbox = (size_t)at;
  at += DDNN_ROUND(l->inbox_capacity);
  l->taken = (size_t)at;
  at += DDNN_ROUND(FETCH_MAX);
  l->workspace = (size_t)at;
  at += l->workspace_size + DDNN_ALIGN; /* and room to align the whole */
  if (at > SIZE_MAX / 2)
    return DDNN_ERR_INVALID;
  l->total = (size_t)at;
  return DDNN_OK;
}

size_t ddnn_member_size(const ddnn_member_config *config) {
  ddnn_member_layout l;
  ddnn_member_config c = *config;
  defaults(&c);
  return lay_out(&l, &c) == DDNN_OK ? l.total : 0;
}

static uint64_t now_of(ddnn_member *m) {
  return m->config.now_us(m->config.clock_user);
}

void ddnn_member_receive(ddnn_member *member, const ddnn_message *message) {
  if (message->channel != DDNN_CHANNEL_REQUEST)
    return;
  uint64_t now = now_of(member);
  ddnn_sync_lock(&member->config.sync);
  if (!ddnn_inbox_put_message(&member->inbox, message, now))
    ++member->stats.rejected;
  ddnn_sync_unlock(&member->config.sync);
  ddnn_sync_wake(&member->config.sync);
}

static void on_message(void *user, const ddnn_message *message) {
  ddnn_member_receive(user, message);
}

static void on_state(void *user, bool up) {
  ddnn_member *m = user;
  ddnn_sync_lock(&m->config.sync);
  if (up)
    m->beat_us = 0;
  ddnn_sync_unlock(&m->config.sync);
  ddnn_sync_wake(&m->config.sync);
}

static void announcement(const ddnn_member *m, ddnn_announce *a,
                         uint8_t state) {
  ddnn_clear(a, sizeof *a);
  a->state = state;
  a->boot = m->config.boot;
  a->heartbeat_ms = m->config.heartbeat_ms;
  a->threads = 1;
  a->service_count = 1;
  a->services[0].model = m->model->hash;
  a->services[0].stage = m->model->tier;
  a->services[0].member = m->model->member;
  a->services[0].group = m->config.group;
}

/* Without the lock. */
static void announce(ddnn_member *m, uint8_t state, uint32_t sequence) {
  ddnn_announce a;
  uint8_t bytes[DDNN_ANNOUNCE_MAX];
  size_t size = 0;
  announcement(m, &a, state);
  a.sequence = sequence;
  if (ddnn_announce_encode(&a, bytes, sizeof bytes, &size) != DDNN_OK)
    return;
  ddnn_message message = {0};
  message.channel = DDNN_CHANNEL_STATUS;
  message.node = m->config.node;
  message.data = bytes;
  message.size = size;
  (void)m->config.link->send(m->config.link->context, &message);
}

/* Announces itself if that is due. With the lock held; gives it up. */
static bool beat(ddnn_member *m) {
  uint64_t now = now_of(m);
  if (now < m->beat_us)
    return false;
  m->beat_us = now + 1000ull * m->config.heartbeat_ms;
  uint32_t sequence = ++m->sequence;
  ddnn_sync_unlock(&m->config.sync);
  announce(m, DDNN_NODE_ONLINE, sequence);
  ddnn_sync_lock(&m->config.sync);
  return true;
}

int ddnn_member_open(ddnn_member **member, const ddnn_member_config *config,
                     void *memory, size_t size) {
  ddnn_member_layout l;
  if (!member || !config)
    return DDNN_ERR_INVALID;
  ddnn_member_config c = *config;
  defaults(&c);
  int status = lay_out(&l, &c);
  if (status != DDNN_OK)
    return status;
  if (!memory || size < l.total)
    return DDNN_ERR_NO_MEMORY;
  uint8_t *base = memory;
  base += (size_t)(0 - (uintptr_t)memory) & (DDNN_ALIGN - 1);
  ddnn_member *m = (ddnn_member *)(void *)base;
  ddnn_clear(m, sizeof *m);
  m->config = c;
  m->model = c.model;
  m->part_stage = l.part_stage;
  m->scores = base + l.scores;
  m->scores_capacity = l.scores_capacity;
  m->part_capacity = l.part_capacity;
  m->taken = base + l.taken;
  m->inbox.bytes = base + l.inbox;
  m->inbox.capacity = l.inbox_capacity;
  m->inbox.largest = FETCH_MAX;
  m->kept = (ddnn_kept *)(void *)(base + l.kept);
  for (unsigned i = 0; i < c.keep; ++i) {
    ddnn_clear(&m->kept[i], sizeof m->kept[i]);
    m->kept[i].frame = base + l.frames + DDNN_ROUND(l.part_capacity) * i;
  }
  status = ddnn_workspace_init_placed(&m->workspace, m->model, c.arenas,
                                      base + l.workspace, l.workspace_size);
  if (status != DDNN_OK)
    return status;
  ddnn_announce will;
  announcement(m, &will, DDNN_NODE_OFFLINE);
  status = ddnn_announce_encode(&will, m->will, sizeof m->will, &m->will_size);
  if (status != DDNN_OK)
    return status;
  if (c.link->listen) {
    ddnn_listener listener = {0};
    listener.user = m;
    listener.hears = DDNN_HEAR_REQUESTS;
    listener.will = m->will;
    listener.will_size = m->will_size;
    listener.message = on_message;
    listener.state = on_state;
    status = c.link->listen(c.link->context, &listener);
    if (status != DDNN_OK)
      return status;
    m->listening = true;
  }
  ddnn_sync_lock(&m->config.sync);
  (void)beat(m);
  ddnn_sync_unlock(&m->config.sync);
  *member = m;
  return DDNN_OK;
}

void ddnn_member_close(ddnn_member *member) {
  if (!member)
    return;
  announce(member, DDNN_NODE_OFFLINE, ++member->sequence);
  if (member->config.link->flush)
    (void)member->config.link->flush(member->config.link->context, 200);
  if (member->listening && member->config.link->stop)
    member->config.link->stop(member->config.link->context);
}

/* The oldest place for features that nobody works on. */
static ddnn_kept *oldest(ddnn_member *m) {
  ddnn_kept *found = NULL;
  for (unsigned i = 0; i < m->config.keep; ++i)
    if (!m->kept[i].busy && (!found || m->kept[i].order < found->order))
      found = &m->kept[i];
  return found;
}

/* Payload offset of a frame that is known to fit. */
static size_t payload_of(const ddnn_frame *frame) {
  size_t payload = 0;
  (void)ddnn_frame_size(frame, &payload);
  return payload;
}

/* The score frame of one sample. */
static int encode_scores(ddnn_member *m, uint32_t frame_number,
                         uint64_t request, size_t *size) {
  ddnn_frame frame;
  unsigned first = link_frame(&m->config, &frame, DDNN_FRAME_SCORES, 1);
  if (m->config.short_scores) {
    ddnn_short_frame s;
    ddnn_clear(&s, sizeof s);
    s.kind = DDNN_FRAME_SCORES;
    s.stage = 1;
    s.model = (uint32_t)m->model->hash;
    s.request = frame_number;
    s.frame_number = (uint16_t)frame_number;
    s.remaining_ms = 0xffff;
    s.group = (uint8_t)m->config.group;
    s.member = m->model->member;
    s.exit = 0xff;
    s.encoding = m->model->outputs[first].encoding;
    s.classes = (uint16_t)m->model->outputs[first].count;
    return ddnn_frame_encode_short(&s, m->workspace.outputs[first], m->scores,
                                   m->scores_capacity, size);
  }
  frame.request = request;
  frame.frame_number = frame_number;
  int status = encode_link(m, 1, m->scores + payload_of(&frame));
  if (status == DDNN_OK)
    status = ddnn_frame_encode(&frame, m->scores, m->scores_capacity, size);
  if (status == DDNN_OK)
    ddnn_frame_seal(m->scores, *size);
  return status;
}

static uint32_t scores_payload(const ddnn_member *m) {
  uint32_t bytes = 0;
  for (unsigned i = 0; i < m->model->link_count; ++i)
    if (m->model->link_targets[i].tier == 1)
      bytes +=
          m->model->outputs[m->model->output_count - m->model->link_count + i]
              .wire_bytes;
  return bytes;
}

int ddnn_member_submit(ddnn_member *member, uint32_t frame_number,
                       const void *const *inputs) {
  ddnn_member *m = member;
  if (!inputs)
    return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < m->model->input_count; ++i)
    if (!inputs[i])
      return DDNN_ERR_INVALID;
  ddnn_sync_lock(&m->config.sync);
  while (m->computing) /* another thread has the workspace */
    ddnn_sync_rest(&m->config.sync, UINT64_MAX);
  m->computing = true;
  uint64_t request = ++m->submitted;
  ++m->stats.submitted;
  ddnn_kept *kept = m->part_stage ? oldest(m) : NULL;
  if (kept) {
    kept->valid = false;
    kept->busy = true;
  }
  ddnn_sync_unlock(&m->config.sync);

  ddnn_exit_event taken;
  int status =
      ddnn_workspace_run(&m->workspace, inputs, NULL, NULL, NULL, &taken);
  int kept_status = status;
  if (status == DDNN_OK && kept) {
    ddnn_frame frame;
    (void)link_frame(&m->config, &frame, DDNN_FRAME_PART, m->part_stage);
    kept_status =
        encode_link(m, m->part_stage, kept->frame + payload_of(&frame));
  }
  size_t size = 0;
  if (status == DDNN_OK)
    status = encode_scores(m, frame_number, request, &size);

  ddnn_sync_lock(&m->config.sync);
  if (kept) { /* before the scores go, which make others ask for it */
    kept->busy = false;
    kept->valid = kept_status == DDNN_OK;
    kept->frame_number = frame_number;
    kept->order = request;
    kept->at_us = now_of(m);
    ddnn_clear(kept->asked, sizeof kept->asked);
  }
  ddnn_sync_unlock(&m->config.sync);
  if (status == DDNN_OK) {
    ddnn_message message = {0};
    message.channel = DDNN_CHANNEL_AGGREGATE;
    message.model = m->model->hash;
    message.node = m->config.aggregator;
    message.data = m->scores;
    message.size = size;
    status = m->config.link->send(m->config.link->context, &message);
    ddnn_sync_lock(&m->config.sync);
    if (status == DDNN_OK) {
      m->stats.payload_bytes += scores_payload(m);
      m->stats.framed_bytes += size;
    } else {
      ++m->stats.refused;
    }
  } else {
    ddnn_sync_lock(&m->config.sync);
  }
  m->computing = false;
  (void)beat(m);
  ddnn_sync_unlock(&m->config.sync);
  ddnn_sync_wake(&m->config.sync);
  return status;
}

/* Once for each request, boot and attempt: a repeated or an overtaken fetch is
 * none. */
static bool note_asked(ddnn_kept *kept, const ddnn_frame *frame) {
  for (unsigned i = 0; i < ASKED; ++i)
    if (kept->asked[i].used && kept->asked[i].boot == frame->boot &&
        kept->asked[i].request == frame->request) {
      if (frame->attempt <= kept->asked[i].attempt)
        return false;
      kept->asked[i].attempt = frame->attempt;
      return true;
    }
  for (unsigned i = 0; i < ASKED; ++i)
    if (!kept->asked[i].used) {
      kept->asked[i].used = true;
      kept->asked[i].boot = frame->boot;
      kept->asked[i].request = frame->request;
      kept->asked[i].attempt = frame->attempt;
      return true;
    }
  return false;
}

/* Sends what a fetch asks for. With the lock held; gives it up. */
static void answer(ddnn_member *m, const ddnn_frame *fetch, const char *node) {
  uint64_t now = now_of(m);
  ddnn_kept *kept = NULL;
  for (unsigned i = 0; i < m->config.keep; ++i)
    if (m->kept[i].valid && m->kept[i].frame_number == fetch->frame_number &&
        (!kept || m->kept[i].order > kept->order))
      kept = &m->kept[i];
  if (!kept || kept->busy || now - kept->at_us > 1000ull * m->config.keep_ms) {
    ++m->stats.late;
    return;
  }
  if (!note_asked(kept, fetch)) {
    ++m->stats.rejected;
    return;
  }
  kept->busy = true;
  ddnn_sync_unlock(&m->config.sync);
  ddnn_frame part;
  size_t size = 0;
  (void)link_frame(&m->config, &part, DDNN_FRAME_PART, m->part_stage);
  part.request = fetch->request;
  part.boot = fetch->boot;
  part.attempt = fetch->attempt;
  part.frame_number = fetch->frame_number;
  part.remaining_ms = fetch->remaining_ms;
  size_t payload = payload_of(&part);
  int status = ddnn_frame_encode(&part, kept->frame, m->part_capacity, &size);
  if (status == DDNN_OK) {
    ddnn_frame_seal(kept->frame, size);
    ddnn_message message = {0};
    message.channel = DDNN_CHANNEL_REQUEST;
    message.model = m->model->hash;
    message.node = node;
    message.data = kept->frame;
    message.size = size;
    status = m->config.link->send(m->config.link->context, &message);
  }
  ddnn_sync_lock(&m->config.sync);
  kept->busy = false;
  if (status == DDNN_OK) {
    ++m->stats.fetched;
    m->stats.payload_bytes += size - payload;
    m->stats.framed_bytes += size;
  } else {
    ++m->stats.refused;
  }
}

/* Looks at one message, if there is one. With the lock held; gives it up. */
static bool take(ddnn_member *m) {
  ddnn_inbox_record record;
  if (!ddnn_inbox_take(&m->inbox, &record, m->taken))
    return false;
  ddnn_frame frame;
  char node[DDNN_NODE_MAX + 1];
  if (ddnn_frame_decode(&frame, m->taken, record.size) != DDNN_OK ||
      ddnn_frame_check_fetch(&frame, m->model, node) != DDNN_OK ||
      frame.group != m->config.group ||
      !ddnn_same_name(frame.source, m->config.aggregator))
    ++m->stats.rejected;
  else
    answer(m, &frame, node);
  return true;
}

int ddnn_member_poll(ddnn_member *member, uint32_t timeout_ms) {
  ddnn_member *m = member;
  const ddnn_sync *sync = &m->config.sync;
  ddnn_sync_lock(sync);
  uint64_t end = now_of(m) + 1000ull * timeout_ms;
  bool did = false;
  for (;;) {
    if (!m->polling) {
      m->polling = true;
      did |= beat(m);
      did |= take(m);
      m->polling = false;
    }
    uint64_t now = now_of(m);
    if (did || now >= end)
      break;
    ddnn_sync_rest(sync, m->beat_us < end ? m->beat_us : end);
  }
  ddnn_sync_unlock(sync);
  return did ? DDNN_OK : DDNN_PENDING;
}

void ddnn_member_get_stats(ddnn_member *member, ddnn_member_stats *stats) {
  ddnn_sync_lock(&member->config.sync);
  *stats = member->stats;
  ddnn_sync_unlock(&member->config.sync);
}
