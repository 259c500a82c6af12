// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Broker.h"
#include "Error.h"

#include "ddnn/frame.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace ddnn::tools;

void BrokerOptions::add(CLI::App &app, bool required) {
  const char *group = "Broker";
  app.add_option("--broker", broker,
                 "Broker: tcp://HOST:1883, mqtt://..., ssl://HOST:8883 or "
                 "mqtts://...")
      ->required(required)
      ->type_name("URL")
      ->group(group);
  app.add_option("--site", site, "Installation: one level of the topics")
      ->capture_default_str()
      ->group(group);
  app.add_option("--node", node, "This node's name, unique on the site")
      ->group(group);
  app.add_option("--user", user, "User name")->group(group);
  app.add_option("--password", password,
                 "Password; better in the environment, where ps does not show "
                 "it")
      ->envname("DDNN_PASSWORD")
      ->group(group);
  app.add_option("--tls-ca", caFile, "Certificates to trust (PEM)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--tls-cert", certFile, "Client certificate (PEM)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--tls-key", keyFile, "Its key (PEM)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--tls-key-password", keyPassword, "Password of the key")
      ->envname("DDNN_TLS_KEY_PASSWORD")
      ->group(group);
  app.add_flag("--tls-insecure", insecure,
               "Do not verify the broker's certificate (tests only)")
      ->group(group);
  app.add_option("--keepalive", keepalive,
                 "Seconds between signs of life to the broker")
      ->capture_default_str()
      ->check(CLI::Range(1, 65535))
      ->group(group);
  app.add_option("--qos", qos, "MQTT quality of service of requests: 0 or 1")
      ->capture_default_str()
      ->transform(CLI::Range(0, 1))
      ->group(group);
}

static const char *orNull(const std::string &text) {
  return text.empty() ? nullptr : text.c_str();
}

MqttLink::MqttLink(const BrokerOptions &options,
                   std::function<void(const char *)> logLine)
    : broker(options.broker), log(std::move(logLine)) {
  for (const std::string *file :
       {&options.caFile, &options.certFile, &options.keyFile})
    if (!file->empty() && access(file->c_str(), R_OK) != 0)
      throw Error("cannot read '" + *file + "': " + strerror(errno));
  if (!ddnn_node_name_ok(options.node.c_str()))
    throw Error("--node: '" + options.node +
                "' is not a node name: 1 to 47 of A-Z a-z 0-9 _ - .");
  ddnn_mqtt_config config = {};
  config.broker = options.broker.c_str();
  config.site = options.site.c_str();
  config.node = options.node.c_str();
  config.user = orNull(options.user);
  config.password = orNull(options.password);
  config.ca_file = orNull(options.caFile);
  config.cert_file = orNull(options.certFile);
  config.key_file = orNull(options.keyFile);
  config.key_password = orNull(options.keyPassword);
  config.insecure = options.insecure;
  config.keepalive_s = options.keepalive;
  config.qos = options.qos;
  if (log) {
    config.log = [](void *user, const char *line) {
      static_cast<MqttLink *>(user)->log(line);
    };
    config.log_user = this;
  }
  int status = ddnn_mqtt_create(&config, &link);
  if (status == DDNN_ERR_INVALID)
    throw Error("--broker: '" + options.broker +
                    "' is not a broker's address, or --site '" + options.site +
                    "' is not one level of a topic",
                {"expected tcp://HOST:1883 or ssl://HOST:8883"});
  if (status != DDNN_OK)
    throw Error("broker '" + options.broker + "': " + ddnn_status_text(status));
}

MqttLink::~MqttLink() { ddnn_mqtt_destroy(link); }

void MqttLink::waitUp(uint32_t timeoutMs) const {
  int status = ddnn_mqtt_wait_up(link, timeoutMs);
  if (status == DDNN_ERR_DEADLINE)
    throw Error("no connection to broker '" + broker + "' within " +
                std::to_string(timeoutMs) + " ms");
  if (status != DDNN_OK)
    throw Error("broker '" + broker + "': " + ddnn_status_text(status));
}

std::string ddnn::tools::defaultNode(const std::string &prefix) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  std::string end = "-" + std::to_string(getpid());
  std::string name = prefix + "-" + host;
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.')
      c = '_';
  return name.substr(0, DDNN_NODE_MAX - end.size()) + end;
}
