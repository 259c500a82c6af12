/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A deployment of three tiers small enough to follow by hand; built once for
 * each tier with -DTOY_TIER=0, 1 and 2 (see make_toy.sh). Four numbers come in;
 * each exit scores three classes:
 *   local:  2 x[c]           device
 *   edge:   4 x[(c + 1) % 4] edge
 *   cloud:  8 x[(c + 2) % 4] cloud
 * What travels: device to edge the signs of x (bits) and x (f32); edge to cloud
 * x as f16. TOY_DELAY_US lets the cloud take its time. TOY_SALT makes another
 * deployment.
 */
#define _POSIX_C_SOURCE 200809L
#include "ddnn/model.h"

#include <string.h>
#include <time.h>

#ifndef TOY_DELAY_US
#define TOY_DELAY_US 0
#endif
#ifndef TOY_SALT
#define TOY_SALT 0
#endif
#ifndef TOY_NAME
#define TOY_NAME "toy"
#endif
#ifndef TOY_ABI
#define TOY_ABI DDNN_ABI_VERSION
#endif

static const char *const tier_names[] = {"device", "edge", "cloud"};
static const char *const labels[] = {"ant", "bee", "cat"};

static const ddnn_exit exits[] = {
    {"local", 0, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.25f},
    {"edge", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
    {"cloud", 2, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 0.0f}};

#define SIGNS "signs", DDNN_BITS, DDNN_WIRE_BITS, 2, 1.0f, {1, 4}, 4, 1
#define VALUES "values", DDNN_F32, DDNN_WIRE_F32, 2, 1.0f, {1, 4}, 4, 16
#define HALVES "halves", DDNN_F32, DDNN_WIRE_F16, 2, 1.0f, {1, 4}, 4, 8
#define SCORES(name) name, DDNN_F32, DDNN_WIRE_F32, 2, 1.0f, {1, 3}, 3, 12

static void scores(const float *x, float factor, unsigned shift, float *out) {
  for (unsigned c = 0; c < 3; ++c)
    out[c] = factor * x[(c + shift) % 4];
}

#if TOY_TIER == 0

static void exit_step(const void *weights, void *const *arenas,
                      const void *const *inputs, void *const *outputs) {
  (void)weights, (void)arenas;
  scores(inputs[0], 2.0f, 0, outputs[0]);
}
static void link_step(const void *weights, void *const *arenas,
                      const void *const *inputs, void *const *outputs) {
  const float *x = inputs[0];
  unsigned char signs = 0;
  (void)weights, (void)arenas;
  for (unsigned i = 0; i < 4; ++i)
    signs = (unsigned char)(signs | (x[i] >= 0) << i);
  memcpy(outputs[1], &signs, 1);
  memcpy(outputs[2], x, 16);
}
static const ddnn_tensor inputs[] = {
    {"x", DDNN_F32, DDNN_WIRE_F32, 2, 1.0f, {1, 4}, 4, 16}};
static const ddnn_tensor outputs[] = {{SCORES("local")}, {SIGNS}, {VALUES}};
static const ddnn_local_exit local_exits[] = {{0, 0, 0}};
static const ddnn_step_fn steps[] = {exit_step, link_step};
#define INPUTS 1
#define OUTPUTS 3
#define LINKS 2
#define STEPS 2

#elif TOY_TIER == 1

static void step(const void *weights, void *const *arenas,
                 const void *const *inputs, void *const *outputs) {
  (void)weights, (void)arenas;
  scores(inputs[1], 4.0f, 1, outputs[0]);
  memcpy(outputs[1], inputs[1], 16);
}
static const ddnn_tensor inputs[] = {{SIGNS}, {VALUES}};
static const ddnn_tensor outputs[] = {{SCORES("edge")}, {HALVES}};
static const ddnn_local_exit local_exits[] = {{1, 0, 0}};
static const ddnn_step_fn steps[] = {step};
#define INPUTS 2
#define OUTPUTS 2
#define LINKS 1
#define STEPS 1

#else

static void step(const void *weights, void *const *arenas,
                 const void *const *inputs, void *const *outputs) {
  (void)weights, (void)arenas;
  if (TOY_DELAY_US) {
    struct timespec t = {TOY_DELAY_US / 1000000, TOY_DELAY_US % 1000000 * 1000};
    nanosleep(&t, NULL);
  }
  scores(inputs[0], 8.0f, 2, outputs[0]);
}
static const ddnn_tensor inputs[] = {{HALVES}};
static const ddnn_tensor outputs[] = {{SCORES("cloud")}};
static const ddnn_local_exit local_exits[] = {{2, 0, 0}};
static const ddnn_step_fn steps[] = {step};
#define INPUTS 1
#define OUTPUTS 1
#define LINKS 0
#define STEPS 1

#endif

static const ddnn_pool pools[] = {{"arena", 64}};

static const ddnn_model model = {.abi_version = TOY_ABI,
                                 .tier = TOY_TIER,
                                 .tier_count = 3,
                                 .hash = 0x0123456789abcde0ull + TOY_SALT,
                                 .name = TOY_NAME,
                                 .tier_names = tier_names,
                                 .inputs = inputs,
                                 .input_count = INPUTS,
                                 .link_count = LINKS,
                                 .outputs = outputs,
                                 .output_count = OUTPUTS,
                                 .exit_count = 3,
                                 .exits = exits,
                                 .local_exits = local_exits,
                                 .local_exit_count = 1,
                                 .label_count = 3,
                                 .labels = labels,
                                 .step_count = STEPS,
                                 .steps = steps,
                                 .pools = pools,
                                 .pool_count = 1};

const ddnn_model *const ddnn_plugin_model = &model;
