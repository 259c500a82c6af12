/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Parts of one sample, from several members, joined into one task. A bounded
 * table holds the samples that wait for parts; an aggregator's expect says
 * which ones will come. What comes before its expect is kept for it; what comes
 * twice, too late, or belongs to an earlier attempt is dropped and counted.
 * Entries stay after they were computed, as long as there is room: they tell
 * replays from news, and hold a member's features until they are fetched.
 *
 * Messages go through the queue like requests, so all of this runs on compute
 * threads. Parts are decoded under the table's lock, which is never held
 * together with another one, nor while something is sent.
 */
#define _GNU_SOURCE
#include "ddnn/host.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>

/* Nothing waits or is kept longer than this, whatever a message says. */
#define LONGEST_US (60u * 1000000u)

typedef enum join_state {
  JOIN_FREE = 0,
  JOIN_EARLY,   /* parts without an expect so far */
  JOIN_OPEN,    /* waits for parts */
  JOIN_RUNNING, /* a thread computes it, the table's lock does not guard it */
  JOIN_DONE     /* remembered; a member's features may be fetched */
} join_state;

struct ddnn_join {
  uint8_t state;
  uint8_t attempt;
  bool superseded; /* running: a later attempt has come since */
  bool kept_valid; /* features are there */
  bool fetched;    /* with fetch_attempt and no later one */
  uint8_t fetch_attempt;
  uint8_t index; /* of the model: tier and member */
  uint16_t group;
  uint16_t expected, present; /* bit i: source i of the model */
  uint64_t request;
  uint32_t boot, frame_number, remaining_ms;
  uint64_t wait_us;                   /* open: goes on without the rest then */
  uint64_t deadline_us;               /* of the request; UINT64_MAX: none */
  uint64_t forget_us;                 /* early, done: may go then */
  uint64_t order;                     /* later ones have higher numbers */
  uint32_t tier_us[DDNN_FRAME_TIERS]; /* the slowest part's */
  char source[DDNN_NODE_MAX + 1];
  uint8_t *inputs; /* in memory format, one behind the other */
  uint8_t *kept;   /* features as they travel */
};

typedef struct ddnn_join join;

struct ddnn_joins {
  pthread_mutex_t lock;
  join *entries;
  uint16_t capacity, early;
  uint64_t order;
  atomic_uint waiting;       /* entries that are open */
  atomic_uint_least64_t due; /* the first wait_us of these */
  void *memory;
  size_t input_bytes, kept_bytes; /* of each entry */
};

static size_t padded(size_t n) {
  return (n + DDNN_ALIGN - 1) & ~(size_t)(DDNN_ALIGN - 1);
}

/* ---- What a model says --------------------------------------------------- */

bool ddnn_join_is_member(const ddnn_model *m) {
  return m->tier > 0 && m->member_counts && m->member_counts[m->tier] > 1;
}

bool ddnn_join_wanted(const ddnn_model *m) {
  return m->source_count > 0 && !ddnn_model_aggregates(m, m->tier) &&
         (m->member_counts[m->sources[0].place.tier] > 1 ||
          ddnn_join_is_member(m));
}

/* Outputs that go to the aggregator (true) or past it (false): [*first, +n). */
static unsigned outputs_for(const ddnn_model *m, bool aggregator,
                            unsigned *first) {
  unsigned begin = (unsigned)m->output_count - m->link_count, n = 0;
  for (unsigned i = 0; i < m->link_count; ++i)
    if ((m->link_targets[i].tier == m->tier + 1) == aggregator) {
      if (n++ == 0)
        *first = begin + i;
    }
  return n;
}

/* They lie side by side. */
static bool outputs_ok(const ddnn_model *m) {
  unsigned turns = 0;
  for (unsigned i = 1; i < m->link_count; ++i)
    turns += (m->link_targets[i].tier == m->tier + 1) !=
             (m->link_targets[i - 1].tier == m->tier + 1);
  return turns <= 1;
}

static size_t outputs_bytes(const ddnn_model *m, unsigned first, unsigned n) {
  size_t bytes = 0;
  for (unsigned i = first; i < first + n; ++i)
    bytes += m->outputs[i].wire_bytes;
  return bytes;
}

static size_t input_bytes(const ddnn_tensor *t) {
  return padded(ddnn_memory_bytes(t->dtype, t->count));
}

/* Sources whose bit is set. */
static uint16_t all_sources(const ddnn_model *m) {
  return (uint16_t)((1u << m->source_count) - 1);
}

