/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a compiled tier looks like to the runtime: the descriptor that ddnnc
 * generates next to the code of each tier. Freestanding C11; nothing here
 * allocates or needs an operating system.
 *
 * A tier computes in *steps*. Step k runs up to the tier's k-th exit, so that a
 * sample that leaves there never pays for what comes after; the last step
 * produces the tensors that travel to the next tier. All steps of one sample
 * share one arena, which may lie in several memories, and the inputs must stay
 * valid until the last step that is run for the sample.
 */
#ifndef DDNN_MODEL_H
#define DDNN_MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Generated code refuses to compile against another ABI version. */
#define DDNN_ABI_VERSION 3

#define DDNN_MAX_RANK 6
/* Upper bounds that generated code never exceeds, so that callers can size
 * fixed tables. */
#define DDNN_MAX_TENSORS 16
#define DDNN_MAX_EXITS 16
#define DDNN_MAX_POOLS 4
#define DDNN_MAX_TIERS 8
/* Members of one tier, and places that one member joins. */
#define DDNN_MAX_MEMBERS 15
#define DDNN_MAX_CONNECTIONS 64

/* Element type of a tensor in memory. */
typedef enum ddnn_dtype {
  DDNN_F32 = 0, /* float */
  DDNN_U8 = 1,  /* uint8_t: raw camera input */
  DDNN_BITS = 2 /* +-1 in bytes as on the wire, see docs/protocol.md */
} ddnn_dtype;

/* How a tensor's elements are written on a link; docs/protocol.md fixes the
 * bit and byte order of each. */
typedef enum ddnn_encoding {
  DDNN_WIRE_F32 = 0,
  DDNN_WIRE_F16 = 1,
  DDNN_WIRE_U8 = 2,
  DDNN_WIRE_I8 = 3,  /* value = scale * int8 */
  DDNN_WIRE_BITS = 4 /* +-1 values, one bit each, 1 = +1 */
} ddnn_encoding;

typedef struct ddnn_tensor {
  const char *name; /* the ONNX value's name */
  uint8_t dtype;    /* ddnn_dtype, in memory */
  uint8_t encoding; /* ddnn_encoding, on the link that carries it */
  uint8_t rank;     /* number of dims in use */
  float scale;      /* DDNN_WIRE_I8 only, else 1 */
  uint32_t dims[DDNN_MAX_RANK];
  uint32_t count;      /* elements: the product of dims */
  uint32_t wire_bytes; /* bytes of the encoded payload */
} ddnn_tensor;

/* What the network writes at an exit. */
typedef enum ddnn_scores {
  DDNN_LOGITS = 0,           /* the gate applies softmax */
  DDNN_PROBABILITIES = 1,    /* the graph ends in Softmax: gated as they are */
  DDNN_LOG_PROBABILITIES = 2 /* the graph ends in LogSoftmax */
} ddnn_scores;

/* What a threshold is compared with. All of them are within [0, 1], and small
 * where the network is sure. */
typedef enum ddnn_criterion {
  DDNN_ENTROPY = 0,    /* normalised entropy, DDNN paper III-D */
  DDNN_CONFIDENCE = 1, /* 1 - the largest probability */
  DDNN_MARGIN = 2      /* 1 - (the largest - the second largest) */
} ddnn_criterion;

/* One exit of the whole deployment; its index is the exit's id on the wire. */
typedef struct ddnn_exit {
  const char *name;
  uint8_t tier;      /* index of the tier that decides it */
  uint8_t scores;    /* ddnn_scores */
  uint8_t criterion; /* ddnn_criterion */
  uint8_t is_final;  /* the last exit always answers */
  uint32_t classes;
  float threshold; /* as compiled; a running system may be told another */
} ddnn_exit;

/* An exit that this tier computes. */
typedef struct ddnn_local_exit {
  uint16_t exit;   /* index into ddnn_model.exits */
  uint16_t output; /* index into ddnn_model.outputs: the scores, float */
  uint16_t step;   /* available after this step has run */
} ddnn_local_exit;

/* A member of a tier. A tier of several has as many artifacts, each with its
 * part of the network; in a chain each tier has one, number 0. */
typedef struct ddnn_place {
  uint8_t tier, member;
} ddnn_place;

