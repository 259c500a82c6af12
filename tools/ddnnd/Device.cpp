// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device: feeds a data set through the session and says how each sample
// ended.
#include "Agent.h"
#include "Error.h"
#include "Outcomes.h"
#include "Samples.h"
#include "Thresholds.h"

#include "ddnn/host.h"
#include "ddnn/session.h"

#include <memory>
#include <optional>
#include <unordered_map>

using namespace ddnn::tools;

namespace {

class Device {
public:
  Device(const AgentOptions &options, const Plugin &plugin, Signals &signals)
      : options(options), model(plugin.model()), signals(signals),
        samples(readSamples(model, options.images, options.scale)),
        reader(samples), json(options.json), table(model), totals(model) {
    for (const std::string &warning : samples.warnings())
      logLine("warning: " + warning);
    count = samples.count();
    if (options.limit)
      count = std::min(count, options.limit);
    total = count * options.repeat;
    if (!options.labels.empty()) {
      uint32_t classes = 0;
      for (unsigned i = 0; i < model.exit_count; ++i)
        classes = std::max(classes, model.exits[i].classes);
      labels = readLabels(options.labels, count, classes);
    }
    thresholds = singleThresholds(model, options.thresholds);
    named = namedExits(model, options.thresholds);
    for (unsigned exit : named)
      if (model.exits[exit].tier != model.tier)
        throw Error("--threshold: exit '" +
                        std::string(model.exits[exit].name) +
                        "' is decided in tier '" +
                        model.tier_names[model.exits[exit].tier] + "'",
                    {"tell all tiers with ddnn ctl threshold"});
    if (model.tier_count > 1)
      link = std::make_unique<MqttLink>(options.broker, [&](const char *line) {
        if (options.verbose)
          logLine(line);
      });
  }

  ~Device() { ddnn_host_session_close(session); }
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  int run() {
    open();
    if (!json.takesStdout())
      table.heading();
    start = ddnn_host_now_us(nullptr);
    if (options.inflight == 1)
      oneByOne();
    else
      severalAtOnce();
    finish();
    return totals.errors() == 0 && totals.sent() == next ? 0 : 1;
  }

private:
  void open() {
    ddnn_session_config config = {};
    config.model = &model;
    config.node = options.broker.node.c_str();
    config.link = link ? link->get() : nullptr;
    config.max_requests = options.inflight;
    config.deadline_ms = options.deadlineMs;
    config.attempt_ms = options.attemptMs;
    // Where other processes want the processor too, a thread that is due waits
    // its turn; the outcome has to be out by the deadline all the same.
    config.guard_us =
        options.guardMs
            ? options.guardMs * 1000
            : std::min(std::max(options.deadlineMs * 20u, 2000u), 20000u);
    config.max_attempts = options.attempts;
    config.patience_ms = options.patienceMs;
    config.route = options.shared ? DDNN_ROUTE_SHARED : DDNN_ROUTE_DIRECT;
    if (options.provisional) {
      config.provisional = [](void *user, const ddnn_result *result) {
        static_cast<Device *>(user)->report(*result);
      };
      config.provisional_user = this;
    }
    int status = ddnn_host_session_open(&session, &config);
    if (status != DDNN_OK)
      throw Error(std::string("cannot start: ") + ddnn_status_text(status));
    if (link) {
      uint64_t begin = ddnn_host_now_us(nullptr);
      status = ddnn_mqtt_wait_up(link->get(), options.waitMs);
      if (status == DDNN_ERR_AUTH)
        throw Error("broker '" + options.broker.broker +
                    "': " + ddnn_status_text(status));
      uint64_t spent = (ddnn_host_now_us(nullptr) - begin) / 1000;
      uint32_t left = spent < options.waitMs
                          ? options.waitMs - static_cast<uint32_t>(spent)
                          : 0;
      if (status != DDNN_OK)
        logLine("warning: no connection to broker " + options.broker.broker +
                " yet");
      else if (ddnn_session_wait_peer(session, left) != DDNN_OK)
        logLine("warning: no worker for tier '" +
                std::string(model.tier_names[model.tier + 1]) + "' of '" +
                model.name + "' on site '" + options.broker.site + "' yet");
    }
    // After the broker's retained ones, which would override them.
    for (unsigned exit : named)
      (void)ddnn_session_set_threshold(session, static_cast<uint16_t>(exit),
                                       thresholds[exit].value);
    logLine("ready: tier " + options.tier + " of " + model.name + " (" +
            hashText(model.hash) + "), node " + options.broker.node + ", " +
            std::to_string(total) + " samples");
  }

  /// When sample i is to be sent, by the clock of the session.
  uint64_t due(size_t i) const {
    if (options.rate == 0)
      return 0;
    return start +
           static_cast<uint64_t>(1e6 * static_cast<double>(i) / options.rate);
  }

