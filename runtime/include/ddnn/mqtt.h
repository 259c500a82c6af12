/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * MQTT 5 over Paho MQTTAsync. Topics: ddnnc/v1/<site>/<model>/<channel>/<node>
 * (docs/protocol.md). Requests and replies travel at QoS 0 with the session's
 * own deadline and retry; status and thresholds at QoS 1, retained.
 * Hosted; library ddnn_mqtt.
 */
#ifndef DDNN_MQTT_H
#define DDNN_MQTT_H

#include <stdbool.h>
#include <stdint.h>

#include "ddnn/link.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ddnn_mqtt_config {
  /* Broker: "tcp://host:1883", "mqtt://host:1883", "ssl://host:8883" or
   * "mqtts://host:8883". Required. */
  const char *broker;
  /* Which installation: one level of the topic. Default "default". */
  const char *site;
  /* This node's name, see ddnn_node_name_ok. Required, unique on the site. */
  const char *node;
  /* MQTT client id; default: the node's name. */
  const char *client_id;
  const char *user;     /* NULL: anonymous */
  const char *password; /* NULL: none */
  /* TLS, with ssl:// and mqtts:// only. PEM files. */
  const char *ca_file;      /* whom to trust; NULL: the system's store */
  const char *cert_file;    /* client certificate; NULL: none */
  const char *key_file;     /* its key; NULL: in cert_file */
  const char *key_password; /* NULL: not encrypted */
  bool insecure; /* do not verify the broker's certificate; for tests only */
  /* Seconds between signs of life, default 10. A vanished node's will is
   * published after at most one and a half times this. */
  uint16_t keepalive_s;
  /* A connection attempt is given up after this, default 5000. */
  uint32_t connect_timeout_ms;
  /* Pause before connecting again: starts here (default 100), doubles up to
   * reconnect_max_ms (default 2000), with jitter. */
  uint32_t reconnect_min_ms;
  uint32_t reconnect_max_ms;
  /* QoS of requests and replies: 0 (default), or 1, which lets the broker
   * refuse (too large, not authorised, quota) for a longer round trip. That
   * nobody listens (0x10) is passed on as DDNN_ERR_NO_PEER where Paho does so,
   * which 1.3.12 does not; wills and heartbeats tell in any case. */
  uint8_t qos;
  /* Larger messages are refused before the broker would; 0: only the broker's
   * own limit (MQTT 5 maximum packet size) counts. */
  uint32_t max_message;
  /* One line about what happens (connected, lost, refused); NULL: silent.
   * Called from the link's threads. */
  void (*log)(void *user, const char *line);
  void *log_user;
} ddnn_mqtt_config;

typedef struct ddnn_mqtt_stats {
  uint32_t connects;       /* connections made, the first one included */
  uint32_t losses;         /* connections lost */
  uint32_t nodelay;        /* sockets on which TCP_NODELAY was set and read
                              back */
  uint32_t refused;        /* messages refused by a reason code */
  uint64_t sent, received; /* messages */
  uint64_t aliased;        /* of those sent: the topic went as a number */
} ddnn_mqtt_stats;

/* Makes a link; it connects when ddnn_link.listen is called and goes on trying
 * until ddnn_mqtt_destroy. config and its strings are copied. Returns DDNN_OK,
 * DDNN_ERR_INVALID, DDNN_ERR_NO_MEMORY, DDNN_ERR_TRANSPORT. */
int ddnn_mqtt_create(const ddnn_mqtt_config *config, ddnn_link **link);
void ddnn_mqtt_destroy(ddnn_link *link);

/* Waits until the link is up, at most timeout_ms. Returns DDNN_OK,
 * DDNN_ERR_AUTH (refused by the broker; it goes on trying), DDNN_ERR_DEADLINE.
 */
int ddnn_mqtt_wait_up(ddnn_link *link, uint32_t timeout_ms);

void ddnn_mqtt_get_stats(ddnn_link *link, ddnn_mqtt_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
