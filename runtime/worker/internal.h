/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What worker.c (threads, queue, life), compute.c (one request) and status.c
 * (announcements) share.
 */
#ifndef DDNN_WORKER_INTERNAL_H
#define DDNN_WORKER_INTERNAL_H

#include "../session/peers.h"
#include "ddnn/frame.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"
#include "ddnn/worker.h"

#include <pthread.h>
#include <stdatomic.h>

/* Refusals that wait to be sent; beyond that they are dropped. */
#define DDNN_REFUSALS 64

/* A request in the queue. */
typedef struct ddnn_job {
  uint8_t *data; /* job_bytes of room */
  size_t size;
  uint64_t received_us;
} ddnn_job;

typedef struct ddnn_compute_thread {
  ddnn_worker *worker;
  pthread_t thread;
  bool started;
  uint64_t free_us; /* since when it has had nothing to do */
  uint8_t *workspace;
  uint8_t *out; /* frames to be sent, out_bytes of room */
} ddnn_compute_thread;

struct ddnn_worker {
  ddnn_worker_config config;
  const ddnn_model **models;
  ddnn_service services[DDNN_MAX_SERVICES];
  ddnn_service next[DDNN_MAX_SERVICES]; /* who continues each of them */
  uint8_t will[DDNN_ANNOUNCE_MAX];
  size_t will_size;
  size_t job_bytes, workspace_bytes, out_bytes;
  void *memory; /* of all buffers below */

  pthread_mutex_t lock; /* queue, refusals, stats, state */
  pthread_cond_t work;  /* something for a compute thread, or stop */
  pthread_cond_t chore; /* something for the control thread, or stop */
  pthread_cond_t idle;  /* queue empty and nobody computing */
  ddnn_job *jobs;
  uint16_t job_count;
  uint16_t *free_jobs, free_count;
  uint16_t *queue, queue_head, queued; /* ring of indices into jobs */
  uint16_t running;
  uint16_t sleeping;     /* compute threads that wait on `work` */
  atomic_uint available; /* as queued; read by spinning threads */
  ddnn_frame *refusals;  /* ring */
  unsigned refusal_head, refusal_count;
  bool draining, stopping, offline;
  bool status_due; /* announce at the next occasion */
  uint64_t next_beat_us, last_status_us;
  uint32_t announced_load, sequence;
  uint32_t service_us; /* moving average */
  ddnn_worker_stats stats;
  ddnn_threshold_table *thresholds; /* one per model */

  pthread_mutex_t peers_lock; /* never held together with `lock` */
  ddnn_peers peers;
  ddnn_peer *peer_entries;

  pthread_mutex_t status_lock; /* announcements leave in order */

  ddnn_compute_thread *threads;
  uint16_t thread_count;
  pthread_t control;
  bool control_started, listening;
};

/* Decodes, checks, computes and answers or forwards one request. */
void ddnn_worker_compute(ddnn_compute_thread *t, const ddnn_job *job);

/* Sends a status without scores to the frame's source. */
void ddnn_worker_refuse(ddnn_worker *w, const ddnn_frame *request, int status);

/* Publishes the worker's state. */
void ddnn_worker_announce(ddnn_worker *w, uint8_t state);

/* The encoded will. */
int ddnn_worker_make_will(ddnn_worker *w);

/* True, once per heartbeat (or earlier when the load has changed a lot), for
 * the one thread that shall announce. With the lock held. */
bool ddnn_worker_beat_due(ddnn_worker *w, uint64_t now_us);

/* Adds n to a counter of the stats. */
void ddnn_worker_count(ddnn_worker *w, uint64_t *counter);

void ddnn_worker_log(ddnn_worker *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
