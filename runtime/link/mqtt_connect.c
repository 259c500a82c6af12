/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Connecting, and doing it again. Paho's own reconnection takes seconds, does
 * not subscribe again and flushes its queue before anybody listens, so a thread
 * of ours does it in this order: connect, TCP_NODELAY, subscribe, wait for the
 * SUBACK, repeat what is retained, tell the listener.
 */
#define _POSIX_C_SOURCE 200809L
#include "mqtt_internal.h"

#include <string.h>

static void set_phase(mqtt_link *l, mqtt_phase phase) {
  l->phase = phase;
  l->phase_us = mqtt_now_us();
  pthread_cond_broadcast(&l->change);
}

/* The connection is gone, or was refused. With the lock held. */
static void fall(mqtt_link *l) {
  if (l->phase == MQTT_DOWN)
    return;
  if (l->phase == MQTT_UP)
    ++l->stats.losses;
  atomic_store(&l->up, false);
  /* Half of the pause is drawn at random, so that a thousand devices do not
   * come back in the same millisecond. */
  l->random = l->random * 1664525u + 1013904223u;
  uint32_t half = l->backoff_ms / 2 + 1;
  uint64_t pause = half + l->random / 65536u % half;
  l->next_try_us = mqtt_now_us() + pause * 1000;
  l->backoff_ms = l->backoff_ms * 2 < l->config.reconnect_max_ms
                      ? l->backoff_ms * 2
                      : l->config.reconnect_max_ms;
  set_phase(l, MQTT_DOWN);
}

int mqtt_reason(const MQTTAsync_failureData5 *data) {
  if (!data)
    return 0;
  if ((int)data->reasonCode >= 0x80)
    return (int)data->reasonCode;
  return data->code >= 0x80 && data->code <= 0xff ? data->code : 0;
}

static int status_of_reason(int reason) {
  switch (reason) {
  case MQTTREASONCODE_BAD_USER_NAME_OR_PASSWORD:
  case MQTTREASONCODE_NOT_AUTHORIZED:
  case MQTTREASONCODE_CLIENT_IDENTIFIER_NOT_VALID:
  case MQTTREASONCODE_BANNED:
  case MQTTREASONCODE_BAD_AUTHENTICATION_METHOD:
    return DDNN_ERR_AUTH;
  default:
    return DDNN_ERR_TRANSPORT;
  }
}

/* ---- Callbacks of Paho --------------------------------------------------- */

static void on_connected(void *context, MQTTAsync_successData5 *data) {
  mqtt_link *l = context;
  int set = ddnn_set_nodelay(l->port);
  int limit = MQTTProperties_getNumericValue(
      &data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE);
  atomic_store(&l->broker_max, limit > 0 ? (unsigned)limit : 0);
  limit = MQTTProperties_getNumericValue(&data->properties,
                                         MQTTPROPERTY_CODE_TOPIC_ALIAS_MAXIMUM);
  atomic_store(&l->alias_max, limit > 0 ? (unsigned)limit : 0);
  pthread_mutex_lock(&l->lock);
  l->refusal = DDNN_OK;
  ++l->stats.connects;
  l->stats.nodelay += (uint32_t)set;
  ++l->epoch;
  memset(l->pending[l->epoch & 1], 0, sizeof l->pending[0]);
  if (l->phase == MQTT_CONNECTING)
    set_phase(l, MQTT_CONNECTED);
  pthread_mutex_unlock(&l->lock);
  mqtt_log(l, "connected%s", set ? "" : ", but TCP_NODELAY could not be set");
}

static void on_refused(void *context, MQTTAsync_failureData5 *data) {
  mqtt_link *l = context;
  int reason = mqtt_reason(data);
  pthread_mutex_lock(&l->lock);
  l->refusal = reason ? status_of_reason(reason) : DDNN_ERR_DISCONNECTED;
  fall(l);
  pthread_mutex_unlock(&l->lock);
  mqtt_log(l, "connection failed: %s",
           reason ? MQTTReasonCode_toString((enum MQTTReasonCodes)reason)
           : data && data->message ? data->message
                                   : "no answer");
}

void mqtt_on_lost(void *context, char *cause) {
  mqtt_link *l = context;
  pthread_mutex_lock(&l->lock);
  fall(l);
  pthread_mutex_unlock(&l->lock);
  mqtt_log(l, "connection lost%s%s", cause ? ": " : "", cause ? cause : "");
}

