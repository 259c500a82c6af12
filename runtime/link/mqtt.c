/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The MQTT link: making, sending, ending. Connecting is in mqtt_connect.c.
 */
#define _POSIX_C_SOURCE 200809L
#include "mqtt_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t mqtt_now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

void mqtt_wait_until(mqtt_link *l, uint64_t until_us) {
  if (until_us == UINT64_MAX) {
    pthread_cond_wait(&l->change, &l->lock);
    return;
  }
  struct timespec t = {.tv_sec = (time_t)(until_us / 1000000u),
                       .tv_nsec = (long)(until_us % 1000000u) * 1000};
  pthread_cond_timedwait(&l->change, &l->lock, &t);
}

void mqtt_log(mqtt_link *l, const char *format, ...) {
  char line[256];
  if (!l->config.log)
    return;
  int n = snprintf(line, sizeof line, "%s: ", l->config.broker);
  if (n < 0 || (size_t)n >= sizeof line)
    n = 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line + n, sizeof line - (size_t)n, format, arguments);
  va_end(arguments);
  l->config.log(l->config.log_user, line);
}

/* ---- Acknowledgements ---------------------------------------------------- */

static mqtt_pending *note_pending(mqtt_link *l, uint8_t channel, uint64_t token,
                                  uint64_t kept) {
  mqtt_pending *found = NULL;
  pthread_mutex_lock(&l->lock);
  for (unsigned i = 0; i < DDNN_MQTT_PENDING && !found; ++i)
    if (!l->pending[l->epoch & 1][i].used)
      found = &l->pending[l->epoch & 1][i];
  if (found)
    *found = (mqtt_pending){l, true, channel, token, kept};
  pthread_mutex_unlock(&l->lock);
  return found;
}

/* One way or the other, the broker has taken a stand. status: DDNN_OK, or why
 * the message reached nobody. */
static void settle(mqtt_pending *p, int status, bool taken) {
  mqtt_link *l = p->owner;
  uint64_t token = 0;
  if (!l)
    return;
  pthread_mutex_lock(&l->lock);
  if (p->used) {
    p->used = false;
    token = p->token;
    for (mqtt_kept *k = l->kept; taken && p->kept && k; k = k->next)
      if (k->number == p->kept)
        k->acknowledged = true;
    if (status != DDNN_OK)
      ++l->stats.refused;
  }
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->lock);
  if (token == 0 || status == DDNN_OK)
    return;
  pthread_rwlock_rdlock(&l->listener_lock);
  if (l->listening && l->listener.failed)
    l->listener.failed(l->listener.user, token, status);
  pthread_rwlock_unlock(&l->listener_lock);
}

static void on_published(void *context, MQTTAsync_successData5 *data) {
  mqtt_pending *p = context;
  /* Paho 1.3.12 swallows this code; later ones may not. */
  bool nobody = data->reasonCode == MQTTREASONCODE_NO_MATCHING_SUBSCRIBERS;
  settle(p, nobody && p->token ? DDNN_ERR_NO_PEER : DDNN_OK, true);
}

static void on_not_published(void *context, MQTTAsync_failureData5 *data) {
  int reason = mqtt_reason(data);
  int status = reason == MQTTREASONCODE_PACKET_TOO_LARGE ? DDNN_ERR_TOO_LARGE
               : reason == MQTTREASONCODE_NOT_AUTHORIZED ? DDNN_ERR_AUTH
               : reason == MQTTREASONCODE_QUOTA_EXCEEDED ? DDNN_ERR_BUSY
               : data && data->code == MQTTASYNC_DISCONNECTED
                   ? DDNN_ERR_DISCONNECTED
                   : DDNN_ERR_TRANSPORT;
  /* A refusal for good is not repeated, a lost connection is. */
  settle(context, status, reason != 0);
}

/* ---- Sending ------------------------------------------------------------- */

