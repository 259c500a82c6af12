// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnn ctl: tells running nodes new thresholds, lists the workers of a site,
// and shows what aggregators publish.
#include "Broadcast.h"
#include "Commands.h"
#include "Deployment.h"
#include "Error.h"
#include "Report.h"

#include "ddnn/control.h"
#include "ddnn/frame.h"
#include "ddnn/host.h"

#include <CLI/CLI.hpp>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

using namespace ddnn::tools;

namespace {

struct Options {
  BrokerOptions broker;
  std::string model, json;
  std::vector<std::string> thresholds, models;
  Delivery delivery;
  bool all = false, reset = false;
  size_t limit = 0;
};

int setThresholds(Options &options) {
  Plugin plugin = loadAny(options.model);
  const ddnn_model &model = plugin.model();
  ThresholdSetting setting = singleThresholds(model, options.thresholds);
  std::vector<unsigned> named = namedExits(model, options.thresholds);
  if (named.empty() != options.reset)
    throw Error(options.reset ? "--reset takes no NAME=T"
                              : "no threshold given: expected NAME=T");
  if (options.reset) {
    named = earlyExits(model);
    setting = compiledThresholds(model);
  }
  JsonOutput json(options.json);
  Json root = broadcastThresholds(model, setting, named, options.reset,
                                  options.broker, options.delivery);
  if (!json.takesStdout())
    printBroadcast(root);
  json.document(root);
  return 0;
}

/// Every node's last word.
class StatusListener : public Listening {
public:
  struct Node {
    ddnn_announce announce;
    bool fresh = false; // not only what the broker kept
  };

  explicit StatusListener(ddnn_link *link) : Listening(link, DDNN_HEAR_STATUS) {
    start();
  }
  ~StatusListener() override { stop(); }

  /// True when no node that claims to be there has yet to prove it. With the
  /// lock held.
  bool settled() const {
    for (const auto &[name, node] : nodes)
      if (node.announce.state != DDNN_NODE_OFFLINE && !node.fresh)
        return false;
    return !nodes.empty();
  }
  std::map<std::string, Node> result() {
    std::lock_guard<std::mutex> lock(mutex);
    return nodes;
  }
  uint32_t longestBeat() {
    std::lock_guard<std::mutex> lock(mutex);
    uint32_t beat = 0;
    for (const auto &[name, node] : nodes)
      beat = std::max(beat, node.announce.heartbeat_ms);
    return beat;
  }

private:
  void hear(const ddnn_message &message) override {
    ddnn_announce announce;
    if (message.channel != DDNN_CHANNEL_STATUS || !message.data ||
        ddnn_announce_decode(&announce, message.data, message.size) != DDNN_OK)
      return;
    auto at = nodes.find(message.node);
    if (at == nodes.end()) {
      nodes[message.node].announce = announce;
      return;
    }
    at->second.announce = announce;
    at->second.fresh = true;
  }

