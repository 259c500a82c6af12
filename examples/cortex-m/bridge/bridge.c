/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * bridge SOCKET BROKER WORKER: waits on the Unix socket SOCKET for a device,
 * such as QEMU's serial line, takes its frames and sends them to the node
 * WORKER by way of the broker, in the device's name; what is answered goes
 * back. Ends when the device is gone.
 */
#define _POSIX_C_SOURCE 200809L
#include "pipe.h"

#include <ddnn/frame.h>
#include <ddnn/mqtt.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static atomic_uint answers;

/* ddnn_listener.message: a worker's answer. */
static void give_back(void *user, const ddnn_message *message) {
  if (pipe_write(*(int *)user, message->data, message->size))
    ++answers;
}

/* The first who connects to `path`; -1 and a line on stderr where there cannot
 * be one. */
static int accept_device(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    fprintf(stderr, "bridge: error: %s: too long for a socket's name\n", path);
    return -1;
  }
  strcpy(address.sun_path, path);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  unlink(path); /* of an earlier run */
  if (listener < 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 1) != 0) {
    perror("bridge: error: cannot listen");
    return -1;
  }
  fprintf(stderr, "bridge: waiting at %s\n", path);
  int device = accept(listener, NULL, NULL);
  close(listener);
  unlink(path);
  return device;
}

/* A link in the name of `node`, which receives its answers; NULL if the broker
 * is not there within 5 s. */
static ddnn_link *connect_as(const char *node, const char *broker,
                             int *device) {
  ddnn_mqtt_config config = {.broker = broker, .node = node};
  ddnn_listener listener = {
      .user = device, .hears = DDNN_HEAR_REPLIES, .message = give_back};
  ddnn_link *link;
  if (ddnn_mqtt_create(&config, &link) != DDNN_OK)
    return NULL;
  if (link->listen(link->context, &listener) == DDNN_OK)
    for (int i = 0; i < 500; ++i) {
      if (link->up(link->context))
        return link;
      nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    }
  link->stop(link->context);
  ddnn_mqtt_destroy(link);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: bridge SOCKET BROKER WORKER\n");
    return 1;
  }
  int device = accept_device(argv[1]);
  if (device < 0)
    return 1;

  ddnn_link *link = NULL;
  unsigned requests = 0;
  uint8_t buffer[PIPE_FRAME_MAX];
  for (int size; (size = pipe_read(device, buffer, -1)) > 0;) {
    ddnn_frame frame;
    if (ddnn_frame_peek(&frame, buffer, (size_t)size) != DDNN_OK) {
      fprintf(stderr, "bridge: error: the device sends no frames\n");
      break;
    }
    if (!link && !(link = connect_as(frame.source, argv[2], &device))) {
      fprintf(stderr, "bridge: error: no broker at %s\n", argv[2]);
      break;
    }
    ddnn_message message = {.channel = DDNN_CHANNEL_REQUEST,
                            .model = frame.model,
                            .node = argv[3],
                            .data = buffer,
                            .size = (size_t)size};
    requests += link->send(link->context, &message) == DDNN_OK;
  }
  if (link) {
    link->stop(link->context);
    ddnn_mqtt_destroy(link);
  }
  close(device);
  fprintf(stderr, "bridge: %u requests, %u answers\n", requests, answers);
  return 0;
}
