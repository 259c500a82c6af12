// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The aggregator: answers for groups, and says how each sample ended.
#include "Agent.h"
#include "Error.h"
#include "Outcomes.h"

#include "ddnn/group.h"
#include "ddnn/host.h"

#include <algorithm>
#include <memory>

using namespace ddnn::tools;

namespace {

class Aggregator {
public:
  Aggregator(const AgentOptions &options, const std::vector<Plugin> &plugins,
             Signals &signals)
      : options(options), model(plugins.front().model()), signals(signals),
        json(options.json), groups(parseGroups(options.groups)),
        byExit(model.exit_count) {
    for (const Plugin &plugin : plugins)
      models.push_back(&plugin.model());
    std::sort(models.begin(), models.end(),
              [](const ddnn_model *a, const ddnn_model *b) {
                return a->tier < b->tier;
              });
    uint32_t classes = 0;
    for (unsigned i = 0; i < model.exit_count; ++i)
      classes = std::max(classes, model.exits[i].classes);
    scores.resize(classes);
    link = std::make_unique<MqttLink>(options.broker, [&](const char *line) {
      if (options.verbose)
        logLine(line);
    });
    ddnn_aggregator_config config = {};
    config.models = models.data();
    config.model_count = models.size();
    config.node = options.broker.node.c_str();
    config.boot = ddnn_host_boot();
    config.link = link->get();
    config.groups = groups.data();
    config.group_count = static_cast<uint16_t>(groups.size());
    config.deadline_ms = options.deadlineMs;
    config.guard_us =
        options.guardMs
            ? options.guardMs * 1000
            : std::min(std::max(options.deadlineMs * 20u, 2000u), 20000u);
    config.member_wait_ms = options.memberWaitMs;
    config.part_wait_ms = options.partWaitMs;
    config.attempt_ms = options.attemptMs;
    config.max_attempts = options.attempts;
    config.frame_tolerance = options.tolerance;
    config.heartbeat_ms = options.heartbeatMs;
    config.publish = options.publish;
    int status = ddnn_host_aggregator_open(&handle, &config);
    if (status != DDNN_OK)
      throw Error(std::string("cannot start: ") + ddnn_status_text(status));
  }
  ~Aggregator() { ddnn_host_aggregator_close(handle); }
  Aggregator(const Aggregator &) = delete;
  Aggregator &operator=(const Aggregator &) = delete;

  int run() {
    if (!waitForBroker(options, link->get(), signals))
      return 1;
    (void)link->get()->flush(link->get()->context, 2000);
    std::string tiers;
    for (const ddnn_model *m : models)
      tiers +=
          (tiers.empty() ? "" : ", ") + std::string(m->tier_names[m->tier]);
    logLine("ready: aggregator " + tiers + " of " + model.name + " (" +
            hashText(model.hash) + "), groups " + options.groups + ", node " +
            options.broker.node + ", site " + options.broker.site + ", " +
            options.broker.broker);
    uint64_t start = ddnn_host_now_us(nullptr);
    double processor = processorSeconds();
    while (!(options.limit && ended == options.limit) && !signals.wait(0)) {
      ddnn_group_result result = {};
      result.scores = scores.data();
      result.scores_capacity = static_cast<uint32_t>(scores.size());
      if (ddnn_aggregator_poll(handle, &result, 20) == DDNN_OK)
        report(result);
    }
    finish(static_cast<double>(ddnn_host_now_us(nullptr) - start) / 1e6,
           processorSeconds() - processor);
    return failed == 0 ? 0 : 1;
  }

private:
  /// Names of those missing, by the place that joins.
  Json missingJson(const ddnn_group_result &r) const {
    Json object = Json::object();
    for (uint8_t t = 0; t < model.tier_count; ++t)
      for (uint8_t m = 0; m < model.member_counts[t]; ++m) {
        if (!r.missing[t][m])
          continue;
        std::vector<ddnn_place> sources = sourcesOf(model, {t, m});
        Json names = Json::array();
        for (size_t s = 0; s < sources.size(); ++s)
          if (r.missing[t][m] >> s & 1)
            names.push_back(placeName(model, sources[s]));
        object[placeName(model, {t, m})] = names;
      }
    return object;
  }