void mqtt_on_disconnected(void *context, MQTTProperties *properties,
                          enum MQTTReasonCodes reason) {
  mqtt_link *l = context;
  (void)properties;
  const char *text = MQTTReasonCode_toString(reason);
  pthread_mutex_lock(&l->lock);
  if (reason != MQTTREASONCODE_SUCCESS)
    ++l->stats.refused;
  pthread_mutex_unlock(&l->lock);
  /* Paho reports the loss itself right afterwards. */
  mqtt_log(l, "the broker ends the connection: %s", text ? text : "?");
}

static void on_subscribed(void *context, MQTTAsync_successData5 *data) {
  mqtt_link *l = context;
  bool refused = (int)data->reasonCode >= 0x80;
  if (data->alt.sub.reasonCodeCount > 1)
    for (int i = 0; i < data->alt.sub.reasonCodeCount; ++i)
      refused |= (int)data->alt.sub.reasonCodes[i] >= 0x80;
  pthread_mutex_lock(&l->lock);
  if (refused) {
    ++l->stats.refused;
    l->refusal = DDNN_ERR_AUTH;
  }
  /* What was granted may still be enough to go on. */
  if (l->phase == MQTT_SUBSCRIBING)
    set_phase(l, MQTT_SUBSCRIBED);
  pthread_mutex_unlock(&l->lock);
  if (refused)
    mqtt_log(l, "the broker refuses a subscription");
}

static void on_not_subscribed(void *context, MQTTAsync_failureData5 *data) {
  mqtt_link *l = context;
  pthread_mutex_lock(&l->lock);
  ++l->stats.refused;
  if (mqtt_reason(data))
    l->refusal = status_of_reason(mqtt_reason(data));
  if (l->phase == MQTT_SUBSCRIBING)
    l->phase_us = 0; /* the manager gives this connection up */
  pthread_cond_broadcast(&l->change);
  pthread_mutex_unlock(&l->lock);
  mqtt_log(l, "subscription failed");
}

