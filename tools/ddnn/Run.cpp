// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnn run: all tiers in one process. The first one is a real session, the
// others are real workers, and frames pass between them over the loopback link.
// A group's places are computed one after the other, without frames.
#include "Chain.h"
#include "Commands.h"
#include "Deployment.h"
#include "Error.h"
#include "Outcomes.h"
#include "Profile.h"
#include "Samples.h"
#include "Thresholds.h"

#include "ddnn/frame.h"
#include "ddnn/host.h"
#include "ddnn/loopback.h"
#include "ddnn/worker.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

using namespace ddnn::tools;

namespace {

struct Options {
  std::string folder, scale, json, profileOut, missing;
  std::vector<std::string> inputs, saves, thresholds;
  unsigned repeat = 1, threads = 0;
  size_t limit = 0;
  uint32_t deadlineMs = 60000;
  bool profile = false;

  bool profiles() const { return profile || !profileOut.empty(); }
};

void check(int status, const char *what) {
  if (status != DDNN_OK)
    throw Error(std::string(what) + ": " + ddnn_status_text(status));
}

/// All tiers, connected. Taken apart in the reverse order.
class System {
public:
  explicit System(const Deployment &deployment) : deployment(deployment) {}

  void start(const ThresholdSetting &thresholds, const Options &options,
             void (*provisional)(void *, const ddnn_result *), void *user) {
    check(ddnn_loopback_create(&hub), "loopback");
    check(ddnn_loopback_link(hub, "monitor", &monitor), "loopback");
    ddnn_listener listener = {};
    listener.user = this;
    listener.hears = DDNN_HEAR_STATUS;
    listener.message = [](void *self, const ddnn_message *message) {
      static_cast<System *>(self)->onStatus(*message);
    };
    check(monitor->listen(monitor->context, &listener), "loopback");
    publish(thresholds);
    // From the far end: each worker finds the next tier's announcement when
    // it starts to listen.
    for (size_t i = deployment.tiers.size(); i-- > 1;)
      startWorker(i, options.threads);
    ddnn_session_config config = {};
    config.model = &deployment.first();
    config.node = "session";
    if (deployment.tiers.size() > 1) {
      check(ddnn_loopback_link(hub, config.node, &own), "loopback");
      config.link = own;
    }
    config.max_requests = 1;
    config.deadline_ms = options.deadlineMs;
    config.attempt_ms = options.deadlineMs;
    config.max_attempts = 1;
    config.provisional = provisional;
    config.provisional_user = user;
    check(ddnn_host_session_open(&handle, &config), "session");
    // Without a link nobody tells the session.
    for (unsigned i = 0; !own && i < thresholds.size(); ++i)
      check(ddnn_session_set_threshold(handle, static_cast<uint16_t>(i),
                                       thresholds[i].value),
            "session");
    check(ddnn_session_wait_peer(handle, 5000), "worker");
  }

  ~System() {
    ddnn_host_session_close(handle);
    for (ddnn_worker *worker : workers)
      ddnn_worker_stop(worker);
    if (monitor)
      monitor->stop(monitor->context);
    for (ddnn_link *link : links)
      ddnn_loopback_link_destroy(link, false);
    ddnn_loopback_link_destroy(own, false);
    ddnn_loopback_link_destroy(monitor, false);
    ddnn_loopback_destroy(hub);
  }
  System(const System &) = delete;
  System &operator=(const System &) = delete;

  ddnn_session *session() const { return handle; }

private:
  void publish(const ThresholdSetting &thresholds) {
    const ddnn_model &model = deployment.first();
    ddnn_thresholds update = {};
    update.model = model.hash;
    update.version = 1;
    for (unsigned i = 0; i < model.exit_count; ++i)
      if (!model.exits[i].is_final) {
        update.entries[update.count].exit = static_cast<uint16_t>(i);
        update.entries[update.count++].threshold = thresholds[i].value;
      }
    if (update.count == 0)
      return;
    uint8_t buffer[DDNN_THRESHOLDS_MAX];
    ddnn_message message = {};
    message.channel = DDNN_CHANNEL_CONFIG;
    message.model = model.hash;
    message.node = DDNN_NODE_ALL;
    message.data = buffer;
    check(ddnn_thresholds_encode(&update, buffer, sizeof buffer, &message.size),
          "thresholds");
    check(monitor->send(monitor->context, &message), "thresholds");
  }

