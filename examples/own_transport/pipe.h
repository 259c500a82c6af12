/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The transport of this example: whole frames over a socket between two
 * processes, each behind its length. A serial line, a radio or shared memory
 * would stand in the same place.
 */
#ifndef PIPE_H
#define PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest frame that this example sends or takes. */
#define PIPE_FRAME_MAX 4096

/* Sends a frame; false if the other side is gone or the frame is too large. */
bool pipe_write(int fd, const void *frame, size_t size);

/* Waits for a frame at most timeout_ms (-1: as long as it takes) and reads it
 * into buffer[PIPE_FRAME_MAX]. Returns its size, 0 when none came, -1 when the
 * other side is gone. */
int pipe_read(int fd, void *buffer, int timeout_ms);

/* worker.c: serves the cloud tier on its end until the other side is gone. */
int serve(int fd);

#endif
