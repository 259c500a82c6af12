/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * ddnn-bench-link [PAYLOAD_BYTES [ROUNDS]]: the median of a round trip with the
 * runtime (session and worker in two processes, over MQTT) next to that of bare
 * Paho, taken in turns in one run, through one mosquitto, with the same payload
 * and no computing. Prints JSON. Times in microseconds.
 */
#define _GNU_SOURCE
#include "bench.h"
#include "ddnn/host.h"
#include "ddnn/mqtt.h"
#include "ddnn/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A deployment that computes nothing: raw input travels, ten scores return. */
static ddnn_exit exits[] = {
    {.name = "out", .tier = 1, .is_final = 1, .classes = 10, .threshold = 1}};
static ddnn_tensor raw[] = {{.name = "x",
                             .dtype = DDNN_U8,
                             .encoding = DDNN_WIRE_U8,
                             .rank = 1,
                             .scale = 1}};
static ddnn_tensor scores[] = {{.name = "out",
                                .dtype = DDNN_F32,
                                .rank = 1,
                                .scale = 1,
                                .dims = {10},
                                .count = 10,
                                .wire_bytes = 40}};
static const ddnn_local_exit last[] = {{0, 0, 0}};
static const char *const tiers[] = {"device", "cloud"};

static void send_raw(const void *weights, void *const *arenas,
                     const void *const *in, void *const *out) {
  (void)weights;
  (void)arenas;
  memcpy(out[0], in[0], raw[0].count);
}

static void score(const void *weights, void *const *arenas,
                  const void *const *in, void *const *out) {
  (void)weights;
  (void)arenas;
  memset(out[0], 0, 40);
  ((float *)out[0])[((const uint8_t *)in[0])[0] % 10] = 20;
}

static const ddnn_step_fn device_steps[] = {send_raw};
static const ddnn_step_fn cloud_steps[] = {score};

#define COMMON                                                                 \
  .abi_version = DDNN_ABI_VERSION, .tier_count = 2, .hash = 77,                \
  .name = "nothing", .tier_names = tiers, .exit_count = 1, .exits = exits,     \
  .input_count = 1, .inputs = raw, .output_count = 1, .step_count = 1

static const ddnn_model device = {COMMON, .tier = 0, .link_count = 1,
                                  .outputs = raw, .steps = device_steps};
static const ddnn_model cloud = {COMMON,
                                 .tier = 1,
                                 .outputs = scores,
                                 .local_exits = last,
                                 .local_exit_count = 1,
                                 .steps = cloud_steps};

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double quantile(double *v, unsigned n, double q) {
  qsort(v, n, sizeof *v, compare);
  return v[(unsigned)(q * (n - 1))];
}

static ddnn_link *connect_link(uint16_t port, const char *node) {
  char broker[64];
  ddnn_link *link;
  snprintf(broker, sizeof broker, "tcp://127.0.0.1:%u", port);
  ddnn_mqtt_config config = {.broker = broker, .site = "bench", .node = node};
  return ddnn_mqtt_create(&config, &link) == DDNN_OK ? link : NULL;
}

static int serve(uint16_t port, int bare_mode, uint32_t payload,
                 uint32_t spin_us) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (bare_mode) {
    bare *b = bare_open(port, 1, payload);
    if (b)
      bare_serve(b);
    return 1;
  }
  const ddnn_model *models[] = {&cloud};
  ddnn_worker_config config = {.models = models,
                               .model_count = 1,
                               .node = "worker",
                               .boot = ddnn_host_boot(),
                               .threads = 1,
                               .spin_us = spin_us,
                               .link = connect_link(port, "worker")};
  ddnn_worker *worker;
  if (!config.link || ddnn_worker_start(&worker, &config) != DDNN_OK)
    return 1;
  for (;;)
    pause();
}

static pid_t spawn(uint16_t port, int bare_mode, uint32_t payload,
                   uint32_t spin_us) {
  pid_t pid = fork();
  if (pid == 0)
    _exit(serve(port, bare_mode, payload, spin_us));
  return pid;
}

