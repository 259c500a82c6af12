/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Six devices and those behind them, small enough to follow by hand; built once
 * for each place with -DTOY_TIER and -DTOY_MEMBER (see make_group.py).
 * TOY_CONFIG is the deployment of figure 2 of the DDNN paper: 'c'  device:6,
 * local, cloud 'e'  device:6, local, edge, cloud 'f'  device:6, local, edge:2,
 * area, cloud Each device sends three scores, and as features four numbers
 * (f16) and five signs. Scores are joined by their mean, features by their sum,
 * weighted so that each sender counts differently, and with the number of those
 * present. TOY_DELAY_US lets joins of features take their time.
 */
#define _POSIX_C_SOURCE 200809L
#include "ddnn/model.h"

#include <math.h>
#include <string.h>
#include <time.h>

#ifndef TOY_DELAY_US
#define TOY_DELAY_US 0
#endif
#ifndef TOY_SALT
#define TOY_SALT 0
#endif
#define DEVICES 6

/* Versions of clang-format differ about braces in macros. */
/* clang-format off */
#if TOY_CONFIG == 'c'
#define TIERS 3
#define EXITS 2
static const char *const tier_names[] = {"device", "local", "cloud"};
static const unsigned char member_counts[] = {DEVICES, 1, 1};
static const ddnn_exit exits[] = {
    {"local", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
    {"cloud", 2, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 0.0f}};
#define TO_JOIN(d) {{0, d}, {2, 0}}
static const ddnn_connection connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 3}, {1, 0}},
    {{0, 4}, {1, 0}}, {{0, 5}, {1, 0}}, TO_JOIN(0),       TO_JOIN(1),
    TO_JOIN(2),       TO_JOIN(3),       TO_JOIN(4),       TO_JOIN(5)};
#elif TOY_CONFIG == 'e'
#define TIERS 4
#define EXITS 3
static const char *const tier_names[] = {"device", "local", "edge", "cloud"};
static const unsigned char member_counts[] = {DEVICES, 1, 1, 1};
static const ddnn_exit exits[] = {
    {"local", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
    {"edge", 2, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.4f},
    {"cloud", 3, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 0.0f}};
#define TO_JOIN(d) {{0, d}, {2, 0}}
static const ddnn_connection connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 3}, {1, 0}},
    {{0, 4}, {1, 0}}, {{0, 5}, {1, 0}}, TO_JOIN(0),       TO_JOIN(1),
    TO_JOIN(2),       TO_JOIN(3),       TO_JOIN(4),       TO_JOIN(5),
    {{2, 0}, {3, 0}}};
#else
#define TIERS 5
#define EXITS 3
static const char *const tier_names[] = {"device", "local", "edge", "area",
                                         "cloud"};
static const unsigned char member_counts[] = {DEVICES, 1, 2, 1, 1};
static const ddnn_exit exits[] = {
    {"local", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
    {"area", 3, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.4f},
    {"cloud", 4, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 0.0f}};
#define TO_JOIN(d) {{0, d}, {2, d / 3}}
static const ddnn_connection connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 3}, {1, 0}},
    {{0, 4}, {1, 0}}, {{0, 5}, {1, 0}}, TO_JOIN(0),       TO_JOIN(1),
    TO_JOIN(2),       TO_JOIN(3),       TO_JOIN(4),       TO_JOIN(5),
    {{2, 0}, {3, 0}}, {{2, 1}, {3, 0}}, {{2, 0}, {4, 0}}, {{2, 1}, {4, 0}}};
#endif

static const char *const labels[] = {"ant", "bee", "cat"};

#define SCORES(name) {name, DDNN_F32, DDNN_WIRE_F32, 2, 1.0f, {1, 3}, 3, 12}
#define HALVES(name) {name, DDNN_F32, DDNN_WIRE_F16, 2, 1.0f, {1, 4}, 4, 8}
#define SIGNS(name) {name, DDNN_BITS, DDNN_WIRE_BITS, 2, 1.0f, {1, 5}, 5, 1}
#define PRESENT(n) {"present", DDNN_U8, DDNN_WIRE_U8, 1, 1.0f, {n}, n, n}
#define FEATURES(d) HALVES("f" #d), SIGNS("b" #d)
#define SKIP(tier, member) {{tier, member}, DDNN_MISSING_SKIP}
/* clang-format on */

/* What computes for a while on the server. */
static inline void take_time(void) {
  struct timespec t = {0, TOY_DELAY_US * 1000l};
  if (TOY_DELAY_US)
    nanosleep(&t, NULL);
}

/* Sum over n senders of their four numbers and five signs; the last input says
 * who is there. */
