/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "inbox.h"
#include "../core/bytes.h"

static void write(ddnn_inbox *inbox, const void *from, size_t n) {
  size_t at = (inbox->read + inbox->used) % inbox->capacity;
  size_t first = n < inbox->capacity - at ? n : inbox->capacity - at;
  ddnn_copy(inbox->bytes + at, from, first);
  ddnn_copy(inbox->bytes, (const uint8_t *)from + first, n - first);
  inbox->used += n;
}

static void read(ddnn_inbox *inbox, void *to, size_t n) {
  size_t first =
      n < inbox->capacity - inbox->read ? n : inbox->capacity - inbox->read;
  ddnn_copy(to, inbox->bytes + inbox->read, first);
  ddnn_copy((uint8_t *)to + first, inbox->bytes, n - first);
  inbox->read = (inbox->read + n) % inbox->capacity;
  inbox->used -= n;
}

bool ddnn_inbox_put(ddnn_inbox *inbox, const ddnn_inbox_record *record,
                    const void *data) {
  if (record->size > inbox->largest ||
      sizeof *record + record->size > inbox->capacity - inbox->used)
    return false;
  write(inbox, record, sizeof *record);
  if (record->size)
    write(inbox, data, record->size);
  return true;
}

bool ddnn_inbox_put_message(ddnn_inbox *inbox, const ddnn_message *message,
                            uint64_t now_us) {
  ddnn_inbox_record record;
  if (message->size > inbox->largest || (message->size && !message->data) ||
      !ddnn_node_name_ok(message->node))
    return false;
  ddnn_clear(&record, sizeof record);
  record.kind = message->channel;
  record.size = (uint32_t)message->size;
  record.at_us = now_us;
  for (unsigned i = 0; message->node[i]; ++i)
    record.node[i] = message->node[i];
  return ddnn_inbox_put(inbox, &record, message->data);
}

bool ddnn_inbox_take(ddnn_inbox *inbox, ddnn_inbox_record *record, void *data) {
  if (inbox->used == 0)
    return false;
  read(inbox, record, sizeof *record);
  if (record->size)
    read(inbox, data, record->size);
  return true;
}

void ddnn_inbox_clear(ddnn_inbox *inbox) { inbox->read = inbox->used = 0; }
