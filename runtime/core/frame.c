/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ddnn/frame.h"
#include "bytes.h"
#include "ddnn/wire.h"

/* Offsets in the fixed part, as docs/protocol.md lists them. */
enum {
  AT_MAGIC = 0,
  AT_VERSION = 4,
  AT_KIND = 5,
  AT_HEADER_BYTES = 6,
  AT_MODEL = 8,
  AT_REQUEST = 16,
  AT_BOOT = 24,
  AT_FRAME_NUMBER = 28,
  AT_PAYLOAD_BYTES = 32,
  AT_REMAINING = 36,
  AT_MEMBER = 40,
  AT_GROUP = 42,
  AT_STAGE = 44,
  AT_FLAGS = 45,
  AT_STATUS = 46,
  AT_ATTEMPT = 47,
  AT_EXIT = 48,
  AT_TENSOR_COUNT = 50,
  AT_SOURCE_BYTES = 51,
  AT_ENTROPY = 52,
  AT_LABEL = 56,
  AT_QUEUE_US = 60,
  AT_TIER_US = 64,
  AT_CRC = AT_TIER_US + 4 * DDNN_FRAME_TIERS,
  FIXED = AT_CRC + 4
};

_Static_assert(FIXED == DDNN_FRAME_FIXED_BYTES, "the layout is fixed");

#define MAGIC 0x314e4444u /* "DDN1" */
#define TENSOR_BYTES(rank) (12u + 4u * (rank))
#define ALL_FLAGS (DDNN_FLAG_FINAL | DDNN_FLAG_FALLBACK | DDNN_FLAG_PROVISIONAL)

