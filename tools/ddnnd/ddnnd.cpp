// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnnd: the agent for any tier. Without a data set it serves; with one it is
// the device that asks. In a group, members of the first tier feed an
// aggregator, which asks.
#include "Agent.h"
#include "Error.h"

#include "ddnn/frame.h"
#include "ddnn/run.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <initializer_list>
#include <sys/resource.h>

using namespace ddnn::tools;

static sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

Signals::Signals() {
  sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr); // threads inherit it
  signal(SIGPIPE, SIG_IGN);
}

bool Signals::wait(uint32_t ms) {
  sigset_t set = watched();
  timespec time = {static_cast<time_t>(ms / 1000),
                   static_cast<long>(ms % 1000) * 1000000};
  int number = ms == UINT32_MAX ? sigwaitinfo(&set, nullptr)
                                : sigtimedwait(&set, nullptr, &time);
  came |= number > 0;
  return number > 0;
}

void ddnn::tools::logLine(const std::string &line) {
  fprintf(stderr, "ddnnd: %s\n", line.c_str());
}

double ddnn::tools::processorSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval &t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::vector<uint16_t> ddnn::tools::parseGroups(const std::string &text) {
  std::vector<uint16_t> groups;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    std::string part = text.substr(at, end - at);
    size_t dash = part.find('-');
    std::string what = "--groups: a group's number";
    uint64_t first = parseInteger(part.substr(0, dash), what, 1, 65535);
    uint64_t last = dash == std::string::npos
                        ? first
                        : parseInteger(part.substr(dash + 1), what, 1, 65535);
    if (last < first)
      throw Error("--groups: '" + part + "' runs backwards");
    for (uint64_t group = first; group <= last; ++group)
      groups.push_back(static_cast<uint16_t>(group));
    at = end + 1;
  }
  std::sort(groups.begin(), groups.end());
  if (std::adjacent_find(groups.begin(), groups.end()) != groups.end())
    throw Error("--groups: '" + text + "' names a group twice");
  return groups;
}

static void addWorkerOptions(CLI::App &app, AgentOptions &options) {
  const char *group = "Worker";
  app.add_option("--threads", options.threads,
                 "Requests computed side by side; default: one for each "
                 "processor")
      ->group(group);
  app.add_option("--queue", options.queue,
                 "Requests that may wait; more are refused as busy")
      ->check(CLI::Range(1, 16384))
      ->capture_default_str()
      ->group(group);
  app.add_option("--heartbeat", options.heartbeatMs,
                 "Status is published this often; dead after three")
      ->check(CLI::Range(10, 1000000))
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--drain", options.drainMs,
                 "SIGTERM: finish what is queued, at most for this long")
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--spin", options.spinUs,
                 "Look for work this long before sleeping: saves a wake-up, "
                 "costs a processor")
      ->capture_default_str()
      ->type_name("US")
      ->group(group);
}

