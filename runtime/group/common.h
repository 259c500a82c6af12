/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Small things that members and aggregators share.
 */
#ifndef DDNN_GROUP_COMMON_H
#define DDNN_GROUP_COMMON_H

#include "../core/bytes.h"
#include "ddnn/group.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"
#include "inbox.h"

#define DDNN_ROUND(n) (((n) + DDNN_ALIGN - 1) & ~(size_t)(DDNN_ALIGN - 1))

static inline void ddnn_sync_lock(const ddnn_sync *sync) {
  if (sync->lock)
    sync->lock(sync->context);
}

static inline void ddnn_sync_unlock(const ddnn_sync *sync) {
  if (sync->unlock)
    sync->unlock(sync->context);
}

static inline void ddnn_sync_wake(const ddnn_sync *sync) {
  if (sync->wake)
    sync->wake(sync->context);
}

/* Gives the processor away until something happens or until_us. With the lock
 * held, which it gives up meanwhile. */
static inline void ddnn_sync_rest(const ddnn_sync *sync, uint64_t until_us) {
  if (sync->wait) {
    sync->wait(sync->context, until_us);
  } else if (sync->idle) {
    ddnn_sync_unlock(sync);
    sync->idle(sync->context);
    ddnn_sync_lock(sync);
  }
}

static inline bool ddnn_same_name(const char *a, const char *b) {
  while (*a && *a == *b)
    ++a, ++b;
  return *a == *b;
}

static inline void ddnn_set_name(char to[DDNN_NODE_MAX + 1], const char *from) {
  unsigned i = 0;
  for (; i < DDNN_NODE_MAX && from[i]; ++i)
    to[i] = from[i];
  to[i] = 0;
}

#endif
