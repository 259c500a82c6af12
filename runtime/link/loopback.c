/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _POSIX_C_SOURCE 200809L
#include "ddnn/loopback.h"
#include "ddnn/frame.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A retained message. */
typedef struct kept {
  struct kept *next;
  uint8_t channel;
  uint64_t model;
  char node[DDNN_NODE_MAX + 1];
  size_t size;
  uint8_t data[];
} kept;

typedef struct node {
  ddnn_link link; /* first: a link's address is its node's */
  struct node *next;
  ddnn_loopback *hub;
  char name[DDNN_NODE_MAX + 1];
  bool listening;
  bool cut;
  ddnn_listener listener;
} node;

struct ddnn_loopback {
  /* Read while messages are delivered (listeners never send, so it is never
   * taken twice), written when listeners come and go. */
  pthread_rwlock_t nodes_lock;
  node *nodes;
  pthread_mutex_t kept_lock;
  kept *kept;
  unsigned next_shared; /* whose turn it is on a shared name */
};

static bool hears(const node *n, const ddnn_message *m) {
  if (!n->listening)
    return false;
  switch (m->channel) {
  case DDNN_CHANNEL_REQUEST:
    return n->listener.hears & DDNN_HEAR_REQUESTS &&
           strcmp(n->name, m->node) == 0;
  case DDNN_CHANNEL_REPLY:
    return n->listener.hears & DDNN_HEAR_REPLIES &&
           strcmp(n->name, m->node) == 0;
  case DDNN_CHANNEL_AGGREGATE:
    return n->listener.hears & DDNN_HEAR_AGGREGATE &&
           strcmp(n->name, m->node) == 0;
  case DDNN_CHANNEL_STATUS:
    return n->listener.hears & DDNN_HEAR_STATUS;
  case DDNN_CHANNEL_RESULT:
    return n->listener.hears & DDNN_HEAR_RESULTS;
  case DDNN_CHANNEL_CONFIG:
    return n->listener.hears & DDNN_HEAR_CONFIG &&
           (strcmp(m->node, DDNN_NODE_ALL) == 0 ||
            strcmp(m->node, n->name) == 0);
  default:
    return false;
  }
}

static bool hears_shared(const node *n, const ddnn_message *m) {
  if (!n->listening || !(n->listener.hears & DDNN_HEAR_SHARED))
    return false;
  unsigned stage = (unsigned)strtoul(m->node + 1, NULL, 10);
  for (size_t i = 0; i < n->listener.service_count; ++i)
    if (n->listener.services[i].model == m->model &&
        n->listener.services[i].stage == stage)
      return true;
  return false;
}

static int keep(ddnn_loopback *hub, const ddnn_message *m) {
  pthread_mutex_lock(&hub->kept_lock);
  kept **at = &hub->kept;
  while (*at && ((*at)->channel != m->channel || (*at)->model != m->model ||
                 strcmp((*at)->node, m->node) != 0))
    at = &(*at)->next;
  kept *old = *at;
  kept *k = malloc(sizeof *k + m->size);
  if (k) {
    k->next = old ? old->next : NULL;
    k->channel = m->channel;
    k->model = m->model;
    strcpy(k->node, m->node);
    k->size = m->size;
    memcpy(k->data, m->data, m->size);
    *at = k;
    free(old);
  }
  pthread_mutex_unlock(&hub->kept_lock);
  return k ? DDNN_OK : DDNN_ERR_NO_MEMORY;
}

static int deliver(ddnn_loopback *hub, const ddnn_message *m) {
  int status = DDNN_OK;
  bool found = false;
  pthread_rwlock_rdlock(&hub->nodes_lock);
  if (m->channel == DDNN_CHANNEL_REQUEST && m->node[0] == '@') {
    unsigned n = 0;
    for (node *p = hub->nodes; p; p = p->next)
      n += hears_shared(p, m);
    unsigned turn =
        n ? __atomic_fetch_add(&hub->next_shared, 1, __ATOMIC_RELAXED) % n : 0;
    for (node *p = hub->nodes; p && !found; p = p->next)
      if (hears_shared(p, m) && turn-- == 0) {
        p->listener.message(p->listener.user, m);
        found = true;
      }
  } else {
    for (node *p = hub->nodes; p; p = p->next)
      if (hears(p, m)) {
        p->listener.message(p->listener.user, m);
        found = true;
      }
  }
  pthread_rwlock_unlock(&hub->nodes_lock);
  if (!found && m->channel == DDNN_CHANNEL_REQUEST)
    status = DDNN_ERR_NO_PEER;
  return status;
}