int mqtt_publish(mqtt_link *l, const char *topic, uint8_t channel,
                 const void *data, size_t size, uint64_t token, uint64_t kept) {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  bool retained =
      channel == DDNN_CHANNEL_STATUS || channel == DDNN_CHANNEL_CONFIG;
  int qos = retained ? 1 : l->config.qos;
  mqtt_pending *pending = NULL;
  size_t limit = atomic_load(&l->broker_max);
  if (l->config.max_message && (limit == 0 || l->config.max_message < limit))
    limit = l->config.max_message;
  /* Fixed header, topic length, packet id and an empty property list. */
  if (size > INT32_MAX / 2 || (limit && size + strlen(topic) + 16 > limit))
    return DDNN_ERR_TOO_LARGE;
  if (qos) {
    pending = note_pending(l, channel, token, kept);
    if (!pending)
      return DDNN_ERR_BUSY;
    options.context = pending;
    options.onSuccess5 = on_published;
    options.onFailure5 = on_not_published;
  }
  /* Without options Paho would send an MQTT 3 packet's worth of properties. */
  bool often = channel == DDNN_CHANNEL_REQUEST ||
               channel == DDNN_CHANNEL_REPLY ||
               channel == DDNN_CHANNEL_AGGREGATE;
  int rc = often && qos == 0 ? mqtt_send_aliased(l, topic, data, size, &options)
                             : MQTTAsync_send(l->client, topic, (int)size, data,
                                              qos, retained, &options);
  if (rc == MQTTASYNC_SUCCESS) {
    atomic_fetch_add_explicit(&l->sent, 1, memory_order_relaxed);
    return DDNN_OK;
  }
  if (pending) {
    pthread_mutex_lock(&l->lock);
    pending->used = false;
    pthread_mutex_unlock(&l->lock);
  }
  return rc == MQTTASYNC_DISCONNECTED            ? DDNN_ERR_DISCONNECTED
         : rc == MQTTASYNC_MAX_BUFFERED_MESSAGES ? DDNN_ERR_BUSY
         : rc == MQTTASYNC_NO_MORE_MSGIDS        ? DDNN_ERR_BUSY
                                                 : DDNN_ERR_TRANSPORT;
}

/* Remembers the latest message of a retained topic. With retained_lock held.
 * Returns its number, 0 if there is no memory. */
static uint64_t keep(mqtt_link *l, uint8_t channel, const char *topic,
                     const void *data, size_t size) {
  mqtt_kept *fresh = malloc(sizeof *fresh + size);
  if (!fresh)
    return 0;
  fresh->channel = channel;
  fresh->acknowledged = false;
  strcpy(fresh->topic, topic);
  fresh->size = size;
  memcpy(fresh->data, data, size);
  pthread_mutex_lock(&l->lock);
  fresh->number = ++l->next_kept;
  mqtt_kept **at = &l->kept;
  while (*at && strcmp((*at)->topic, topic) != 0)
    at = &(*at)->next;
  mqtt_kept *old = *at;
  fresh->next = old ? old->next : NULL;
  *at = fresh;
  pthread_mutex_unlock(&l->lock);
  free(old);
  return fresh->number;
}

static int mqtt_send(void *context, const ddnn_message *m) {
  mqtt_link *l = context;
  char topic[DDNN_TOPIC_MAX];
  int status = mqtt_topic(l, m, topic);
  if (status != DDNN_OK)
    return status;
  if (m->channel != DDNN_CHANNEL_STATUS && m->channel != DDNN_CHANNEL_CONFIG) {
    if (!atomic_load_explicit(&l->up, memory_order_acquire))
      return DDNN_ERR_DISCONNECTED;
    return mqtt_publish(l, topic, m->channel, m->data, m->size, m->token, 0);
  }
  pthread_mutex_lock(&l->retained_lock);
  uint64_t number = keep(l, m->channel, topic, m->data, m->size);
  if (number == 0)
    status = DDNN_ERR_NO_MEMORY;
  else if (atomic_load(&l->up))
    status =
        mqtt_publish(l, topic, m->channel, m->data, m->size, m->token, number);
  pthread_mutex_unlock(&l->retained_lock);
  /* It is kept and will be repeated when the link is back. */
  return status == DDNN_ERR_DISCONNECTED ? DDNN_OK : status;
}

static bool mqtt_up(void *context) {
  return atomic_load_explicit(&((mqtt_link *)context)->up,
                              memory_order_acquire);
}

static int mqtt_flush(void *context, uint32_t timeout_ms) {
  mqtt_link *l = context;
  uint64_t end = mqtt_now_us() + 1000ull * timeout_ms;
  bool open;
  pthread_mutex_lock(&l->lock);
  for (;;) {
    open = false;
    for (mqtt_kept *k = l->kept; k; k = k->next)
      open |= !k->acknowledged;
    if (!open || mqtt_now_us() >= end)
      break;
    mqtt_wait_until(l, end);
  }
  pthread_mutex_unlock(&l->lock);
  return open ? DDNN_ERR_DEADLINE : DDNN_OK;
}

/* ---- Life ---------------------------------------------------------------- */

static int mqtt_listen(void *context, const ddnn_listener *listener) {
  mqtt_link *l = context;
  if (l->started || !listener->message ||
      listener->service_count > DDNN_MAX_SERVICES)
    return DDNN_ERR_INVALID;
  ddnn_message status = {.channel = DDNN_CHANNEL_STATUS,
                         .node = l->config.node};
  int rc = mqtt_topic(l, &status, l->will_topic);
  if (rc != DDNN_OK)
    return rc;
  pthread_rwlock_wrlock(&l->listener_lock);
  l->listener = *listener;
  l->listening = true;
  pthread_rwlock_unlock(&l->listener_lock);
  if (MQTTAsync_setCallbacks(l->client, l, mqtt_on_lost, mqtt_on_arrived,
                             NULL) != MQTTASYNC_SUCCESS ||
      MQTTAsync_setDisconnected(l->client, l, mqtt_on_disconnected) !=
          MQTTASYNC_SUCCESS ||
      pthread_create(&l->manager, NULL, mqtt_manager, l) != 0) {
    l->listening = false;
    return DDNN_ERR_TRANSPORT;
  }
  l->started = true;
  return DDNN_OK;
}