int mqtt_on_arrived(void *context, char *topic, int length,
                    MQTTAsync_message *message) {
  mqtt_link *l = context;
  char node[DDNN_NODE_MAX + 1];
  ddnn_message m = {0};
  size_t n = length > 0 ? (size_t)length : strlen(topic);
  atomic_fetch_add_explicit(&l->received, 1, memory_order_relaxed);
  if (message->payloadlen > 0 && mqtt_parse_topic(l, topic, n, &m, node)) {
    m.data = message->payload;
    m.size = (size_t)message->payloadlen;
    pthread_rwlock_rdlock(&l->listener_lock);
    if (l->listening)
      l->listener.message(l->listener.user, &m);
    pthread_rwlock_unlock(&l->listener_lock);
  }
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

/* ---- The manager --------------------------------------------------------- */

static int open_connection(mqtt_link *l) {
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  const ddnn_mqtt_config *c = &l->config;
  options.keepAliveInterval = c->keepalive_s;
  options.connectTimeout = (int)((c->connect_timeout_ms + 999) / 1000);
  options.cleanstart = 1;
  options.automaticReconnect = 0;
  options.username = c->user;
  options.password = c->password;
  options.onSuccess5 = on_connected;
  options.onFailure5 = on_refused;
  options.context = l;
  if (l->listener.will) {
    will.topicName = l->will_topic;
    will.payload.data = l->listener.will;
    will.payload.len = (int)l->listener.will_size;
    will.qos = 1;
    will.retained = 1;
    options.will = &will;
  }
  if (l->tls) {
    tls.trustStore = c->ca_file;
    tls.keyStore = c->cert_file;
    tls.privateKey = c->key_file;
    tls.privateKeyPassword = c->key_password;
    tls.enableServerCertAuth = !c->insecure;
    tls.verify = !c->insecure;
    options.ssl = &tls;
  }
  return MQTTAsync_connect(l->client, &options);
}

static int subscribe(mqtt_link *l) {
  enum { MAX = 7 + DDNN_MAX_SERVICES };
  char topics[MAX][DDNN_TOPIC_MAX];
  char *list[MAX];
  int qos[MAX];
  MQTTSubscribe_options each[MAX];
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  int n = mqtt_subscriptions(l, &l->listener, topics, MAX);
  if (n == 0) {
    pthread_mutex_lock(&l->lock);
    if (l->phase == MQTT_SUBSCRIBING)
      set_phase(l, MQTT_SUBSCRIBED);
    pthread_mutex_unlock(&l->lock);
    return MQTTASYNC_SUCCESS;
  }
  for (int i = 0; i < n; ++i) {
    list[i] = topics[i];
    qos[i] = 1;
    each[i] = (MQTTSubscribe_options)MQTTSubscribe_options_initializer;
  }
  options.context = l;
  options.onSuccess5 = on_subscribed;
  options.onFailure5 = on_not_subscribed;
  options.subscribeOptionsCount = n;
  options.subscribeOptionsList = each;
  return MQTTAsync_subscribeMany(l->client, n, list, qos, &options);
}

/* Sends the kept messages again: status always, the others if nobody has
 * acknowledged them. Then the link is up. */
static void repeat(mqtt_link *l) {
  pthread_mutex_lock(&l->retained_lock);
  /* Only senders change the list, and they hold retained_lock, too. */
  for (mqtt_kept *k = l->kept; k; k = k->next)
    if (k->channel == DDNN_CHANNEL_STATUS || !k->acknowledged)
      (void)mqtt_publish(l, k->topic, k->channel, k->data, k->size, 0,
                         k->number);
  pthread_mutex_lock(&l->lock);
  if (l->phase == MQTT_SUBSCRIBED) {
    l->backoff_ms = l->config.reconnect_min_ms;
    atomic_store(&l->up, true);
    set_phase(l, MQTT_UP);
  }
  pthread_mutex_unlock(&l->lock);
  pthread_mutex_unlock(&l->retained_lock);
}

/* Tells the listener what has changed. With the lock held; gives it up. */
static void tell(mqtt_link *l, bool up) {
  uint64_t tokens[DDNN_MQTT_PENDING];
  unsigned lost = 0;
  l->told_up = up;
  if (!up) /* Paho forgets what was not acknowledged; its callbacks may come
              late, and then find nothing */
    for (unsigned i = 0; i < DDNN_MQTT_PENDING; ++i) {
      mqtt_pending *p = &l->pending[l->epoch & 1][i];
      if (p->used && p->token)
        tokens[lost++] = p->token;
      p->used = false;
    }
  pthread_mutex_unlock(&l->lock);
  pthread_rwlock_rdlock(&l->listener_lock);
  if (l->listening) {
    if (l->listener.state)
      l->listener.state(l->listener.user, up);
    for (unsigned i = 0; i < lost && l->listener.failed; ++i)
      l->listener.failed(l->listener.user, tokens[i], DDNN_ERR_DISCONNECTED);
  }
  pthread_rwlock_unlock(&l->listener_lock);
  pthread_mutex_lock(&l->lock);
}

/* An attempt that hangs: cut it off and begin anew. With the lock held. */
static void cut_off(mqtt_link *l) {
  MQTTAsync_disconnectOptions options =
      MQTTAsync_disconnectOptions_initializer5;
  fall(l);
  pthread_mutex_unlock(&l->lock);
  (void)MQTTAsync_disconnect(l->client, &options);
  pthread_mutex_lock(&l->lock);
}

void *mqtt_manager(void *link) {
  mqtt_link *l = link;
  pthread_mutex_lock(&l->lock);
  while (!l->quitting) {
    uint64_t now = mqtt_now_us(), patience;
    int rc;
    if (l->told_up && l->phase != MQTT_UP) {
      tell(l, false);
      continue;
    }
    switch (l->phase) {
    case MQTT_DOWN:
      if (now < l->next_try_us) {
        mqtt_wait_until(l, l->next_try_us);
        break;
      }
      set_phase(l, MQTT_CONNECTING);
      pthread_mutex_unlock(&l->lock);
      rc = open_connection(l);
      pthread_mutex_lock(&l->lock);
      if (rc != MQTTASYNC_SUCCESS && l->phase == MQTT_CONNECTING) {
        l->refusal = DDNN_ERR_TRANSPORT;
        fall(l);
      }
      break;
    case MQTT_CONNECTED:
      set_phase(l, MQTT_SUBSCRIBING);
      pthread_mutex_unlock(&l->lock);
      rc = subscribe(l);
      pthread_mutex_lock(&l->lock);
      if (rc != MQTTASYNC_SUCCESS && l->phase == MQTT_SUBSCRIBING)
        cut_off(l);
      break;
    case MQTT_SUBSCRIBED:
      pthread_mutex_unlock(&l->lock);
      repeat(l);
      pthread_mutex_lock(&l->lock);
      break;
    case MQTT_CONNECTING:
    case MQTT_SUBSCRIBING:
      patience = l->phase_us + 1000ull * l->config.connect_timeout_ms + 2000000;
      if (now >= patience || l->phase_us == 0)
        cut_off(l);
      else
        mqtt_wait_until(l, patience);
      break;
    case MQTT_UP:
      if (!l->told_up)
        tell(l, true);
      else
        mqtt_wait_until(l, UINT64_MAX);
      break;
    }
  }
  pthread_mutex_unlock(&l->lock);
  return NULL;
}
