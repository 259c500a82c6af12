/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * One request on one compute thread: from the frame that came in to the frame
 * that goes out. The answer is sent from here; no other thread takes part.
 */
#include "ddnn/host.h"
#include "internal.h"

#include <string.h>

static void reply_to(ddnn_frame *reply, const ddnn_frame *request) {
  ddnn_frame_init(reply, DDNN_FRAME_REPLY);
  reply->stage = request->stage;
  reply->model = request->model;
  reply->request = request->request;
  reply->boot = request->boot;
  reply->attempt = request->attempt;
  reply->frame_number = request->frame_number;
  reply->group = request->group;
  reply->member = request->member;
  reply->remaining_ms = request->remaining_ms;
  reply->queue_us = request->queue_us;
  memcpy(reply->tier_us, request->tier_us, sizeof reply->tier_us);
  memcpy(reply->source, request->source, sizeof reply->source);
}

static int send_reply(ddnn_worker *w, const ddnn_frame *reply, uint8_t *out,
                      size_t room) {
  ddnn_message message = {.channel = DDNN_CHANNEL_REPLY,
                          .model = reply->model,
                          .node = reply->source,
                          .data = out};
  int status = ddnn_frame_encode(reply, out, room, &message.size);
  if (status == DDNN_OK)
    status = w->config.link->send(w->config.link->context, &message);
  if (status != DDNN_OK)
    ddnn_worker_count(w, &w->stats.dropped);
  return status;
}

void ddnn_worker_refuse(ddnn_worker *w, const ddnn_frame *request, int status) {
  uint8_t out[DDNN_FRAME_FIXED_BYTES + DDNN_NODE_MAX + 8];
  ddnn_frame reply;
  reply_to(&reply, request);
  reply.flags = DDNN_FLAG_FINAL;
  reply.status = status;
  (void)send_reply(w, &reply, out, sizeof out);
}

void ddnn_task_book(const ddnn_task *t, ddnn_frame *frame) {
  uint64_t spent = ddnn_host_now_us(NULL) - t->begin_us + t->queue_us;
  unsigned slot =
      t->model->tier < DDNN_FRAME_TIERS ? t->model->tier : DDNN_FRAME_TIERS - 1;
  frame->tier_us[slot] += (uint32_t)spent;
  frame->queue_us += (uint32_t)t->queue_us;
}

