/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The frame codec: what travels between tiers. The layout is fixed byte by byte
 * in docs/protocol.md. Freestanding, no allocation, no state; decoding never
 * reads outside the buffer it was given and trusts nothing in it.
 */
#ifndef DDNN_FRAME_H
#define DDNN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DDNN_PROTOCOL_VERSION 1

/* Longest node name, without the terminating NUL. A name is made of letters,
 * digits, '_', '-' and '.'. */
#define DDNN_NODE_MAX 47
/* Tiers whose times a frame has room for; what comes later is added to the
 * last. */
#define DDNN_FRAME_TIERS 8
#define DDNN_FRAME_FIXED_BYTES 100
/* Largest header of all: fixed part, source, 16 tensors of rank 6, padding. */
#define DDNN_FRAME_HEADER_MAX                                                  \
  ((DDNN_FRAME_FIXED_BYTES + DDNN_NODE_MAX +                                   \
    DDNN_MAX_TENSORS * (12 + 4 * DDNN_MAX_RANK) + 7) &                         \
   ~7)
#define DDNN_NO_DEADLINE 0xffffffffu /* remaining_ms: as long as it takes */
#define DDNN_NO_EXIT 0xffffu         /* exit: none was reached */

typedef enum ddnn_frame_kind {
  DDNN_FRAME_REQUEST = 1, /* tensors for tier `stage` to go on with */
  DDNN_FRAME_REPLY = 2,   /* scores of an exit, or a status, for the source */
  /* Of groups, docs/groups.md. */
  DDNN_FRAME_SCORES = 3, /* from a member to the aggregator */
  DDNN_FRAME_FETCH = 4,  /* from the aggregator: send your part there */
  DDNN_FRAME_EXPECT = 5, /* from the aggregator to who joins: these will come */
  DDNN_FRAME_PART = 6    /* from a member to who joins */
} ddnn_frame_kind;

typedef enum ddnn_frame_flags {
  DDNN_FLAG_FINAL = 1,      /* reply: nothing follows for this request */
  DDNN_FLAG_FALLBACK = 2,   /* reply: not the exit that should have answered,
                               but the highest one that was reached */
  DDNN_FLAG_PROVISIONAL = 4 /* request: exits passed on the way answer too */
} ddnn_frame_flags;

/* One tensor of a frame. */
typedef struct ddnn_frame_tensor {
  uint8_t dtype;    /* ddnn_dtype */
  uint8_t encoding; /* ddnn_encoding */
  uint8_t rank;     /* 0 .. DDNN_MAX_RANK */
  float scale;      /* DDNN_WIRE_I8 only, else 1 */
  uint32_t dims[DDNN_MAX_RANK];
  uint32_t bytes;      /* length of data: what encoding and dims make */
  const uint8_t *data; /* decoded: points into the frame's own buffer.
                          encoding: NULL leaves the place to be filled in */
} ddnn_frame_tensor;

/* A frame, out of the wire's clothes. */
typedef struct ddnn_frame {
  uint8_t kind;          /* ddnn_frame_kind */
  uint8_t stage;         /* request: tier that shall compute; reply: tier that
                            answers */
  uint8_t flags;         /* ddnn_frame_flags */
  uint8_t attempt;       /* which try of this request, from 0; echoed */
  int status;            /* DDNN_OK or a negative ddnn_status: why there are no
                            scores or, in a fallback, why it is one */
  uint64_t model;        /* ddnn_model.hash */
  uint64_t request;      /* chosen by the source, unique within its boot */
  uint32_t boot;         /* drawn by the source at start-up */
  uint32_t frame_number; /* of the camera or data set; the source's business */
  uint32_t remaining_ms; /* time left for this request, or DDNN_NO_DEADLINE */
  uint16_t group;        /* 0: not part of a group */
  uint16_t member;       /* which member of the group sent it, or as
                            docs/groups.md has it */
  uint16_t exit;         /* reply: index of the exit, or DDNN_NO_EXIT */
  uint32_t label;        /* reply: index of the largest score */
  float entropy;         /* reply: eta at the exit, NaN where there is none */
  uint32_t queue_us;     /* part of tier_us spent waiting for a free thread */
  uint32_t tier_us[DDNN_FRAME_TIERS]; /* time in each tier so far: waiting for
                                         a thread and computing, microseconds */
  char source[DDNN_NODE_MAX + 1];     /* node that asked and gets the answer */
  uint8_t tensor_count;
  ddnn_frame_tensor tensors[DDNN_MAX_TENSORS];
} ddnn_frame;

/* True iff name is a legal node name: 1 to DDNN_NODE_MAX characters of
 * [A-Za-z0-9_.-]. */
bool ddnn_node_name_ok(const char *name);

/* A frame of the given kind with everything else zero or none: no tensors, no
 * exit, entropy NaN, no deadline. */
void ddnn_frame_init(ddnn_frame *frame, uint8_t kind);

/* Fills a frame's tensor table entry from a descriptor's tensor; data is NULL
 * and bytes is the descriptor's wire_bytes. */
void ddnn_frame_tensor_init(ddnn_frame_tensor *to, const ddnn_tensor *from);

/* Bytes that the frame takes, header and payload; 0 if it cannot be encoded.
 * *payload (may be NULL) gets the offset of the first tensor's bytes. */
size_t ddnn_frame_size(const ddnn_frame *frame, size_t *payload);