static int loopback_send(void *context, const ddnn_message *m) {
  node *n = context;
  if (__atomic_load_n(&n->cut, __ATOMIC_ACQUIRE))
    return DDNN_ERR_DISCONNECTED;
  if (m->node[0] != '@' && !ddnn_node_name_ok(m->node))
    return DDNN_ERR_INVALID;
  if (m->channel == DDNN_CHANNEL_STATUS || m->channel == DDNN_CHANNEL_CONFIG) {
    int status = keep(n->hub, m);
    if (status != DDNN_OK)
      return status;
  }
  return deliver(n->hub, m);
}

static int loopback_listen(void *context, const ddnn_listener *listener) {
  node *n = context;
  ddnn_loopback *hub = n->hub;
  pthread_rwlock_wrlock(&hub->nodes_lock);
  n->listener = *listener;
  n->listening = true;
  pthread_mutex_lock(&hub->kept_lock);
  for (kept *k = hub->kept; k; k = k->next) {
    ddnn_message m = {.channel = k->channel,
                      .model = k->model,
                      .node = k->node,
                      .data = k->data,
                      .size = k->size};
    if (hears(n, &m))
      listener->message(listener->user, &m);
  }
  pthread_mutex_unlock(&hub->kept_lock);
  pthread_rwlock_unlock(&hub->nodes_lock);
  if (listener->state)
    listener->state(listener->user, true);
  return DDNN_OK;
}

static void loopback_stop(void *context) {
  node *n = context;
  pthread_rwlock_wrlock(&n->hub->nodes_lock);
  n->listening = false;
  pthread_rwlock_unlock(&n->hub->nodes_lock);
}

int ddnn_loopback_create(ddnn_loopback **hub) {
  ddnn_loopback *h = calloc(1, sizeof *h);
  if (!h)
    return DDNN_ERR_NO_MEMORY;
  pthread_rwlock_init(&h->nodes_lock, NULL);
  pthread_mutex_init(&h->kept_lock, NULL);
  *hub = h;
  return DDNN_OK;
}

void ddnn_loopback_destroy(ddnn_loopback *hub) {
  if (!hub)
    return;
  while (hub->kept) {
    kept *k = hub->kept;
    hub->kept = k->next;
    free(k);
  }
  pthread_mutex_destroy(&hub->kept_lock);
  pthread_rwlock_destroy(&hub->nodes_lock);
  free(hub);
}

int ddnn_loopback_link(ddnn_loopback *hub, const char *name, ddnn_link **link) {
  if (!ddnn_node_name_ok(name))
    return DDNN_ERR_INVALID;
  node *n = calloc(1, sizeof *n);
  if (!n)
    return DDNN_ERR_NO_MEMORY;
  n->hub = hub;
  strcpy(n->name, name);
  n->link.context = n;
  n->link.send = loopback_send;
  n->link.listen = loopback_listen;
  n->link.stop = loopback_stop;
  pthread_rwlock_wrlock(&hub->nodes_lock);
  n->next = hub->nodes;
  hub->nodes = n;
  pthread_rwlock_unlock(&hub->nodes_lock);
  *link = &n->link;
  return DDNN_OK;
}

void ddnn_loopback_cut(ddnn_link *link) {
  node *n = (node *)link;
  pthread_rwlock_wrlock(&n->hub->nodes_lock);
  n->listening = false;
  pthread_rwlock_unlock(&n->hub->nodes_lock);
  if (__atomic_exchange_n(&n->cut, true, __ATOMIC_ACQ_REL))
    return;
  if (n->listener.will) {
    ddnn_message m = {.channel = DDNN_CHANNEL_STATUS,
                      .node = n->name,
                      .data = n->listener.will,
                      .size = n->listener.will_size};
    if (keep(n->hub, &m) == DDNN_OK)
      (void)deliver(n->hub, &m);
  }
}

void ddnn_loopback_link_destroy(ddnn_link *link, bool crash) {
  if (!link)
    return;
  if (crash)
    ddnn_loopback_cut(link);
  node *n = (node *)link;
  ddnn_loopback *hub = n->hub;
  pthread_rwlock_wrlock(&hub->nodes_lock);
  node **at = &hub->nodes;
  while (*at != n)
    at = &(*at)->next;
  *at = n->next;
  pthread_rwlock_unlock(&hub->nodes_lock);
  free(n);
}
