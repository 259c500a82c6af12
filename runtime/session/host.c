/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _GNU_SOURCE
#include "ddnn/host.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint64_t ddnn_host_now_us(void *unused) {
  struct timespec t;
  (void)unused;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

uint32_t ddnn_host_boot(void) {
  uint32_t boot = 0;
  if (getrandom(&boot, sizeof boot, 0) != sizeof boot || boot == 0)
    boot = (uint32_t)ddnn_host_now_us(NULL) * 2654435761u ^ (uint32_t)getpid()
                                                                << 16;
  return boot ? boot : 1;
}

typedef struct host_sync {
  pthread_mutex_t mutex;
  pthread_cond_t cond;
} host_sync;

static void host_lock(void *context) {
  pthread_mutex_lock(&((host_sync *)context)->mutex);
}

static void host_unlock(void *context) {
  pthread_mutex_unlock(&((host_sync *)context)->mutex);
}

static void host_wait(void *context, uint64_t until_us) {
  host_sync *s = context;
  if (until_us == UINT64_MAX) {
    pthread_cond_wait(&s->cond, &s->mutex);
    return;
  }
  struct timespec t;
  t.tv_sec = (time_t)(until_us / 1000000u);
  t.tv_nsec = (long)(until_us % 1000000u) * 1000;
  pthread_cond_timedwait(&s->cond, &s->mutex, &t);
}

static void host_wake(void *context) {
  pthread_cond_broadcast(&((host_sync *)context)->cond);
}

int ddnn_host_sync_create(ddnn_sync *sync) {
  host_sync *s = malloc(sizeof *s);
  if (!s)
    return DDNN_ERR_NO_MEMORY;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  /* The session's clock; wall clock jumps must not move deadlines. */
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&s->cond, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&s->mutex, NULL);
  *sync = (ddnn_sync){.context = s,
                      .lock = host_lock,
                      .unlock = host_unlock,
                      .wait = host_wait,
                      .wake = host_wake};
  return DDNN_OK;
}

void ddnn_host_sync_destroy(ddnn_sync *sync) {
  host_sync *s = sync->context;
  if (!s)
    return;
  pthread_cond_destroy(&s->cond);
  pthread_mutex_destroy(&s->mutex);
  free(s);
  sync->context = NULL;
}

/* What close has to give back. */
typedef struct host_session {
  ddnn_session *session;
  ddnn_sync sync; /* ours to destroy, if context is set */
  struct host_session *next;
  void *memory;
} host_session;

static pthread_mutex_t sessions_mutex = PTHREAD_MUTEX_INITIALIZER;
static host_session *sessions;

int ddnn_host_session_open(ddnn_session **session,
                           const ddnn_session_config *config) {
  ddnn_session_config c = *config;
  host_session *h = calloc(1, sizeof *h);
  if (!h)
    return DDNN_ERR_NO_MEMORY;
  int status = DDNN_OK;
  if (!c.now_us)
    c.now_us = ddnn_host_now_us;
  if (c.boot == 0)
    c.boot = ddnn_host_boot();
  if (!c.sync.lock) {
    status = ddnn_host_sync_create(&h->sync);
    c.sync = h->sync;
  }
  size_t size = ddnn_session_size(&c);
  if (status == DDNN_OK) {
    h->memory = malloc(size ? size : 1);
    status = h->memory ? ddnn_session_open(&h->session, &c, h->memory, size)
                       : DDNN_ERR_NO_MEMORY;
  }
  if (status != DDNN_OK) {
    ddnn_host_sync_destroy(&h->sync);
    free(h->memory);
    free(h);
    return status;
  }
  pthread_mutex_lock(&sessions_mutex);
  h->next = sessions;
  sessions = h;
  pthread_mutex_unlock(&sessions_mutex);
  *session = h->session;
  return DDNN_OK;
}

void ddnn_host_session_close(ddnn_session *session) {
  if (!session)
    return;
  ddnn_session_close(session);
  pthread_mutex_lock(&sessions_mutex);
  host_session **at = &sessions;
  while (*at && (*at)->session != session)
    at = &(*at)->next;
  host_session *h = *at;
  if (h)
    *at = h->next;
  pthread_mutex_unlock(&sessions_mutex);
  if (!h)
    return;
  ddnn_host_sync_destroy(&h->sync);
  free(h->memory);
  free(h);
}