static inline void join_features(const void *const *inputs, int n, float *y) {
  const unsigned char *present = inputs[2 * n];
  take_time();
  memset(y, 0, 4 * sizeof *y);
  for (int s = 0; s < n; ++s) {
    const float *f = inputs[2 * s];
    const unsigned char *bits = inputs[2 * s + 1];
    for (int i = 0; i < 4; ++i)
      y[i] += 0.25f * (float)(s + 1) * f[i] + 0.125f * (float)(*bits >> i & 1) +
              0.0625f * (float)present[s];
  }
}

/* Mean over those present of n senders' scores. */
static inline void join_scores(const void *const *inputs, int n, float *out) {
  const unsigned char *present = inputs[n];
  int there = 0;
  float sum[3] = {0, 0, 0};
  for (int s = 0; s < n; ++s) {
    const float *scores = inputs[s];
    there += present[s];
    for (int c = 0; present[s] && c < 3; ++c)
      sum[c] += scores[c];
  }
  for (int c = 0; c < 3; ++c)
    out[c] = sum[c] / (float)there;
}

#define STEP                                                                   \
  static void step(const void *weights, void *const *arenas,                   \
                   const void *const *in, void *const *out)
#define UNUSED (void)weights, (void)arenas

#if TOY_TIER == 0
#define NAME_(a, b) #a #b
#define NAME(a, b) NAME_(a, b)
STEP {
  const float *x = in[0];
  float *scores = out[0], *f = out[1];
  unsigned char *bits = out[2];
  UNUSED;
  *bits = 0;
  for (int c = 0; c < 3; ++c)
    scores[c] = x[c] * (1.0f + 0.1f * (float)TOY_MEMBER);
  for (int i = 0; i < 4; ++i) {
    f[i] = x[i] * 1.7f;
    *bits = (unsigned char)(*bits | (x[i] >= 0) << i);
  }
}
static const ddnn_tensor inputs[] = {
    {NAME(view, TOY_MEMBER), DDNN_F32, DDNN_WIRE_F32, 2, 1.0f, {1, 4}, 4, 16}};
static const unsigned char input_sources[] = {DDNN_FROM_SENSOR};
static const ddnn_tensor outputs[] = {SCORES(NAME(s, TOY_MEMBER)),
                                      HALVES(NAME(f, TOY_MEMBER)),
                                      SIGNS(NAME(b, TOY_MEMBER))};
/* clang-format off */
#if TOY_CONFIG == 'f'
#define JOIN {2, TOY_MEMBER / 3}
#else
#define JOIN {2, 0}
#endif
/* clang-format on */
static const ddnn_place link_targets[] = {{1, 0}, JOIN, JOIN};
#define INPUTS 1
#define OUTPUTS 3
#define LINKS 3

#elif TOY_TIER == 1
STEP {
  UNUSED;
  join_scores(in, DEVICES, out[0]);
}
static const ddnn_tensor inputs[] = {SCORES("s0"), SCORES("s1"), SCORES("s2"),
                                     SCORES("s3"), SCORES("s4"), SCORES("s5"),
                                     PRESENT(6)};
static const unsigned char input_sources[] = {
    0, 1, 2, 3, 4, 5, DDNN_FROM_RUNTIME};
static const ddnn_source sources[] = {SKIP(0, 0), SKIP(0, 1), SKIP(0, 2),
                                      SKIP(0, 3), SKIP(0, 4), SKIP(0, 5)};
static const ddnn_tensor outputs[] = {SCORES("local")};
static const ddnn_local_exit local_exits[] = {{0, 0, 0}};
#define INPUTS 7
#define SOURCES 6
#define OUTPUTS 1

#elif TOY_TIER == 2 && TOY_CONFIG == 'f'
STEP {
  float *scores = out[0], *y = out[1];
  UNUSED;
  join_features(in, 3, y);
  memcpy(scores, y, 12);
}
#if TOY_MEMBER == 0
static const ddnn_tensor inputs[] = {FEATURES(0), FEATURES(1), FEATURES(2),
                                     PRESENT(3)};
static const ddnn_source sources[] = {SKIP(0, 0), SKIP(0, 1), SKIP(0, 2)};
#else
static const ddnn_tensor inputs[] = {FEATURES(3), FEATURES(4), FEATURES(5),
                                     PRESENT(3)};
static const ddnn_source sources[] = {SKIP(0, 3), SKIP(0, 4), SKIP(0, 5)};
#endif
static const unsigned char input_sources[] = {
    0, 0, 1, 1, 2, 2, DDNN_FROM_RUNTIME};
static const ddnn_tensor outputs[] = {SCORES("e"), HALVES("y")};
static const ddnn_place link_targets[] = {{3, 0}, {4, 0}};
#define INPUTS 7
#define SOURCES 3
#define OUTPUTS 2
#define LINKS 2