size_t ddnn_join_message_bytes(const ddnn_model *m) {
  ddnn_frame frame;
  ddnn_frame_init(&frame, DDNN_FRAME_PART);
  frame.stage = m->tier;
  frame.group = 1;
  memset(frame.source, 'x', DDNN_NODE_MAX);
  size_t most = DDNN_FRAME_FIXED_BYTES + 2 * DDNN_NODE_MAX + 32;
  for (unsigned s = 0; s < m->source_count; ++s) {
    frame.tensor_count = 0;
    for (unsigned i = 0; i < m->input_count; ++i)
      if (m->input_sources[i] == s)
        ddnn_frame_tensor_init(&frame.tensors[frame.tensor_count++],
                               &m->inputs[i]);
    size_t bytes = ddnn_frame_size(&frame, NULL);
    if (bytes == 0)
      return 0;
    most = bytes > most ? bytes : most;
  }
  return most;
}

/* The model that an expect or a part is for. *source gets the number of a
 * part's sender among the model's sources, *expected what will come. */
static int choose(const ddnn_worker *w, const ddnn_frame *f, size_t *index,
                  unsigned *source, uint16_t *expected) {
  int status = DDNN_ERR_MODEL;
  for (size_t i = 0; i < w->config.model_count; ++i) {
    const ddnn_model *m = w->models[i];
    if (m->hash != f->model)
      continue;
    if (m->tier != f->stage || !ddnn_join_wanted(m)) {
      if (status == DDNN_ERR_MODEL)
        status = DDNN_ERR_STAGE;
      continue;
    }
    status = f->kind == DDNN_FRAME_PART
                 ? ddnn_frame_check_part(f, m, source)
                 : ddnn_frame_check_expect(f, m, expected);
    if (status == DDNN_OK) {
      *index = i;
      return DDNN_OK;
    }
  }
  return status;
}

/* ---- The table; all with the lock held ------------------------------------
 */

static bool same(const join *e, const ddnn_frame *f, size_t index) {
  return e->state != JOIN_FREE && e->request == f->request &&
         e->boot == f->boot && e->index == index && e->group == f->group &&
         strcmp(e->source, f->source) == 0;
}

/* An attempt that an aggregator has asked for. */
static bool asked_for(const join *e) { return e->state >= JOIN_OPEN; }

static void update_due(ddnn_joins *t) {
  uint64_t due = UINT64_MAX;
  unsigned open = 0;
  for (unsigned i = 0; i < t->capacity; ++i)
    if (t->entries[i].state == JOIN_OPEN) {
      ++open;
      due = t->entries[i].wait_us < due ? t->entries[i].wait_us : due;
    }
  atomic_store_explicit(&t->waiting, open, memory_order_release);
  atomic_store_explicit(&t->due, due, memory_order_release);
}

static void release(ddnn_joins *t, join *e) {
  if (e->state == JOIN_EARLY)
    --t->early;
  e->state = JOIN_FREE;
}

/* A place for something new: a free one, one that may go, or the one that has
 * been there longest: of those remembered, then, for an expect, of those that
 * came early. These never take more than half of the table. */
static join *place_for(ddnn_joins *t, bool early, uint64_t now) {
  join *done = NULL, *oldest = NULL, *found = NULL;
  for (unsigned i = 0; i < t->capacity; ++i) {
    join *e = &t->entries[i];
    if (e->state == JOIN_EARLY || e->state == JOIN_DONE) {
      if (now >= e->forget_us) {
        release(t, e);
      } else {
        join **at = e->state == JOIN_DONE ? &done : &oldest;
        if (!*at || e->order < (*at)->order)
          *at = e;
      }
    }
    if (e->state == JOIN_FREE && !found)
      found = e;
  }
  if (early && t->early >= (t->capacity + 1) / 2)
    found = oldest;
  else if (!found)
    found = done ? done : oldest;
  if (found)
    release(t, found);
  return found;
}

static void begin(ddnn_joins *t, join *e, const ddnn_frame *f, size_t index,
                  uint8_t state) {
  uint8_t *inputs = e->inputs, *kept = e->kept;
  *e = (join){.state = state,
              .attempt = f->attempt,
              .index = (uint8_t)index,
              .group = f->group,
              .request = f->request,
              .boot = f->boot,
              .order = ++t->order,
              .inputs = inputs,
              .kept = kept};
  memcpy(e->source, f->source, sizeof e->source);
  if (state == JOIN_EARLY)
    ++t->early;
}

