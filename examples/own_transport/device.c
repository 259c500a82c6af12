/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * own_transport IMAGES LABELS: a device that brings its own transport, with one
 * thread, memory of its own and no malloc. What its exit is not sure about goes
 * over a socket (pipe.c) to a second process (worker.c).
 */
#define _POSIX_C_SOURCE 200809L
#include "pipe.h"

#include <ddnn/host.h> /* for its clock only */
#include <ddnn/session.h>
#include <digits_device.h>

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static ddnn_session *session;

/* ddnn_link.send: the session has a frame for the worker. There is one peer, so
 * message->node says nothing new. */
static int send_frame(void *context, const ddnn_message *message) {
  if (message->channel != DDNN_CHANNEL_REQUEST)
    return DDNN_OK; /* status messages: nobody listens */
  return pipe_write(*(int *)context, message->data, message->size)
             ? DDNN_OK
             : DDNN_ERR_DISCONNECTED;
}

/* ddnn_sync.idle: the session waits, so look for an answer. */
static void receive_frame(void *context) {
  static uint8_t buffer[PIPE_FRAME_MAX];
  int size = pipe_read(*(int *)context, buffer, 1);
  if (size > 0) {
    ddnn_message message = {.channel = DDNN_CHANNEL_REPLY,
                            .model = digits_device_model.hash,
                            .node = "device",
                            .data = buffer,
                            .size = (size_t)size};
    ddnn_session_receive(session, &message);
  }
}

int main(int argc, char **argv) {
  FILE *images = argc == 3 ? fopen(argv[1], "rb") : NULL;
  FILE *labels = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!images || !labels) {
    fprintf(stderr, "usage: own_transport IMAGES LABELS\n");
    return 1;
  }

  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
    return 1;
  pid_t worker = fork();
  if (worker < 0)
    return 1;
  if (worker == 0) {
    close(ends[0]);
    _exit(serve(ends[1]));
  }
  close(ends[1]);

  ddnn_link link = {.context = &ends[0], .send = send_frame};
  ddnn_session_config config = {
      .model = &digits_device_model,
      .node = "device",
      .boot = ddnn_host_boot(),
      .link = &link,
      .now_us = ddnn_host_now_us,
      .sync = {.context = &ends[0], .idle = receive_frame},
      .max_requests = 1,
      .max_peers = 1,
      .fixed_peer = "worker"};
  static uint8_t memory[64 * 1024];
  if (ddnn_session_open(&session, &config, memory, sizeof memory) != DDNN_OK) {
    fprintf(stderr, "own_transport: error: the session needs %zu bytes\n",
            ddnn_session_size(&config));
    return 1;
  }

  unsigned count = 0, right = 0, sent = 0, unanswered = 0;
  unsigned char pixels[64];
  float image[64];
  while (fread(pixels, 1, sizeof pixels, images) == sizeof pixels) {
    for (int i = 0; i < 64; ++i)
      image[i] = (float)pixels[i] / 16.0f;
    const void *inputs[] = {image};
    ddnn_request request = {.inputs = inputs, .frame_number = count};
    ddnn_result result = {0};
    int truth = fgetc(labels);
    ddnn_session_infer(session, &request, &result);
    bool answered = result.status == DDNN_OK && !result.fallback;
    if (count < 10 && answered)
      printf("image %u: digit %u (truth %d), exit '%s', %u bytes sent\n", count,
             (unsigned)result.label, truth,
             digits_device_model.exits[result.exit].name,
             (unsigned)result.framed_bytes);
    count += 1;
    right += answered && (int)result.label == truth;
    sent += result.attempts > 0;
    unanswered += !answered;
  }
  printf("%u images, %u offloaded, %u right, %u without the worker's answer\n",
         count, sent, right, unanswered);

  ddnn_session_close(session);
  fclose(images);
  fclose(labels);
  close(ends[0]); /* the worker sees the end and leaves */
  int status = 1;
  waitpid(worker, &status, 0);
  return count > 0 && unanswered == 0 && status == 0 ? 0 : 1;
}