#elif TOY_TIER == 3 && TOY_CONFIG == 'f'
STEP {
  UNUSED;
  join_scores(in, 2, out[0]);
}
static const ddnn_tensor inputs[] = {SCORES("e0"), SCORES("e1"), PRESENT(2)};
static const unsigned char input_sources[] = {0, 1, DDNN_FROM_RUNTIME};
static const ddnn_source sources[] = {SKIP(2, 0), SKIP(2, 1)};
static const ddnn_tensor outputs[] = {SCORES("area")};
static const ddnn_local_exit local_exits[] = {{1, 0, 0}};
#define INPUTS 3
#define SOURCES 2
#define OUTPUTS 1

#elif TOY_TIER == 4
STEP {
  const float *a = in[0], *b = in[1];
  const unsigned char *present = in[2];
  float *scores = out[0];
  UNUSED;
  for (int c = 0; c < 3; ++c)
    scores[c] = 2 * a[c] - b[c + 1] + (float)(present[0] + 2 * present[1]);
}
static const ddnn_tensor inputs[] = {HALVES("y0"), HALVES("y1"), PRESENT(2)};
static const unsigned char input_sources[] = {0, 1, DDNN_FROM_RUNTIME};
static const ddnn_source sources[] = {{{2, 0}, DDNN_MISSING_ZERO},
                                      {{2, 1}, DDNN_MISSING_ZERO}};
static const ddnn_tensor outputs[] = {SCORES("cloud")};
static const ddnn_local_exit local_exits[] = {{2, 0, 0}};
#define INPUTS 3
#define SOURCES 2
#define OUTPUTS 1

#elif TOY_TIER == 3
STEP {
  const float *y = in[0];
  float *scores = out[0];
  UNUSED;
  for (int c = 0; c < 3; ++c)
    scores[c] = 3 * y[c] - y[3];
}
static const ddnn_tensor inputs[] = {HALVES("y")};
static const unsigned char input_sources[] = {0};
static const ddnn_source sources[] = {{{2, 0}, DDNN_MISSING_FAIL}};
static const ddnn_tensor outputs[] = {SCORES("cloud")};
static const ddnn_local_exit local_exits[] = {{2, 0, 0}};
#define INPUTS 1
#define SOURCES 1
#define OUTPUTS 1

#else /* tier 2 of 'c' and 'e': joins all devices */
STEP {
  float y[4], *scores = out[0];
  UNUSED;
  join_features(in, DEVICES, y);
#if TOY_CONFIG == 'e'
  memcpy(out[1], y, sizeof y);
#endif
  for (int c = 0; c < 3; ++c)
    scores[c] = y[c] - 0.5f * y[3];
}
static const ddnn_tensor inputs[] = {FEATURES(0), FEATURES(1), FEATURES(2),
                                     FEATURES(3), FEATURES(4), FEATURES(5),
                                     PRESENT(6)};
static const unsigned char input_sources[] = {
    0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, DDNN_FROM_RUNTIME};
static const ddnn_source sources[] = {SKIP(0, 0), SKIP(0, 1), SKIP(0, 2),
                                      SKIP(0, 3), SKIP(0, 4), SKIP(0, 5)};
static const ddnn_local_exit local_exits[] = {{1, 0, 0}};
#define INPUTS 13
#define SOURCES 6
#if TOY_CONFIG == 'e'
static const ddnn_tensor outputs[] = {SCORES("edge"), HALVES("y")};
static const ddnn_place link_targets[] = {{3, 0}};
#define OUTPUTS 2
#define LINKS 1
#else
static const ddnn_tensor outputs[] = {SCORES("cloud")};
#define OUTPUTS 1
#endif
#endif

static const ddnn_step_fn steps[] = {step};

/* clang-format off */
const ddnn_model *const ddnn_plugin_model = &(const ddnn_model){
    .abi_version = DDNN_ABI_VERSION,
    .tier = TOY_TIER,
    .tier_count = TIERS,
    .hash = 0x00fedcba98765400 + TOY_CONFIG + 0x100 * TOY_SALT,
    .name = "group",
    .tier_names = tier_names,
    .inputs = inputs,
    .input_count = INPUTS,
    .outputs = outputs,
    .output_count = OUTPUTS,
    .exit_count = EXITS,
    .exits = exits,
#if !defined(LINKS) || (TOY_TIER == 2 && TOY_CONFIG == 'e')
    .local_exits = local_exits,
    .local_exit_count = 1,
#endif
#ifdef LINKS
    .link_count = LINKS,
    .link_targets = link_targets,
#endif
    .labels = labels,
    .label_count = 3,
    .step_count = 1,
    .steps = steps,
    .member = TOY_MEMBER,
    .member_counts = member_counts,
#ifdef SOURCES
    .sources = sources,
    .source_count = SOURCES,
#endif
    .input_sources = input_sources,
    .connections = connections,
    .connection_count = sizeof connections / sizeof *connections};
/* clang-format on */
