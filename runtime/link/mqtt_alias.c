/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Topic aliases of MQTT 5: after the first message a topic of some 60 bytes
 * goes as a number. The broker says how many it keeps; they end with the
 * connection.
 */
#define _POSIX_C_SOURCE 200809L
#include "mqtt_internal.h"

#include <string.h>

/* The topic's number, 0: none is left. *known: the broker has heard of it on
 * this connection. With alias_lock held. */
static unsigned alias_of(mqtt_link *l, const char *topic, bool *known) {
  pthread_mutex_lock(&l->lock);
  unsigned epoch = l->epoch;
  pthread_mutex_unlock(&l->lock);
  if (l->alias_epoch != epoch) {
    l->alias_epoch = epoch;
    l->alias_count = 0;
  }
  for (unsigned i = 0; i < l->alias_count; ++i)
    if (strcmp(l->aliases[i], topic) == 0) {
      *known = true;
      return i + 1;
    }
  *known = false;
  if (l->alias_count == DDNN_MQTT_ALIASES ||
      l->alias_count >= atomic_load(&l->alias_max))
    return 0;
  strcpy(l->aliases[l->alias_count], topic);
  return ++l->alias_count;
}

int mqtt_send_aliased(mqtt_link *l, const char *topic, const void *data,
                      size_t size, MQTTAsync_responseOptions *options) {
  bool known = false;
  /* What makes a number known must be sent before what uses it. */
  pthread_mutex_lock(&l->alias_lock);
  unsigned alias = alias_of(l, topic, &known);
  if (alias) {
    MQTTProperty property = {.identifier = MQTTPROPERTY_CODE_TOPIC_ALIAS};
    property.value.integer2 = (unsigned short)alias;
    if (MQTTProperties_add(&options->properties, &property) != 0) {
      /* No memory: the whole topic, and those told from here on anew. */
      known = false;
      l->alias_count = alias = alias - 1;
    }
  }
  int rc = MQTTAsync_send(l->client, known ? "" : topic, (int)size, data, 0, 0,
                          options);
  if (rc == MQTTASYNC_SUCCESS && known)
    atomic_fetch_add_explicit(&l->aliased, 1, memory_order_relaxed);
  if (rc != MQTTASYNC_SUCCESS && alias && !known)
    l->alias_count = alias - 1;
  pthread_mutex_unlock(&l->alias_lock);
  MQTTProperties_free(&options->properties);
  return rc;
}