static uint64_t deadline_of(const ddnn_frame *f, uint64_t received_us) {
  return f->remaining_ms == DDNN_NO_DEADLINE
             ? UINT64_MAX
             : received_us + 1000ull * f->remaining_ms;
}

static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

static void count(ddnn_worker *w, uint64_t *counter) {
  ddnn_worker_count(w, counter);
}

/* ---- Computing ----------------------------------------------------------- */

/* Inputs of a running entry in the order of the descriptor; zeros where the
 * source is missing. */
static void collect(const join *e, const ddnn_model *m, uint16_t present,
                    const void **inputs) {
  uint8_t *at = e->inputs;
  for (unsigned i = 0; i < m->input_count; ++i) {
    unsigned source = m->input_sources[i];
    inputs[i] = at;
    if (source == DDNN_FROM_RUNTIME) {
      for (unsigned s = 0; s < m->source_count; ++s)
        at[s] = present >> s & 1;
    } else if (!(present >> source & 1)) {
      memset(at, 0, ddnn_memory_bytes(m->inputs[i].dtype, m->inputs[i].count));
    }
    at += input_bytes(&m->inputs[i]);
  }
}

static bool enough(const ddnn_model *m, uint16_t present) {
  for (unsigned s = 0; s < m->source_count; ++s)
    if (!(present >> s & 1) && m->sources[s].missing == DDNN_MISSING_FAIL)
      return false;
  return present != 0;
}

/* Goes on with what is there. The entry is running, hence this thread's. */
static void conclude(ddnn_compute_thread *thread, join *e) {
  ddnn_worker *w = thread->worker;
  ddnn_joins *joins = w->joins;
  const ddnn_model *m = w->models[e->index];
  uint16_t present = e->present & e->expected;
  uint16_t missing = all_sources(m) & (uint16_t)~present;
  uint64_t now = ddnn_host_now_us(NULL);
  ddnn_frame request;
  ddnn_frame_init(&request, DDNN_FRAME_REQUEST);
  request.stage = m->tier;
  request.attempt = e->attempt;
  request.model = m->hash;
  request.request = e->request;
  request.boot = e->boot;
  request.frame_number = e->frame_number;
  request.remaining_ms = e->remaining_ms;
  request.group = e->group;
  request.member = m->member; /* who refuses */
  memcpy(request.source, e->source, sizeof request.source);
  memcpy(request.tier_us, e->tier_us, sizeof request.tier_us);

  ddnn_task t = {.thread = thread,
                 .worker = w,
                 .model = m,
                 .index = e->index,
                 .request = &request,
                 .begin_us = now,
                 .deadline_us = e->deadline_us,
                 .missing = missing,
                 .join = e};
  int status = DDNN_OK;
  if (now >= t.deadline_us) {
    count(w, &w->stats.expired);
    status = DDNN_ERR_DEADLINE;
  } else if (!enough(m, present)) {
    count(w, &w->stats.missing);
    status = DDNN_ERR_MISSING;
  } else {
    status = ddnn_workspace_init(&t.workspace, m, thread->workspace,
                                 w->workspace_bytes);
  }
  if (status != DDNN_OK) {
    ddnn_worker_refuse(w, &request, status);
  } else {
    const void *inputs[DDNN_MAX_TENSORS];
    collect(e, m, present, inputs);
    if (!ddnn_join_is_member(m))
      request.member = missing; /* of the answer, and of a request behind it */
    count(w, &w->stats.joined);
    if (missing)
      count(w, &w->stats.incomplete);
    ddnn_task_run(&t, inputs);
  }
  pthread_mutex_lock(&joins->lock);
  e->state = e->superseded ? JOIN_FREE : JOIN_DONE;
  e->forget_us = earlier(e->deadline_us, ddnn_host_now_us(NULL) + LONGEST_US);
  pthread_mutex_unlock(&joins->lock);
}

/* Takes an open entry out of the waiting ones if it waits no longer. With the
 * lock. */
static bool ready(ddnn_joins *t, join *e, uint64_t now) {
  if (e->state != JOIN_OPEN ||
      ((e->expected & ~e->present) != 0 && now < e->wait_us))
    return false;
  e->state = JOIN_RUNNING;
  update_due(t);
  return true;
}