static void mqtt_stop(void *context) {
  mqtt_link *l = context;
  pthread_rwlock_wrlock(&l->listener_lock);
  l->listening = false;
  pthread_rwlock_unlock(&l->listener_lock);
}

static const char *copy(mqtt_link *l, const char *text, const char *otherwise) {
  if (!text)
    text = otherwise;
  if (!text)
    return NULL;
  size_t n = strlen(text) + 1;
  char *c = malloc(n);
  if (c)
    memcpy(c, text, n);
  l->strings[l->string_count++] = c;
  return c;
}

/* Reads "scheme://host[:port]"; *uri is what Paho understands. */
static int parse_broker(mqtt_link *l, const char *broker, char *uri,
                        size_t room) {
  static const struct {
    const char *scheme, *paho;
    bool tls;
    uint16_t port;
  } schemes[] = {{"tcp://", "tcp://", false, 1883},
                 {"mqtt://", "tcp://", false, 1883},
                 {"ssl://", "ssl://", true, 8883},
                 {"mqtts://", "ssl://", true, 8883}};
  for (unsigned i = 0; i < sizeof schemes / sizeof *schemes; ++i) {
    size_t n = strlen(schemes[i].scheme);
    if (strncmp(broker, schemes[i].scheme, n) != 0)
      continue;
    const char *host = broker + n;
    const char *bracket = strrchr(host, ']'); /* an IPv6 address */
    const char *colon = strrchr(bracket ? bracket : host, ':');
    unsigned long port = schemes[i].port;
    if (colon) {
      char *end;
      port = strtoul(colon + 1, &end, 10);
      if (end == colon + 1 || *end || port == 0 || port > 65535)
        return DDNN_ERR_INVALID;
    }
    int length = (int)(colon ? colon - host : (long)strlen(host));
    if (length == 0)
      return DDNN_ERR_INVALID;
    l->tls = schemes[i].tls;
    l->port = (uint16_t)port;
    int used =
        snprintf(uri, room, "%s%.*s:%lu", schemes[i].paho, length, host, port);
    return used > 0 && (size_t)used < room ? DDNN_OK : DDNN_ERR_INVALID;
  }
  return DDNN_ERR_INVALID;
}

static int configure(mqtt_link *l, const ddnn_mqtt_config *c) {
  const char *site = c->site ? c->site : "default";
  if (!c->broker || !ddnn_node_name_ok(c->node) || !ddnn_node_name_ok(site) ||
      c->qos > 1)
    return DDNN_ERR_INVALID;
  l->config = *c;
  ddnn_mqtt_config *own = &l->config;
  own->broker = copy(l, c->broker, NULL);
  own->site = copy(l, site, NULL);
  own->node = copy(l, c->node, NULL);
  own->client_id = copy(l, c->client_id, c->node);
  own->user = copy(l, c->user, NULL);
  own->password = copy(l, c->password, NULL);
  own->ca_file = copy(l, c->ca_file, NULL);
  own->cert_file = copy(l, c->cert_file, NULL);
  own->key_file = copy(l, c->key_file, NULL);
  own->key_password = copy(l, c->key_password, NULL);
  for (unsigned i = 0; i < l->string_count; ++i)
    if (!l->strings[i])
      return DDNN_ERR_NO_MEMORY;
  if (own->keepalive_s == 0)
    own->keepalive_s = 10;
  if (own->connect_timeout_ms == 0)
    own->connect_timeout_ms = 5000;
  if (own->reconnect_min_ms == 0)
    own->reconnect_min_ms = 100;
  if (own->reconnect_max_ms == 0)
    own->reconnect_max_ms = 2000;
  if (own->reconnect_max_ms < own->reconnect_min_ms)
    own->reconnect_max_ms = own->reconnect_min_ms;
  l->backoff_ms = own->reconnect_min_ms;
  l->random = (uint32_t)mqtt_now_us() ^ (uint32_t)(uintptr_t)l;
  int n = snprintf(l->prefix, sizeof l->prefix, "ddnnc/v1/%s/", own->site);
  l->prefix_length = (size_t)n;
  return DDNN_OK;
}

