/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "toy_group.h"

#include <string.h>

/* What a place's code has to know; stands where others have weights. */
typedef struct toy_part {
  int member;   /* of a device */
  int sources;  /* that are joined */
  int presence; /* an input says who is there */
} toy_part;

#define SCORES                                                                 \
  .name = "scores", .dtype = DDNN_F32, .encoding = DDNN_WIRE_F32, .rank = 2,   \
  .scale = 1, .dims = {1, 3}, .count = 3, .wire_bytes = 12
#define X_F32                                                                  \
  .name = "x", .dtype = DDNN_F32, .encoding = DDNN_WIRE_F32, .rank = 2,        \
  .scale = 1, .dims = {1, 4}, .count = 4, .wire_bytes = 16
#define X_F16                                                                  \
  .name = "x", .dtype = DDNN_F32, .encoding = DDNN_WIRE_F16, .rank = 2,        \
  .scale = 1, .dims = {1, 4}, .count = 4, .wire_bytes = 8
#define PRESENT(n)                                                             \
  .name = "present", .dtype = DDNN_U8, .encoding = DDNN_WIRE_U8, .rank = 1,    \
  .scale = 1, .dims = {n}, .count = n, .wire_bytes = n

static const ddnn_tensor one_x[] = {{X_F32}};
static const ddnn_tensor device_out[] = {{SCORES}, {X_F32}};
static const ddnn_tensor half_out[] = {{SCORES}, {X_F16}};
static const ddnn_tensor scores_out[] = {{SCORES}};
static const ddnn_tensor three_scores[] = {
    {SCORES}, {SCORES}, {SCORES}, {PRESENT(3)}};
static const ddnn_tensor four_scores[] = {
    {SCORES}, {SCORES}, {SCORES}, {SCORES}, {PRESENT(4)}};
static const ddnn_tensor two_scores[] = {{SCORES}, {SCORES}, {PRESENT(2)}};
/* The second device of (e) sends halves. */
static const ddnn_tensor three_x[] = {{X_F32}, {X_F16}, {X_F32}, {PRESENT(3)}};
static const ddnn_tensor two_x[] = {{X_F32}, {X_F32}, {PRESENT(2)}};

static const uint8_t sensor[] = {DDNN_FROM_SENSOR};
static const uint8_t from_one[] = {0};
static const uint8_t from_two[] = {0, 1, DDNN_FROM_RUNTIME};
static const uint8_t from_three[] = {0, 1, 2, DDNN_FROM_RUNTIME};
static const uint8_t from_four[] = {0, 1, 2, 3, DDNN_FROM_RUNTIME};

static void device(const void *weights, void *const *arenas,
                   const void *const *in, void *const *out) {
  const toy_part *part = weights;
  const float *x = in[0];
  float *scores = out[0];
  (void)arenas;
  for (int i = 0; i < 3; ++i)
    scores[i] = (float)(part->member + i) / 8;
  scores[(int)x[1] % 3] += x[0];
  memcpy(out[1], x, 16);
}

static void mean(const void *weights, void *const *arenas,
                 const void *const *in, void *const *out) {
  const toy_part *part = weights;
  const unsigned char *present = in[part->sources];
  float *scores = out[0], sum[3] = {0, 0, 0};
  int n = 0;
  (void)arenas;
  for (int i = 0; i < part->sources; ++i) {
    n += present[i];
    for (int c = 0; present[i] && c < 3; ++c)
      sum[c] += ((const float *)in[i])[c];
  }
  for (int c = 0; c < 3; ++c)
    scores[c] = n ? sum[c] / (float)n : 0;
}

static void join(const void *weights, void *const *arenas,
                 const void *const *in, void *const *out) {
  const toy_part *part = weights;
  float sum[4] = {0, 0, 0, 0}, *scores = out[0];
  int who = 0;
  (void)arenas;
  for (int i = 0; i < part->sources; ++i) {
    const float *x = in[i];
    int there =
        !part->presence || ((const unsigned char *)in[part->sources])[i];
    who |= there << i;
    sum[0] += (float)(i + 1) * x[0];
    sum[1] += (float)(i + 1) * x[1];
    sum[2] = x[2] > sum[2] ? x[2] : sum[2];
    sum[3] += x[3];
  }
  for (int c = 0; c < 3; ++c)
    scores[c] = (float)(who + c) / 16;
  scores[(int)sum[1] % 3] += sum[2];
  if (out[1]) {
    sum[3] += (float)who;
    memcpy(out[1], sum, 16);
  }
}

/* Like join, at the end: no output but scores. */
static void end(const void *weights, void *const *arenas, const void *const *in,
                void *const *out) {
  void *only[] = {out[0], NULL};
  join(weights, arenas, in, only);
  ((float *)out[0])[0] += ((const float *)in[0])[3] / 64;
}

