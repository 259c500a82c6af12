/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The short form: 24 bytes, then scores. For links where a long header would
 * cost more than what it carries.
 */
#include "bytes.h"
#include "ddnn/frame.h"
#include "ddnn/wire.h"

enum {
  AT_MAGIC = 0,
  AT_VERSION_KIND = 1,
  AT_STAGE_FLAGS = 2,
  AT_EXIT = 3,
  AT_MODEL = 4,
  AT_REQUEST = 8,
  AT_FRAME_NUMBER = 12,
  AT_REMAINING = 14,
  AT_GROUP = 16,
  AT_MEMBER = 17,
  AT_STATUS = 18,
  AT_ENCODING = 19,
  AT_CRC = 20
};

static bool fields_ok(const ddnn_short_frame *f) {
  if (f->kind == DDNN_FRAME_SCORES &&
      (f->group == 0 || f->member >= DDNN_MAX_MEMBERS || f->stage == 0 ||
       f->flags != 0 || f->status != DDNN_OK || f->exit != 0xff ||
       f->classes == 0 || f->frame_number != (uint16_t)f->request))
    return false;
  return f->kind >= DDNN_FRAME_REQUEST && f->kind <= DDNN_FRAME_SCORES &&
         f->stage <= 15 && f->flags <= 7 && f->status <= 0 &&
         f->status >= DDNN_ERR_LAST &&
         (f->encoding == DDNN_WIRE_F32 || f->encoding == DDNN_WIRE_F16);
}

static uint32_t checksum(const uint8_t *p, size_t size) {
  uint32_t crc = ddnn_crc32c(0, p, AT_CRC);
  return ddnn_crc32c(crc, p + DDNN_SHORT_BYTES, size - DDNN_SHORT_BYTES);
}

int ddnn_frame_encode_short(const ddnn_short_frame *frame, const float *scores,
                            void *buffer, size_t capacity, size_t *size) {
  uint8_t *p = buffer;
  if (!fields_ok(frame) || (frame->classes && !scores))
    return DDNN_ERR_INVALID;
  ddnn_tensor t = {.dtype = DDNN_F32, .encoding = frame->encoding};
  t.count = frame->classes;
  t.wire_bytes = ddnn_wire_bytes(t.encoding, t.count);
  size_t total = DDNN_SHORT_BYTES + (size_t)t.wire_bytes;
  if (capacity < total)
    return DDNN_ERR_NO_MEMORY;
  p[AT_MAGIC] = DDNN_SHORT_MAGIC;
  p[AT_VERSION_KIND] = (uint8_t)(DDNN_PROTOCOL_VERSION << 4 | frame->kind);
  p[AT_STAGE_FLAGS] = (uint8_t)(frame->stage << 4 | frame->flags);
  p[AT_EXIT] = frame->exit;
  ddnn_put32(p + AT_MODEL, frame->model);
  ddnn_put32(p + AT_REQUEST, frame->request);
  ddnn_put16(p + AT_FRAME_NUMBER, frame->frame_number);
  ddnn_put16(p + AT_REMAINING, frame->remaining_ms);
  p[AT_GROUP] = frame->group;
  p[AT_MEMBER] = frame->member;
  p[AT_STATUS] = (uint8_t)-frame->status;
  p[AT_ENCODING] = frame->encoding;
  if (t.count) {
    int status = ddnn_wire_encode(&t, scores, p + DDNN_SHORT_BYTES,
                                  capacity - DDNN_SHORT_BYTES);
    if (status != DDNN_OK)
      return status;
  }
  ddnn_put32(p + AT_CRC, checksum(p, total));
  if (size)
    *size = total;
  return DDNN_OK;
}

int ddnn_frame_decode_short(ddnn_short_frame *frame, const void *buffer,
                            size_t size) {
  const uint8_t *p = buffer;
  if (size < 1)
    return DDNN_ERR_TRUNCATED;
  if (p[AT_MAGIC] != DDNN_SHORT_MAGIC)
    return DDNN_ERR_MAGIC;
  if (size < DDNN_SHORT_BYTES)
    return DDNN_ERR_TRUNCATED;
  if (p[AT_VERSION_KIND] >> 4 != DDNN_PROTOCOL_VERSION)
    return DDNN_ERR_VERSION;
  if (ddnn_get32(p + AT_CRC) != checksum(p, size))
    return DDNN_ERR_CHECKSUM;
  frame->kind = p[AT_VERSION_KIND] & 15;
  frame->stage = p[AT_STAGE_FLAGS] >> 4;
  frame->flags = p[AT_STAGE_FLAGS] & 15;
  frame->exit = p[AT_EXIT];
  frame->model = ddnn_get32(p + AT_MODEL);
  frame->request = ddnn_get32(p + AT_REQUEST);
  frame->frame_number = ddnn_get16(p + AT_FRAME_NUMBER);
  frame->remaining_ms = ddnn_get16(p + AT_REMAINING);
  frame->group = p[AT_GROUP];
  frame->member = p[AT_MEMBER];
  frame->status = -(int)p[AT_STATUS];
  frame->encoding = p[AT_ENCODING];
  if (frame->encoding != DDNN_WIRE_F32 && frame->encoding != DDNN_WIRE_F16)
    return DDNN_ERR_FORMAT;
  size_t each = ddnn_wire_bytes(frame->encoding, 1);
  size_t data = size - DDNN_SHORT_BYTES;
  if (data % each || data / each > UINT16_MAX)
    return DDNN_ERR_FORMAT;
  frame->classes = (uint16_t)(data / each);
  frame->data = p + DDNN_SHORT_BYTES;
  if (!fields_ok(frame))
    return DDNN_ERR_FORMAT;
  return DDNN_OK;
}

int ddnn_frame_short_scores(const ddnn_short_frame *frame, float *scores) {
  ddnn_tensor t = {.dtype = DDNN_F32, .encoding = frame->encoding};
  t.count = frame->classes;
  t.wire_bytes = ddnn_wire_bytes(t.encoding, t.count);
  return t.count ? ddnn_wire_decode(&t, frame->data, t.wire_bytes, scores)
                 : DDNN_OK;
}
