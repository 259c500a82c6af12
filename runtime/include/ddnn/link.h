/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The one interface that all transports stand behind. A transport moves
 * messages to named nodes on five channels. To bring your own, fill a ddnn_link
 * with a send function, leave the rest NULL, and hand what arrives to
 * ddnn_session_receive (that is all a device needs).
 */
#ifndef DDNN_LINK_H
#define DDNN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/control.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ddnn_channel {
  DDNN_CHANNEL_REQUEST = 0,   /* "req": frames to a worker */
  DDNN_CHANNEL_REPLY = 1,     /* "rsp": frames back to the asking node */
  DDNN_CHANNEL_AGGREGATE = 2, /* "agg": frames of a group's members */
  DDNN_CHANNEL_STATUS = 3,    /* "status": ddnn_announce, retained */
  DDNN_CHANNEL_CONFIG = 4,    /* "cfg": ddnn_thresholds, retained */
  DDNN_CHANNEL_RESULT = 5 /* "res": a group's answers, from its aggregator */
} ddnn_channel;

/* Node names with a meaning of their own. */
#define DDNN_NODE_ALL "all" /* DDNN_CHANNEL_CONFIG: every node */
/* "@1" on DDNN_CHANNEL_REQUEST: whichever worker of tier 1 the broker picks
 * ($share, the simple mode). */

typedef struct ddnn_message {
  uint8_t channel;  /* ddnn_channel */
  uint64_t model;   /* deployment's hash; 0 on DDNN_CHANNEL_STATUS, which
                       speaks for a whole node */
  const char *node; /* sending: to whom (for status: who speaks);
                       receiving: the same, as the sender wrote it */
  const void *data;
  size_t size;
  uint64_t token; /* sending: handed back by ddnn_listener.failed; 0: none */
} ddnn_message;

/* What a listener wants to hear (bits of ddnn_listener.hears). */
#define DDNN_HEAR_REQUESTS 1u   /* addressed to this node */
#define DDNN_HEAR_REPLIES 2u    /* addressed to this node */
#define DDNN_HEAR_STATUS 4u     /* of every node of the site */
#define DDNN_HEAR_CONFIG 8u     /* for this node and for all */
#define DDNN_HEAR_SHARED 16u    /* requests for "@stage" of each service */
#define DDNN_HEAR_AGGREGATE 32u /* addressed to this node */
#define DDNN_HEAR_RESULTS 64u   /* of every aggregator of the site */

/* The receiving end. All functions are called from the transport's thread:
 * they copy what they need, never block and never send. */
typedef struct ddnn_listener {
  void *user;                   /* first argument of each function */
  uint32_t hears;               /* DDNN_HEAR_* */
  const ddnn_service *services; /* DDNN_HEAR_SHARED: which; may be NULL */
  size_t service_count;
  const void *will; /* published, retained, on this node's status topic if the
                       node vanishes; NULL: none */
  size_t will_size;
  /* A message; its memory is the transport's and valid during the call. */
  void (*message)(void *user, const ddnn_message *message);
  /* The link came up (subscriptions are in place) or went down. May be NULL. */
  void (*state)(void *user, bool up);
  /* A message that was sent with this token did not get through: status is
   * DDNN_ERR_NO_PEER, DDNN_ERR_TOO_LARGE, ... May be NULL. */
  void (*failed)(void *user, uint64_t token, int status);
} ddnn_listener;

/* A transport. */
typedef struct ddnn_link {
  void *context; /* first argument of each function */
  /* Sends; never blocks for the network. data may be reused on return. While
   * the link is down, status and config messages are kept (the latest of each)
   * and sent when it is back, status also again after each loss; the others are
   * refused. Returns DDNN_OK when the message is on
   * its way (no promise that it arrives), DDNN_ERR_DISCONNECTED,
   * DDNN_ERR_NO_PEER, DDNN_ERR_TOO_LARGE, DDNN_ERR_TRANSPORT. */
  int (*send)(void *context, const ddnn_message *message);
  /* Starts receiving; at most one listener per link. The struct is copied, what
   * it points to must live until stop returns. NULL where the application calls
   * ddnn_session_receive itself. */
  int (*listen)(void *context, const ddnn_listener *listener);
  /* Stops receiving; no listener function runs after it returned. NULL: none */
  void (*stop)(void *context);
  /* True while connected. Never blocks. NULL: always. */
  bool (*up)(void *context);
  /* Waits until everything sent on retained channels was acknowledged, at most
   * timeout_ms. Returns DDNN_OK or DDNN_ERR_DEADLINE. NULL: nothing to wait
   * for. */
  int (*flush)(void *context, uint32_t timeout_ms);
} ddnn_link;

#ifdef __cplusplus
}
#endif
#endif