  std::map<std::string, Node> nodes;
};

const char *stateName(const StatusListener::Node &node) {
  switch (node.announce.state) {
  case DDNN_NODE_ONLINE:
    return node.fresh ? "online" : "silent";
  case DDNN_NODE_DRAINING:
    return "draining";
  default:
    return "offline";
  }
}

/// "deep16/cloud", "cams/device3#1" in group 1, or the hash and the tier's
/// number of an unknown model.
std::string serviceName(const ddnn_service &service,
                        const std::vector<Plugin> &known) {
  for (const Plugin &plugin : known)
    if (plugin.model().hash == service.model &&
        service.stage < plugin.model().tier_count)
      return std::string(plugin.model().name) + "/" +
             placeName(plugin.model(), {service.stage, service.member}) +
             (service.group ? "#" + std::to_string(service.group) : "");
  return hashText(service.model) + "/" + std::to_string(service.stage) +
         (service.member ? "." + std::to_string(service.member) : "") +
         (service.group ? "#" + std::to_string(service.group) : "");
}

int showStatus(Options &options) {
  std::vector<Plugin> known;
  for (const std::string &path : options.models)
    known.push_back(loadAny(path));
  if (options.broker.node.empty())
    options.broker.node = defaultNode("ctl");
  MqttLink link(options.broker, nullptr);
  StatusListener listener(link.get());
  link.waitUp(options.delivery.timeoutMs);
  // What is retained comes at once; who is alive speaks again within a
  // heartbeat.
  listener.wait(300, [] { return false; });
  uint32_t patience = options.delivery.waitMs ? options.delivery.waitMs
                                              : listener.longestBeat() * 3 / 2;
  listener.wait(std::min(patience, 60000u), [&] { return listener.settled(); });

  JsonOutput json(options.json);
  Json root;
  root["site"] = options.broker.site;
  root["workers"] = Json::array();
  Table table({{"node", 24, true},
               {"state", 8, true},
               {"threads", 7},
               {"running", 7},
               {"queued", 6},
               {"capacity", 8},
               {"service us", 10},
               {"serves", 6, true}});
  if (!json.takesStdout())
    table.heading();
  for (const auto &[name, node] : listener.result()) {
    const ddnn_announce &a = node.announce;
    if (a.state == DDNN_NODE_OFFLINE && !options.all)
      continue;
    Json entry;
    entry["node"] = name;
    entry["state"] = stateName(node);
    entry["threads"] = a.threads;
    entry["running"] = a.running;
    entry["queued"] = a.queued;
    entry["capacity"] = a.capacity;
    entry["service_us"] = a.service_us;
    entry["heartbeat_ms"] = a.heartbeat_ms;
    entry["boot"] = a.boot;
    entry["serves"] = Json::array();
    std::string serves;
    for (unsigned i = 0; i < a.service_count; ++i) {
      std::string service = serviceName(a.services[i], known);
      serves += (i ? " " : "") + service;
      entry["serves"].push_back(service);
    }
    root["workers"].push_back(entry);
    if (!json.takesStdout())
      table.row({name, stateName(node), std::to_string(a.threads),
                 std::to_string(a.running), std::to_string(a.queued),
                 std::to_string(a.capacity), std::to_string(a.service_us),
                 serves});
  }
  json.document(root);
  return 0;
}

/// What aggregators say, in order.
class ResultListener : public Listening {
public:
  struct Result {
    std::string node; // the aggregator
    ddnn_frame frame;
  };

  explicit ResultListener(ddnn_link *link)
      : Listening(link, DDNN_HEAR_RESULTS) {
    start();
  }
  ~ResultListener() override { stop(); }

  /// The next one; nothing if there is none for so long.
  std::optional<Result> next(uint32_t ms) {
    std::unique_lock<std::mutex> lock(mutex);
    if (!changed.wait_for(lock, std::chrono::milliseconds(ms),
                          [&] { return !results.empty(); }))
      return std::nullopt;
    Result result = std::move(results.front());
    results.pop_front();
    return result;
  }

private:
  void hear(const ddnn_message &message) override {
    Result result;
    if (message.channel != DDNN_CHANNEL_RESULT || !message.data ||
        results.size() == 65536 ||
        ddnn_frame_decode(&result.frame, message.data, message.size) !=
            DDNN_OK ||
        result.frame.kind != DDNN_FRAME_REPLY)
      return;
    result.frame.tensor_count = 0; // their bytes are the link's
    result.node = message.node;
    results.push_back(std::move(result));
  }

  std::deque<Result> results;
};

int showResults(Options &options) {
  std::vector<Plugin> known;
  for (const std::string &path : options.models)
    known.push_back(loadAny(path));
  if (options.broker.node.empty())
    options.broker.node = defaultNode("ctl");
  MqttLink link(options.broker, nullptr);
  ResultListener listener(link.get());
  link.waitUp(options.delivery.timeoutMs);
  JsonOutput json(options.json);
  Table table({{"aggregator", 16, true},
               {"group", 5},
               {"sample", 8},
               {"answer", 12, true},
               {"exit", 8, true},
               {"entropy", 7},
               {"", 1, true}});
  if (!json.takesStdout()) {
    table.heading();
    fflush(stdout);
  }
  uint32_t waitMs = options.delivery.waitMs;
  for (size_t shown = 0; !options.limit || shown < options.limit; ++shown) {
    auto result = listener.next(waitMs ? waitMs : UINT32_MAX);
    if (!result)
      throw Error("no result within " + std::to_string(waitMs) + " ms");
    const ddnn_frame &f = result->frame;
    const ddnn_model *model = nullptr;
    for (const Plugin &plugin : known)
      if (plugin.model().hash == f.model)
        model = &plugin.model();
    bool fallback = f.flags & DDNN_FLAG_FALLBACK;
    bool good = f.status == DDNN_OK || fallback;
    std::string exit = model && good && f.exit < model->exit_count
                           ? model->exits[f.exit].name
                           : std::to_string(f.exit);
    std::string label =
        model ? className(*model, f.label) : std::to_string(f.label);
    if (json.on()) {
      Json entry;
      entry["aggregator"] = result->node;
      entry["model"] = hashText(f.model);
      entry["group"] = f.group;
      entry["index"] = f.frame_number;
      entry["answer"] = good ? Json(f.label) : Json();
      entry["label"] = good ? Json(label) : Json();
      entry["exit"] = good ? Json(exit) : Json();
      entry["entropy"] = good ? number(f.entropy) : Json();
      entry["fallback"] = fallback;
      if (fallback)
        entry["cause"] = ddnn_status_text(f.status);
      entry["error"] = good ? Json() : Json(ddnn_status_text(f.status));
      json.line(entry);
    }
    if (!json.takesStdout()) {
      std::string note = f.status == DDNN_OK ? ""
                         : fallback          ? "fallback: "
                                             : "error: ";
      if (f.status != DDNN_OK)
        note += ddnn_status_text(f.status);
      table.row({result->node, std::to_string(f.group),
                 std::to_string(f.frame_number), good ? label : "-",
                 good ? exit : "-",
                 good ? format("%.4f", static_cast<double>(f.entropy)) : "-",
                 note});
      fflush(stdout);
    }
  }
  return 0;
}

} // namespace

