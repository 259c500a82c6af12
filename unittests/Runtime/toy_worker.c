/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * toy_worker BROKER NODE TIER [HEARTBEAT_MS]: serves tier 1 or 2 of the toy
 * deployment over MQTT until SIGTERM, then drains. A process of its own, so
 * that a test can kill it.
 */
#define _POSIX_C_SOURCE 200809L
#include "ddnn/host.h"
#include "ddnn/mqtt.h"
#include "ddnn/worker.h"
#include "toy_model.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void log_line(void *user, const char *line) {
  if (getenv("TOY_WORKER_LOG"))
    fprintf(stderr, "%s: %s\n", (const char *)user, line);
}

int main(int argc, char **argv) {
  if (argc < 4)
    return 2;
  sigset_t signals;
  int caught;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  ddnn_mqtt_config mqtt = {.broker = argv[1],
                           .site = "test",
                           .node = argv[2],
                           .log = log_line,
                           .log_user = argv[2]};
  const ddnn_model *models[] = {argv[3][0] == '1' ? &toy_edge : &toy_cloud};
  ddnn_worker_config config = {.models = models,
                               .model_count = 1,
                               .node = argv[2],
                               .boot = ddnn_host_boot(),
                               .threads = 2,
                               .heartbeat_ms =
                                   argc > 4 ? (uint32_t)atoi(argv[4]) : 200,
                               .log = log_line,
                               .log_user = argv[2]};
  ddnn_worker *worker;
  if (ddnn_mqtt_create(&mqtt, &config.link) != DDNN_OK ||
      ddnn_worker_start(&worker, &config) != DDNN_OK)
    return 1;
  sigwait(&signals, &caught);
  int status = ddnn_worker_drain(worker, 5000);
  ddnn_worker_stop(worker);
  ddnn_mqtt_destroy(config.link);
  return status == DDNN_OK ? 0 : 1;
}