/* Answers with the scores of an exit. cause != 0: as a fallback. */
static int answer(ddnn_task *t, const ddnn_exit_event *event, bool final,
                  int cause) {
  ddnn_frame reply;
  reply_to(&reply, t->request);
  reply.flags = final ? DDNN_FLAG_FINAL : 0;
  if (cause != DDNN_OK)
    reply.flags |= DDNN_FLAG_FALLBACK;
  reply.status = cause;
  reply.exit = event->exit;
  reply.label = event->gate.label;
  reply.entropy = event->gate.entropy;
  reply.tensor_count = 1;
  ddnn_frame_tensor *tensor = &reply.tensors[0];
  tensor->dtype = DDNN_F32;
  tensor->encoding = DDNN_WIRE_F32;
  tensor->rank = 1;
  tensor->scale = 1.0f;
  tensor->dims[0] = event->classes;
  tensor->bytes = ddnn_wire_bytes(DDNN_WIRE_F32, event->classes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  tensor->data = (const uint8_t *)event->scores;
#else
#error "scores would have to be swapped here"
#endif
  ddnn_task_book(t, &reply);
  return send_reply(t->worker, &reply, t->thread->out, t->worker->out_bytes);
}

static bool on_exit(void *user, const ddnn_exit_event *event) {
  ddnn_task *t = user;
  t->reached = true;
  t->best = *event;
  if (event->gate.leaves)
    return true;
  if (t->request->flags & DDNN_FLAG_PROVISIONAL)
    (void)answer(t, event, false, DDNN_OK);
  return t->deadline_us == UINT64_MAX ||
         ddnn_host_now_us(NULL) < t->deadline_us;
}

bool ddnn_task_remaining(const ddnn_task *t, uint32_t *ms) {
  if (t->deadline_us == UINT64_MAX) {
    *ms = DDNN_NO_DEADLINE;
    return true;
  }
  uint64_t now = ddnn_host_now_us(NULL);
  if (now >= t->deadline_us)
    return false;
  uint64_t left = (t->deadline_us - now) / 1000;
  *ms = left ? (uint32_t)left : 1;
  return true;
}

int ddnn_task_encode(const ddnn_task *t, unsigned first, unsigned count,
                     uint8_t *to, size_t room) {
  size_t at = 0;
  for (unsigned i = first; i < first + count; ++i) {
    const ddnn_tensor *tensor = &t->model->outputs[i];
    int status =
        ddnn_wire_encode(tensor, t->workspace.outputs[i], to + at, room - at);
    if (status != DDNN_OK)
      return status;
    at += tensor->wire_bytes;
  }
  return DDNN_OK;
}

uint8_t ddnn_worker_next_stage(const ddnn_model *m) {
  return m->link_count && m->link_targets ? m->link_targets[0].tier
                                          : (uint8_t)(m->tier + 1);
}

/* Writes the request for the next tier to the thread's buffer. */
static int encode_forward(ddnn_task *t, size_t *size) {
  const ddnn_model *m = t->model;
  ddnn_frame frame = *t->request; /* same id, source, boot, attempt, group */
  uint8_t *out = t->thread->out;
  size_t payload;
  frame.stage = ddnn_worker_next_stage(m);
  frame.tensor_count = (uint8_t)m->link_count;
  unsigned first = (unsigned)m->output_count - m->link_count;
  for (unsigned i = 0; i < m->link_count; ++i)
    ddnn_frame_tensor_init(&frame.tensors[i], &m->outputs[first + i]);
  size_t total = ddnn_frame_size(&frame, &payload);
  if (total == 0 || total > t->worker->out_bytes)
    return DDNN_ERR_INVALID;
  int status =
      ddnn_task_encode(t, first, m->link_count, out + payload, total - payload);
  if (status != DDNN_OK)
    return status;
  if (!ddnn_task_remaining(t, &frame.remaining_ms))
    return DDNN_ERR_DEADLINE;
  ddnn_task_book(t, &frame);
  status = ddnn_frame_encode(&frame, out, total, size);
  ddnn_frame_seal(out, total);
  return status;
}

/* Sends it on to a live worker of the next tier. */
static int forward(ddnn_task *t) {
  ddnn_worker *w = t->worker;
  char node[DDNN_NODE_MAX + 1];
  size_t size = 0;
  if (w->config.shared) {
    unsigned stage = ddnn_worker_next_stage(t->model);
    int i = 0;
    node[i++] = '@';
    if (stage >= 100)
      node[i++] = (char)('0' + stage / 100);
    if (stage >= 10)
      node[i++] = (char)('0' + stage / 10 % 10);
    node[i++] = (char)('0' + stage % 10);
    node[i] = 0;
  } else {
    pthread_mutex_lock(&w->peers_lock);
    uint16_t peer = ddnn_peers_pick(&w->peers, (uint8_t)t->index, DDNN_NO_PEER,
                                    ddnn_host_now_us(NULL));
    if (peer != DDNN_NO_PEER)
      memcpy(node, w->peers.entries[peer].name, sizeof node);
    pthread_mutex_unlock(&w->peers_lock);
    if (peer == DDNN_NO_PEER)
      return DDNN_ERR_NO_PEER;
  }
  int status = encode_forward(t, &size);
  if (status != DDNN_OK)
    return status;
  ddnn_message message = {.channel = DDNN_CHANNEL_REQUEST,
                          .model = t->model->hash,
                          .node = node,
                          .data = t->thread->out,
                          .size = size};
  return w->config.link->send(w->config.link->context, &message);
}

/* The model that a decoded request is for. */
static int choose(ddnn_worker *w, const ddnn_frame *request, size_t *index) {
  int status = DDNN_ERR_MODEL;
  for (size_t i = 0; i < w->config.model_count; ++i) {
    if (w->models[i]->hash != request->model)
      continue;
    status = DDNN_ERR_STAGE;
    /* What joins members cannot be fed by one request. */
    if (w->models[i]->tier == request->stage &&
        w->models[i]->source_count < 2) {
      *index = i;
      return ddnn_frame_check_request(request, w->models[i]);
    }
  }
  return status;
}

static int unpack(ddnn_task *t) {
  const ddnn_model *m = t->model;
  for (unsigned i = 0; i < m->input_count; ++i) {
    const ddnn_frame_tensor *from = &t->request->tensors[i];
    int status = ddnn_wire_decode(&m->inputs[i], from->data, from->bytes,
                                  t->workspace.inputs[i]);
    if (status != DDNN_OK)
      return status;
  }
  return DDNN_OK;
}

/* Nothing better can be had: the highest exit reached here, or an error. */
static void give_up(ddnn_task *t, int status) {
  ddnn_worker *w = t->worker;
  if (t->reached && answer(t, &t->best, true, status) == DDNN_OK) {
    pthread_mutex_lock(&w->lock);
    ++w->stats.answered;
    ++w->stats.fallbacks;
    pthread_mutex_unlock(&w->lock);
  } else if (!t->reached) {
    ddnn_worker_refuse(w, t->request, status);
  }
}

void ddnn_task_run(ddnn_task *t, const void *const *inputs) {
  ddnn_worker *w = t->worker;
  float thresholds[DDNN_MAX_EXITS];
  pthread_mutex_lock(&w->lock);
  memcpy(thresholds, w->thresholds[t->index].values, sizeof thresholds);
  pthread_mutex_unlock(&w->lock);
  ddnn_exit_event taken;
  int status =
      ddnn_workspace_run(&t->workspace, inputs, thresholds, on_exit, t, &taken);
  if (status == DDNN_ERR_CANCELLED)
    status = DDNN_ERR_DEADLINE;
  if (status == DDNN_OK && taken.exit != DDNN_NO_EXIT) {
    if (answer(t, &taken, true, DDNN_OK) == DDNN_OK)
      ddnn_worker_count(w, &w->stats.answered);
  } else {
    if (status == DDNN_OK)
      status = t->model->link_count == 0       ? DDNN_ERR_INVALID
               : ddnn_join_is_member(t->model) ? ddnn_join_deliver(t)
                                               : forward(t);
    if (status == DDNN_OK)
      ddnn_worker_count(w, &w->stats.forwarded);
    else
      give_up(t, status);
  }
  uint32_t spent = (uint32_t)(ddnn_host_now_us(NULL) - t->begin_us);
  pthread_mutex_lock(&w->lock);
  w->service_us = w->service_us ? (w->service_us * 7u + spent) / 8u : spent;
  pthread_mutex_unlock(&w->lock);
}

void ddnn_worker_compute(ddnn_compute_thread *thread, const ddnn_job *job) {
  ddnn_worker *w = thread->worker;
  uint64_t now = ddnn_host_now_us(NULL);
  ddnn_frame request;
  int status = ddnn_frame_decode(&request, job->data, job->size);
  if (status == DDNN_OK && w->joins && request.kind >= DDNN_FRAME_FETCH) {
    ddnn_joins_take(thread, &request, job);
    return;
  }
  if (status != DDNN_OK || request.kind != DDNN_FRAME_REQUEST) {
    /* Without an intact frame nobody knows whom to tell, and an answer to a
     * misread name could reach a stranger. */
    ddnn_worker_count(w, &w->stats.malformed);
    ddnn_worker_log(w, "dropped a message: %s",
                    ddnn_status_text(status ? status : DDNN_ERR_FORMAT));
    return;
  }
  ddnn_task t = {.thread = thread, .worker = w, .request = &request};
  status = choose(w, &request, &t.index);
  if (status != DDNN_OK) {
    ddnn_worker_count(w, &w->stats.malformed);
    ddnn_worker_refuse(w, &request, status);
    return;
  }
  t.model = w->models[t.index];
  t.begin_us = now;
  if (thread->free_us > job->received_us)
    t.queue_us = thread->free_us - job->received_us;
  t.deadline_us = request.remaining_ms == DDNN_NO_DEADLINE
                      ? UINT64_MAX
                      : job->received_us + 1000ull * request.remaining_ms;
  if (now >= t.deadline_us) {
    ddnn_worker_count(w, &w->stats.expired);
    ddnn_worker_refuse(w, &request, DDNN_ERR_DEADLINE);
    return;
  }
  status = ddnn_workspace_init(&t.workspace, t.model, thread->workspace,
                               w->workspace_bytes);
  if (status == DDNN_OK)
    status = unpack(&t);
  if (status != DDNN_OK) {
    ddnn_worker_count(w, &w->stats.malformed);
    ddnn_worker_refuse(w, &request, status);
    return;
  }
  ddnn_task_run(&t, (const void *const *)t.workspace.inputs);
}
