/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * frame_seeds FOLDER: writes one good message of each kind, for the fuzzer to
 * start from.
 */
#include "ddnn/control.h"
#include "ddnn/frame.h"
#include "toy_group.h"
#include "toy_model.h"

#include <stdio.h>
#include <string.h>

static const char *folder;

static int save(const char *name, const uint8_t *data, size_t size) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "wb");
  if (!f)
    return 1;
  int bad = fwrite(data, 1, size, f) != size;
  return fclose(f) != 0 || bad;
}

static int save_request(const char *name, const ddnn_model *model) {
  static const uint8_t payload[64];
  uint8_t buffer[1024];
  size_t size = 0;
  ddnn_frame f;
  ddnn_frame_init(&f, DDNN_FRAME_REQUEST);
  f.stage = model->tier;
  f.model = model->hash;
  f.request = 1;
  f.boot = 2;
  f.remaining_ms = 100;
  strcpy(f.source, "cam-1");
  f.tensor_count = (uint8_t)model->input_count;
  for (unsigned i = 0; i < model->input_count; ++i) {
    ddnn_frame_tensor_init(&f.tensors[i], &model->inputs[i]);
    f.tensors[i].data = payload;
  }
  return ddnn_frame_encode(&f, buffer, sizeof buffer, &size) != DDNN_OK ||
         save(name, buffer, size);
}

static int save_reply(const char *name, uint8_t flags, int status, int scores) {
  static const float values[3] = {1, 2, 3};
  uint8_t buffer[1024];
  size_t size = 0;
  ddnn_frame f;
  ddnn_frame_init(&f, DDNN_FRAME_REPLY);
  f.stage = 1;
  f.flags = flags;
  f.status = status;
  f.model = TOY_HASH;
  strcpy(f.source, "cam-1");
  if (scores) {
    f.exit = 1;
    f.label = 2;
    f.entropy = 0.5f;
    f.tensor_count = 1;
    f.tensors[0].rank = 1;
    f.tensors[0].scale = 1;
    f.tensors[0].dims[0] = 3;
    f.tensors[0].bytes = 12;
    f.tensors[0].data = (const uint8_t *)values;
  }
  return ddnn_frame_encode(&f, buffer, sizeof buffer, &size) != DDNN_OK ||
         save(name, buffer, size);
}

/* Kinds 3 to 6. */
static int save_group(const char *name, uint8_t kind, uint8_t stage,
                      const ddnn_tensor *tensor, const char *bytes,
                      uint32_t count) {
  static const uint8_t payload[64];
  uint8_t buffer[1024];
  size_t size = 0;
  ddnn_frame f;
  ddnn_frame_init(&f, kind);
  f.stage = stage;
  f.model = TOY_E_HASH;
  f.request = 1;
  f.boot = 2;
  f.group = 7;
  f.label = kind == DDNN_FRAME_EXPECT ? 100 : 0;
  strcpy(f.source, "dev-0");
  f.tensor_count = 1;
  if (tensor) {
    ddnn_frame_tensor_init(&f.tensors[0], tensor);
    f.tensors[0].data = payload;
  } else {
    f.tensors[0].dtype = DDNN_U8;
    f.tensors[0].encoding = DDNN_WIRE_U8;
    f.tensors[0].rank = 1;
    f.tensors[0].scale = 1;
    f.tensors[0].dims[0] = f.tensors[0].bytes = count;
    f.tensors[0].data = (const uint8_t *)bytes;
  }
  return ddnn_frame_encode(&f, buffer, sizeof buffer, &size) != DDNN_OK ||
         save(name, buffer, size);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  folder = argv[1];
  int bad = save_request("request-edge", &toy_edge) ||
            save_request("request-cloud", &toy_cloud) ||
            save_reply("reply", DDNN_FLAG_FINAL, DDNN_OK, 1) ||
            save_reply("provisional", 0, DDNN_OK, 1) ||
            save_reply("fallback", DDNN_FLAG_FINAL | DDNN_FLAG_FALLBACK,
                       DDNN_ERR_NO_PEER, 1) ||
            save_reply("busy", DDNN_FLAG_FINAL, DDNN_ERR_BUSY, 0);
  bad |=
      save_group("scores", DDNN_FRAME_SCORES, 1, &toy_e_local.inputs[0], NULL,
                 0) ||
      save_group("part", DDNN_FRAME_PART, 2, &toy_e_edge.inputs[0], NULL, 0) ||
      save_group("fetch", DDNN_FRAME_FETCH, 2, NULL, "edge-1", 6) ||
      save_group("expect", DDNN_FRAME_EXPECT, 2, NULL, "\1\0\1", 3);
  uint8_t buffer[1024];
  size_t size = 0;
  const float scores[] = {1, 2, 3};
  ddnn_short_frame s = {
      .kind = DDNN_FRAME_REQUEST, .encoding = DDNN_WIRE_F16, .classes = 3};
  bad |= ddnn_frame_encode_short(&s, scores, buffer, sizeof buffer, &size) !=
             DDNN_OK ||
         save("short", buffer, size);
  ddnn_short_frame g = {.kind = DDNN_FRAME_SCORES,
                        .stage = 1,
                        .model = (uint32_t)TOY_E_HASH,
                        .group = 7,
                        .exit = 0xff,
                        .classes = 3};
  bad |= ddnn_frame_encode_short(&g, scores, buffer, sizeof buffer, &size) !=
             DDNN_OK ||
         save("short-scores", buffer, size);
  ddnn_announce a = {.state = DDNN_NODE_ONLINE,
                     .heartbeat_ms = 1000,
                     .service_count = 1,
                     .services = {{TOY_HASH, 1}}};
  bad |= ddnn_announce_encode(&a, buffer, sizeof buffer, &size) != DDNN_OK ||
         save("announce", buffer, size);
  ddnn_thresholds t = {
      .model = TOY_HASH, .version = 1, .count = 1, .entries = {{0, 0.5f}}};
  bad |= ddnn_thresholds_encode(&t, buffer, sizeof buffer, &size) != DDNN_OK ||
         save("thresholds", buffer, size);
  return bad;
}
