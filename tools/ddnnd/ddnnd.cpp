// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnnd: the agent for any tier. Without a data set it serves; with one it is
// the device that asks.
#include "Agent.h"
#include "Error.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <ctime>

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
  app.add_option("--limit", options.limit, "Only the first N samples")
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

/// A device option on the command line of a worker is a mistake, and the other
/// way round.
static void refuseGroup(const CLI::App &app, const char *group,
                        const std::string &why) {
  for (const CLI::Option *option : app.get_options())
    if (option->get_group() == group && option->count())
      throw Error(option->get_name() + ": " + why);
}

static int runAgent(const CLI::App &app, AgentOptions &options) {
  Signals signals;
  bool device = !options.images.empty();
  std::vector<Plugin> plugins;
  for (const std::string &path : options.models) {
    plugins.push_back(loadTier(path, options.tier));
    const ddnn_model &model = plugins.back().model();
    if (!device && model.tier == 0)
      throw Error("tier '" + options.tier + "' of '" + model.name +
                      "' is the first one: it asks, it does not serve",
                  {"give it data with --images"});
    if (device && model.tier != 0)
      throw Error("--images: tier '" + options.tier + "' of '" + model.name +
                  "' is not the first one: it serves what tier '" +
                  model.tier_names[model.tier - 1] + "' sends");
    for (size_t i = 0; i + 1 < plugins.size(); ++i)
      if (plugins[i].model().hash == model.hash)
        throw Error("'" + plugins[i].path() + "' and '" + path +
                    "' are the same model");
  }
  if (device && plugins.size() != 1)
    throw Error("a device runs one model, not " +
                std::to_string(plugins.size()));
  if (plugins.size() > DDNN_MAX_SERVICES)
    throw Error("more than " + std::to_string(DDNN_MAX_SERVICES) + " models");
  if (device)
    refuseGroup(app, "Worker", "is for tiers that serve");
  else
    refuseGroup(app, "Device", "is for the first tier with --images");
  bool online = !device || plugins[0].model().tier_count > 1;
  if (online && options.broker.broker.empty())
    throw Error("--broker is required",
                {"for example --broker=tcp://localhost:1883"});
  if (options.broker.node.empty())
    options.broker.node = defaultNode(options.tier);
  return device ? runDevice(options, plugins[0], signals)
                : runWorker(options, plugins, signals);
}

int main(int argc, char **argv) {
  CLI::App app("Agent for any tier of a network that ddnnc compiled. Serves "
               "requests until SIGTERM;\nwith --images, it is the device that "
               "asks.",
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
  app.footer(
      "A worker prints a line that begins with \"ddnnd: ready\" on standard "
      "error once requests\nreach it. Exit status of a device: 0 if every "
      "sample got an answer, fallbacks included.\n\n"
      "Examples:\n"
      "  ddnnd --tier=cloud out/cloud/libdeep16_cloud.so "
      "--broker=tcp://localhost:1883\n"
      "  ddnnd --tier=device out --broker=tcp://localhost:1883 \\\n"
      "      --images=test.u8,u8,10000x3x32x32 --scale=1/255 --json=-");
  return runTool(app, argc, argv, [&] { return runAgent(app, options); });
}
