/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The two small messages that are not frames: a worker's announcement of
 * itself (liveness, load, what it serves) and a broadcast of thresholds. Both
 * are retained by the broker, so both carry a checksum and a number that lets
 * a receiver tell old from new. Freestanding.
 */
#ifndef DDNN_CONTROL_H
#define DDNN_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a node computes: one tier of one deployment, or one member of a tier. */
typedef struct ddnn_service {
  uint64_t model; /* ddnn_model.hash */
  uint8_t stage;  /* ddnn_model.tier */
  uint8_t member; /* ddnn_model.member */
  uint16_t group; /* for this group alone; 0: for all */
} ddnn_service;

#define DDNN_MAX_SERVICES 32

typedef enum ddnn_node_state {
  DDNN_NODE_OFFLINE = 0, /* gone; also the will that the broker publishes */
  DDNN_NODE_ONLINE = 1,
  DDNN_NODE_DRAINING = 2 /* finishes what it has, takes no more */
} ddnn_node_state;

typedef struct ddnn_announce {
  uint8_t state;         /* ddnn_node_state */
  uint32_t boot;         /* drawn at start-up: another number, another life */
  uint32_t sequence;     /* counts up within one boot */
  uint32_t heartbeat_ms; /* the next one comes within this; dead after three */
  uint16_t queued;       /* requests waiting */
  uint16_t running;      /* requests being computed */
  uint16_t capacity;     /* of the queue */
  uint16_t threads;
  uint32_t service_us; /* moving average of the compute time of a request */
  uint8_t service_count;
  ddnn_service services[DDNN_MAX_SERVICES];
} ddnn_announce;

#define DDNN_ANNOUNCE_MAX (40 + 12 * DDNN_MAX_SERVICES)

/* Errors: DDNN_ERR_NO_MEMORY, DDNN_ERR_INVALID. */
int ddnn_announce_encode(const ddnn_announce *announce, void *buffer,
                         size_t capacity, size_t *size);
/* Errors as ddnn_frame_decode. */
int ddnn_announce_decode(ddnn_announce *announce, const void *buffer,
                         size_t size);

/* New thresholds for some exits of one deployment. */
typedef struct ddnn_thresholds {
  uint64_t model;
  uint64_t version; /* higher is newer; a receiver ignores what is not */
  uint8_t count;
  struct {
    uint16_t exit;   /* index into ddnn_model.exits */
    float threshold; /* within [0, 1] */
  } entries[DDNN_MAX_EXITS];
} ddnn_thresholds;

#define DDNN_THRESHOLDS_MAX (32 + 8 * DDNN_MAX_EXITS)

/* Errors: DDNN_ERR_NO_MEMORY, DDNN_ERR_INVALID (a threshold outside [0, 1], an
 * exit named twice). */
int ddnn_thresholds_encode(const ddnn_thresholds *thresholds, void *buffer,
                           size_t capacity, size_t *size);
/* Errors as ddnn_frame_decode. */
int ddnn_thresholds_decode(ddnn_thresholds *thresholds, const void *buffer,
                           size_t size);

/* The thresholds in force for one deployment. */
typedef struct ddnn_threshold_table {
  uint64_t version; /* 0: as compiled */
  float values[DDNN_MAX_EXITS];
} ddnn_threshold_table;

/* As compiled. */
void ddnn_threshold_table_init(ddnn_threshold_table *table,
                               const ddnn_model *model);

/* Takes a broadcast over; exits that it does not name keep their value.
 * Returns DDNN_OK; DDNN_ERR_MODEL, DDNN_ERR_STALE (version not above the one
 * held), DDNN_ERR_NOT_FOUND (an exit the model does not have); in each of these
 * cases nothing changes. */
int ddnn_threshold_table_apply(ddnn_threshold_table *table,
                               const ddnn_model *model,
                               const ddnn_thresholds *update);

#ifdef __cplusplus
}
#endif
#endif