/* What it means to a tier that joins members when one does not come. */
typedef enum ddnn_missing {
  DDNN_MISSING_FAIL = 0, /* there is no answer: DDNN_ERR_MISSING */
  DDNN_MISSING_ZERO = 1, /* its part is zeros */
  DDNN_MISSING_SKIP = 2, /* maximum and mean of those that are there */
  DDNN_MISSING_BLANK = 3 /* its part is what the network makes of no view */
} ddnn_missing;

/* A place that sends to this one. */
typedef struct ddnn_source {
  ddnn_place place;
  uint8_t missing; /* ddnn_missing */
} ddnn_source;

/* That tensors travel from one place to another. */
typedef struct ddnn_connection {
  ddnn_place from, to;
} ddnn_connection;

/* ddnn_model.input_sources: from the sensor; from the runtime (presence). */
#define DDNN_FROM_SENSOR 0xff
#define DDNN_FROM_RUNTIME 0xfe

#define DDNN_ALIGN 64

/* A memory that the caller gives, aligned to DDNN_ALIGN. A tier has one, or as
 * many as its deployment describes, the fastest first. */
typedef struct ddnn_pool {
  const char *name; /* as the deployment calls it; "arena" where it does not */
  size_t size;      /* bytes */
} ddnn_pool;

/* Runs one step. arenas, inputs and outputs are parallel to the descriptor's
 * tables; weights and arenas are aligned to DDNN_ALIGN bytes. Reentrant. */
typedef void (*ddnn_step_fn)(const void *weights, void *const *arenas,
                             const void *const *inputs, void *const *outputs);

typedef struct ddnn_model {
  uint32_t abi_version; /* DDNN_ABI_VERSION of the generator */
  uint8_t tier;         /* index of this tier, 0 is nearest to the sensor */
  uint8_t tier_count;
  uint64_t hash;    /* of the deployment: equal in all tiers of one compile */
  const char *name; /* model name */
  const char *const *tier_names; /* tier_count entries */

  /* Inputs: the model's own inputs on the first tier, afterwards what the link
   * from the previous tier brings, in the order of the frame's tensors. */
  const ddnn_tensor *inputs;
  uint16_t input_count;
  uint16_t link_count; /* the last link_count outputs travel to tier + 1 */
  /* Outputs: the scores of this tier's exits, then the link's tensors. */
  const ddnn_tensor *outputs;
  uint16_t output_count;

  uint16_t exit_count; /* exits of the whole deployment */
  const ddnn_exit *exits;
  const ddnn_local_exit *local_exits; /* in the order they are reached */
  uint16_t local_exit_count;
  uint16_t label_count; /* 0 where the model names no labels */
  const char *const *labels;

  uint16_t step_count; /* >= 1; a tier that only sends copies in its one step */
  const ddnn_step_fn *steps;

  const void *weights;
  size_t weights_size;
  const ddnn_pool *pools; /* what the arena lies in */
  uint16_t pool_count;

  /* Groups, docs/groups.md. All zero in a chain, where each tier hears from the
   * one before it and the next one gets all of its link's tensors. */
  uint8_t member;               /* which one of its tier this is */
  const uint8_t *member_counts; /* of each tier; NULL: a chain */
  /* Who sends here; a presence input has a byte, 0 or 1, for each of them. */
  const ddnn_source *sources;
  uint16_t source_count;
  /* Parallel to inputs: index into sources, or DDNN_FROM_*. */
  const uint8_t *input_sources;
  /* Parallel to the link_count outputs that travel: who gets them. */
  const ddnn_place *link_targets;
  /* All links of the deployment; each pair of places once. */
  const ddnn_connection *connections;
  uint16_t connection_count;
} ddnn_model;

/* A tier's shared library exports its descriptor under this one name, so that
 * an agent finds it without knowing the model's. */
#define DDNN_PLUGIN_SYMBOL "ddnn_plugin_model" /* const ddnn_model *const */

/* For profilers. Generated code that is compiled with DDNN_LAYER_HOOK, as in
 * shared libraries, calls this around each layer, numbered as in manifest.json:
 * `ends` is 0 before and 1 after. No call where `call` is NULL. The hook is one
 * for all threads: set it while no step runs. */
typedef struct ddnn_layer_hook {
  void (*call)(void *user, uint32_t layer, int ends);
  void *user;
} ddnn_layer_hook;

#define DDNN_LAYER_HOOK_SYMBOL "ddnn_plugin_layer_hook" /* ..._hook *const */

#ifdef __cplusplus
}
#endif
#endif