static void release(mqtt_link *l) {
  if (l->client)
    MQTTAsync_destroy(&l->client);
  while (l->kept) {
    mqtt_kept *k = l->kept;
    l->kept = k->next;
    free(k);
  }
  for (unsigned i = 0; i < l->string_count; ++i)
    free(l->strings[i]);
  pthread_cond_destroy(&l->change);
  pthread_mutex_destroy(&l->lock);
  pthread_mutex_destroy(&l->retained_lock);
  pthread_mutex_destroy(&l->alias_lock);
  pthread_rwlock_destroy(&l->listener_lock);
  free(l);
}

int ddnn_mqtt_create(const ddnn_mqtt_config *config, ddnn_link **link) {
  char uri[512];
  if (!config || !link)
    return DDNN_ERR_INVALID;
  mqtt_link *l = calloc(1, sizeof *l);
  if (!l)
    return DDNN_ERR_NO_MEMORY;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&l->change, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&l->lock, NULL);
  pthread_mutex_init(&l->retained_lock, NULL);
  pthread_mutex_init(&l->alias_lock, NULL);
  pthread_rwlock_init(&l->listener_lock, NULL);
  int status = configure(l, config);
  if (status == DDNN_OK)
    status = parse_broker(l, config->broker, uri, sizeof uri);
  if (status == DDNN_OK) {
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
    /* No MQTTAsync_global_init: its default is what we want, and called while
     * a client exists it re-initialises a condition variable that Paho's sender
     * waits on, which then misses wake-ups: a second per message. */
    options.sendWhileDisconnected = 0; /* the queue is ours */
    options.maxBufferedMessages = 65535;
    if (MQTTAsync_createWithOptions(&l->client, uri, l->config.client_id,
                                    MQTTCLIENT_PERSISTENCE_NONE, NULL,
                                    &options) != MQTTASYNC_SUCCESS) {
      l->client = NULL;
      status = DDNN_ERR_TRANSPORT;
    }
  }
  if (status != DDNN_OK) {
    release(l);
    return status;
  }
  l->link.context = l;
  l->link.send = mqtt_send;
  l->link.listen = mqtt_listen;
  l->link.stop = mqtt_stop;
  l->link.up = mqtt_up;
  l->link.flush = mqtt_flush;
  *link = &l->link;
  return DDNN_OK;
}

static void on_ended(void *context, MQTTAsync_successData5 *data) {
  mqtt_link *l = context;
  (void)data;
  pthread_mutex_lock(&l->lock);
  l->disconnected = true;
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->lock);
}

static void on_end_failed(void *context, MQTTAsync_failureData5 *data) {
  (void)data;
  on_ended(context, NULL);
}

void ddnn_mqtt_destroy(ddnn_link *link) {
  if (!link)
    return;
  mqtt_link *l = (mqtt_link *)link;
  mqtt_stop(l);
  pthread_mutex_lock(&l->lock);
  l->quitting = true;
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->lock);
  if (l->started)
    pthread_join(l->manager, NULL);
  atomic_store(&l->up, false);
  if (MQTTAsync_isConnected(l->client)) {
    MQTTAsync_disconnectOptions options =
        MQTTAsync_disconnectOptions_initializer5;
    options.context = l;
    options.onSuccess5 = on_ended;
    options.onFailure5 = on_end_failed;
    options.timeout = 500;
    if (MQTTAsync_disconnect(l->client, &options) == MQTTASYNC_SUCCESS) {
      uint64_t end = mqtt_now_us() + 1000000;
      pthread_mutex_lock(&l->lock);
      while (!l->disconnected && mqtt_now_us() < end)
        mqtt_wait_until(l, end);
      pthread_mutex_unlock(&l->lock);
    }
  }
  release(l);
}

int ddnn_mqtt_wait_up(ddnn_link *link, uint32_t timeout_ms) {
  mqtt_link *l = (mqtt_link *)link;
  uint64_t end = mqtt_now_us() + 1000ull * timeout_ms;
  pthread_mutex_lock(&l->lock);
  while (l->phase != MQTT_UP && l->refusal != DDNN_ERR_AUTH &&
         mqtt_now_us() < end)
    mqtt_wait_until(l, end);
  int status = l->phase == MQTT_UP           ? DDNN_OK
               : l->refusal == DDNN_ERR_AUTH ? DDNN_ERR_AUTH
                                             : DDNN_ERR_DEADLINE;
  pthread_mutex_unlock(&l->lock);
  return status;
}

void ddnn_mqtt_get_stats(ddnn_link *link, ddnn_mqtt_stats *stats) {
  mqtt_link *l = (mqtt_link *)link;
  pthread_mutex_lock(&l->lock);
  *stats = l->stats;
  pthread_mutex_unlock(&l->lock);
  stats->sent = atomic_load(&l->sent);
  stats->received = atomic_load(&l->received);
  stats->aliased = atomic_load(&l->aliased);
}
