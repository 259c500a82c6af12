/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The least that a request and its response cost with Paho: QoS 0, TCP_NODELAY,
 * callbacks that copy and hand over to a thread of the application, on both
 * sides. No header, no checks.
 */
#define _GNU_SOURCE
#include "../../runtime/link/mqtt_internal.h"
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bare {
  MQTTAsync client;
  uint16_t port;
  int server;
  uint8_t *payload, *arrived;
  uint32_t payload_bytes;
  pthread_mutex_t lock;
  pthread_cond_t cond;
  int connected, subscribed, messages;
};

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void set(bare *b, int *flag) {
  pthread_mutex_lock(&b->lock);
  ++*flag;
  pthread_mutex_unlock(&b->lock);
  pthread_cond_signal(&b->cond);
}

/* Waits until *flag is set and takes one off; -1 after 300 ms. */
static int take(bare *b, int *flag) {
  struct timespec end;
  int rc = 0;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_nsec += 300000000;
  if (end.tv_nsec >= 1000000000) {
    end.tv_nsec -= 1000000000;
    ++end.tv_sec;
  }
  pthread_mutex_lock(&b->lock);
  while (!*flag && rc == 0)
    rc = pthread_cond_timedwait(&b->cond, &b->lock, &end);
  if (*flag) {
    --*flag;
    rc = 0;
  }
  pthread_mutex_unlock(&b->lock);
  return rc == 0 ? 0 : -1;
}

static int arrived(void *context, char *topic, int length,
                   MQTTAsync_message *m) {
  bare *b = context;
  (void)length;
  memcpy(b->arrived, m->payload,
         (size_t)m->payloadlen < b->payload_bytes + REPLY_BYTES
             ? (size_t)m->payloadlen
             : b->payload_bytes);
  MQTTAsync_freeMessage(&m);
  MQTTAsync_free(topic);
  set(b, &b->messages);
  return 1;
}

static void connected(void *context, MQTTAsync_successData5 *data) {
  (void)data;
  bare *b = context;
  ddnn_set_nodelay(b->port);
  set(b, &b->connected);
}

static void subscribed(void *context, MQTTAsync_successData5 *data) {
  (void)data;
  set(context, &((bare *)context)->subscribed);
}

bare *bare_open(uint16_t port, int server, uint32_t payload_bytes) {
  char uri[64];
  bare *b = calloc(1, sizeof *b);
  pthread_condattr_t attributes;
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  if (!b)
    return NULL;
  b->port = port;
  b->server = server;
  b->payload_bytes = payload_bytes;
  b->payload = calloc(1, payload_bytes + REPLY_BYTES);
  b->arrived = calloc(1, payload_bytes + REPLY_BYTES);
  pthread_mutex_init(&b->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&b->cond, &attributes);
  snprintf(uri, sizeof uri, "tcp://127.0.0.1:%u", port);
  MQTTAsync_createWithOptions(&b->client, uri,
                              server ? "bare-server" : "bare-client",
                              MQTTCLIENT_PERSISTENCE_NONE, NULL, &create);
  MQTTAsync_setCallbacks(b->client, b, NULL, arrived, NULL);
  options.cleanstart = 1;
  options.onSuccess5 = connected;
  options.context = b;
  response.onSuccess5 = subscribed;
  response.context = b;
  if (MQTTAsync_connect(b->client, &options) != MQTTASYNC_SUCCESS ||
      take(b, &b->connected) != 0 ||
      MQTTAsync_subscribe(b->client, server ? "bare/req" : "bare/rsp", 0,
                          &response) != MQTTASYNC_SUCCESS ||
      take(b, &b->subscribed) != 0)
    return NULL;
  return b;
}

static int publish(bare *b, const char *topic, uint32_t bytes) {
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  return MQTTAsync_send(b->client, topic, (int)bytes, b->payload, 0, 0,
                        &response);
}

int bare_call(bare *b) {
  if (publish(b, "bare/req", b->payload_bytes) != MQTTASYNC_SUCCESS)
    return -1;
  return take(b, &b->messages);
}

void bare_serve(bare *b) {
  for (;;)
    if (take(b, &b->messages) == 0)
      (void)publish(b, "bare/rsp", REPLY_BYTES);
}