void ddnn::tools::addCtlCommand(CLI::App &app, std::function<int()> &chosen) {
  CLI::App *ctl = app.add_subcommand("ctl", "Controls running nodes");
  ctl->require_subcommand(1);
  auto common = [](CLI::App *command, const std::shared_ptr<Options> &options) {
    options->broker.add(*command);
    command
        ->add_option("--timeout", options->delivery.timeoutMs,
                     "Give up after so many milliseconds")
        ->capture_default_str()
        ->type_name("MS");
    command
        ->add_option("--wait", options->delivery.waitMs,
                     "Listen for so many milliseconds to what the broker kept")
        ->type_name("MS");
    command
        ->add_option("--json", options->json,
                     "Write JSON to FILE, - is standard output")
        ->type_name("FILE");
  };

  CLI::App *threshold = ctl->add_subcommand(
      "threshold", "Sets thresholds on all running nodes, and on those that "
                   "start later");
  auto set = std::make_shared<Options>();
  common(threshold, set);
  threshold
      ->add_option("MODEL", set->model,
                   "A tier's .so file, or the folder that ddnnc wrote")
      ->required();
  threshold->add_option("THRESHOLD", set->thresholds, "NAME=T ...")
      ->type_name("NAME=T");
  threshold->add_flag("--reset", set->reset,
                      "Back to the thresholds that were compiled in");
  threshold
      ->add_option("--to", set->delivery.target,
                   "Only this node; replaces what it was told alone before")
      ->type_name("NODE");
  threshold->footer(
      "The message is retained and versioned: nodes that start later hear it "
      "too, and nobody\ngoes back to an older one.\n\n"
      "Example:\n"
      "  ddnn ctl threshold --broker=tcp://localhost:1883 --site=home out "
      "local=0.5");
  threshold->callback(
      [set, &chosen] { chosen = [set] { return setThresholds(*set); }; });

  CLI::App *status =
      ctl->add_subcommand("status", "Lists the workers of a site");
  auto show = std::make_shared<Options>();
  common(status, show);
  status->add_option(
      "MODEL", show->models,
      "Models whose names are to be shown, .so files or folders");
  status->add_flag("--all", show->all, "Also those that have left");
  status->footer(
      "A worker is silent if only the broker still speaks of it.\n\n"
      "Example:\n"
      "  ddnn ctl status --broker=tcp://localhost:1883 --site=home out");
  status->callback(
      [show, &chosen] { chosen = [show] { return showStatus(*show); }; });

  CLI::App *results = ctl->add_subcommand(
      "results", "Shows the results that aggregators of groups publish");
  auto follow = std::make_shared<Options>();
  common(results, follow);
  results->get_option("--wait")->description(
      "Give up when nothing comes for so many milliseconds; default: never");
  results->add_option(
      "MODEL", follow->models,
      "Models whose names are to be shown, .so files or folders");
  results->add_option("--limit", follow->limit, "End after N results")
      ->type_name("N");
  results->footer(
      "Aggregators publish with ddnnd --publish.\n\n"
      "Example:\n"
      "  ddnn ctl results --broker=tcp://localhost:1883 --site=home out");
  results->callback([follow, &chosen] {
    chosen = [follow] { return showResults(*follow); };
  });
}