static int measure(uint16_t port, uint32_t payload, unsigned rounds) {
  bare *b = bare_open(port, 0, payload);
  ddnn_link *link = connect_link(port, "client");
  ddnn_session *session;
  ddnn_session_config config = {
      .model = &device, .node = "client", .link = link, .deadline_ms = 1000};
  if (!b || !link || ddnn_host_session_open(&session, &config) != DDNN_OK ||
      ddnn_session_wait_peer(session, 5000) != DDNN_OK)
    return 1;
  uint8_t *image = calloc(1, payload);
  double *bare_us = calloc(rounds, sizeof *bare_us);
  double *ours_us = calloc(rounds, sizeof *ours_us);
  double *link_us = calloc(rounds, sizeof *link_us);
  const void *inputs[] = {image};
  ddnn_request request = {.inputs = inputs};
  ddnn_result result = {0};
  unsigned failed = 0;
  /* Twenty of one kind, then twenty of the other, so that whatever else
   * the machine does meets both. The first block is not counted. */
  for (unsigned done = 0, warm = 1; done < rounds; warm = 0) {
    unsigned n = rounds - done < 20 ? rounds - done : 20;
    for (unsigned i = 0; i < n; ++i) {
      uint64_t start = now_ns();
      if (bare_call(b) != 0)
        ++failed;
      bare_us[done + i] = (double)(now_ns() - start) / 1000;
    }
    for (unsigned i = 0; i < n; ++i) {
      image[0] = (uint8_t)i;
      uint64_t start = now_ns();
      if (ddnn_session_infer(session, &request, &result) != DDNN_OK ||
          result.fallback || result.label != i % 10)
        ++failed;
      ours_us[done + i] = (double)(now_ns() - start) / 1000;
      link_us[done + i] = result.t_link_us;
    }
    if (!warm)
      done += n;
  }
  double bare_median = quantile(bare_us, rounds, 0.5);
  double ours_median = quantile(ours_us, rounds, 0.5);
  printf("{\"payload_bytes\": %u, \"framed_bytes\": %u, \"rounds\": %u, "
         "\"failed\": %u, \"bare_median_us\": %.1f, \"bare_p99_us\": %.1f, "
         "\"ddnn_median_us\": %.1f, \"ddnn_p99_us\": %.1f, "
         "\"t_link_median_us\": %.1f, \"bare_p10_us\": %.1f, "
         "\"ddnn_p10_us\": %.1f, \"difference_us\": %.1f}\n",
         payload, result.framed_bytes, rounds, failed, bare_median,
         quantile(bare_us, rounds, 0.99), ours_median,
         quantile(ours_us, rounds, 0.99), quantile(link_us, rounds, 0.5),
         quantile(bare_us, rounds, 0.1), quantile(ours_us, rounds, 0.1),
         ours_median - bare_median);
  ddnn_host_session_close(session);
  ddnn_mqtt_destroy(link);
  return failed != 0;
}

int main(int argc, char **argv) {
  uint32_t payload = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2048;
  unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3000;
  uint32_t spin_us = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
  uint16_t port;
  if (payload == 0 || rounds == 0) {
    fprintf(stderr, "usage: %s [PAYLOAD_BYTES [ROUNDS [SPIN_US]]]\n", argv[0]);
    return 1;
  }
  raw[0].dims[0] = raw[0].count = raw[0].wire_bytes = payload;
  pid_t broker = broker_start(&port);
  if (broker < 0) {
    fprintf(stderr, "%s: error: cannot start mosquitto\n", argv[0]);
    return 1;
  }
  pid_t servers[] = {spawn(port, 1, payload, 0),
                     spawn(port, 0, payload, spin_us)};
  /* Paho is started after the fork: its threads would not survive it. */
  pid_t client = fork();
  if (client == 0) {
    usleep(300000);
    int rc = measure(port, payload, rounds);
    fflush(stdout);
    _exit(rc);
  }
  int status = 1;
  waitpid(client, &status, 0);
  for (int i = 0; i < 2; ++i) {
    kill(servers[i], SIGKILL);
    waitpid(servers[i], NULL, 0);
  }
  broker_stop(broker);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