static void addDeviceOptions(CLI::App &app, AgentOptions &options) {
  const char *group = "Device";
  app.add_option("--images,--input", options.images,
                 "[NAME=]DATA: feed this data set through the first tier. "
                 "FILE.npy, or FILE,TYPE,SHAPE such as "
                 "images.u8,u8,10000x3x32x32")
      ->allow_extra_args(false)
      ->type_name("DATA")
      ->group(group);
  app.add_option("--scale", options.scale,
                 "Factor for data that feeds a float input, a number or a "
                 "quotient such as 1/255; default 1")
      ->type_name("F")
      ->group(group);
  app.add_option("--labels", options.labels,
                 "Classes of the samples, for the accuracy")
      ->type_name("DATA")
      ->group(group);
  app.add_option("--limit,--samples", options.limit,
                 "Only the first N samples; an aggregator: end after N")
      ->type_name("N")
      ->group(group);
  app.add_option("--repeat", options.repeat, "Feed the data N times")
      ->check(CLI::Range(1u, 1000000000u))
      ->type_name("N")
      ->group(group);
  app.add_option("--rate", options.rate,
                 "Samples a second; default: as fast as they are answered")
      ->check(CLI::Range(1e-6, 1e9))
      ->type_name("HZ")
      ->group(group);
  app.add_option("--inflight", options.inflight,
                 "Samples that may be on their way at once")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str()
      ->type_name("N")
      ->group(group);
  app.add_option("--deadline", options.deadlineMs,
                 "Each sample ends within this time, if need be with the best "
                 "exit so far")
      ->check(CLI::Range(1u, 4000000u))
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--guard", options.guardMs,
                 "Fix the outcome this long before the deadline, so that it is "
                 "out by then; default: a fiftieth of it, from 2 to 20")
      ->check(CLI::Range(1u, 10000u))
      ->type_name("MS")
      ->group(group);
  app.add_option("--attempts", options.attempts,
                 "Times that a request is sent at most")
      ->transform(CLI::Range(1, 255))
      ->capture_default_str()
      ->type_name("N")
      ->group(group);
  app.add_option("--attempt-timeout", options.attemptMs,
                 "Send again after this; default: a third of the deadline")
      ->type_name("MS")
      ->group(group);
  app.add_option("--patience", options.patienceMs,
                 "Wait this long for a worker when none is there, before the "
                 "best exit so far answers")
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--wait", options.waitMs,
                 "Before the first sample: wait at most this long for a "
                 "worker")
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--threshold", options.thresholds,
                 "NAME=T: threshold of an exit of this tier, until a broadcast "
                 "says otherwise")
      ->allow_extra_args(false)
      ->type_name("NAME=T")
      ->group(group);
  app.add_flag("--provisional", options.provisional,
               "Also report what exits passed on the way say")
      ->group(group);
  app.add_option("--json", options.json,
                 "One JSON object a line and a last one with the totals, to "
                 "FILE; - is standard output")
      ->type_name("FILE")
      ->group(group);
}

static void addGroupOptions(CLI::App &app, AgentOptions &options) {
  const char *group = "Groups";
  app.add_option("--groups,--group", options.groups,
                 "Numbers of the groups that this process is in, or answers "
                 "for: 1,2 or 1-6")
      ->type_name("LIST")
      ->group(group);
  app.add_option("--aggregator", options.aggregator,
                 "Member: node that answers for the groups")
      ->type_name("NODE")
      ->group(group);
  app.add_option("--epoch", options.epoch,
                 "Member: sample n is taken at this time plus n / rate, in "
                 "seconds since 1970, so that processes agree; default: now")
      ->check(CLI::Range(0.0, 1e11))
      ->type_name("SECONDS")
      ->group(group);
  app.add_option("--keep", options.keep,
                 "Member: keep the features of so many samples; default 8")
      ->check(CLI::Range(1, 65535))
      ->type_name("N")
      ->group(group);
  app.add_option("--keep-time", options.keepMs,
                 "Member: keep them so long; default 1000")
      ->check(CLI::Range(1u, 4000000u))
      ->type_name("MS")
      ->group(group);
  app.add_flag("--short", options.shortScores, "Member: scores in short frames")
      ->group(group);
  app.add_option("--member-wait", options.memberWaitMs,
                 "Aggregator: a member is missing when its scores do not come "
                 "this long after the first")
      ->check(CLI::Range(1u, 4000000u))
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--part-wait", options.partWaitMs,
                 "Aggregator: the same for parts at a worker")
      ->check(CLI::Range(1u, 4000000u))
      ->capture_default_str()
      ->type_name("MS")
      ->group(group);
  app.add_option("--tolerance", options.tolerance,
                 "Aggregator: frame numbers that differ by at most this are "
                 "one sample")
      ->capture_default_str()
      ->type_name("N")
      ->group(group);
  app.add_flag("--publish", options.publish,
               "Aggregator: publish results, for ddnn ctl results")
      ->group(group);
  app.add_flag("--scores", options.scores, "Aggregator: report the scores, too")
      ->group(group);
}

