/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The other process: the runtime's worker over the same transport. */
#define _POSIX_C_SOURCE 200809L
#include "pipe.h"

#include <ddnn/host.h>
#include <ddnn/worker.h>
#include <digits_cloud.h>

#include <pthread.h>

typedef struct pipe_end {
  int fd;
  pthread_mutex_t writing; /* the worker's threads answer side by side */
  ddnn_listener listener;
} pipe_end;

static int send_reply(void *context, const ddnn_message *message) {
  pipe_end *end = context;
  bool sent = true;
  if (message->channel != DDNN_CHANNEL_REPLY)
    return DDNN_OK;
  pthread_mutex_lock(&end->writing);
  sent = pipe_write(end->fd, message->data, message->size);
  pthread_mutex_unlock(&end->writing);
  return sent ? DDNN_OK : DDNN_ERR_DISCONNECTED;
}

static int listen_end(void *context, const ddnn_listener *listener) {
  pipe_end *end = context;
  end->listener = *listener;
  return DDNN_OK;
}

int serve(int fd) {
  static pipe_end end = {.writing = PTHREAD_MUTEX_INITIALIZER};
  static uint8_t buffer[PIPE_FRAME_MAX];
  end.fd = fd;
  ddnn_link link = {.context = &end, .send = send_reply, .listen = listen_end};
  const ddnn_model *models[] = {&digits_cloud_model};
  ddnn_worker_config config = {.models = models,
                               .model_count = 1,
                               .node = "worker",
                               .boot = ddnn_host_boot(),
                               .link = &link};
  ddnn_worker *worker;
  if (ddnn_worker_start(&worker, &config) != DDNN_OK)
    return 1;
  int size;
  while ((size = pipe_read(fd, buffer, -1)) > 0) {
    ddnn_message message = {.channel = DDNN_CHANNEL_REQUEST,
                            .model = digits_cloud_model.hash,
                            .node = "worker",
                            .data = buffer,
                            .size = (size_t)size};
    end.listener.message(end.listener.user, &message);
  }
  ddnn_worker_drain(worker, 1000);
  ddnn_worker_stop(worker);
  return 0;
}