  ddnn_request request() {
    ddnn_request r = {};
    r.inputs = reader.read(next % count);
    r.frame_number = static_cast<uint32_t>(next);
    r.tag = reinterpret_cast<void *>(next + 1); // never null
    flying[next] = ddnn_host_now_us(nullptr);
    return r;
  }

  bool stopping() {
    if (!signals.seen() && signals.wait(0))
      logLine("stopping");
    return signals.seen();
  }

  void oneByOne() {
    for (; next < total && !stopping();) {
      uint64_t now = ddnn_host_now_us(nullptr), at = due(next);
      if (at > now && signals.wait(static_cast<uint32_t>((at - now) / 1000)))
        break;
      while (ddnn_host_now_us(nullptr) < at) // the rest of a millisecond
        ;
      ddnn_request r = request();
      ++next;
      ddnn_result result = {};
      int status = ddnn_session_infer(session, &r, &result);
      if (!result.tag)
        throw Error(std::string("session: ") + ddnn_status_text(status));
      report(result);
    }
  }

  void severalAtOnce() {
    size_t out = 0; // on their way
    while (out || (next < total && !stopping())) {
      bool more = next < total && !stopping();
      if (more && out < options.inflight &&
          ddnn_host_now_us(nullptr) >= due(next)) {
        ddnn_request r = request();
        int status = ddnn_session_submit(session, &r, nullptr);
        if (status != DDNN_OK)
          throw Error(std::string("session: ") + ddnn_status_text(status));
        ++next;
        ++out;
      }
      // Whatever has ended; wait only where nothing can be sent meanwhile.
      uint32_t wait = 0;
      if (!more || out == options.inflight)
        wait = 50;
      else if (options.rate != 0) {
        uint64_t now = ddnn_host_now_us(nullptr), at = due(next);
        wait = at > now ? static_cast<uint32_t>(
                              std::min<uint64_t>((at - now) / 1000 + 1, 50))
                        : 0;
      }
      ddnn_result result = {};
      int status = ddnn_session_poll(session, &result, wait);
      if (status == DDNN_OK) {
        --out;
        report(result);
      } else if (status == DDNN_ERR_NOT_FOUND && wait) {
        signals.wait(wait);
      }
    }
  }

  /// A sample's outcome, or what an exit on its way said.
  void report(const ddnn_result &result) {
    size_t index = reinterpret_cast<uintptr_t>(result.tag) - 1;
    auto flight = flying.find(index);
    if (flight == flying.end()) { // it has ended before
      totals.addDuplicate();
      return;
    }
    uint64_t submitted = flight->second;
    std::optional<uint32_t> truth;
    if (!labels.empty())
      truth = labels[index % count];
    if (!result.provisional) {
      flying.erase(flight);
      totals.add(result, truth);
    }
    if (json.on()) {
      Json line = outcomeJson(model, index, result, truth);
      // Monotonic clock of this machine, to compare with other processes' logs.
      line["submitted_us"] = submitted;
      json.line(line);
    }
    if (!json.takesStdout())
      table.row(index, result);
  }

  void finish() {
    double seconds =
        static_cast<double>(ddnn_host_now_us(nullptr) - start) / 1e6;
    ddnn_session_stats stats;
    ddnn_session_get_stats(session, &stats);
    if (!json.takesStdout()) {
      totals.print();
      printf("%.3f s, %.1f samples a second, %llu retries\n", seconds,
             static_cast<double>(totals.sent()) / seconds,
             static_cast<unsigned long long>(stats.retries));
    }
    if (json.on()) {
      Json object = totals.json();
      object["retries"] = stats.retries;
      // Answers that came after the request had ended, and were dropped.
      object["late_answers"] = stats.duplicates;
      object["stray"] = stats.stray;
      object["elapsed_s"] = seconds;
      object["samples_per_second"] =
          static_cast<double>(totals.sent()) / seconds;
      json.line(Json({{"totals", object}}));
    }
    logLine(format("%zu sent, %zu fallback, %zu error", totals.sent(),
                   totals.fallbacks(), totals.errors()));
  }

  const AgentOptions &options;
  const ddnn_model &model;
  Signals &signals;
  Samples samples;
  Samples::Reader reader;
  JsonOutput json;
  OutcomeTable table;
  OutcomeTotals totals;
  std::vector<uint32_t> labels;
  ThresholdSetting thresholds;
  std::vector<unsigned> named;
  std::unique_ptr<MqttLink> link;
  ddnn_session *session = nullptr;
  size_t count = 0, total = 0, next = 0;
  std::unordered_map<size_t, uint64_t> flying; // when each was submitted
  uint64_t start = 0;
};

} // namespace

int ddnn::tools::runDevice(const AgentOptions &options, const Plugin &plugin,
                           Signals &signals) {
  return Device(options, plugin, signals).run();
}