static void nothing(const void *weights, void *const *arenas,
                    const void *const *in, void *const *out) {
  (void)weights, (void)arenas, (void)in, (void)out;
}

static const ddnn_step_fn device_steps[] = {device};
static const ddnn_step_fn mean_steps[] = {mean};
static const ddnn_step_fn join_steps[] = {join};
static const ddnn_step_fn gated_steps[] = {join, nothing};
static const ddnn_step_fn end_steps[] = {end};

static const toy_part parts[] = {
    {0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {3, 1, 0}, /* devices; also one source */
    {0, 2, 1}, {0, 3, 1}, {0, 4, 1},
};
#define PART(i) .weights = &parts[i], .weights_size = sizeof parts[i]
#define JOINS(n) PART((n) + 2)

static const ddnn_local_exit exit_0[] = {{0, 0, 0}};
static const ddnn_local_exit exit_1[] = {{1, 0, 0}};
static const ddnn_local_exit exit_2[] = {{2, 0, 0}};

#define EXIT(what, where, last)                                                \
  .name = what, .tier = where, .scores = DDNN_LOGITS, .is_final = last,        \
  .classes = 3, .threshold = last ? 1.0f : 0.5f
#define EXIT_0 .local_exits = exit_0, .local_exit_count = 1
#define EXIT_1 .local_exits = exit_1, .local_exit_count = 1
#define EXIT_2 .local_exits = exit_2, .local_exit_count = 1

/* ---- (e) ----------------------------------------------------------------- */

static const char *const e_tiers[] = {"device", "local", "edge", "cloud"};
static const uint8_t e_counts[] = {3, 1, 1, 1};
static const ddnn_exit e_exits[] = {
    {EXIT("local", 1, 0)}, {EXIT("edge", 2, 0)}, {EXIT("cloud", 3, 1)}};
static const ddnn_connection e_connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 0}, {2, 0}},
    {{0, 1}, {2, 0}}, {{0, 2}, {2, 0}}, {{2, 0}, {3, 0}}};
static const ddnn_place e_device_to[] = {{1, 0}, {2, 0}};
static const ddnn_place e_edge_to[] = {{3, 0}};
static const ddnn_source e_scores_from[] = {{{0, 0}, DDNN_MISSING_SKIP},
                                            {{0, 1}, DDNN_MISSING_SKIP},
                                            {{0, 2}, DDNN_MISSING_SKIP}};
static const ddnn_source e_parts_from[] = {{{0, 0}, DDNN_MISSING_ZERO},
                                           {{0, 1}, DDNN_MISSING_ZERO},
                                           {{0, 2}, DDNN_MISSING_ZERO}};
static const ddnn_source e_edge_from[] = {{{2, 0}, DDNN_MISSING_FAIL}};

#define E                                                                      \
  .abi_version = DDNN_ABI_VERSION, .tier_count = 4, .hash = TOY_E_HASH,        \
  .name = "toy-e", .tier_names = e_tiers, .exit_count = 3, .exits = e_exits,   \
  .member_counts = e_counts, .connections = e_connections,                     \
  .connection_count = 7
#define E_DEVICE(m, out)                                                       \
  .tier = 0, .member = m, .inputs = one_x, .input_count = 1,                   \
  .input_sources = sensor, .outputs = out, .output_count = 2, .link_count = 2, \
  .link_targets = e_device_to, .step_count = 1, .steps = device_steps

const ddnn_model toy_e_devices[3] = {{E, PART(0), E_DEVICE(0, device_out)},
                                     {E, PART(1), E_DEVICE(1, half_out)},
                                     {E, PART(2), E_DEVICE(2, device_out)}};

const ddnn_model toy_e_local = {E,
                                JOINS(3),
                                EXIT_0,
                                .tier = 1,
                                .inputs = three_scores,
                                .input_count = 4,
                                .input_sources = from_three,
                                .sources = e_scores_from,
                                .source_count = 3,
                                .outputs = scores_out,
                                .output_count = 1,
                                .step_count = 1,
                                .steps = mean_steps};

const ddnn_model toy_e_edge = {E,
                               JOINS(3),
                               EXIT_1,
                               .tier = 2,
                               .inputs = three_x,
                               .input_count = 4,
                               .input_sources = from_three,
                               .sources = e_parts_from,
                               .source_count = 3,
                               .outputs = device_out,
                               .output_count = 2,
                               .link_count = 1,
                               .link_targets = e_edge_to,
                               .step_count = 2,
                               .steps = gated_steps};

