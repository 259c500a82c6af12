// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Broadcast.h"
#include "Deployment.h"
#include "Error.h"

#include "ddnn/control.h"

#include <algorithm>

using namespace ddnn::tools;
using namespace std::chrono;

void Listening::checkListen(int status) {
  if (status != DDNN_OK)
    throw Error(std::string("cannot listen: ") + ddnn_status_text(status));
}

namespace {

uint64_t unixMs() {
  return static_cast<uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch())
          .count());
}

/// The retained thresholds of one deployment for one target.
class ConfigListener : public Listening {
public:
  ConfigListener(ddnn_link *link, uint64_t model, std::string target)
      : Listening(link, DDNN_HEAR_CONFIG), model(model),
        target(std::move(target)) {
    start();
  }
  ~ConfigListener() override { stop(); }

  ddnn_thresholds retained() {
    std::lock_guard<std::mutex> lock(mutex);
    return latest;
  }
  bool waitFor(uint64_t version, uint32_t ms) {
    return wait(ms, [&] { return latest.version >= version; });
  }

private:
  void hear(const ddnn_message &message) override {
    ddnn_thresholds update;
    if (message.channel != DDNN_CHANNEL_CONFIG || !message.data ||
        target != message.node ||
        ddnn_thresholds_decode(&update, message.data, message.size) !=
            DDNN_OK ||
        update.model != model)
      return;
    if (update.version > latest.version)
      latest = update;
  }

  uint64_t model;
  std::string target;
  ddnn_thresholds latest = {};
};

void merge(ddnn_thresholds &update, unsigned exit, float value) {
  for (unsigned i = 0; i < update.count; ++i)
    if (update.entries[i].exit == exit) {
      update.entries[i].threshold = value;
      return;
    }
  update.entries[update.count].exit = static_cast<uint16_t>(exit);
  update.entries[update.count++].threshold = value;
}

} // namespace

Json ddnn::tools::broadcastThresholds(const ddnn_model &model,
                                      const ThresholdSetting &setting,
                                      const std::vector<unsigned> &exits,
                                      bool reset, BrokerOptions broker,
                                      const Delivery &delivery) {
  if (broker.node.empty())
    broker.node = defaultNode("ctl");
  // A message for one node comes only to a link of that name, and there it
  // would throw the real one out; so for one node nothing can be read back.
  bool toAll = delivery.target == DDNN_NODE_ALL;
  if (!toAll && !ddnn_node_name_ok(delivery.target.c_str()))
    throw Error("--to: '" + delivery.target + "' is not a node name");

  MqttLink link(broker, nullptr);
  ConfigListener listener(link.get(), model.hash, delivery.target);
  link.waitUp(delivery.timeoutMs);
  // A retained message follows the subscription at once, if there is one.
  if (toAll)
    listener.waitFor(1, delivery.waitMs ? delivery.waitMs : 300);
  ddnn_thresholds update = listener.retained();
  // Above the retained version, and above one that the broker has forgotten
  // while running nodes still hold it.
  update.version = std::max(update.version + 1, unixMs());
  update.model = model.hash;
  // Exits that were set before keep their value: a node that starts later
  // hears only this message.
  if (reset)
    update.count = 0;
  for (unsigned exit : exits)
    merge(update, exit, setting[exit].value);

  uint8_t buffer[DDNN_THRESHOLDS_MAX];
  ddnn_message message = {};
  message.channel = DDNN_CHANNEL_CONFIG;
  message.model = model.hash;
  message.node = delivery.target.c_str();
  message.data = buffer;
  int status =
      ddnn_thresholds_encode(&update, buffer, sizeof buffer, &message.size);
  if (status == DDNN_OK)
    status = link.get()->send(link.get()->context, &message);
  if (status == DDNN_OK && link.get()->flush)
    status = link.get()->flush(link.get()->context, delivery.timeoutMs);
  if (status != DDNN_OK)
    throw Error(std::string("the broker did not take the thresholds: ") +
                ddnn_status_text(status));
  if (toAll && !listener.waitFor(update.version, delivery.timeoutMs))
    throw Error("the broker took the thresholds, but does not pass them on",
                {"is this user allowed to publish there?"});

  Json sent;
  sent["model"] = model.name;
  sent["hash"] = hashText(model.hash);
  sent["site"] = broker.site;
  sent["node"] = delivery.target;
  sent["version"] = update.version;
  sent["thresholds"] = Json::object();
  for (unsigned i = 0; i < update.count; ++i)
    sent["thresholds"][model.exits[update.entries[i].exit].name] =
        number(update.entries[i].threshold);
  return sent;
}

void ddnn::tools::printBroadcast(const Json &sent) {
  printf("%s: thresholds %s, version %llu\n",
         sent["model"].get<std::string>().c_str(),
         sent["thresholds"].dump().c_str(),
         static_cast<unsigned long long>(sent["version"].get<uint64_t>()));
}
