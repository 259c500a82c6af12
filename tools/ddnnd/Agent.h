// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the two kinds of agent, worker and device, share.
#ifndef DDNN_TOOLS_AGENT_H
#define DDNN_TOOLS_AGENT_H

#include "Broker.h"
#include "Deployment.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddnn::tools {

struct AgentOptions {
  BrokerOptions broker;
  std::string tier;
  std::vector<std::string> models;
  bool verbose = false, shared = false;

  // Worker.
  uint16_t threads = 0, queue = 64;
  uint32_t heartbeatMs = 1000, drainMs = 10000, spinUs = 0;

  // Device.
  std::vector<std::string> images, thresholds;
  std::string scale, labels, json;
  size_t limit = 0, repeat = 1;
  uint16_t inflight = 1;
  double rate = 0;
  uint32_t deadlineMs = 1000, attemptMs = 0, patienceMs = 0, waitMs = 5000;
  uint32_t guardMs = 0;
  uint8_t attempts = 3;
  bool provisional = false;
};

/// SIGTERM and SIGINT as something to wait for. To be made before any thread.
class Signals {
public:
  Signals();
  /// Waits; true if one came. UINT32_MAX: no end.
  bool wait(uint32_t ms);
  /// True once one came.
  bool seen() const { return came; }

private:
  bool came = false;
};

/// One line on standard error, with the program's name in front.
void logLine(const std::string &line);

/// Serves a tier until a signal comes. Returns the exit status.
int runWorker(const AgentOptions &options, const std::vector<Plugin> &plugins,
              Signals &signals);

/// Feeds a data set through the first tier. Returns the exit status.
int runDevice(const AgentOptions &options, const Plugin &plugin,
              Signals &signals);

} // namespace ddnn::tools

#endif