/* Writes the whole frame. Tensors whose data is NULL are left for the caller to
 * fill in (they lie one behind the other from the payload offset on); then
 * ddnn_frame_seal must follow. Sets *size to the bytes written.
 * Returns DDNN_OK, DDNN_ERR_NO_MEMORY, or DDNN_ERR_INVALID for a frame that
 * ddnn_frame_decode would not take. */
int ddnn_frame_encode(const ddnn_frame *frame, void *buffer, size_t capacity,
                      size_t *size);

/* Computes the CRC of an encoded frame of `size` bytes and writes it. */
void ddnn_frame_seal(void *buffer, size_t size);

/* Changes attempt and remaining time of an encoded request, and seals it: what
 * a retry needs. */
void ddnn_frame_patch(void *buffer, size_t size, uint8_t attempt,
                      uint32_t remaining_ms);

/* Reads a frame. frame's tensors point into buffer, which must outlive them.
 * Returns DDNN_OK; DDNN_ERR_TRUNCATED, DDNN_ERR_MAGIC, DDNN_ERR_VERSION,
 * DDNN_ERR_CHECKSUM, DDNN_ERR_FORMAT (also for bytes behind the end). */
int ddnn_frame_decode(ddnn_frame *frame, const void *buffer, size_t size);

/* Reads only who asked for what (kind, stage, attempt, model, request, boot,
 * source, remaining_ms, frame_number, group, member; no tensors, no checksum),
 * so that a frame that is refused can be answered cheaply. Same errors, except
 * that DDNN_ERR_CHECKSUM does not occur. */
int ddnn_frame_peek(ddnn_frame *frame, const void *buffer, size_t size);

/* Is this decoded request for this tier, with exactly the tensors that the
 * descriptor's inputs want? Returns DDNN_OK, DDNN_ERR_MODEL, DDNN_ERR_STAGE,
 * DDNN_ERR_TENSOR, or DDNN_ERR_FORMAT if it is no request. */
int ddnn_frame_check_request(const ddnn_frame *frame, const ddnn_model *model);

/* Is this decoded reply one that the deployment can give: a known exit with as
 * many float scores as classes and a label below that, or a status without
 * tensors (a fallback has both)? Returns as above. */
int ddnn_frame_check_reply(const ddnn_frame *frame, const ddnn_model *model);

/* Of groups. Each returns DDNN_OK, DDNN_ERR_MODEL, DDNN_ERR_STAGE,
 * DDNN_ERR_TENSOR, DDNN_ERR_NOT_FOUND (a member that this place has nothing to
 * do with) or DDNN_ERR_FORMAT (another kind, or a field out of bounds). Who
 * sent it, and whether it was asked for, is for the caller to see. model has
 * passed ddnn_model_check; what is written to may be NULL. */

/* Scores for the aggregator that model is? *source: index into
 * model->sources. */
int ddnn_frame_check_scores(const ddnn_frame *frame, const ddnn_model *model,
                            unsigned *source);

/* A part for the place that model is? *source as above. */
int ddnn_frame_check_part(const ddnn_frame *frame, const ddnn_model *model,
                          unsigned *source);

/* What the place that model is shall expect? Bit i of *present, of which there
 * is at least one: source i will come. */
int ddnn_frame_check_expect(const ddnn_frame *frame, const ddnn_model *model,
                            uint16_t *present);

/* Features of the member that model is, to be sent to the tier frame->stage?
 * node gets the name of the worker. */
int ddnn_frame_check_fetch(const ddnn_frame *frame, const ddnn_model *model,
                           char node[DDNN_NODE_MAX + 1]);

/* ---- Short form: scores of an exit over a constrained link ----------------
 */

#define DDNN_SHORT_BYTES 24   /* header; the scores follow to the end */
#define DDNN_SHORT_MAGIC 0xdd /* its first byte; a long frame's is another */

/* What fits a short header. Source and boot are the link's business (a radio's
 * device address); numbers are cut to their low bits. */
typedef struct ddnn_short_frame {
  uint8_t kind;          /* ddnn_frame_kind */
  uint8_t stage;         /* 0 .. 15 */
  uint8_t flags;         /* ddnn_frame_flags */
  int status;            /* as in ddnn_frame */
  uint32_t model;        /* low 32 bits of the hash */
  uint32_t request;      /* low 32 bits; scores: the whole frame number */
  uint16_t frame_number; /* low 16 bits */
  uint16_t remaining_ms; /* saturated; 0xffff: no deadline */
  uint8_t group, member;
  uint8_t exit;        /* 0xff: none */
  uint8_t encoding;    /* DDNN_WIRE_F32 or DDNN_WIRE_F16 */
  uint16_t classes;    /* number of scores */
  const uint8_t *data; /* their encoded bytes */
} ddnn_short_frame;

/* Writes scores (classes floats) behind the header in frame->encoding; data is
 * ignored. Returns DDNN_OK, DDNN_ERR_NO_MEMORY, DDNN_ERR_INVALID,
 * DDNN_ERR_RANGE. */
int ddnn_frame_encode_short(const ddnn_short_frame *frame, const float *scores,
                            void *buffer, size_t capacity, size_t *size);

/* Errors as ddnn_frame_decode. */
int ddnn_frame_decode_short(ddnn_short_frame *frame, const void *buffer,
                            size_t size);

/* Unpacks the scores of a decoded short frame; scores has room for classes
 * floats. Returns DDNN_OK. */
int ddnn_frame_short_scores(const ddnn_short_frame *frame, float *scores);

#ifdef __cplusplus
}
#endif
#endif