  void startWorker(size_t tier, unsigned threads) {
    // Names in the frames; tiers may be called what nodes may not.
    names.push_back("worker-" + std::to_string(tier));
    ddnn_link *link = nullptr;
    check(ddnn_loopback_link(hub, names.back().c_str(), &link), "loopback");
    links.push_back(link);
    models.push_back(&deployment.tiers[tier].model());
    ddnn_worker_config config = {};
    config.models = &models.back();
    config.model_count = 1;
    config.node = names.back().c_str();
    config.boot = ddnn_host_boot();
    config.link = link;
    config.threads = static_cast<uint16_t>(threads ? threads : 1);
    ddnn_worker *worker = nullptr;
    check(ddnn_worker_start(&worker, &config), "worker");
    workers.push_back(worker);
    std::unique_lock<std::mutex> lock(mutex);
    if (!changed.wait_for(lock, std::chrono::seconds(5),
                          [&] { return online == workers.size(); }))
      throw Error("the worker of tier '" + deployment.tiers[tier].tierName() +
                  "' does not start");
  }

  void onStatus(const ddnn_message &message) {
    ddnn_announce announce;
    if (ddnn_announce_decode(&announce, message.data, message.size) !=
            DDNN_OK ||
        announce.state != DDNN_NODE_ONLINE)
      return;
    std::lock_guard<std::mutex> lock(mutex);
    seen[message.node] = true;
    online = seen.size();
    changed.notify_all();
  }

  const Deployment &deployment;
  ddnn_loopback *hub = nullptr;
  ddnn_link *monitor = nullptr, *own = nullptr;
  std::deque<std::string> names; // addresses stay
  std::deque<const ddnn_model *> models;
  std::vector<ddnn_link *> links;
  std::vector<ddnn_worker *> workers;
  ddnn_session *handle = nullptr;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, bool> seen;
  size_t online = 0;
};

/// Scores of one exit for all samples.
struct Save {
  unsigned exit;
  std::string name, path;
  std::vector<float> scores;
  std::vector<bool> have; // by sample
};

class Runner {
public:
  explicit Runner(const Options &options)
      : options(options), deployment(loadDeployment(options.folder)),
        model(deployment.first()), json(options.json) {}

  int run() {
    ThresholdSetting thresholds = singleThresholds(model, options.thresholds);
    Missing missing = missingPlaces(deployment, splitNames(options.missing));
    Samples samples =
        readSamples(deployment.tiers, options.inputs, options.scale);
    for (const std::string &warning : samples.warnings())
      fprintf(stderr, "ddnn: warning: %s\n", warning.c_str());
    size_t count = samples.count();
    if (options.limit)
      count = std::min(count, options.limit);
    addSaves(thresholds, count);

    // Before the threads that will call its hooks, and gone after them.
    std::optional<Profile> profile;
    if (options.profiles())
      profile.emplace(deployment);
    if (options.profileOut == "-" && options.json == "-")
      throw Error("--json and --profile-out cannot both be standard output");
    JsonOutput profileOut(options.profileOut);
    std::optional<System> system;
    std::optional<Chain> chain;
    if (deployment.isGroup()) {
      chain.emplace(deployment);
    } else {
      system.emplace(deployment);
      system->start(thresholds, options,
                    saves.empty() ? nullptr : onProvisional, this);
    }
    OutcomeTable table(model);
    OutcomeTotals totals(model);
    Json list = Json::array();
    bool show = !json.takesStdout();
    if (show)
      table.heading();
    {
      Progress progress("running", show ? 0 : count);
      Samples::Reader reader(samples);
      for (size_t s = 0; s < count; ++s) {
        ddnn_result result =
            repeat(s, totals, [&, inputs = reader.read(s)](float *scores) {
              return chain
                         ? compute(*chain, inputs, missing, thresholds, scores)
                         : infer(system->session(), inputs, s, scores);
            });
        if (show)
          table.row(s, result);
        else
          progress.step();
        if (json.on())
          list.push_back(outcomeJson(model, s, result, std::nullopt));
      }
    }
    system.reset();
    if (profile)
      profile->finish();
    if (show)
      totals.print();
    if (show && profile)
      profile->print();
    if (profileOut.on())
      profileOut.document(profile->json());
    for (Save &save : saves)
      write(save, count);
    if (json.on()) {
      Json root;
      root["model"] = model.name;
      root["hash"] = hashText(model.hash);
      root["repeat"] = options.repeat;
      root["samples"] = std::move(list);
      root["totals"] = totals.json();
      root["saved"] = Json::object();
      for (const Save &save : saves)
        root["saved"][save.name] = save.path;
      if (profile)
        root["profile"] = profile->json();
      json.document(root);
    }
    // Nothing gets lost on the way here: a fallback is a failure, too.
    if (totals.errors() + totals.fallbacks())
      throw Error(std::to_string(totals.errors() + totals.fallbacks()) +
                  " samples did not get the answer they should: " +
                  ddnn_status_text(failure));
    return 0;
  }

private:
  /// Saved exits see every sample: no exit before the last of them may take
  /// one.
  void addSaves(ThresholdSetting &thresholds, size_t count) {
    std::vector<bool> seen(model.exit_count);
    unsigned last = 0;
    for (const std::string &argument : options.saves) {
      auto [name, path] = splitAssignment(argument, "--save");
      Save save;
      save.name = name;
      save.exit = findExit(model, name);
      save.path = path;
      if (path.empty())
        throw Error("--save " + argument + ": no file name");
      if (seen[save.exit])
        throw Error("--save: exit '" + name + "' twice");
      seen[save.exit] = true;
      save.scores.resize(count * model.exits[save.exit].classes, NAN);
      save.have.resize(count);
      last = std::max(last, position(save.exit));
      saves.push_back(std::move(save));
    }
    if (saves.empty())
      return;
    for (unsigned i = 0; i < model.exit_count; ++i)
      if (position(i) < last)
        thresholds[i] = {0.0f, "0"};
  }