/// An option of a device on the command line of a worker is a mistake, and so
/// on. `group` is what the agent takes, and `also`, whatever their group.
static void refuseOthers(const CLI::App &app, const std::string &group,
                         std::initializer_list<const char *> also) {
  static const std::pair<const char *, const char *> kinds[] = {
      {"Worker", "tiers that serve"},
      {"Device", "the first tier with --images"},
      {"Groups", "members of groups and their aggregators"}};
  for (const CLI::Option *option : app.get_options())
    for (auto [kind, what] : kinds) {
      bool ours = option->get_group() != kind || kind == group;
      for (const char *name : also)
        ours |= option->check_name(name);
      if (!ours && option->count())
        throw Error(option->get_name() + ": is for " + what);
    }
}

/// What the options make of this process.
enum class Role { Worker, Device, Members, Aggregator };

static Role roleOf(const ddnn_model &model) {
  if (isAggregator(model))
    return Role::Aggregator;
  if (model.tier != 0)
    return Role::Worker;
  return model.member_counts && model.member_counts[0] > 1 ? Role::Members
                                                           : Role::Device;
}

/// The libraries that all paths have of the tier. Throws Error where they do
/// not go together.
static std::vector<Plugin> loadAll(const AgentOptions &options) {
  std::vector<Plugin> plugins;
  for (const std::string &path : options.models)
    for (Plugin &plugin : loadPlaces(path, options.tier)) {
      const ddnn_model &model = plugin.model();
      for (const Plugin &other : plugins) {
        if (other.model().hash == model.hash &&
            other.model().tier == model.tier &&
            other.model().member == model.member)
          throw Error("'" + other.path() + "' and '" + plugin.path() +
                      "' are the same model");
        if (roleOf(other.model()) != roleOf(model))
          throw Error("'" + other.path() + "' and '" + plugin.path() +
                      "' do different things: run an agent for each");
      }
      plugins.push_back(std::move(plugin));
    }
  return plugins;
}

/// One process has all aggregators of one deployment. Throws Error.
static std::vector<Plugin> loadAllAggregators(const AgentOptions &options) {
  std::vector<Plugin> plugins;
  for (const std::string &path : options.models)
    for (Plugin &plugin : loadAggregators(path))
      plugins.push_back(std::move(plugin));
  const ddnn_model &model = plugins.front().model();
  for (const Plugin &plugin : plugins)
    if (plugin.model().hash != model.hash)
      throw Error("'" + plugins.front().path() + "' and '" + plugin.path() +
                      "' are of different deployments",
                  {"run an aggregator for each"});
  for (unsigned t = 0; t < model.tier_count; ++t)
    if (ddnn_model_aggregates(&model, t) &&
        std::none_of(plugins.begin(), plugins.end(), [&](const Plugin &plugin) {
          return plugin.model().tier == t;
        }))
      throw Error("tier '" + std::string(model.tier_names[t]) + "' of '" +
                      model.name + "' is missing",
                  {"one agent has all aggregators of a deployment: give it the "
                   "folder, or the .so file of each"});
  return plugins;
}