void ddnn_joins_expire(ddnn_compute_thread *thread) {
  ddnn_joins *t = thread->worker->joins;
  for (unsigned i = 0; i < t->capacity; ++i) {
    pthread_mutex_lock(&t->lock);
    bool run = ready(t, &t->entries[i], ddnn_host_now_us(NULL));
    pthread_mutex_unlock(&t->lock);
    if (run)
      conclude(thread, &t->entries[i]);
  }
}

int ddnn_join_deliver(ddnn_task *t) {
  const ddnn_model *m = t->model;
  ddnn_joins *joins = t->worker->joins;
  uint8_t *out = t->thread->out;
  unsigned first = 0, n = outputs_for(m, false, &first);
  if (n) {
    int status =
        ddnn_task_encode(t, first, n, t->join->kept, joins->kept_bytes);
    if (status != DDNN_OK)
      return status;
  }
  ddnn_frame frame = *t->request;
  frame.kind = DDNN_FRAME_SCORES;
  frame.stage = (uint8_t)(m->tier + 1);
  frame.member = m->member;
  frame.label = t->missing;
  n = outputs_for(m, true, &first);
  frame.tensor_count = (uint8_t)n;
  for (unsigned i = 0; i < n; ++i)
    ddnn_frame_tensor_init(&frame.tensors[i], &m->outputs[first + i]);
  size_t payload, total = ddnn_frame_size(&frame, &payload);
  if (total == 0 || total > t->worker->out_bytes)
    return DDNN_ERR_INVALID;
  int status = ddnn_task_encode(t, first, n, out + payload, total - payload);
  if (status != DDNN_OK)
    return status;
  if (!ddnn_task_remaining(t, &frame.remaining_ms))
    return DDNN_ERR_DEADLINE;
  ddnn_task_book(t, &frame);
  status = ddnn_frame_encode(&frame, out, total, NULL);
  if (status != DDNN_OK)
    return status;
  ddnn_frame_seal(out, total);
  /* Before they can be asked for. */
  pthread_mutex_lock(&joins->lock);
  t->join->kept_valid = true;
  pthread_mutex_unlock(&joins->lock);
  ddnn_message message = {.channel = DDNN_CHANNEL_AGGREGATE,
                          .model = m->hash,
                          .node = frame.source,
                          .data = out,
                          .size = total};
  return t->worker->config.link->send(t->worker->config.link->context,
                                      &message);
}

/* ---- What comes in ------------------------------------------------------- */

static void take_expect(ddnn_compute_thread *thread, const ddnn_frame *f,
                        size_t index, uint16_t expected, uint64_t received_us) {
  ddnn_worker *w = thread->worker;
  ddnn_joins *t = w->joins;
  const ddnn_model *m = w->models[index];
  uint64_t now = ddnn_host_now_us(NULL);
  join *mine = NULL;
  bool stale = false, run = false, sooner = false;
  pthread_mutex_lock(&t->lock);
  for (unsigned i = 0; i < t->capacity && !stale; ++i) {
    join *e = &t->entries[i];
    if (!same(e, f, index) || e->superseded)
      continue;
    if (asked_for(e) && e->attempt >= f->attempt)
      stale = true;
    else if (e->attempt == f->attempt)
      mine = e;
  }
  if (!stale) {
    for (unsigned i = 0; i < t->capacity; ++i) {
      join *e = &t->entries[i];
      if (!same(e, f, index) || e == mine || e->attempt > f->attempt)
        continue;
      if (e->state == JOIN_RUNNING)
        e->superseded = true;
      else
        release(t, e);
    }
    if (mine) {
      --t->early;
      mine->state = JOIN_OPEN;
    } else if ((mine = place_for(t, false, now)) != NULL) {
      begin(t, mine, f, index, JOIN_OPEN);
    }
  }
  if (mine) {
    mine->frame_number = f->frame_number;
    mine->remaining_ms = f->remaining_ms;
    mine->expected = expected;
    for (unsigned i = 0; i < DDNN_FRAME_TIERS; ++i)
      if (f->tier_us[i] > mine->tier_us[i])
        mine->tier_us[i] = f->tier_us[i];
    mine->deadline_us = deadline_of(f, received_us);
    mine->wait_us = earlier(
        earlier(received_us + 1000ull * f->label, received_us + LONGEST_US),
        mine->deadline_us);
    uint64_t before = atomic_load_explicit(&t->due, memory_order_relaxed);
    /* Nothing to wait for where the answer is no already. */
    if (!enough(m, mine->expected))
      mine->wait_us = now;
    run = ready(t, mine, now);
    if (!run) {
      update_due(t);
      sooner = mine->wait_us < before;
    }
  }
  pthread_mutex_unlock(&t->lock);
  if (stale) {
    count(w, &w->stats.stale);
  } else if (!mine) {
    count(w, &w->stats.rejected);
    ddnn_worker_refuse(w, f, DDNN_ERR_BUSY);
  } else {
    count(w, &w->stats.expects);
  }
  if (run)
    conclude(thread, mine);
  else if (sooner) /* who sleeps does so until a later time */
    pthread_cond_signal(&w->work);
}