  /// When a sample meets this exit.
  unsigned position(unsigned exit) const {
    unsigned at = 0;
    for (const Plugin &tier : deployment.tiers)
      for (unsigned i = 0; i < tier.model().local_exit_count; ++i, ++at)
        if (tier.model().local_exits[i].exit == exit)
          return at;
    throw Error("no tier computes exit '" +
                std::string(model.exits[exit].name) + "'");
  }

  /// The sample `repeat` times; the one of median total time is reported.
  ddnn_result repeat(size_t sample, OutcomeTotals &totals,
                     const std::function<ddnn_result(float *scores)> &once) {
    current = sample;
    std::vector<ddnn_result> results;
    for (unsigned i = 0; i < options.repeat; ++i) {
      std::vector<float> scores(largestExit());
      ddnn_result result = once(scores.data());
      if (result.status != DDNN_OK || result.fallback)
        failure = result.fallback ? result.cause : result.status;
      if (result.status == DDNN_OK)
        keep(result);
      result.scores = nullptr;
      totals.add(result, std::nullopt);
      results.push_back(result);
    }
    std::sort(results.begin(), results.end(),
              [](const ddnn_result &a, const ddnn_result &b) {
                return a.t_total_us < b.t_total_us;
              });
    return results[(results.size() - 1) / 2];
  }

  ddnn_result infer(ddnn_session *session, const void *const *inputs,
                    size_t sample, float *scores) const {
    ddnn_request request = {};
    request.inputs = inputs;
    request.frame_number = static_cast<uint32_t>(sample);
    ddnn_result result = {};
    result.scores = scores;
    result.scores_capacity = largestExit();
    int status = ddnn_session_infer(session, &request, &result);
    if (status != DDNN_OK && result.status == DDNN_OK)
      throw Error(std::string("session: ") + ddnn_status_text(status));
    return result;
  }

  /// The first exit of a group that takes the sample.
  ddnn_result compute(Chain &chain, const void *const *inputs,
                      const Missing &missing,
                      const ThresholdSetting &thresholds, float *scores) {
    ddnn_result result = {};
    result.status = DDNN_ERR_MISSING;
    result.exit = DDNN_NO_EXIT;
    result.scores = scores;
    uint64_t begin = ddnn_host_now_us(nullptr);
    chain.run(inputs, missing, [&](const ddnn_exit_event &event) {
      const ddnn_exit &exit = model.exits[event.exit];
      ddnn_result seen = result;
      seen.status = DDNN_OK;
      seen.exit = event.exit;
      seen.tier = exit.tier;
      seen.label = event.gate.label;
      seen.entropy = event.gate.entropy;
      seen.classes = event.classes;
      seen.t_total_us = seen.t_device_us =
          static_cast<uint32_t>(ddnn_host_now_us(nullptr) - begin);
      std::copy(event.scores, event.scores + event.classes, scores);
      keep(seen);
      if (result.status != DDNN_OK &&
          (exit.is_final ||
           ddnn_leaves(seen.entropy, thresholds[event.exit].value)))
        result = seen;
    });
    // Further exits were computed and kept for --save.
    result.scores = nullptr;
    return result;
  }

