/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Clock, locks and a random boot number of a POSIX system, and a session that
 * brings its own memory: what an application on Linux would otherwise write
 * itself.
 */
#ifndef DDNN_HOST_H
#define DDNN_HOST_H

#include <stdint.h>

#include "ddnn/group.h"
#include "ddnn/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CLOCK_MONOTONIC in microseconds; fits ddnn_session_config.now_us. */
uint64_t ddnn_host_now_us(void *unused);

/* A number from the system's random source; never 0. */
uint32_t ddnn_host_boot(void);

/* A mutex and a condition variable as a ddnn_sync. Returns DDNN_OK or
 * DDNN_ERR_NO_MEMORY. */
int ddnn_host_sync_create(ddnn_sync *sync);
void ddnn_host_sync_destroy(ddnn_sync *sync);

/* Opens a session with memory from malloc, and with the clock, locks and boot
 * number above where config has none. Returns as ddnn_session_open. */
int ddnn_host_session_open(ddnn_session **session,
                           const ddnn_session_config *config);
void ddnn_host_session_close(ddnn_session *session);

/* The same for members and aggregators. */
int ddnn_host_member_open(ddnn_member **member,
                          const ddnn_member_config *config);
void ddnn_host_member_close(ddnn_member *member);
int ddnn_host_aggregator_open(ddnn_aggregator **aggregator,
                              const ddnn_aggregator_config *config);
void ddnn_host_aggregator_close(ddnn_aggregator *aggregator);

#ifdef __cplusplus
}
#endif
#endif
