/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _POSIX_C_SOURCE 200809L
#include "pipe.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

bool pipe_write(int fd, const void *frame, size_t size) {
  uint8_t packet[4 + PIPE_FRAME_MAX];
  uint32_t length = (uint32_t)size;
  if (size > PIPE_FRAME_MAX)
    return false;
  /* Both ends are on one machine, so the length needs no byte order. */
  memcpy(packet, &length, 4);
  memcpy(packet + 4, frame, size);
  size += 4;
  for (size_t done = 0; done < size;) {
    ssize_t n = send(fd, packet + done, size - done, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    done += (size_t)n;
  }
  return true;
}

static bool read_all(int fd, void *to, size_t size) {
  return recv(fd, to, size, MSG_WAITALL) == (ssize_t)size;
}

int pipe_read(int fd, void *buffer, int timeout_ms) {
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  uint32_t length;
  if (poll(&ready, 1, timeout_ms) <= 0)
    return 0;
  if (!read_all(fd, &length, 4) || length > PIPE_FRAME_MAX ||
      !read_all(fd, buffer, length))
    return -1;
  return (int)length;
}