  uint32_t largestExit() const {
    uint32_t classes = 0;
    for (unsigned i = 0; i < model.exit_count; ++i)
      classes = std::max(classes, model.exits[i].classes);
    return classes;
  }

  void keep(const ddnn_result &result) {
    if (!result.scores)
      return;
    for (Save &save : saves)
      if (save.exit == result.exit) {
        std::copy(result.scores, result.scores + result.classes,
                  save.scores.begin() +
                      static_cast<ptrdiff_t>(current * result.classes));
        save.have[current] = true;
      }
  }

  static void onProvisional(void *user, const ddnn_result *result) {
    static_cast<Runner *>(user)->keep(*result);
  }

  void write(const Save &save, size_t count) const {
    for (size_t s = 0; s < count; ++s)
      if (!save.have[s])
        throw Error("exit '" + save.name + "' has no scores for sample " +
                    std::to_string(s) + ": " + ddnn_status_text(failure));
    writeNpy(save.path,
             makeArray(save.scores, {count, model.exits[save.exit].classes}));
  }

  const Options &options;
  Deployment deployment;
  const ddnn_model &model;
  JsonOutput json;
  std::vector<Save> saves;
  size_t current = 0;
  int failure = DDNN_OK; // the last one seen
};

} // namespace

void ddnn::tools::addRunCommand(CLI::App &app, std::function<int()> &chosen) {
  CLI::App *command =
      app.add_subcommand("run", "Runs all tiers in this process");
  auto options = std::make_shared<Options>();
  command->add_option("OUT", options->folder, "Folder that ddnnc wrote")
      ->required();
  command
      ->add_option("--input,--images", options->inputs,
                   "[NAME=]DATA: FILE.npy, or FILE,TYPE,SHAPE such as "
                   "images.u8,u8,10000x3x32x32; one for each input")
      ->required()
      ->allow_extra_args(false)
      ->type_name("NAME=DATA");
  command
      ->add_option("--save", options->saves,
                   "NAME=FILE.npy: write the scores of exit NAME for all "
                   "samples. Exits before the last one that is saved then take "
                   "no sample, whatever their threshold")
      ->allow_extra_args(false)
      ->type_name("NAME=FILE");
  command
      ->add_option("--threshold", options->thresholds,
                   "NAME=T: another threshold than the compiled one")
      ->allow_extra_args(false)
      ->type_name("NAME=T");
  command
      ->add_option("--missing", options->missing,
                   "Members of a group that do not come, such as "
                   "device3,device5")
      ->type_name("NAMES");
  command
      ->add_option("--scale", options->scale,
                   "Factor for data that feeds a float input, a number or a "
                   "quotient such as 1/255; default 1")
      ->type_name("F");
  command
      ->add_option("--repeat", options->repeat,
                   "Run each sample N times; its row is the one of median "
                   "total time, totals are over all")
      ->check(CLI::Range(1u, 1000000u))
      ->type_name("N");
  command->add_option("--limit", options->limit, "Only the first N samples")
      ->type_name("N");
  command
      ->add_option("--deadline", options->deadlineMs,
                   "Milliseconds that a sample may take")
      ->check(CLI::Range(1u, 4000000u))
      ->capture_default_str()
      ->type_name("MS");
  command
      ->add_option("--json", options->json,
                   "Write JSON to FILE, - is standard output")
      ->type_name("FILE");
  command->add_flag("--profile", options->profile,
                    "Time each layer and compare it with the multiply-adds "
                    "that this machine does: a table for each tier");
  command
      ->add_option("--profile-out", options->profileOut,
                   "Write these times to FILE, for ddnnc --profile-in; with a "
                   "table, too")
      ->type_name("FILE");
  command->footer(
      "Each tier beyond the first is a worker of one thread; requests and "
      "answers pass as frames\nover a link within the process.\n\n"
      "Examples:\n"
      "  ddnn run out --input image=images.npy --threshold local=0.4\n"
      "  ddnn run out --input test.u8,u8,360x8x8 --save cloud=scores.npy "
      "--repeat 10 --json=-\n"
      "  ddnn run out --input test.u8,u8,360x8x8 --threshold local=0 "
      "--profile");
  command->callback([options, &chosen] {
    chosen = [options] { return Runner(*options).run(); };
  });
}
