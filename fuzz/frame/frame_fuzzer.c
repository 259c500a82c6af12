/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Everything that reads what the network brings: frames long and short,
 * announcements, thresholds. A checksum would keep the fuzzer from getting any
 * further, so each input is tried as it is and once more with its checksum put
 * right. What decodes must encode to the same bytes again.
 */
#include "ddnn/control.h"
#include "ddnn/frame.h"
#include "ddnn/wire.h"
#include "toy_group.h"
#include "toy_model.h"

#include <stdlib.h>
#include <string.h>

static void require(int holds) {
  if (!holds)
    abort();
}

static void unpack(const ddnn_frame *frame, const ddnn_model *model) {
  for (unsigned i = 0; i < frame->tensor_count; ++i) {
    const ddnn_tensor *t = &model->inputs[i];
    void *to = malloc(ddnn_memory_bytes(t->dtype, t->count));
    int status = ddnn_wire_decode(t, frame->tensors[i].data,
                                  frame->tensors[i].bytes, to);
    require(status == DDNN_OK || status == DDNN_ERR_FORMAT);
    free(to);
  }
}

static void try_group(const ddnn_frame *frame) {
  unsigned source = DDNN_MAX_MEMBERS;
  uint16_t present = 0;
  char node[DDNN_NODE_MAX + 1];
  if (ddnn_frame_check_scores(frame, &toy_e_local, &source) == DDNN_OK ||
      ddnn_frame_check_scores(frame, &toy_f_area, &source) == DDNN_OK ||
      ddnn_frame_check_part(frame, &toy_e_edge, &source) == DDNN_OK)
    require(source < 3 && frame->group != 0);
  if (ddnn_frame_check_expect(frame, &toy_e_edge, &present) == DDNN_OK)
    require(present != 0 && present < 8);
  if (ddnn_frame_check_fetch(frame, &toy_e_devices[0], node) == DDNN_OK)
    require(ddnn_node_name_ok(node));
}

static void try_frame(const uint8_t *data, size_t size) {
  ddnn_frame frame;
  (void)ddnn_frame_peek(&frame, data, size);
  if (ddnn_frame_decode(&frame, data, size) != DDNN_OK) {
    require(frame.tensor_count == 0);
    return;
  }
  uint8_t *again = malloc(size);
  size_t written = 0;
  require(ddnn_frame_encode(&frame, again, size, &written) == DDNN_OK);
  require(written == size && memcmp(again, data, size) == 0);
  free(again);
  if (ddnn_frame_check_request(&frame, &toy_edge) == DDNN_OK)
    unpack(&frame, &toy_edge);
  if (ddnn_frame_check_request(&frame, &toy_cloud) == DDNN_OK)
    unpack(&frame, &toy_cloud);
  (void)ddnn_frame_check_reply(&frame, &toy_device);
  try_group(&frame);
}

static void try_short(const uint8_t *data, size_t size) {
  ddnn_short_frame frame;
  if (ddnn_frame_decode_short(&frame, data, size) != DDNN_OK)
    return;
  float *scores = malloc(frame.classes * sizeof *scores + 1);
  require(ddnn_frame_short_scores(&frame, scores) == DDNN_OK);
  free(scores);
}

static void try_control(const uint8_t *data, size_t size) {
  ddnn_announce announce;
  ddnn_thresholds thresholds;
  uint8_t again[DDNN_ANNOUNCE_MAX + DDNN_THRESHOLDS_MAX];
  size_t written = 0;
  if (ddnn_announce_decode(&announce, data, size) == DDNN_OK) {
    require(ddnn_announce_encode(&announce, again, sizeof again, &written) ==
            DDNN_OK);
    require(written == size && memcmp(again, data, size) == 0);
  }
  if (ddnn_thresholds_decode(&thresholds, data, size) == DDNN_OK) {
    ddnn_threshold_table table;
    require(ddnn_thresholds_encode(&thresholds, again, sizeof again,
                                   &written) == DDNN_OK);
    require(written == size && memcmp(again, data, size) == 0);
    ddnn_threshold_table_init(&table, &toy_device);
    (void)ddnn_threshold_table_apply(&table, &toy_device, &thresholds);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  try_frame(data, size);
  try_short(data, size);
  try_control(data, size);
  uint8_t *copy = malloc(size + 1);
  memcpy(copy, data, size);
  if (size >= DDNN_FRAME_FIXED_BYTES) {
    ddnn_frame_seal(copy, size);
    try_frame(copy, size);
    memcpy(copy, data, size);
  }
  if (size >= DDNN_SHORT_BYTES) { /* its checksum stands at byte 20 */
    uint32_t crc =
        ddnn_crc32c(ddnn_crc32c(0, copy, 20), copy + DDNN_SHORT_BYTES,
                    size - DDNN_SHORT_BYTES);
    for (int i = 0; i < 4; ++i)
      copy[20 + i] = (uint8_t)(crc >> 8 * i);
    try_short(copy, size);
    memcpy(copy, data, size);
  }
  if (size >= 12) { /* and the control messages' at the end */
    uint32_t crc = ddnn_crc32c(0, copy, size - 4);
    for (int i = 0; i < 4; ++i)
      copy[size - 4 + (size_t)i] = (uint8_t)(crc >> 8 * i);
    try_control(copy, size);
  }
  free(copy);
  return 0;
}