  Json resultJson(const ddnn_group_result &r) const {
    bool good = r.status == DDNN_OK;
    Json object;
    object["index"] = r.frame_number;
    object["group"] = r.group;
    object["request"] = r.request;
    object["answer"] = good ? Json(r.label) : Json();
    object["label"] = good ? Json(className(model, r.label)) : Json();
    object["exit"] = good ? Json(model.exits[r.exit].name) : Json();
    object["tier"] = good ? Json(model.tier_names[r.tier]) : Json();
    object["entropy"] = good ? number(r.entropy) : Json();
    object["fallback"] = r.fallback;
    if (r.fallback)
      object["cause"] = ddnn_status_text(r.cause);
    object["error"] = good ? Json() : Json(ddnn_status_text(r.status));
    object["missing"] = missingJson(r);
    object["attempts"] = r.attempts;
    object["T_total"] = r.t_total_us;
    // Monotonic clock of this machine, to compare with other processes' logs.
    object["ended_us"] = ddnn_host_now_us(nullptr);
    if (options.scores && good) {
      object["scores"] = Json::array();
      for (uint32_t c = 0; c < std::min(r.classes, r.scores_capacity); ++c)
        object["scores"].push_back(number(r.scores[c]));
    }
    return object;
  }

  void report(const ddnn_group_result &r) {
    ++ended;
    times.push_back(r.t_total_us);
    if (r.status != DDNN_OK) {
      ++failed;
    } else {
      ++byExit[r.exit];
      ++(r.fallback ? fellBack : answered);
    }
    for (const auto &tier : r.missing)
      if (std::any_of(std::begin(tier), std::end(tier),
                      [](uint16_t bits) { return bits != 0; })) {
        ++incomplete;
        break;
      }
    if (json.on())
      json.line(resultJson(r));
    if (!json.takesStdout())
      printf("group %u, sample %u: %s\n", r.group, r.frame_number,
             text(r).c_str());
  }

  std::string text(const ddnn_group_result &r) const {
    if (r.status != DDNN_OK)
      return std::string("error: ") + ddnn_status_text(r.status);
    std::string line = format(
        "%s at %s, entropy %.4f, %u us", className(model, r.label).c_str(),
        model.exits[r.exit].name, static_cast<double>(r.entropy), r.t_total_us);
    if (r.fallback)
      line += std::string(", fallback: ") + ddnn_status_text(r.cause);
    Json missing = missingJson(r);
    return missing.empty() ? line : line + ", missing " + missing.dump();
  }

  void finish(double seconds, double processor) {
    ddnn_aggregator_stats s;
    ddnn_aggregator_get_stats(handle, &s);
    Json totals;
    totals["samples"] = ended;
    totals["answered"] = answered;
    totals["fallback"] = fellBack;
    totals["error"] = failed;
    totals["incomplete"] = incomplete;
    totals["exit_count"] = Json::object();
    for (unsigned i = 0; i < model.exit_count; ++i)
      totals["exit_count"][model.exits[i].name] = byExit[i];
    totals["attempts"] = s.attempts;
    totals["late"] = s.late;
    totals["duplicates"] = s.duplicates;
    totals["rejected"] = s.rejected;
    totals["overflow"] = s.overflow;
    totals["dropped"] = s.dropped;
    totals["T_total"] = {{"median", quantile(times, 0.5)},
                         {"p99", quantile(times, 0.99)},
                         {"max", times.empty() ? 0u : times.back()}};
    totals["time_unit"] = "us";
    totals["elapsed_s"] = seconds;
    totals["cpu_s"] = processor;
    if (json.on())
      json.line(Json({{"totals", totals}}));
    logLine(format("stopped: %zu answered, %zu fallback, %zu error; %zu with "
                   "members missing",
                   answered, fellBack, failed, incomplete));
  }

  const AgentOptions &options;
  const ddnn_model &model;
  Signals &signals;
  JsonOutput json;
  std::vector<uint16_t> groups;
  std::vector<const ddnn_model *> models;
  std::vector<size_t> byExit;
  std::vector<float> scores;
  std::vector<uint32_t> times; // of all samples
  std::unique_ptr<MqttLink> link;
  ddnn_aggregator *handle = nullptr;
  size_t ended = 0, answered = 0, fellBack = 0, failed = 0, incomplete = 0;
};

} // namespace

int ddnn::tools::runAggregator(const AgentOptions &options,
                               const std::vector<Plugin> &aggregators,
                               Signals &signals) {
  return Aggregator(options, aggregators, signals).run();
}
