/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What the files of the MQTT link share.
 *
 * Paho calls back with its own lock held, and takes that lock in every call. So
 * there are two kinds of locks here: `lock` may be taken in callbacks and is
 * never held while Paho is called; the others may be held while Paho is
 * called and are never taken in a callback.
 */
#ifndef DDNN_LINK_MQTT_INTERNAL_H
#define DDNN_LINK_MQTT_INTERNAL_H

#include "ddnn/frame.h"
#include "ddnn/mqtt.h"

#include <MQTTAsync.h>
#include <pthread.h>
#include <stdatomic.h>

#define DDNN_TOPIC_MAX 256
/* Messages that wait for an acknowledgement at once, per connection. */
#define DDNN_MQTT_PENDING 256
/* Topics that are sent as a number, per connection. */
#define DDNN_MQTT_ALIASES 16

typedef enum mqtt_phase {
  MQTT_DOWN = 0,   /* will connect at next_try_us */
  MQTT_CONNECTING, /* waits for CONNACK */
  MQTT_CONNECTED,  /* shall subscribe */
  MQTT_SUBSCRIBING,
  MQTT_SUBSCRIBED, /* shall repeat what is retained, then tell the listener */
  MQTT_UP
} mqtt_phase;

typedef struct mqtt_link mqtt_link;

/* A published message that the broker has to acknowledge. */
typedef struct mqtt_pending {
  mqtt_link *owner;
  bool used;
  uint8_t channel;
  uint64_t token;
  uint64_t kept; /* number of the kept message that it repeats; 0: none */
} mqtt_pending;

/* The latest message of a retained topic. */
typedef struct mqtt_kept {
  struct mqtt_kept *next;
  uint64_t number;
  bool acknowledged;
  uint8_t channel;
  char topic[DDNN_TOPIC_MAX];
  size_t size;
  uint8_t data[];
} mqtt_kept;

struct mqtt_link {
  ddnn_link link; /* first: a link's address is its own */
  ddnn_mqtt_config config;
  char *strings[12]; /* copies that config points to */
  unsigned string_count;
  char prefix[DDNN_TOPIC_MAX / 2]; /* "ddnnc/v1/<site>/" */
  size_t prefix_length;
  char will_topic[DDNN_TOPIC_MAX];
  uint16_t port; /* of the broker */
  bool tls;
  MQTTAsync client;

  pthread_rwlock_t listener_lock; /* read: in callbacks; write: coming, going */
  ddnn_listener listener;
  bool listening, started;

  atomic_bool up;
  atomic_uint broker_max; /* largest packet that the broker takes; 0: any */
  atomic_uint alias_max;  /* topic aliases that it keeps */

  pthread_mutex_t lock;
  pthread_cond_t change; /* phase, acknowledgements, quitting */
  mqtt_phase phase;
  uint64_t phase_us; /* since when */
  uint64_t next_try_us;
  uint32_t backoff_ms;
  uint32_t random;
  bool told_up; /* what the listener was last told */
  int refusal;  /* why the broker does not want us, else 0 */
  bool quitting, disconnected;
  unsigned epoch; /* connections made; its parity chooses half of `pending` */
  mqtt_pending pending[2][DDNN_MQTT_PENDING];
  mqtt_kept *kept;
  uint64_t next_kept;
  ddnn_mqtt_stats stats; /* all but the two below */
  atomic_ullong sent, received, aliased;

  pthread_mutex_t retained_lock;
  /* Aliases of this connection; number i + 1 is aliases[i]. The lock is one of
   * the second kind. */
  pthread_mutex_t alias_lock;
  unsigned alias_epoch, alias_count;
  char aliases[DDNN_MQTT_ALIASES][DDNN_TOPIC_MAX];
  pthread_t manager;
};

/* mqtt_topic.c */
int mqtt_topic(const mqtt_link *l, const ddnn_message *message,
               char topic[DDNN_TOPIC_MAX]);
/* Takes a topic apart; *node points into topic. */
bool mqtt_parse_topic(const mqtt_link *l, const char *topic, size_t length,
                      ddnn_message *message, char node[DDNN_NODE_MAX + 1]);
/* All subscriptions of a listener; returns how many. */
int mqtt_subscriptions(const mqtt_link *l, const ddnn_listener *listener,
                       char (*topics)[DDNN_TOPIC_MAX], int capacity);

/* mqtt_connect.c */
void *mqtt_manager(void *link);
int mqtt_on_arrived(void *context, char *topic, int length,
                    MQTTAsync_message *message);
void mqtt_on_lost(void *context, char *cause);
void mqtt_on_disconnected(void *context, MQTTProperties *properties,
                          enum MQTTReasonCodes reason);

/* The reason code in a failure: Paho puts a CONNACK's into `code`. 0: none. */
int mqtt_reason(const MQTTAsync_failureData5 *data);

/* mqtt_alias.c: MQTTAsync_send with QoS 0, the topic as short as it goes. */
int mqtt_send_aliased(mqtt_link *l, const char *topic, const void *data,
                      size_t size, MQTTAsync_responseOptions *options);

/* mqtt.c */
int mqtt_publish(mqtt_link *l, const char *topic, uint8_t channel,
                 const void *data, size_t size, uint64_t token, uint64_t kept);
void mqtt_log(mqtt_link *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
uint64_t mqtt_now_us(void);
void mqtt_wait_until(mqtt_link *l, uint64_t until_us);

/* nodelay.c: sets TCP_NODELAY on every connected TCP socket of this process
 * whose peer has this port. Returns on how many it is set now, read back from
 * the system. */
int ddnn_set_nodelay(uint16_t port);

#endif
