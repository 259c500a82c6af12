/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The one set of status codes of the whole runtime. Functions that can fail
 * return an int: DDNN_OK, DDNN_PENDING or one of the negative errors. The same
 * numbers, negated, travel in the status byte of a frame (docs/protocol.md), so
 * they never change meaning once released.
 */
#ifndef DDNN_STATUS_H
#define DDNN_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ddnn_status {
  DDNN_PENDING = 1, /* nothing yet; ask again */
  DDNN_OK = 0,
  DDNN_ERR_INVALID = -1,       /* an argument makes no sense */
  DDNN_ERR_NO_MEMORY = -2,     /* the caller's buffer is too small, or malloc
                                  failed in a hosted part at start-up */
  DDNN_ERR_TRUNCATED = -3,     /* fewer bytes than the header announces */
  DDNN_ERR_MAGIC = -4,         /* not one of our messages */
  DDNN_ERR_VERSION = -5,       /* one of ours, from another protocol version */
  DDNN_ERR_CHECKSUM = -6,      /* CRC-32C does not match */
  DDNN_ERR_FORMAT = -7,        /* a field is out of bounds or contradicts
                                  another */
  DDNN_ERR_MODEL = -8,         /* a model hash that nobody here serves */
  DDNN_ERR_STAGE = -9,         /* right model, but not this tier of it */
  DDNN_ERR_TENSOR = -10,       /* count, shape, encoding or length of a tensor
                                  differs from the descriptor's */
  DDNN_ERR_RANGE = -11,        /* a value does not fit its wire encoding */
  DDNN_ERR_BUSY = -12,         /* queue full, or too many requests in flight */
  DDNN_ERR_DEADLINE = -13,     /* the time given is over */
  DDNN_ERR_NO_PEER = -14,      /* no live worker for the next tier */
  DDNN_ERR_DISCONNECTED = -15, /* the link is down */
  DDNN_ERR_TOO_LARGE = -16,    /* larger than the link or the peer takes */
  DDNN_ERR_TRANSPORT = -17,    /* the link refused for another reason */
  DDNN_ERR_DRAINING = -18,     /* the worker is leaving and takes no more */
  DDNN_ERR_NOT_FOUND = -19,    /* no such request, exit or node */
  DDNN_ERR_ABI = -20,          /* generated code for another DDNN_ABI_VERSION */
  DDNN_ERR_AUTH = -21,         /* the broker refuses user, password or topic */
  DDNN_ERR_CANCELLED = -22,    /* the session was closed first */
  DDNN_ERR_STALE = -23,        /* a threshold message older than the one held */
  DDNN_ERR_MISSING = -24,      /* a member that the answer cannot do without, or
                                  all members of a group, are missing */
  DDNN_ERR_LAST = -24          /* not an error: the lowest number in use */
} ddnn_status;

/* A short English text for a status, never NULL; "unknown status" for a number
 * that is none. With DDNN_NO_STATUS_TEXT defined at build time all texts are
 * empty and cost no memory. */
const char *ddnn_status_text(int status);

#ifdef __cplusplus
}
#endif
#endif