/* Decodes into the entry. False: damaged. */
static bool decode_part(join *e, const ddnn_model *m, const ddnn_frame *f,
                        unsigned source) {
  uint8_t *at = e->inputs;
  unsigned tensor = 0;
  for (unsigned i = 0; i < m->input_count; ++i) {
    if (m->input_sources[i] == source) {
      const ddnn_frame_tensor *from = &f->tensors[tensor++];
      if (ddnn_wire_decode(&m->inputs[i], from->data, from->bytes, at) !=
          DDNN_OK)
        return false;
    }
    at += input_bytes(&m->inputs[i]);
  }
  return true;
}

static void take_part(ddnn_compute_thread *thread, const ddnn_frame *f,
                      size_t index, unsigned source, uint64_t received_us) {
  ddnn_worker *w = thread->worker;
  ddnn_joins *t = w->joins;
  uint64_t now = ddnn_host_now_us(NULL);
  uint16_t bit = (uint16_t)(1u << source);
  uint64_t *counter = &w->stats.stale;
  join *mine = NULL;
  bool old = false, run = false;
  pthread_mutex_lock(&t->lock);
  for (unsigned i = 0; i < t->capacity; ++i) {
    join *e = &t->entries[i];
    if (!same(e, f, index))
      continue;
    if (e->attempt == f->attempt)
      mine = e;
    else if (asked_for(e) && e->attempt > f->attempt)
      old = true;
  }
  if (!mine && !old && now < deadline_of(f, received_us) &&
      (mine = place_for(t, true, now)) != NULL) {
    begin(t, mine, f, index, JOIN_EARLY);
    mine->forget_us = earlier(deadline_of(f, received_us), now + LONGEST_US);
  }
  if (mine && !old &&
      (mine->state == JOIN_EARLY ||
       (mine->state == JOIN_OPEN && mine->expected & bit)) &&
      !(mine->present & bit)) {
    if (decode_part(mine, w->models[index], f, source)) {
      counter = &w->stats.parts;
      mine->present |= bit;
      for (unsigned i = 0; i < DDNN_FRAME_TIERS; ++i)
        if (f->tier_us[i] > mine->tier_us[i])
          mine->tier_us[i] = f->tier_us[i];
    } else {
      counter = &w->stats.malformed;
    }
    run = ready(t, mine, now);
  }
  pthread_mutex_unlock(&t->lock);
  count(w, counter);
  if (run)
    conclude(thread, mine);
}

/* The features of a sample to the node that the aggregator names. */
static void take_fetch(ddnn_compute_thread *thread, const ddnn_frame *f,
                       uint64_t received_us) {
  ddnn_worker *w = thread->worker;
  ddnn_joins *t = w->joins;
  char node[DDNN_NODE_MAX + 1];
  const ddnn_model *m = NULL;
  uint8_t *out = thread->out;
  size_t total = 0;
  bool known = false;
  uint64_t now = ddnn_host_now_us(NULL);
  pthread_mutex_lock(&t->lock);
  for (unsigned i = 0; i < t->capacity && total == 0; ++i) {
    join *e = &t->entries[i];
    if (!asked_for(e) || !same(e, f, e->index) ||
        w->models[e->index]->hash != f->model ||
        ddnn_frame_check_fetch(f, w->models[e->index], node) != DDNN_OK)
      continue;
    known = true;
    /* One that is superseded may not be over yet: those behind it count. */
    if (e->superseded || !e->kept_valid || now >= deadline_of(f, received_us) ||
        (e->fetched && e->fetch_attempt >= f->attempt))
      continue;
    m = w->models[e->index];
    ddnn_frame part = *f;
    part.kind = DDNN_FRAME_PART;
    part.member = m->member;
    unsigned first = 0, n = outputs_for(m, false, &first);
    part.tensor_count = (uint8_t)n;
    for (unsigned k = 0; k < n; ++k)
      ddnn_frame_tensor_init(&part.tensors[k], &m->outputs[first + k]);
    uint64_t deadline = deadline_of(f, received_us);
    if (deadline != UINT64_MAX)
      part.remaining_ms = (uint32_t)((deadline - now + 999) / 1000);
    size_t payload;
    total = ddnn_frame_size(&part, &payload);
    if (total > w->out_bytes ||
        ddnn_frame_encode(&part, out, w->out_bytes, NULL) != DDNN_OK)
      total = 0;
    if (total == 0)
      break;
    memcpy(out + payload, e->kept, total - payload);
    e->fetched = true;
    e->fetch_attempt = f->attempt;
  }
  pthread_mutex_unlock(&t->lock);
  if (total == 0) {
    count(w, known ? &w->stats.stale : &w->stats.malformed);
    return;
  }
  ddnn_frame_seal(out, total);
  ddnn_message message = {.channel = DDNN_CHANNEL_REQUEST,
                          .model = m->hash,
                          .node = node,
                          .data = out,
                          .size = total};
  int status = w->config.link->send(w->config.link->context, &message);
  count(w, status == DDNN_OK ? &w->stats.fetched : &w->stats.dropped);
}

