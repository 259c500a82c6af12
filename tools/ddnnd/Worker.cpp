// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Agent.h"
#include "Error.h"
#include "Report.h"

#include "ddnn/host.h"
#include "ddnn/worker.h"

using namespace ddnn::tools;

static std::string served(const std::vector<Plugin> &plugins) {
  std::string text;
  for (const Plugin &plugin : plugins)
    text += (text.empty() ? "" : ", ") + std::string(plugin.model().name) +
            " (" + hashText(plugin.model().hash) + ")";
  return text;
}

bool ddnn::tools::waitForBroker(const AgentOptions &options, ddnn_link *link,
                                Signals &signals) {
  bool said = false;
  for (;;) {
    int status = ddnn_mqtt_wait_up(link, 200);
    if (status == DDNN_OK)
      return true;
    if (status == DDNN_ERR_AUTH)
      throw Error("broker '" + options.broker.broker +
                  "': " + ddnn_status_text(status));
    if (!said)
      logLine("waiting for broker " + options.broker.broker);
    said = true;
    if (signals.wait(0))
      return false;
  }
}

int ddnn::tools::runWorker(const AgentOptions &options,
                           const std::vector<Plugin> &plugins,
                           Signals &signals) {
  std::vector<const ddnn_model *> models;
  for (const Plugin &plugin : plugins)
    models.push_back(&plugin.model());
  MqttLink link(options.broker, [&](const char *line) {
    if (options.verbose)
      logLine(line);
  });
  ddnn_worker_config config = {};
  config.models = models.data();
  config.model_count = models.size();
  config.node = options.broker.node.c_str();
  config.boot = ddnn_host_boot();
  config.link = link.get();
  config.threads = options.threads;
  config.queue_capacity = options.queue;
  config.heartbeat_ms = options.heartbeatMs;
  config.shared = options.shared;
  config.spin_us = options.spinUs;
  if (options.verbose)
    config.log = [](void *, const char *line) { logLine(line); };
  ddnn_worker *worker = nullptr;
  int status = ddnn_worker_start(&worker, &config);
  if (status != DDNN_OK)
    throw Error(std::string("cannot start: ") + ddnn_status_text(status));
  try {
    if (waitForBroker(options, link.get(), signals)) {
      // Announced: from here on devices find us.
      (void)link.get()->flush(link.get()->context, 2000);
      logLine("ready: tier " + options.tier + " of " + served(plugins) +
              ", node " + options.broker.node + ", site " +
              options.broker.site + ", " + options.broker.broker);
      signals.wait(UINT32_MAX);
    }
  } catch (...) {
    ddnn_worker_stop(worker);
    throw;
  }
  if (options.verbose)
    logLine("draining");
  status = ddnn_worker_drain(worker, options.drainMs);
  ddnn_worker_stats stats;
  ddnn_worker_get_stats(worker, &stats);
  ddnn_worker_stop(worker);
  if (stats.expects)
    logLine(format("%llu joins asked for, %llu computed (%llu incomplete), "
                   "%llu without anybody, %llu parts, %llu fetched, %llu stale",
                   static_cast<unsigned long long>(stats.expects),
                   static_cast<unsigned long long>(stats.joined),
                   static_cast<unsigned long long>(stats.incomplete),
                   static_cast<unsigned long long>(stats.missing),
                   static_cast<unsigned long long>(stats.parts),
                   static_cast<unsigned long long>(stats.fetched),
                   static_cast<unsigned long long>(stats.stale)));
  logLine(format("%s: %llu received, %llu answered (%llu as fallback), %llu "
                 "forwarded, %llu rejected, %llu expired, %llu malformed, "
                 "%llu dropped",
                 status == DDNN_OK ? "stopped" : "stopped with work left",
                 static_cast<unsigned long long>(stats.received),
                 static_cast<unsigned long long>(stats.answered),
                 static_cast<unsigned long long>(stats.fallbacks),
                 static_cast<unsigned long long>(stats.forwarded),
                 static_cast<unsigned long long>(stats.rejected),
                 static_cast<unsigned long long>(stats.expired),
                 static_cast<unsigned long long>(stats.malformed),
                 static_cast<unsigned long long>(stats.dropped)));
  return status == DDNN_OK ? 0 : 1;
}
