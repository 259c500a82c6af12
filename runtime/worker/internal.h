/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What worker.c (threads, queue, life), compute.c (one request), join.c (parts
 * of one sample from several members) and status.c (announcements) share.
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

typedef struct ddnn_joins ddnn_joins;

typedef struct ddnn_compute_thread {
  ddnn_worker *worker;
  pthread_t thread;
  bool started;
  uint64_t free_us; /* since when it has had nothing to do */
  uint8_t *workspace;
  uint8_t *out; /* frames to be sent, out_bytes of room */
} ddnn_compute_thread;

/* One sample on one thread. */
typedef struct ddnn_task {
  ddnn_compute_thread *thread;
  ddnn_worker *worker;
  const ddnn_model *model;
  size_t index; /* of the model */
  const ddnn_frame *request;
  ddnn_workspace workspace;
  uint64_t begin_us;    /* when this tier's time began to count */
  uint64_t queue_us;    /* time that it waited for a thread */
  uint64_t deadline_us; /* UINT64_MAX: none */
  bool reached;
  ddnn_exit_event best; /* the highest exit reached */
  /* Where it was joined from parts. */
  uint16_t missing; /* bit i: source i of the model did not come */
  struct ddnn_join *join;
} ddnn_task;

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
  uint16_t job_count, queue_limit;
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

  ddnn_joins *joins; /* NULL where no model here joins parts */

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

/* Runs the tier on `inputs` and sends what follows from that: an answer, the
 * request for the next tier, a member's scores, or a fallback. t is complete
 * but for its workspace, reached and best. */
void ddnn_task_run(ddnn_task *t, const void *const *inputs);

/* Books what this tier has spent so far: waiting for a thread and computing,
 * but not the hand-over from the transport's thread, which is the link's. */
void ddnn_task_book(const ddnn_task *t, ddnn_frame *frame);

/* What is left of a task's time, for a frame that goes out; false if nothing
 * is. */
bool ddnn_task_remaining(const ddnn_task *t, uint32_t *ms);

/* Encodes the link's tensors [first, first + count) of the model's outputs one
 * behind the other. Returns DDNN_OK or as ddnn_wire_encode. */
int ddnn_task_encode(const ddnn_task *t, unsigned first, unsigned count,
                     uint8_t *to, size_t room);

/* The tier that a tier of one sends its link's tensors to. */
uint8_t ddnn_worker_next_stage(const ddnn_model *model);

/* Sends a status without scores to the frame's source. */
void ddnn_worker_refuse(ddnn_worker *w, const ddnn_frame *request, int status);

/* ---- join.c --------------------------------------------------------------
 */

/* True iff the model is computed from parts: a place that hears from several,
 * or one of several members of its tier. */
bool ddnn_join_wanted(const ddnn_model *model);

/* True iff the model's place is one of several of its tier. Its outputs go to
 * the aggregator and, when that fetches them, to the tier behind. */
bool ddnn_join_is_member(const ddnn_model *model);

/* Largest message of a group that comes in for the model. 0: it has too many or
 * malformed tensors. */
size_t ddnn_join_message_bytes(const ddnn_model *model);

/* Makes the table where a model wants one. Returns DDNN_OK,
 * DDNN_ERR_NO_MEMORY, DDNN_ERR_INVALID. */
int ddnn_joins_create(ddnn_worker *w);
void ddnn_joins_destroy(ddnn_worker *w);

/* An expect, a part or a fetch; computes if that makes a sample complete. */
void ddnn_joins_take(ddnn_compute_thread *t, const ddnn_frame *frame,
                     const ddnn_job *job);

/* When a sample has to go on with what is there. UINT64_MAX: none waits. */
uint64_t ddnn_joins_due(const ddnn_worker *w);

/* Computes the samples whose time has come. */
void ddnn_joins_expire(ddnn_compute_thread *t);

/* Samples that wait for parts. */
unsigned ddnn_joins_waiting(const ddnn_worker *w);

/* A member's sample: its scores go to the aggregator, its features are kept for
 * when that fetches them. Returns DDNN_OK or why they were not sent. */
int ddnn_join_deliver(ddnn_task *t);

/* ---- status.c ------------------------------------------------------------
 */

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
