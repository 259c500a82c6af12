/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _POSIX_C_SOURCE 200809L
#include "toy_model.h"

#include <string.h>
#include <time.h>

static const ddnn_exit exits[] = {
    {.name = "local",
     .tier = 0,
     .scores = DDNN_LOGITS,
     .classes = 3,
     .threshold = 0.5f},
    {.name = "edge",
     .tier = 1,
     .scores = DDNN_LOGITS,
     .classes = 3,
     .threshold = 0.5f},
    {.name = "cloud",
     .tier = 2,
     .scores = DDNN_LOGITS,
     .is_final = 1,
     .classes = 3,
     .threshold = 1.0f},
};

static const char *const tiers[] = {"device", "edge", "cloud"};

#define SCORES                                                                 \
  .name = "scores", .dtype = DDNN_F32, .rank = 2, .scale = 1, .dims = {1, 3},  \
  .count = 3, .wire_bytes = 12
#define X_F32                                                                  \
  .name = "x", .dtype = DDNN_F32, .encoding = DDNN_WIRE_F32, .rank = 2,        \
  .scale = 1, .dims = {1, 4}, .count = 4, .wire_bytes = 16
#define X_F16                                                                  \
  .name = "x", .dtype = DDNN_F32, .encoding = DDNN_WIRE_F16, .rank = 2,        \
  .scale = 1, .dims = {1, 4}, .count = 4, .wire_bytes = 8
#define BITS                                                                   \
  .name = "bits", .dtype = DDNN_BITS, .encoding = DDNN_WIRE_BITS, .rank = 3,   \
  .scale = 1, .dims = {1, 4, 5}, .count = 20, .wire_bytes = 3
#define BYTES                                                                  \
  .name = "bytes", .dtype = DDNN_U8, .encoding = DDNN_WIRE_U8, .rank = 1,      \
  .scale = 1, .dims = {8}, .count = 8, .wire_bytes = 8

static const ddnn_tensor device_in[] = {{X_F32}};
static const ddnn_tensor device_out[] = {{SCORES}, {X_F32}, {BITS}};
static const ddnn_tensor edge_in[] = {{X_F32}, {BITS}};
static const ddnn_tensor edge_out[] = {{SCORES}, {X_F16}, {BYTES}};
static const ddnn_tensor cloud_in[] = {{X_F16}, {BYTES}};
static const ddnn_tensor cloud_out[] = {{SCORES}};

static const ddnn_local_exit device_exits[] = {{0, 0, 0}};
static const ddnn_local_exit edge_exits[] = {{1, 0, 0}};
static const ddnn_local_exit cloud_exits[] = {{2, 0, 0}};

static const unsigned char pattern[3] = {0xa5, 0x3c, 0x09};

static void write_scores(float *scores, const float *x, float sure, int tier) {
  int label = ((int)x[1] + tier) % 3;
  scores[0] = scores[1] = scores[2] = 0;
  scores[label] = sure == 0 ? 0.5f : sure; /* undecided, yet not a tie */
}

static void compute_for(float ms) {
  if (ms <= 0)
    return;
  struct timespec t = {(time_t)(ms / 1000),
                       (long)((long)(ms * 1000) % 1000000) * 1000};
  nanosleep(&t, NULL);
}

static void device_scores(const void *weights, void *const *arenas,
                          const void *const *in, void *const *out) {
  (void)weights;
  memcpy(arenas[0], in[0], 16); /* the arena carries x to the next step */
  write_scores(out[0], in[0], ((const float *)in[0])[0], 0);
}

static void device_link(const void *weights, void *const *arenas,
                        const void *const *in, void *const *out) {
  (void)weights;
  (void)in;
  memcpy(out[1], arenas[0], 16);
  memcpy(out[2], pattern, 3);
}

static void edge_scores(const void *weights, void *const *arenas,
                        const void *const *in, void *const *out) {
  (void)weights;
  float x[4];
  memcpy(x, in[0], 16);
  if (memcmp(in[1], pattern, 3) != 0)
    x[2] = x[0] / 0.0f - x[0] / 0.0f;
  compute_for(x[3]);
  memcpy(arenas[0], x, 16);
  write_scores(out[0], x, x[2], 1);
}

static void edge_link(const void *weights, void *const *arenas,
                      const void *const *in, void *const *out) {
  (void)weights;
  (void)in;
  memcpy(out[1], arenas[0], 16);
  memcpy(out[2], "ABCDEFGH", 8);
}

static void cloud_scores(const void *weights, void *const *arenas,
                         const void *const *in, void *const *out) {
  (void)weights;
  (void)arenas;
  const float *x = in[0];
  compute_for(x[3]);
  write_scores(out[0], x, memcmp(in[1], "ABCDEFGH", 8) == 0 ? 30.0f : -1.0f, 2);
}

static const ddnn_pool pools[] = {{"arena", 16}};
static const ddnn_step_fn device_steps[] = {device_scores, device_link};
static const ddnn_step_fn edge_steps[] = {edge_scores, edge_link};
static const ddnn_step_fn cloud_steps[] = {cloud_scores};

#define COMMON                                                                 \
  .abi_version = DDNN_ABI_VERSION, .tier_count = 3, .name = "toy",             \
  .tier_names = tiers, .exit_count = 3, .exits = exits

const ddnn_model toy_device = {COMMON,
                               .tier = 0,
                               .hash = TOY_HASH,
                               .inputs = device_in,
                               .input_count = 1,
                               .link_count = 2,
                               .outputs = device_out,
                               .output_count = 3,
                               .local_exits = device_exits,
                               .local_exit_count = 1,
                               .step_count = 2,
                               .steps = device_steps,
                               .pools = pools,
                               .pool_count = 1};

const ddnn_model toy_edge = {COMMON,
                             .tier = 1,
                             .hash = TOY_HASH,
                             .inputs = edge_in,
                             .input_count = 2,
                             .link_count = 2,
                             .outputs = edge_out,
                             .output_count = 3,
                             .local_exits = edge_exits,
                             .local_exit_count = 1,
                             .step_count = 2,
                             .steps = edge_steps,
                             .pools = pools,
                             .pool_count = 1};

const ddnn_model toy_cloud = {COMMON,
                              .tier = 2,
                              .hash = TOY_HASH,
                              .inputs = cloud_in,
                              .input_count = 2,
                              .outputs = cloud_out,
                              .output_count = 1,
                              .local_exits = cloud_exits,
                              .local_exit_count = 1,
                              .step_count = 1,
                              .steps = cloud_steps};

const ddnn_model toy_other_cloud = {COMMON,
                                    .tier = 2,
                                    .hash = TOY_HASH + 1,
                                    .inputs = cloud_in,
                                    .input_count = 2,
                                    .outputs = cloud_out,
                                    .output_count = 1,
                                    .local_exits = cloud_exits,
                                    .local_exit_count = 1,
                                    .step_count = 1,
                                    .steps = cloud_steps};