void ddnn_joins_take(ddnn_compute_thread *thread, const ddnn_frame *f,
                     const ddnn_job *job) {
  ddnn_worker *w = thread->worker;
  size_t index = 0;
  unsigned source = 0;
  uint16_t expected = 0;
  if (f->kind == DDNN_FRAME_FETCH) {
    take_fetch(thread, f, job->received_us);
    return;
  }
  int status = choose(w, f, &index, &source, &expected);
  if (status != DDNN_OK) {
    count(w, &w->stats.malformed);
    ddnn_worker_log(w, "dropped a message: %s", ddnn_status_text(status));
  } else if (f->kind == DDNN_FRAME_EXPECT) {
    take_expect(thread, f, index, expected, job->received_us);
  } else {
    take_part(thread, f, index, source, job->received_us);
  }
}

/* ---- Life ---------------------------------------------------------------- */

uint64_t ddnn_joins_due(const ddnn_worker *w) {
  return w->joins ? atomic_load_explicit(&w->joins->due, memory_order_acquire)
                  : UINT64_MAX;
}

unsigned ddnn_joins_waiting(const ddnn_worker *w) {
  return w->joins
             ? atomic_load_explicit(&w->joins->waiting, memory_order_acquire)
             : 0;
}

int ddnn_joins_create(ddnn_worker *w) {
  size_t inputs = 0, kept = 0;
  bool wanted = false;
  for (size_t i = 0; i < w->config.model_count; ++i) {
    const ddnn_model *m = w->models[i];
    if (!ddnn_join_wanted(m))
      continue;
    wanted = true;
    if (ddnn_join_is_member(m)) {
      unsigned first = 0, n;
      if (!outputs_ok(m) || outputs_for(m, true, &first) == 0)
        return DDNN_ERR_INVALID;
      n = outputs_for(m, false, &first);
      size_t bytes = outputs_bytes(m, first, n);
      kept = bytes > kept ? bytes : kept;
    }
    size_t bytes = 0;
    for (unsigned k = 0; k < m->input_count; ++k)
      bytes += input_bytes(&m->inputs[k]);
    inputs = bytes > inputs ? bytes : inputs;
  }
  if (!wanted)
    return DDNN_OK;
  ddnn_joins *t = calloc(1, sizeof *t);
  if (!t)
    return DDNN_ERR_NO_MEMORY;
  w->joins = t;
  pthread_mutex_init(&t->lock, NULL);
  t->capacity = w->config.max_joins;
  t->kept_bytes = padded(kept);
  atomic_init(&t->due, UINT64_MAX);
  t->entries = calloc(t->capacity, sizeof *t->entries);
  if (!t->entries ||
      posix_memalign(&t->memory, DDNN_ALIGN,
                     (inputs + t->kept_bytes) * t->capacity) != 0) {
    t->memory = NULL;
    return DDNN_ERR_NO_MEMORY;
  }
  uint8_t *at = t->memory;
  for (unsigned i = 0; i < t->capacity; ++i) {
    t->entries[i].inputs = at;
    at += inputs;
    t->entries[i].kept = at;
    at += t->kept_bytes;
  }
  return DDNN_OK;
}

void ddnn_joins_destroy(ddnn_worker *w) {
  if (!w->joins)
    return;
  pthread_mutex_destroy(&w->joins->lock);
  free(w->joins->memory);
  free(w->joins->entries);
  free(w->joins);
}
