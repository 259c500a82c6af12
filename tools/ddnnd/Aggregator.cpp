// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The aggregator: answers for groups, and says how each sample ended.
#include "Agent.h"
#include "Error.h"
#include "Outcomes.h"
#include "Report.h"
#include "Samples.h"

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
        byExit(model.exit_count), table({{"group", 5},
                                         {"sample", 6},
                                         {"answer", 12, true},
                                         {"exit", 8, true},
                                         {"entropy", 7},
                                         {"T_total us", 10},
                                         {"missing", 7, true}}) {
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
    if (!options.labels.empty())
      labels = readLabels(options.labels, std::nullopt, classes);
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
    if (!json.takesStdout())
      table.heading();
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
    if (isJudged(r))
      object["correct"] = isRight(r);
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
    judged += isJudged(r);
    right += isRight(r);
    for (const auto &tier : r.missing)
      if (std::any_of(std::begin(tier), std::end(tier),
                      [](uint16_t bits) { return bits != 0; })) {
        ++incomplete;
        break;
      }
    if (json.on())
      json.line(resultJson(r));
    if (!json.takesStdout())
      print(r);
  }

  void print(const ddnn_group_result &r) const {
    bool good = r.status == DDNN_OK;
    std::string note;
    Json missing = missingJson(r);
    for (const auto &[place, names] : missing.items())
      for (const Json &name : names)
        note +=
            (note.empty() ? "" : " ") + name.get<std::string>() + "@" + place;
    if (!good || r.fallback)
      note += std::string(note.empty() ? "" : "; ") +
              (good ? "fallback: " : "error: ") +
              ddnn_status_text(good ? r.cause : r.status);
    table.row({std::to_string(r.group), std::to_string(r.frame_number),
               good ? className(model, r.label) : "-",
               good ? model.exits[r.exit].name : "-",
               good ? format("%.4f", static_cast<double>(r.entropy)) : "-",
               std::to_string(r.t_total_us), note});
    fflush(stdout);
  }

  /// Is it known what this sample shows?
  bool isJudged(const ddnn_group_result &r) const {
    return r.frame_number < labels.size();
  }
  /// An error is wrong.
  bool isRight(const ddnn_group_result &r) const {
    return isJudged(r) && r.status == DDNN_OK &&
           r.label == labels[r.frame_number];
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
    if (judged)
      totals["accuracy"] =
          static_cast<double>(right) / static_cast<double>(judged);
    totals["T_total"] = {{"median", quantile(times, 0.5)},
                         {"p99", quantile(times, 0.99)},
                         {"max", times.empty() ? 0u : times.back()}};
    totals["time_unit"] = "us";
    totals["elapsed_s"] = seconds;
    totals["cpu_s"] = processor;
    if (json.on())
      json.line(Json({{"totals", totals}}));
    else
      printTotals(totals);
    logLine(format("stopped: %zu answered, %zu fallback, %zu error; %zu with "
                   "members missing",
                   answered, fellBack, failed, incomplete));
  }

  void printTotals(const Json &totals) const {
    std::string exits;
    for (unsigned i = 0; i < model.exit_count; ++i)
      exits += (exits.empty() ? "" : ", ") + std::string(model.exits[i].name) +
               " " + std::to_string(byExit[i]);
    printf("\n%zu samples: %zu answered, %zu fallback, %zu error, %zu with "
           "members missing\nexits: %s\n",
           ended, answered, fellBack, failed, incomplete, exits.c_str());
    if (judged)
      printf("accuracy: %s %% of %zu\n",
             percent(totals["accuracy"].get<double>()).c_str(), judged);
    printf("T_total us: median %u, p99 %u, longest %u\n",
           totals["T_total"]["median"].get<unsigned>(),
           totals["T_total"]["p99"].get<unsigned>(),
           totals["T_total"]["max"].get<unsigned>());
  }

  const AgentOptions &options;
  const ddnn_model &model;
  Signals &signals;
  JsonOutput json;
  std::vector<uint16_t> groups;
  std::vector<const ddnn_model *> models;
  std::vector<size_t> byExit;
  Table table;
  std::vector<float> scores;
  std::vector<uint32_t> labels;
  std::vector<uint32_t> times; // of all samples
  std::unique_ptr<MqttLink> link;
  ddnn_aggregator *handle = nullptr;
  size_t ended = 0, answered = 0, fellBack = 0, failed = 0, incomplete = 0;
  size_t judged = 0, right = 0;
};

} // namespace

int ddnn::tools::runAggregator(const AgentOptions &options,
                               const std::vector<Plugin> &aggregators,
                               Signals &signals) {
  return Aggregator(options, aggregators, signals).run();
}
