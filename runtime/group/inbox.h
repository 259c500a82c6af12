/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What arrived and was not looked at yet: a ring of bytes in the owner's
 * memory. The transport's thread only puts something in; all else is the
 * business of those who poll. The owner's lock is held in each function.
 */
#ifndef DDNN_GROUP_INBOX_H
#define DDNN_GROUP_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/frame.h"
#include "ddnn/link.h"

/* Records that are no message of a channel. */
enum {
  DDNN_INBOX_LINK_UP = 0xf0,
  DDNN_INBOX_LINK_DOWN = 0xf1,
  DDNN_INBOX_FAILED = 0xf2 /* token and status */
};

typedef struct ddnn_inbox_record {
  uint8_t kind;   /* ddnn_channel, or as above */
  int32_t status; /* failed */
  uint32_t size;  /* of the data */
  uint64_t token; /* failed */
  uint64_t at_us; /* when it came */
  char node[DDNN_NODE_MAX + 1];
} ddnn_inbox_record;

typedef struct ddnn_inbox {
  uint8_t *bytes;
  size_t capacity, largest; /* largest: more than so much data is refused */
  size_t read, used;
} ddnn_inbox;

/* Returns false where it does not fit. */
bool ddnn_inbox_put(ddnn_inbox *inbox, const ddnn_inbox_record *record,
                    const void *data);
/* A message of the transport. Returns false where it does not fit, or where
 * its node's name is none. */
bool ddnn_inbox_put_message(ddnn_inbox *inbox, const ddnn_message *message,
                            uint64_t now_us);
/* The oldest record, its data into data[largest]. Returns false if empty. */
bool ddnn_inbox_take(ddnn_inbox *inbox, ddnn_inbox_record *record, void *data);
void ddnn_inbox_clear(ddnn_inbox *inbox);

#endif
