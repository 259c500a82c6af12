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

/* What close has to give back; `thing` is a session, member or aggregator. */
typedef struct host_thing {
  void *thing;
  ddnn_sync sync; /* ours to destroy, if context is set */
  struct host_thing *next;
  void *memory;
} host_thing;

static pthread_mutex_t things_mutex = PTHREAD_MUTEX_INITIALIZER;
static host_thing *things;

static void discard(host_thing *h) {
  ddnn_host_sync_destroy(&h->sync);
  free(h->memory);
  free(h);
}

/* Fills in what the configuration leaves open, and gets memory. */
static int prepare(host_thing **thing, uint64_t (**now_us)(void *),
                   uint32_t *boot, ddnn_sync *sync) {
  host_thing *h = calloc(1, sizeof *h);
  if (!h)
    return DDNN_ERR_NO_MEMORY;
  if (!*now_us)
    *now_us = ddnn_host_now_us;
  if (*boot == 0)
    *boot = ddnn_host_boot();
  if (!sync->lock) {
    int status = ddnn_host_sync_create(&h->sync);
    if (status != DDNN_OK) {
      free(h);
      return status;
    }
    *sync = h->sync;
  }
  *thing = h;
  return DDNN_OK;
}

static void *get_memory(host_thing *h, size_t size) {
  return h->memory = malloc(size ? size : 1);
}

/* Remembers what was opened, or gives all back. */
static int conclude(host_thing *h, int status, void *thing) {
  if (status != DDNN_OK) {
    discard(h);
    return status;
  }
  h->thing = thing;
  pthread_mutex_lock(&things_mutex);
  h->next = things;
  things = h;
  pthread_mutex_unlock(&things_mutex);
  return DDNN_OK;
}

static void forget(void *thing) {
  pthread_mutex_lock(&things_mutex);
  host_thing **at = &things;
  while (*at && (*at)->thing != thing)
    at = &(*at)->next;
  host_thing *h = *at;
  if (h)
    *at = h->next;
  pthread_mutex_unlock(&things_mutex);
  if (h)
    discard(h);
}

int ddnn_host_session_open(ddnn_session **session,
                           const ddnn_session_config *config) {
  ddnn_session_config c = *config;
  ddnn_session *opened = NULL;
  host_thing *h;
  int status = prepare(&h, &c.now_us, &c.boot, &c.sync);
  if (status != DDNN_OK)
    return status;
  size_t size = ddnn_session_size(&c);
  status = get_memory(h, size) ? ddnn_session_open(&opened, &c, h->memory, size)
                               : DDNN_ERR_NO_MEMORY;
  status = conclude(h, status, opened);
  if (status == DDNN_OK)
    *session = opened;
  return status;
}

void ddnn_host_session_close(ddnn_session *session) {
  if (!session)
    return;
  ddnn_session_close(session);
  forget(session);
}

int ddnn_host_member_open(ddnn_member **member,
                          const ddnn_member_config *config) {
  ddnn_member_config c = *config;
  ddnn_member *opened = NULL;
  host_thing *h;
  int status = prepare(&h, &c.now_us, &c.boot, &c.sync);
  if (status != DDNN_OK)
    return status;
  size_t size = ddnn_member_size(&c);
  status = get_memory(h, size) ? ddnn_member_open(&opened, &c, h->memory, size)
                               : DDNN_ERR_NO_MEMORY;
  status = conclude(h, status, opened);
  if (status == DDNN_OK)
    *member = opened;
  return status;
}

void ddnn_host_member_close(ddnn_member *member) {
  if (!member)
    return;
  ddnn_member_close(member);
  forget(member);
}

int ddnn_host_aggregator_open(ddnn_aggregator **aggregator,
                              const ddnn_aggregator_config *config) {
  ddnn_aggregator_config c = *config;
  ddnn_aggregator *opened = NULL;
  host_thing *h;
  int status = prepare(&h, &c.now_us, &c.boot, &c.sync);
  if (status != DDNN_OK)
    return status;
  size_t size = ddnn_aggregator_size(&c);
  status = get_memory(h, size)
               ? ddnn_aggregator_open(&opened, &c, h->memory, size)
               : DDNN_ERR_NO_MEMORY;
  status = conclude(h, status, opened);
  if (status == DDNN_OK)
    *aggregator = opened;
  return status;
}

void ddnn_host_aggregator_close(ddnn_aggregator *aggregator) {
  if (!aggregator)
    return;
  ddnn_aggregator_close(aggregator);
  forget(aggregator);
}
