/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Threads, queue and life of a worker. The transport's thread copies a request
 * into the queue and wakes a compute thread, which answers by itself: one
 * hand-over per request. A control thread does what neither may: refusals must
 * not wait for compute threads, and must not be sent by the transport's.
 */
#define _GNU_SOURCE
#include "ddnn/host.h"
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Largest frame that carries the given tensors. */
static size_t frame_bytes(const ddnn_tensor *tensors, unsigned count) {
  ddnn_frame frame;
  ddnn_frame_init(&frame, DDNN_FRAME_REQUEST);
  memset(frame.source, 'x', DDNN_NODE_MAX);
  frame.tensor_count = (uint8_t)count;
  for (unsigned i = 0; i < count; ++i)
    ddnn_frame_tensor_init(&frame.tensors[i], &tensors[i]);
  return ddnn_frame_size(&frame, NULL);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static size_t padded(size_t n) {
  return (n + DDNN_ALIGN - 1) & ~(size_t)(DDNN_ALIGN - 1);
}

/* ---- What comes in. Transport's thread: copy, wake, never send. ---------- */

static void refuse_later(ddnn_worker *w, const ddnn_frame *frame, int status) {
  /* With the lock held. */
  ++w->stats.rejected;
  if (w->refusal_count == DDNN_REFUSALS) {
    ++w->stats.dropped;
    return;
  }
  ddnn_frame *entry =
      &w->refusals[(w->refusal_head + w->refusal_count++) % DDNN_REFUSALS];
  *entry = *frame;
  entry->status = status;
  pthread_cond_signal(&w->chore);
}

static void on_request(ddnn_worker *w, const ddnn_message *m) {
  uint64_t now = ddnn_host_now_us(NULL);
  int status = DDNN_OK;
  uint16_t job = 0;
  ddnn_frame frame;
  /* Who leaves still takes what belongs to samples that it has. */
  bool belated =
      w->joins && ddnn_frame_peek(&frame, m->data, m->size) == DDNN_OK &&
      (frame.kind == DDNN_FRAME_PART || frame.kind == DDNN_FRAME_FETCH);
  pthread_mutex_lock(&w->lock);
  ++w->stats.received;
  if (w->draining && !belated)
    status = DDNN_ERR_DRAINING;
  else if (m->size > w->job_bytes)
    status = DDNN_ERR_TENSOR; /* larger than any request served here */
  else if (w->queued >= w->queue_limit || w->free_count == 0)
    status = DDNN_ERR_BUSY;
  else
    job = w->free_jobs[--w->free_count];
  pthread_mutex_unlock(&w->lock);
  if (status != DDNN_OK) {
    bool legible = ddnn_frame_peek(&frame, m->data, m->size) == DDNN_OK;
    pthread_mutex_lock(&w->lock);
    if (legible && (frame.kind == DDNN_FRAME_REQUEST ||
                    (w->joins && frame.kind == DDNN_FRAME_EXPECT)))
      refuse_later(w, &frame, status);
    else if (belated && status == DDNN_ERR_BUSY)
      ++w->stats.dropped;
    else
      ++w->stats.malformed;
    pthread_mutex_unlock(&w->lock);
    return;
  }
  memcpy(w->jobs[job].data, m->data, m->size);
  w->jobs[job].size = m->size;
  w->jobs[job].received_us = now;
  pthread_mutex_lock(&w->lock);
  w->queue[(w->queue_head + w->queued++) % w->job_count] = job;
  atomic_store_explicit(&w->available, w->queued, memory_order_release);
  bool wake = w->sleeping != 0;
  pthread_mutex_unlock(&w->lock);
  if (wake)
    pthread_cond_signal(&w->work);
}

static void on_config(ddnn_worker *w, const ddnn_message *m) {
  ddnn_thresholds update;
  if (ddnn_thresholds_decode(&update, m->data, m->size) != DDNN_OK)
    return;
  pthread_mutex_lock(&w->lock);
  for (size_t i = 0; i < w->config.model_count; ++i)
    (void)ddnn_threshold_table_apply(&w->thresholds[i], w->models[i], &update);
  pthread_mutex_unlock(&w->lock);
}

static void on_message(void *user, const ddnn_message *m) {
  ddnn_worker *w = user;
  ddnn_announce announce;
  if (!m->data || m->size == 0)
    return;
  switch (m->channel) {
  case DDNN_CHANNEL_REQUEST:
    on_request(w, m);
    break;
  case DDNN_CHANNEL_CONFIG:
    on_config(w, m);
    break;
  case DDNN_CHANNEL_STATUS:
    /* Itself included, where it serves two tiers of one deployment. */
    if (ddnn_node_name_ok(m->node) &&
        ddnn_announce_decode(&announce, m->data, m->size) == DDNN_OK) {
      pthread_mutex_lock(&w->peers_lock);
      (void)ddnn_peers_hear(&w->peers, m->node, &announce,
                            ddnn_host_now_us(NULL));
      pthread_mutex_unlock(&w->peers_lock);
    }
    break;
  default:
    break;
  }
}

static void on_state(void *user, bool up) {
  ddnn_worker *w = user;
  if (!up) {
    pthread_mutex_lock(&w->peers_lock);
    ddnn_peers_forget(&w->peers);
    pthread_mutex_unlock(&w->peers_lock);
    return;
  }
  pthread_mutex_lock(&w->lock);
  w->status_due = true;
  pthread_mutex_unlock(&w->lock);
  pthread_cond_signal(&w->work);
}

/* ---- Compute threads ----------------------------------------------------- */

static void wait_until(ddnn_worker *w, pthread_cond_t *cond, uint64_t us) {
  struct timespec t = {.tv_sec = (time_t)(us / 1000000u),
                       .tv_nsec = (long)(us % 1000000u) * 1000};
  pthread_cond_timedwait(cond, &w->lock, &t);
}

/* Looks for work without sleeping, for at most spin_us. Without the lock. */
static void spin(ddnn_worker *w) {
  uint64_t end = ddnn_host_now_us(NULL) + w->config.spin_us;
  do {
    for (int i = 0; i < 64; ++i) {
      if (atomic_load_explicit(&w->available, memory_order_acquire))
        return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  } while (ddnn_host_now_us(NULL) < end);
}

static void *compute_main(void *argument) {
  ddnn_compute_thread *t = argument;
  ddnn_worker *w = t->worker;
  t->free_us = ddnn_host_now_us(NULL);
  pthread_mutex_lock(&w->lock);
  for (;;) {
    uint64_t now = ddnn_host_now_us(NULL);
    if (w->stopping)
      break;
    if (ddnn_worker_beat_due(w, now)) {
      pthread_mutex_unlock(&w->lock);
      ddnn_worker_announce(w, DDNN_NODE_ONLINE);
      pthread_mutex_lock(&w->lock);
      continue;
    }
    uint64_t due = ddnn_joins_due(w);
    if (now >= due) {
      ++w->running;
      pthread_mutex_unlock(&w->lock);
      ddnn_joins_expire(t);
      pthread_mutex_lock(&w->lock);
      --w->running;
      if (w->queued == 0 && w->running == 0)
        pthread_cond_broadcast(&w->idle);
      continue;
    }
    if (w->queued == 0) {
      if (w->config.spin_us && now < t->free_us + w->config.spin_us) {
        pthread_mutex_unlock(&w->lock);
        spin(w);
        pthread_mutex_lock(&w->lock);
        if (w->queued)
          continue;
      }
      ++w->sleeping;
      wait_until(w, &w->work, due < w->next_beat_us ? due : w->next_beat_us);
      --w->sleeping;
      continue;
    }
    uint16_t job = w->queue[w->queue_head];
    w->queue_head = (uint16_t)((w->queue_head + 1) % w->job_count);
    --w->queued;
    atomic_store_explicit(&w->available, w->queued, memory_order_release);
    ++w->running;
    pthread_mutex_unlock(&w->lock);

    ddnn_worker_compute(t, &w->jobs[job]);

    pthread_mutex_lock(&w->lock);
    t->free_us = ddnn_host_now_us(NULL);
    --w->running;
    w->free_jobs[w->free_count++] = job;
    if (w->queued == 0 && w->running == 0)
      pthread_cond_broadcast(&w->idle);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

static void *control_main(void *argument) {
  ddnn_worker *w = argument;
  pthread_mutex_lock(&w->lock);
  for (;;) {
    if (w->refusal_count) {
      ddnn_frame frame = w->refusals[w->refusal_head];
      w->refusal_head = (w->refusal_head + 1) % DDNN_REFUSALS;
      --w->refusal_count;
      pthread_mutex_unlock(&w->lock);
      ddnn_worker_refuse(w, &frame, frame.status);
      pthread_mutex_lock(&w->lock);
      continue;
    }
    if (w->stopping)
      break;
    pthread_cond_wait(&w->chore, &w->lock);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

/* ---- Life ---------------------------------------------------------------- */

static void defaults(ddnn_worker *w) {
  ddnn_worker_config *c = &w->config;
  if (c->threads == 0) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    c->threads = (uint16_t)(n < 1 ? 1 : n > 256 ? 256 : n);
  }
  if (c->queue_capacity == 0)
    c->queue_capacity = 64;
  if (c->queue_capacity > 16384)
    c->queue_capacity = 16384;
  if (c->heartbeat_ms == 0)
    c->heartbeat_ms = 1000;
  if (c->max_peers == 0)
    c->max_peers = 16;
  if (c->max_joins == 0)
    c->max_joins = 64;
  w->thread_count = c->threads;
}

/* Checks the models and finds out how large the buffers have to be. */
static int measure(ddnn_worker *w) {
  for (size_t i = 0; i < w->config.model_count; ++i) {
    const ddnn_model *m = w->config.models[i];
    int status = ddnn_model_check(m);
    if (status != DDNN_OK)
      return status;
    /* An aggregator asks, it does not serve. */
    if (ddnn_model_aggregates(m, m->tier))
      return DDNN_ERR_INVALID;
    bool joins = ddnn_join_wanted(m);
    size_t in = joins ? ddnn_join_message_bytes(m)
                      : frame_bytes(m->inputs, m->input_count);
    if (in == 0)
      return DDNN_ERR_INVALID;
    /* A sample's expect and parts are as many messages, and perhaps a fetch. */
    if (joins && w->queue_limit < m->source_count + 2u)
      w->queue_limit = (uint16_t)(m->source_count + 2);
    w->job_bytes = larger(w->job_bytes, in);
    if (m->link_count) {
      size_t out = frame_bytes(&m->outputs[m->output_count - m->link_count],
                               m->link_count);
      if (out == 0)
        return DDNN_ERR_INVALID;
      w->out_bytes = larger(w->out_bytes, out);
    }
    for (unsigned e = 0; e < m->local_exit_count; ++e) {
      uint32_t classes = m->exits[m->local_exits[e].exit].classes;
      w->out_bytes =
          larger(w->out_bytes, DDNN_FRAME_FIXED_BYTES + DDNN_NODE_MAX + 32 +
                                   4 * (size_t)classes);
    }
    w->workspace_bytes = larger(w->workspace_bytes, ddnn_workspace_size(m));
    w->models[i] = m;
    w->services[i].model = m->hash;
    w->services[i].stage = m->tier;
    w->services[i].member = m->member;
    w->next[i].model = m->hash;
    w->next[i].stage = ddnn_worker_next_stage(m);
    ddnn_threshold_table_init(&w->thresholds[i], m);
  }
  return DDNN_OK;
}

/* One block for all buffers; a job for each place in the queue and one for each
 * thread. */
static int allocate(ddnn_worker *w) {
  uint32_t limit = (uint32_t)w->config.queue_capacity *
                   (w->queue_limit ? w->queue_limit : 1);
  uint32_t most = (uint32_t)UINT16_MAX - w->thread_count;
  w->queue_limit = (uint16_t)(limit < most ? limit : most);
  w->job_count = (uint16_t)(w->queue_limit + w->thread_count);
  size_t job = padded(w->job_bytes);
  size_t each = padded(w->workspace_bytes) + padded(w->out_bytes);
  if (posix_memalign(&w->memory, DDNN_ALIGN,
                     job * w->job_count + each * w->thread_count) != 0) {
    w->memory = NULL;
    return DDNN_ERR_NO_MEMORY;
  }
  w->jobs = calloc(w->job_count, sizeof *w->jobs);
  w->free_jobs = calloc(w->job_count, sizeof *w->free_jobs);
  w->queue = calloc(w->job_count, sizeof *w->queue);
  w->refusals = calloc(DDNN_REFUSALS, sizeof *w->refusals);
  w->peer_entries = calloc(w->config.max_peers, sizeof *w->peer_entries);
  w->threads = calloc(w->thread_count, sizeof *w->threads);
  if (!w->jobs || !w->free_jobs || !w->queue || !w->refusals ||
      !w->peer_entries || !w->threads)
    return DDNN_ERR_NO_MEMORY;
  uint8_t *at = w->memory;
  for (unsigned i = 0; i < w->job_count; ++i, at += job) {
    w->jobs[i].data = at;
    w->free_jobs[w->free_count++] = (uint16_t)i;
  }
  for (unsigned i = 0; i < w->thread_count; ++i) {
    w->threads[i].worker = w;
    w->threads[i].workspace = at;
    at += padded(w->workspace_bytes);
    w->threads[i].out = at;
    at += padded(w->out_bytes);
  }
  ddnn_peers_init(&w->peers, w->peer_entries, w->config.max_peers, w->next,
                  (uint8_t)w->config.model_count, w->config.boot);
  return DDNN_OK;
}

static int start_threads(ddnn_worker *w) {
  for (unsigned i = 0; i < w->thread_count; ++i) {
    if (pthread_create(&w->threads[i].thread, NULL, compute_main,
                       &w->threads[i]) != 0)
      return DDNN_ERR_NO_MEMORY;
    w->threads[i].started = true;
  }
  if (pthread_create(&w->control, NULL, control_main, w) != 0)
    return DDNN_ERR_NO_MEMORY;
  w->control_started = true;
  return DDNN_OK;
}

static int start_listening(ddnn_worker *w) {
  ddnn_listener listener = {.user = w,
                            .hears = DDNN_HEAR_REQUESTS | DDNN_HEAR_CONFIG,
                            .services = w->services,
                            .service_count = w->config.model_count,
                            .will = w->will,
                            .will_size = w->will_size,
                            .message = on_message,
                            .state = on_state};
  if (w->config.shared)
    listener.hears |= DDNN_HEAR_SHARED;
  for (size_t i = 0; i < w->config.model_count; ++i)
    if (w->models[i]->link_count && !ddnn_join_is_member(w->models[i]))
      listener.hears |= DDNN_HEAR_STATUS;
  int status = ddnn_worker_make_will(w);
  listener.will_size = w->will_size;
  if (status == DDNN_OK)
    status = w->config.link->listen(w->config.link->context, &listener);
  w->listening = status == DDNN_OK;
  return status;
}

int ddnn_worker_start(ddnn_worker **worker, const ddnn_worker_config *config) {
  if (!worker || !config || !config->models || config->model_count == 0 ||
      config->model_count > DDNN_MAX_SERVICES ||
      !ddnn_node_name_ok(config->node) || !config->link ||
      !config->link->send || !config->link->listen)
    return DDNN_ERR_INVALID;
  ddnn_worker *w = calloc(1, sizeof *w);
  if (!w)
    return DDNN_ERR_NO_MEMORY;
  w->config = *config;
  defaults(w);
  pthread_mutex_init(&w->lock, NULL);
  pthread_mutex_init(&w->peers_lock, NULL);
  pthread_mutex_init(&w->status_lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&w->work, &attributes);
  pthread_cond_init(&w->chore, &attributes);
  pthread_cond_init(&w->idle, &attributes);
  pthread_condattr_destroy(&attributes);
  w->models = calloc(config->model_count, sizeof *w->models);
  w->thresholds = calloc(config->model_count, sizeof *w->thresholds);
  int status = w->models && w->thresholds ? measure(w) : DDNN_ERR_NO_MEMORY;
  if (status == DDNN_OK)
    status = allocate(w);
  if (status == DDNN_OK)
    status = ddnn_joins_create(w);
  if (status == DDNN_OK)
    status = start_listening(w);
  if (status == DDNN_OK) {
    w->status_due = true;
    status = start_threads(w);
  }
  if (status != DDNN_OK) {
    ddnn_worker_stop(w);
    return status;
  }
  *worker = w;
  return DDNN_OK;
}

int ddnn_worker_drain(ddnn_worker *w, uint32_t timeout_ms) {
  uint64_t end = ddnn_host_now_us(NULL) + 1000ull * timeout_ms;
  pthread_mutex_lock(&w->lock);
  w->draining = true;
  pthread_mutex_unlock(&w->lock);
  ddnn_worker_announce(w, DDNN_NODE_DRAINING);
  pthread_mutex_lock(&w->lock);
  while ((w->queued || w->running || ddnn_joins_waiting(w)) &&
         ddnn_host_now_us(NULL) < end)
    wait_until(w, &w->idle, end);
  bool left = w->queued || w->running || ddnn_joins_waiting(w);
  pthread_mutex_unlock(&w->lock);
  ddnn_worker_announce(w, DDNN_NODE_OFFLINE);
  if (w->config.link->flush) {
    uint64_t now = ddnn_host_now_us(NULL);
    uint64_t rest = now < end ? (end - now) / 1000 : 0;
    (void)w->config.link->flush(w->config.link->context,
                                (uint32_t)(rest < 100 ? 100 : rest));
  }
  return left ? DDNN_ERR_DEADLINE : DDNN_OK;
}

void ddnn_worker_stop(ddnn_worker *w) {
  if (!w)
    return;
  if (w->listening) {
    ddnn_worker_announce(w, DDNN_NODE_OFFLINE);
    if (w->config.link->flush)
      (void)w->config.link->flush(w->config.link->context, 200);
  }
  pthread_mutex_lock(&w->lock);
  w->stopping = true;
  pthread_mutex_unlock(&w->lock);
  pthread_cond_broadcast(&w->work);
  pthread_cond_broadcast(&w->chore);
  for (unsigned i = 0; w->threads && i < w->thread_count; ++i)
    if (w->threads[i].started)
      pthread_join(w->threads[i].thread, NULL);
  if (w->control_started)
    pthread_join(w->control, NULL);
  if (w->listening && w->config.link->stop)
    w->config.link->stop(w->config.link->context);
  ddnn_joins_destroy(w);
  free(w->models);
  free(w->thresholds);
  free(w->memory);
  free(w->jobs);
  free(w->free_jobs);
  free(w->queue);
  free(w->refusals);
  free(w->peer_entries);
  free(w->threads);
  pthread_cond_destroy(&w->work);
  pthread_cond_destroy(&w->chore);
  pthread_cond_destroy(&w->idle);
  pthread_mutex_destroy(&w->lock);
  pthread_mutex_destroy(&w->peers_lock);
  pthread_mutex_destroy(&w->status_lock);
  free(w);
}

void ddnn_worker_get_stats(ddnn_worker *w, ddnn_worker_stats *stats) {
  pthread_mutex_lock(&w->lock);
  *stats = w->stats;
  stats->queued = w->queued;
  stats->running = w->running;
  pthread_mutex_unlock(&w->lock);
}

int ddnn_worker_thresholds(ddnn_worker *w, size_t index,
                           ddnn_threshold_table *out) {
  if (index >= w->config.model_count)
    return DDNN_ERR_NOT_FOUND;
  pthread_mutex_lock(&w->lock);
  *out = w->thresholds[index];
  pthread_mutex_unlock(&w->lock);
  return DDNN_OK;
}
