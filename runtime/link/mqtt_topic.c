/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Topics: ddnnc/v1/<site>/<model>/<channel>/<node>. <model> is the deployment's
 * hash in 16 hexadecimal digits, or "-" for what concerns a whole node.
 */
#define _POSIX_C_SOURCE 200809L
#include "mqtt_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const channels[] = {"req",    "rsp", "agg",
                                       "status", "cfg", "res"};
#define CHANNELS (sizeof channels / sizeof *channels)

int mqtt_topic(const mqtt_link *l, const ddnn_message *m,
               char topic[DDNN_TOPIC_MAX]) {
  static const char digits[] = "0123456789abcdef";
  if (m->channel >= CHANNELS || !m->node ||
      (m->node[0] != '@' && !ddnn_node_name_ok(m->node)))
    return DDNN_ERR_INVALID;
  char *p = topic;
  memcpy(p, l->prefix, l->prefix_length);
  p += l->prefix_length;
  if (m->channel == DDNN_CHANNEL_STATUS)
    *p++ = '-';
  else
    for (int shift = 60; shift >= 0; shift -= 4)
      *p++ = digits[m->model >> shift & 15];
  *p++ = '/';
  size_t n = strlen(channels[m->channel]);
  memcpy(p, channels[m->channel], n);
  p += n;
  *p++ = '/';
  n = strlen(m->node);
  if (n > DDNN_NODE_MAX)
    return DDNN_ERR_INVALID;
  memcpy(p, m->node, n + 1);
  return DDNN_OK;
}

/* The next level of a topic; moves *at behind it. */
static size_t level(const char **at, const char *end) {
  const char *start = *at;
  const char *slash = memchr(start, '/', (size_t)(end - start));
  *at = slash ? slash + 1 : end;
  return (size_t)((slash ? slash : end) - start);
}

bool mqtt_parse_topic(const mqtt_link *l, const char *topic, size_t length,
                      ddnn_message *m, char node[DDNN_NODE_MAX + 1]) {
  const char *end = topic + length;
  if (length <= l->prefix_length ||
      memcmp(topic, l->prefix, l->prefix_length) != 0)
    return false;
  const char *at = topic + l->prefix_length, *model = at;
  size_t n = level(&at, end);
  m->model = 0;
  if (n == 16) {
    for (size_t i = 0; i < 16; ++i) {
      char c = model[i];
      unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                       : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                                              : 16;
      if (digit == 16)
        return false;
      m->model = m->model << 4 | digit;
    }
  } else if (n != 1 || *model != '-') {
    return false;
  }
  const char *channel = at;
  n = level(&at, end);
  for (m->channel = 0; m->channel < CHANNELS; ++m->channel)
    if (strlen(channels[m->channel]) == n &&
        memcmp(channels[m->channel], channel, n) == 0)
      break;
  const char *name = at;
  n = level(&at, end);
  if (m->channel == CHANNELS || n == 0 || n > DDNN_NODE_MAX || at != end)
    return false;
  memcpy(node, name, n);
  node[n] = 0;
  m->node = node;
  return node[0] == '@' || ddnn_node_name_ok(node);
}

int mqtt_subscriptions(const mqtt_link *l, const ddnn_listener *listener,
                       char (*topics)[DDNN_TOPIC_MAX], int capacity) {
  int n = 0;
  const char *node = l->config.node;
  if (listener->hears & DDNN_HEAR_REQUESTS)
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/req/%s", l->prefix, node);
  if (listener->hears & DDNN_HEAR_REPLIES)
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/rsp/%s", l->prefix, node);
  if (listener->hears & DDNN_HEAR_AGGREGATE)
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/agg/%s", l->prefix, node);
  if (listener->hears & DDNN_HEAR_RESULTS)
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/res/+", l->prefix);
  if (listener->hears & DDNN_HEAR_CONFIG) {
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/cfg/%s", l->prefix, node);
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s+/cfg/" DDNN_NODE_ALL, l->prefix);
  }
  if (listener->hears & DDNN_HEAR_STATUS)
    snprintf(topics[n++], DDNN_TOPIC_MAX, "%s-/status/+", l->prefix);
  if (listener->hears & DDNN_HEAR_SHARED)
    for (size_t i = 0; i < listener->service_count && n < capacity; ++i)
      snprintf(topics[n++], DDNN_TOPIC_MAX,
               "$share/ddnnd/%s%016" PRIx64 "/req/@%u", l->prefix,
               listener->services[i].model, listener->services[i].stage);
  return n;
}
