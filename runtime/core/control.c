/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ddnn/control.h"
#include "bytes.h"
#include "ddnn/frame.h"
#include "ddnn/wire.h"

#define ANNOUNCE_MAGIC 0x534e4444u   /* "DDNS" */
#define THRESHOLDS_MAGIC 0x544e4444u /* "DDNT" */

/* Both messages: magic, version, a byte, a count, a byte 0; a body; and their
 * CRC-32C at the end. */
static void begin(uint8_t *p, uint32_t magic, uint8_t state, uint8_t count) {
  ddnn_put32(p, magic);
  p[4] = DDNN_PROTOCOL_VERSION;
  p[5] = state;
  p[6] = count;
  p[7] = 0;
}

static void end(uint8_t *p, size_t total, size_t *size) {
  ddnn_put32(p + total - 4, ddnn_crc32c(0, p, total - 4));
  if (size)
    *size = total;
}

/* Checks all of that for a message of fixed + count * each bytes. */
static int check(const uint8_t *p, size_t size, uint32_t magic, size_t fixed,
                 size_t each, size_t max) {
  if (size < 8)
    return DDNN_ERR_TRUNCATED;
  if (ddnn_get32(p) != magic)
    return DDNN_ERR_MAGIC;
  if (p[4] != DDNN_PROTOCOL_VERSION)
    return DDNN_ERR_VERSION;
  size_t count = p[6];
  if (count > max || p[7] != 0)
    return DDNN_ERR_FORMAT;
  size_t total = fixed + count * each + 4;
  if (size < total)
    return DDNN_ERR_TRUNCATED;
  if (size > total)
    return DDNN_ERR_FORMAT;
  if (ddnn_get32(p + total - 4) != ddnn_crc32c(0, p, total - 4))
    return DDNN_ERR_CHECKSUM;
  return DDNN_OK;
}

int ddnn_announce_encode(const ddnn_announce *a, void *buffer, size_t capacity,
                         size_t *size) {
  uint8_t *p = buffer;
  if (a->state > DDNN_NODE_DRAINING || a->service_count > DDNN_MAX_SERVICES)
    return DDNN_ERR_INVALID;
  size_t total = 32 + 12u * a->service_count + 4;
  if (capacity < total)
    return DDNN_ERR_NO_MEMORY;
  begin(p, ANNOUNCE_MAGIC, a->state, a->service_count);
  ddnn_put32(p + 8, a->boot);
  ddnn_put32(p + 12, a->sequence);
  ddnn_put32(p + 16, a->heartbeat_ms);
  ddnn_put16(p + 20, a->queued);
  ddnn_put16(p + 22, a->running);
  ddnn_put16(p + 24, a->capacity);
  ddnn_put16(p + 26, a->threads);
  ddnn_put32(p + 28, a->service_us);
  for (unsigned i = 0; i < a->service_count; ++i) {
    uint8_t *s = p + 32 + 12 * i;
    ddnn_put64(s, a->services[i].model);
    s[8] = a->services[i].stage;
    s[9] = a->services[i].member;
    ddnn_put16(s + 10, a->services[i].group);
  }
  end(p, total, size);
  return DDNN_OK;
}

int ddnn_announce_decode(ddnn_announce *a, const void *buffer, size_t size) {
  const uint8_t *p = buffer;
  int status = check(p, size, ANNOUNCE_MAGIC, 32, 12, DDNN_MAX_SERVICES);
  if (status != DDNN_OK)
    return status;
  ddnn_clear(a, sizeof *a);
  a->state = p[5];
  a->service_count = p[6];
  a->boot = ddnn_get32(p + 8);
  a->sequence = ddnn_get32(p + 12);
  a->heartbeat_ms = ddnn_get32(p + 16);
  a->queued = ddnn_get16(p + 20);
  a->running = ddnn_get16(p + 22);
  a->capacity = ddnn_get16(p + 24);
  a->threads = ddnn_get16(p + 26);
  a->service_us = ddnn_get32(p + 28);
  if (a->state > DDNN_NODE_DRAINING)
    return DDNN_ERR_FORMAT;
  for (unsigned i = 0; i < a->service_count; ++i) {
    const uint8_t *s = p + 32 + 12 * i;
    a->services[i].model = ddnn_get64(s);
    a->services[i].stage = s[8];
    a->services[i].member = s[9];
    a->services[i].group = ddnn_get16(s + 10);
  }
  return DDNN_OK;
}

static bool thresholds_ok(const ddnn_thresholds *t) {
  if (t->count > DDNN_MAX_EXITS)
    return false;
  for (unsigned i = 0; i < t->count; ++i) {
    if (!(t->entries[i].threshold >= 0.0f && t->entries[i].threshold <= 1.0f))
      return false;
    for (unsigned j = 0; j < i; ++j)
      if (t->entries[j].exit == t->entries[i].exit)
        return false;
  }
  return true;
}

int ddnn_thresholds_encode(const ddnn_thresholds *t, void *buffer,
                           size_t capacity, size_t *size) {
  uint8_t *p = buffer;
  if (!thresholds_ok(t))
    return DDNN_ERR_INVALID;
  size_t total = 24 + 8u * t->count + 4;
  if (capacity < total)
    return DDNN_ERR_NO_MEMORY;
  begin(p, THRESHOLDS_MAGIC, 0, t->count);
  ddnn_put64(p + 8, t->model);
  ddnn_put64(p + 16, t->version);
  for (unsigned i = 0; i < t->count; ++i) {
    ddnn_put32(p + 24 + 8 * i, t->entries[i].exit);
    ddnn_put_float(p + 28 + 8 * i, t->entries[i].threshold);
  }
  end(p, total, size);
  return DDNN_OK;
}

int ddnn_thresholds_decode(ddnn_thresholds *t, const void *buffer,
                           size_t size) {
  const uint8_t *p = buffer;
  int status = check(p, size, THRESHOLDS_MAGIC, 24, 8, DDNN_MAX_EXITS);
  if (status != DDNN_OK)
    return status;
  ddnn_clear(t, sizeof *t);
  t->model = ddnn_get64(p + 8);
  t->version = ddnn_get64(p + 16);
  t->count = p[6];
  for (unsigned i = 0; i < t->count; ++i) {
    uint32_t exit = ddnn_get32(p + 24 + 8 * i);
    if (exit > UINT16_MAX)
      return DDNN_ERR_FORMAT;
    t->entries[i].exit = (uint16_t)exit;
    t->entries[i].threshold = ddnn_get_float(p + 28 + 8 * i);
  }
  return p[5] == 0 && thresholds_ok(t) ? DDNN_OK : DDNN_ERR_FORMAT;
}

void ddnn_threshold_table_init(ddnn_threshold_table *table,
                               const ddnn_model *model) {
  ddnn_clear(table, sizeof *table);
  for (unsigned i = 0; i < model->exit_count && i < DDNN_MAX_EXITS; ++i)
    table->values[i] = model->exits[i].threshold;
}

int ddnn_threshold_table_apply(ddnn_threshold_table *table,
                               const ddnn_model *model,
                               const ddnn_thresholds *update) {
  if (update->model != model->hash)
    return DDNN_ERR_MODEL;
  if (update->version <= table->version)
    return DDNN_ERR_STALE;
  for (unsigned i = 0; i < update->count; ++i)
    if (update->entries[i].exit >= model->exit_count)
      return DDNN_ERR_NOT_FOUND;
  for (unsigned i = 0; i < update->count; ++i)
    table->values[update->entries[i].exit] = update->entries[i].threshold;
  table->version = update->version;
  return DDNN_OK;
}
