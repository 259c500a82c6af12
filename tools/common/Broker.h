// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of every tool that talks to a broker, and the link they make.
#ifndef DDNN_TOOLS_BROKER_H
#define DDNN_TOOLS_BROKER_H

#include "ddnn/mqtt.h"

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace ddnn::tools {

struct BrokerOptions {
  std::string broker, site = "default", node, user, password;
  std::string caFile, certFile, keyFile, keyPassword;
  bool insecure = false;
  uint16_t keepalive = 10;
  uint8_t qos = 0;

  /// `required`: without --broker the command line is wrong.
  void add(CLI::App &app, bool required = true);
};

/// A connection that goes when this goes.
class MqttLink {
public:
  /// log may be empty. Throws Error.
  MqttLink(const BrokerOptions &options, std::function<void(const char *)> log);
  ~MqttLink();
  MqttLink(const MqttLink &) = delete;
  MqttLink &operator=(const MqttLink &) = delete;

  ddnn_link *get() const { return link; }
  /// Waits for the connection; to be called after something listens. Throws
  /// Error if the broker refuses us or does not answer in time.
  void waitUp(uint32_t timeoutMs) const;

private:
  std::string broker;
  std::function<void(const char *)> log;
  ddnn_link *link = nullptr;
};

/// A legal node name made from a prefix, this host's name and this process.
std::string defaultNode(const std::string &prefix);

} // namespace ddnn::tools

#endif