static int runAgent(const CLI::App &app, AgentOptions &options) {
  Signals signals;
  bool hasData = !options.images.empty();
  std::vector<Plugin> plugins = loadAll(options);
  const ddnn_model &model = plugins.front().model();
  Role role = roleOf(model);
  std::string tier = "tier '" + options.tier + "' of '" + model.name + "'";
  if (role == Role::Worker && hasData)
    throw Error("--images: " + tier +
                " is not the first one: it serves what tier '" +
                model.tier_names[model.tier - 1] + "' sends");
  if (role == Role::Aggregator && hasData)
    throw Error("--images: " + tier +
                " is not the first one: it joins what the members of tier '" +
                model.tier_names[model.tier - 1] + "' send");
  if (role == Role::Device && !hasData)
    throw Error(tier + " is the first one: it asks, it does not serve",
                {"give it data with --images"});
  if (role == Role::Device && plugins.size() != 1)
    throw Error("a device runs one model, not " +
                std::to_string(plugins.size()));
  if (plugins.size() > DDNN_MAX_SERVICES)
    throw Error("more than " + std::to_string(DDNN_MAX_SERVICES) + " models");
  switch (role) {
  case Role::Worker:
    refuseOthers(app, "Worker", {});
    break;
  case Role::Device:
    refuseOthers(app, "Device", {});
    break;
  case Role::Members:
    refuseOthers(app, "",
                 {"--images", "--scale", "--limit", "--rate", "--json",
                  "--wait", "--heartbeat", "--groups", "--aggregator",
                  "--epoch", "--keep", "--keep-time", "--short"});
    if (!hasData)
      throw Error(tier + " is the first one: it needs data",
                  {"give each input its data with --images NAME=DATA"});
    if (options.groups.empty())
      throw Error("--group is required: " + tier + " has members",
                  {"any number, the same for all members of one group"});
    if (!ddnn_node_name_ok(options.aggregator.c_str()))
      throw Error("--aggregator is required: the node's name that answers for "
                  "the group",
                  {"it is what that agent was given as --node"});
    break;
  case Role::Aggregator:
    refuseOthers(app, "",
                 {"--labels", "--limit", "--deadline", "--guard", "--attempts",
                  "--attempt-timeout", "--json", "--heartbeat", "--groups",
                  "--member-wait", "--part-wait", "--tolerance", "--publish",
                  "--scores"});
    if (options.groups.empty())
      throw Error("--groups is required: " + tier + " answers for groups",
                  {"for example --groups=1 or --groups=1-6"});
    break;
  }
  bool online = role != Role::Device || model.tier_count > 1;
  if (online && options.broker.broker.empty())
    throw Error("--broker is required",
                {"for example --broker=tcp://localhost:1883"});
  if (role != Role::Members && options.broker.node.empty())
    options.broker.node = defaultNode(options.tier);
  switch (role) {
  case Role::Worker:
    return runWorker(options, plugins, signals);
  case Role::Device:
    return runDevice(options, plugins[0], signals);
  case Role::Members:
    return runMembers(options, plugins, signals);
  case Role::Aggregator:
    break;
  }
  return runAggregator(options, loadAllAggregators(options), signals);
}

int main(int argc, char **argv) {
  CLI::App app("Agent for any tier of a network that ddnnc compiled. Serves "
               "requests until SIGTERM;\nwith --images, it is the device that "
               "asks. Of a group, it is one or all members of\nthe first tier, "
               "or the aggregator that answers for them.",
               "ddnnd");
  AgentOptions options;
  app.set_version_flag("--version", "ddnnd " DDNN_VERSION);
  app.add_option("--tier", options.tier, "Name of the tier to run")->required();
  app.add_option("MODEL", options.models,
                 "The tier's .so file, or the folder that ddnnc wrote; a "
                 "worker serves several")
      ->required();
  app.add_flag("--verbose", options.verbose, "Say more about what happens");
  app.add_flag("--shared", options.shared,
               "Let the broker deal requests out ($share) instead of choosing "
               "a worker");
  options.broker.add(app);
  app.get_option("--broker")->required(false); // not for a single tier
  addWorkerOptions(app, options);
  addDeviceOptions(app, options);
  addGroupOptions(app, options);
  app.footer(
      "A worker prints a line that begins with \"ddnnd: ready\" on standard "
      "error once requests\nreach it. Exit status of a device: 0 if every "
      "sample got an answer, fallbacks included.\n\n"
      "Examples:\n"
      "  ddnnd --tier=cloud out/cloud/libdeep16_cloud.so "
      "--broker=tcp://localhost:1883\n"
      "  ddnnd --tier=device out --broker=tcp://localhost:1883 \\\n"
      "      --images=test.u8,u8,10000x3x32x32 --scale=1/255 --json=-\n"
      "  ddnnd --tier=local out --broker=tcp://localhost:1883 --node=hub "
      "--groups=1 --json=-\n"
      "  ddnnd --tier=device3 out --broker=tcp://localhost:1883 --group=1 "
      "--aggregator=hub \\\n"
      "      --images=view3.npy --rate=10 --epoch=1700000000");
  return runTool(app, argc, argv, [&] { return runAgent(app, options); });
}
