// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kinds of agent share: worker, device, and those of groups, member
// and aggregator.
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

  // Groups.
  std::string groups, aggregator;
  double epoch = 0; // seconds, wall clock; 0: now
  uint16_t keep = 0;
  uint32_t keepMs = 0;
  bool shortScores = false;
  uint32_t memberWaitMs = 50, partWaitMs = 100, tolerance = 0;
  bool publish = false, scores = false;
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

/// Numbers of groups, "1,2" or "1-6", in order. Throws Error.
std::vector<uint16_t> parseGroups(const std::string &text);

/// Says once that the broker cannot be reached, and waits on. False if a signal
/// came first.
bool waitForBroker(const AgentOptions &options, ddnn_link *link,
                   Signals &signals);

/// Processor time of this process so far, in seconds.
double processorSeconds();

/// Serves a tier until a signal comes. Returns the exit status.
int runWorker(const AgentOptions &options, const std::vector<Plugin> &plugins,
              Signals &signals);

/// Feeds a data set through the first tier. Returns the exit status.
int runDevice(const AgentOptions &options, const Plugin &plugin,
              Signals &signals);

/// Feeds a data set to members of groups, by the clock. Returns the exit
/// status.
int runMembers(const AgentOptions &options, const std::vector<Plugin> &places,
               Signals &signals);

/// Answers for groups until a signal comes. Returns the exit status.
int runAggregator(const AgentOptions &options,
                  const std::vector<Plugin> &aggregators, Signals &signals);

} // namespace ddnn::tools

#endif