static bool name_char_ok(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* Length of a legal name, 0 for any other. */
static unsigned name_length(const char *name) {
  unsigned n = 0;
  while (n <= DDNN_NODE_MAX && name_char_ok(name[n]))
    ++n;
  return n <= DDNN_NODE_MAX && name[n] == 0 ? n : 0;
}

bool ddnn_node_name_ok(const char *name) {
  return name && name_length(name) != 0;
}

void ddnn_frame_init(ddnn_frame *frame, uint8_t kind) {
  ddnn_clear(frame, sizeof *frame);
  frame->kind = kind;
  frame->exit = DDNN_NO_EXIT;
  frame->remaining_ms = DDNN_NO_DEADLINE;
  frame->entropy = ddnn_bits_float(0x7fc00000u);
}

void ddnn_frame_tensor_init(ddnn_frame_tensor *to, const ddnn_tensor *from) {
  to->dtype = from->dtype;
  to->encoding = from->encoding;
  to->rank = from->rank;
  to->scale = from->encoding == DDNN_WIRE_I8 ? from->scale : 1.0f;
  ddnn_copy(to->dims, from->dims, sizeof to->dims);
  to->bytes = from->wire_bytes;
  to->data = NULL;
}

/* Everything about one tensor that does not depend on where it stands. */
static bool tensor_ok(const ddnn_frame_tensor *t) {
  if (t->dtype > DDNN_BITS || t->encoding > DDNN_WIRE_BITS ||
      t->rank > DDNN_MAX_RANK)
    return false;
  uint64_t count = 1;
  for (unsigned i = 0; i < t->rank; ++i) {
    count *= t->dims[i];
    if (count == 0 || count > UINT32_MAX)
      return false;
  }
  if (t->encoding == DDNN_WIRE_I8 ? !(t->scale > 0.0f && t->scale < 1e38f)
                                  : t->scale != 1.0f)
    return false;
  return t->bytes != 0 &&
         t->bytes == ddnn_wire_bytes(t->encoding, (uint32_t)count);
}

static bool kind_ok(uint8_t kind) {
  return kind >= DDNN_FRAME_REQUEST && kind <= DDNN_FRAME_PART;
}

/* What members, aggregators and those who join tell each other: of a group, by
 * a member, in time; no exit, no status. Scores and expectations have a use for
 * the label. */
static bool group_fields_ok(const ddnn_frame *f) {
  bool one = f->kind == DDNN_FRAME_FETCH || f->kind == DDNN_FRAME_EXPECT;
  bool labelled = f->kind == DDNN_FRAME_SCORES || f->kind == DDNN_FRAME_EXPECT;
  return f->flags == 0 && f->status == DDNN_OK && f->group != 0 &&
         f->member < DDNN_MAX_MEMBERS && f->stage != 0 &&
         f->stage < DDNN_MAX_TIERS && f->exit == DDNN_NO_EXIT &&
         (labelled || f->label == 0) &&
         (one ? f->tensor_count == 1 : f->tensor_count != 0);
}

/* The scalar fields, which a header of any origin must satisfy. */
static bool fields_ok(const ddnn_frame *f) {
  if (!kind_ok(f->kind))
    return false;
  if (f->kind >= DDNN_FRAME_SCORES)
    return group_fields_ok(f);
  if (f->flags & ~ALL_FLAGS || f->status > 0 || f->status < DDNN_ERR_LAST)
    return false;
  if (f->kind == DDNN_FRAME_REQUEST)
    return f->status == DDNN_OK && f->tensor_count != 0 &&
           !(f->flags & (DDNN_FLAG_FINAL | DDNN_FLAG_FALLBACK));
  /* A provisional reply is an answer, never a failure. */
  if (!(f->flags & DDNN_FLAG_FINAL) &&
      (f->status != DDNN_OK || f->flags & DDNN_FLAG_FALLBACK))
    return false;
  return !(f->flags & DDNN_FLAG_PROVISIONAL);
}

size_t ddnn_frame_size(const ddnn_frame *frame, size_t *payload) {
  unsigned name = name_length(frame->source);
  if (name == 0 || frame->tensor_count > DDNN_MAX_TENSORS || !fields_ok(frame))
    return 0;
  size_t header = FIXED + name;
  uint64_t data = 0;
  for (unsigned i = 0; i < frame->tensor_count; ++i) {
    if (!tensor_ok(&frame->tensors[i]))
      return 0;
    header += TENSOR_BYTES(frame->tensors[i].rank);
    data += frame->tensors[i].bytes;
  }
  header = (header + 7) & ~(size_t)7;
  if (data > UINT32_MAX - header)
    return 0;
  if (payload)
    *payload = header;
  return header + (size_t)data;
}

void ddnn_frame_seal(void *buffer, size_t size) {
  uint8_t *p = buffer;
  uint32_t crc = ddnn_crc32c(0, p, AT_CRC);
  crc = ddnn_crc32c(crc, p + FIXED, size - FIXED);
  ddnn_put32(p + AT_CRC, crc);
}

void ddnn_frame_patch(void *buffer, size_t size, uint8_t attempt,
                      uint32_t remaining_ms) {
  uint8_t *p = buffer;
  p[AT_ATTEMPT] = attempt;
  ddnn_put32(p + AT_REMAINING, remaining_ms);
  ddnn_frame_seal(buffer, size);
}

int ddnn_frame_encode(const ddnn_frame *frame, void *buffer, size_t capacity,
                      size_t *size) {
  uint8_t *p = buffer;
  size_t header, total = ddnn_frame_size(frame, &header);
  if (total == 0)
    return DDNN_ERR_INVALID;
  if (total > capacity)
    return DDNN_ERR_NO_MEMORY;
  unsigned name = name_length(frame->source);
  ddnn_put32(p + AT_MAGIC, MAGIC);
  p[AT_VERSION] = DDNN_PROTOCOL_VERSION;
  p[AT_KIND] = frame->kind;
  ddnn_put16(p + AT_HEADER_BYTES, (uint16_t)header);
  ddnn_put64(p + AT_MODEL, frame->model);
  ddnn_put64(p + AT_REQUEST, frame->request);
  ddnn_put32(p + AT_BOOT, frame->boot);
  ddnn_put32(p + AT_FRAME_NUMBER, frame->frame_number);
  ddnn_put32(p + AT_PAYLOAD_BYTES, (uint32_t)(total - header));
  ddnn_put32(p + AT_REMAINING, frame->remaining_ms);
  ddnn_put16(p + AT_MEMBER, frame->member);
  ddnn_put16(p + AT_GROUP, frame->group);
  p[AT_STAGE] = frame->stage;
  p[AT_FLAGS] = frame->flags;
  p[AT_STATUS] = (uint8_t)-frame->status;
  p[AT_ATTEMPT] = frame->attempt;
  ddnn_put16(p + AT_EXIT, frame->exit);
  p[AT_TENSOR_COUNT] = frame->tensor_count;
  p[AT_SOURCE_BYTES] = (uint8_t)name;
  ddnn_put_float(p + AT_ENTROPY, frame->entropy);
  ddnn_put32(p + AT_LABEL, frame->label);
  ddnn_put32(p + AT_QUEUE_US, frame->queue_us);
  for (unsigned i = 0; i < DDNN_FRAME_TIERS; ++i)
    ddnn_put32(p + AT_TIER_US + 4 * i, frame->tier_us[i]);

  uint8_t *at = p + FIXED;
  ddnn_copy(at, frame->source, name);
  at += name;
  uint8_t *data = p + header;
  bool complete = true;
  for (unsigned i = 0; i < frame->tensor_count; ++i) {
    const ddnn_frame_tensor *t = &frame->tensors[i];
    at[0] = t->dtype;
    at[1] = t->encoding;
    at[2] = t->rank;
    at[3] = 0;
    ddnn_put_float(at + 4, t->scale);
    ddnn_put32(at + 8, t->bytes);
    for (unsigned d = 0; d < t->rank; ++d)
      ddnn_put32(at + 12 + 4 * d, t->dims[d]);
    at += TENSOR_BYTES(t->rank);
    if (t->data)
      ddnn_copy(data, t->data, t->bytes);
    else
      complete = false;
    data += t->bytes;
  }
  ddnn_clear(at, (size_t)(p + header - at));
  if (complete)
    ddnn_frame_seal(buffer, total);
  if (size)
    *size = total;
  return DDNN_OK;
}

int ddnn_frame_peek(ddnn_frame *frame, const void *buffer, size_t size) {
  const uint8_t *p = buffer;
  if (!frame || !buffer)
    return DDNN_ERR_INVALID;
  ddnn_frame_init(frame, 0);
  if (size < AT_VERSION + 1)
    return DDNN_ERR_TRUNCATED;
  if (ddnn_get32(p + AT_MAGIC) != MAGIC)
    return DDNN_ERR_MAGIC;
  if (p[AT_VERSION] != DDNN_PROTOCOL_VERSION)
    return DDNN_ERR_VERSION;
  if (size < FIXED)
    return DDNN_ERR_TRUNCATED;
  frame->kind = p[AT_KIND];
  frame->model = ddnn_get64(p + AT_MODEL);
  frame->request = ddnn_get64(p + AT_REQUEST);
  frame->boot = ddnn_get32(p + AT_BOOT);
  frame->frame_number = ddnn_get32(p + AT_FRAME_NUMBER);
  frame->remaining_ms = ddnn_get32(p + AT_REMAINING);
  frame->member = ddnn_get16(p + AT_MEMBER);
  frame->group = ddnn_get16(p + AT_GROUP);
  frame->stage = p[AT_STAGE];
  frame->flags = p[AT_FLAGS];
  frame->status = -(int)p[AT_STATUS];
  frame->attempt = p[AT_ATTEMPT];
  unsigned name = p[AT_SOURCE_BYTES];
  if (!kind_ok(frame->kind) || name == 0 || name > DDNN_NODE_MAX)
    return DDNN_ERR_FORMAT;
  if (size - FIXED < name)
    return DDNN_ERR_TRUNCATED;
  for (unsigned i = 0; i < name; ++i) {
    frame->source[i] = (char)p[FIXED + i];
    if (!name_char_ok(frame->source[i])) {
      frame->source[i] = 0;
      return DDNN_ERR_FORMAT;
    }
  }
  return DDNN_OK;
}

/* Reads the tensor table from header[at..end) and hands out the payload. */
static int decode_tensors(ddnn_frame *frame, const uint8_t *p, size_t at,
                          size_t header, size_t size) {
  size_t data = header;
  for (unsigned i = 0; i < frame->tensor_count; ++i) {
    ddnn_frame_tensor *t = &frame->tensors[i];
    if (header - at < TENSOR_BYTES(0))
      return DDNN_ERR_FORMAT;
    t->dtype = p[at];
    t->encoding = p[at + 1];
    t->rank = p[at + 2];
    if (p[at + 3] != 0 || t->rank > DDNN_MAX_RANK ||
        header - at < TENSOR_BYTES(t->rank))
      return DDNN_ERR_FORMAT;
    t->scale = ddnn_get_float(p + at + 4);
    t->bytes = ddnn_get32(p + at + 8);
    for (unsigned d = 0; d < t->rank; ++d)
      t->dims[d] = ddnn_get32(p + at + 12 + 4 * d);
    if (!tensor_ok(t) || t->bytes > size - data)
      return DDNN_ERR_FORMAT;
    t->data = p + data;
    data += t->bytes;
    at += TENSOR_BYTES(t->rank);
  }
  if (data != size || header - at >= 8)
    return DDNN_ERR_FORMAT;
  for (; at < header; ++at)
    if (p[at] != 0)
      return DDNN_ERR_FORMAT;
  return DDNN_OK;
}

int ddnn_frame_decode(ddnn_frame *frame, const void *buffer, size_t size) {
  const uint8_t *p = buffer;
  int status = ddnn_frame_peek(frame, buffer, size);
  if (status != DDNN_OK)
    return status;
  size_t header = ddnn_get16(p + AT_HEADER_BYTES);
  size_t payload = ddnn_get32(p + AT_PAYLOAD_BYTES);
  size_t name = p[AT_SOURCE_BYTES];
  if (header % 8 || header < FIXED + name || header > DDNN_FRAME_HEADER_MAX)
    return DDNN_ERR_FORMAT;
  if (size < header || size - header < payload)
    return DDNN_ERR_TRUNCATED;
  if (size - header > payload)
    return DDNN_ERR_FORMAT;
  uint32_t crc = ddnn_crc32c(0, p, AT_CRC);
  crc = ddnn_crc32c(crc, p + FIXED, size - FIXED);
  if (crc != ddnn_get32(p + AT_CRC))
    return DDNN_ERR_CHECKSUM;

  frame->exit = ddnn_get16(p + AT_EXIT);
  frame->label = ddnn_get32(p + AT_LABEL);
  frame->entropy = ddnn_get_float(p + AT_ENTROPY);
  frame->queue_us = ddnn_get32(p + AT_QUEUE_US);
  for (unsigned i = 0; i < DDNN_FRAME_TIERS; ++i)
    frame->tier_us[i] = ddnn_get32(p + AT_TIER_US + 4 * i);
  frame->tensor_count = p[AT_TENSOR_COUNT];
  if (frame->tensor_count > DDNN_MAX_TENSORS || !fields_ok(frame)) {
    frame->tensor_count = 0;
    return DDNN_ERR_FORMAT;
  }
  status = decode_tensors(frame, p, FIXED + name, header, size);
  if (status != DDNN_OK)
    frame->tensor_count = 0;
  return status;
}
