/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a worker says about itself, and when.
 */
#include "ddnn/host.h"
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

void ddnn_worker_log(ddnn_worker *w, const char *format, ...) {
  char line[256];
  if (!w->config.log)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  w->config.log(w->config.log_user, line);
}

void ddnn_worker_count(ddnn_worker *w, uint64_t *counter) {
  pthread_mutex_lock(&w->lock);
  ++*counter;
  pthread_mutex_unlock(&w->lock);
}

static void identity(ddnn_worker *w, ddnn_announce *a, uint8_t state) {
  *a = (ddnn_announce){0};
  a->state = state;
  a->boot = w->config.boot;
  a->heartbeat_ms = w->config.heartbeat_ms;
  a->capacity = w->config.queue_capacity;
  a->threads = w->thread_count;
  a->service_count = (uint8_t)w->config.model_count;
  for (unsigned i = 0; i < a->service_count; ++i)
    a->services[i] = w->services[i];
}

int ddnn_worker_make_will(ddnn_worker *w) {
  ddnn_announce a;
  identity(w, &a, DDNN_NODE_OFFLINE);
  return ddnn_announce_encode(&a, w->will, sizeof w->will, &w->will_size);
}

void ddnn_worker_announce(ddnn_worker *w, uint8_t state) {
  uint8_t buffer[DDNN_ANNOUNCE_MAX];
  ddnn_announce a;
  pthread_mutex_lock(&w->status_lock);
  identity(w, &a, state);
  pthread_mutex_lock(&w->lock);
  if (w->offline) { /* the last word has been spoken */
    pthread_mutex_unlock(&w->lock);
    pthread_mutex_unlock(&w->status_lock);
    return;
  }
  if (state == DDNN_NODE_ONLINE && w->draining)
    a.state = DDNN_NODE_DRAINING;
  w->offline = state == DDNN_NODE_OFFLINE;
  a.sequence = ++w->sequence;
  a.queued = w->queued;
  a.running = w->running;
  a.service_us = w->service_us;
  w->announced_load = (uint32_t)w->queued + w->running;
  pthread_mutex_unlock(&w->lock);
  ddnn_message message = {
      .channel = DDNN_CHANNEL_STATUS, .node = w->config.node, .data = buffer};
  if (ddnn_announce_encode(&a, buffer, sizeof buffer, &message.size) == DDNN_OK)
    (void)w->config.link->send(w->config.link->context, &message);
  pthread_mutex_unlock(&w->status_lock);
}

bool ddnn_worker_beat_due(ddnn_worker *w, uint64_t now) {
  uint32_t load = (uint32_t)w->queued + w->running;
  uint32_t change = load > w->announced_load ? load - w->announced_load
                                             : w->announced_load - load;
  uint64_t beat = (uint64_t)w->config.heartbeat_ms * 1000;
  bool due = w->status_due || now >= w->next_beat_us ||
             (change > w->thread_count && now >= w->last_status_us + beat / 10);
  if (due) {
    w->status_due = false;
    w->last_status_us = now;
    w->next_beat_us = now + beat;
  }
  return due;
}