const ddnn_model toy_e_cloud = {E,
                                PART(0),
                                EXIT_2,
                                .tier = 3,
                                .inputs = one_x,
                                .input_count = 1,
                                .input_sources = from_one,
                                .sources = e_edge_from,
                                .source_count = 1,
                                .outputs = scores_out,
                                .output_count = 1,
                                .step_count = 1,
                                .steps = end_steps};

/* ---- (f) ----------------------------------------------------------------- */

static const char *const f_tiers[] = {"device", "local", "edge", "area",
                                      "cloud"};
static const uint8_t f_counts[] = {4, 1, 2, 1, 1};
static const ddnn_exit f_exits[] = {
    {EXIT("local", 1, 0)}, {EXIT("area", 3, 0)}, {EXIT("cloud", 4, 1)}};
static const ddnn_connection f_connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 3}, {1, 0}},
    {{0, 0}, {2, 0}}, {{0, 1}, {2, 0}}, {{0, 2}, {2, 1}}, {{0, 3}, {2, 1}},
    {{2, 0}, {3, 0}}, {{2, 1}, {3, 0}}, {{2, 0}, {4, 0}}, {{2, 1}, {4, 0}}};
static const ddnn_place f_device_to[2][2] = {{{1, 0}, {2, 0}},
                                             {{1, 0}, {2, 1}}};
static const ddnn_place f_edge_to[] = {{3, 0}, {4, 0}};
static const ddnn_source f_scores_from[] = {{{0, 0}, DDNN_MISSING_SKIP},
                                            {{0, 1}, DDNN_MISSING_SKIP},
                                            {{0, 2}, DDNN_MISSING_SKIP},
                                            {{0, 3}, DDNN_MISSING_SKIP}};
static const ddnn_source f_parts_from[2][2] = {
    {{{0, 0}, DDNN_MISSING_ZERO}, {{0, 1}, DDNN_MISSING_ZERO}},
    {{{0, 2}, DDNN_MISSING_ZERO}, {{0, 3}, DDNN_MISSING_ZERO}}};
static const ddnn_source f_edges_from[] = {{{2, 0}, DDNN_MISSING_ZERO},
                                           {{2, 1}, DDNN_MISSING_ZERO}};

#define F                                                                      \
  .abi_version = DDNN_ABI_VERSION, .tier_count = 5, .hash = TOY_F_HASH,        \
  .name = "toy-f", .tier_names = f_tiers, .exit_count = 3, .exits = f_exits,   \
  .member_counts = f_counts, .connections = f_connections,                     \
  .connection_count = 12
#define F_DEVICE(m)                                                            \
  .tier = 0, .member = m, .inputs = one_x, .input_count = 1,                   \
  .input_sources = sensor, .outputs = device_out, .output_count = 2,           \
  .link_count = 2, .link_targets = f_device_to[m / 2], .step_count = 1,        \
  .steps = device_steps
#define F_EDGE(m)                                                              \
  .tier = 2, .member = m, .inputs = two_x, .input_count = 3,                   \
  .input_sources = from_two, .sources = f_parts_from[m], .source_count = 2,    \
  .outputs = device_out, .output_count = 2, .link_count = 2,                   \
  .link_targets = f_edge_to, .step_count = 1, .steps = join_steps

const ddnn_model toy_f_devices[4] = {{F, PART(0), F_DEVICE(0)},
                                     {F, PART(1), F_DEVICE(1)},
                                     {F, PART(2), F_DEVICE(2)},
                                     {F, PART(3), F_DEVICE(3)}};
const ddnn_model toy_f_edges[2] = {{F, JOINS(2), F_EDGE(0)},
                                   {F, JOINS(2), F_EDGE(1)}};

const ddnn_model toy_f_local = {F,
                                JOINS(4),
                                EXIT_0,
                                .tier = 1,
                                .inputs = four_scores,
                                .input_count = 5,
                                .input_sources = from_four,
                                .sources = f_scores_from,
                                .source_count = 4,
                                .outputs = scores_out,
                                .output_count = 1,
                                .step_count = 1,
                                .steps = mean_steps};

const ddnn_model toy_f_area = {F,
                               JOINS(2),
                               EXIT_1,
                               .tier = 3,
                               .inputs = two_scores,
                               .input_count = 3,
                               .input_sources = from_two,
                               .sources = f_edges_from,
                               .source_count = 2,
                               .outputs = scores_out,
                               .output_count = 1,
                               .step_count = 1,
                               .steps = mean_steps};

const ddnn_model toy_f_cloud = {F,
                                JOINS(2),
                                EXIT_2,
                                .tier = 4,
                                .inputs = two_x,
                                .input_count = 3,
                                .input_sources = from_two,
                                .sources = f_edges_from,
                                .source_count = 2,
                                .outputs = scores_out,
                                .output_count = 1,
                                .step_count = 1,
                                .steps = end_steps};
