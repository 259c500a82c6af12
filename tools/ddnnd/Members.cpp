// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Members of the first tier, of one group or of several: each takes its samples
// by the wall clock, so that those in other processes take the same ones.
#include "Agent.h"
#include "Error.h"
#include "Report.h"
#include "Samples.h"

#include "ddnn/group.h"
#include "ddnn/host.h"

#include <atomic>
#include <cmath>
#include <ctime>
#include <deque>
#include <memory>
#include <thread>

using namespace ddnn::tools;

namespace {

uint64_t wallUs() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000 +
         static_cast<uint64_t>(t.tv_nsec) / 1000;
}

/// When which sample is taken.
struct Clock {
  double epochUs = 0, periodUs = 0;

  uint64_t due(uint64_t n) const {
    return static_cast<uint64_t>(epochUs + periodUs * static_cast<double>(n));
  }
  /// The first sample that is not yet over.
  uint64_t next(uint64_t now) const {
    double n = (static_cast<double>(now) - epochUs) / periodUs;
    return n <= 0 ? 0 : static_cast<uint64_t>(std::ceil(n));
  }
};

/// One member of one group, with a connection of its own.
class Member {
public:
  Member(const AgentOptions &options, const Plugin &plugin, uint16_t group,
         const std::string &node, size_t firstInput)
      : model(plugin.model()), options(options), place(plugin.placeName()),
        group(group), firstInput(firstInput), broker(options.broker) {
    broker.node = node;
    link = std::make_unique<MqttLink>(broker, [&options](const char *line) {
      if (options.verbose)
        logLine(line);
    });
    ddnn_member_config config = {};
    config.model = &model;
    config.node = broker.node.c_str();
    config.boot = ddnn_host_boot();
    config.group = group;
    config.aggregator = options.aggregator.c_str();
    config.link = link->get();
    config.keep = options.keep;
    config.keep_ms = options.keepMs;
    config.heartbeat_ms = options.heartbeatMs;
    config.short_scores = options.shortScores;
    int status = ddnn_host_member_open(&member, &config);
    if (status != DDNN_OK)
      throw Error(name() + ": cannot start: " + ddnn_status_text(status));
  }
  ~Member() { ddnn_host_member_close(member); }
  Member(const Member &) = delete;
  Member &operator=(const Member &) = delete;

  std::string name() const {
    return place + " of group " + std::to_string(group);
  }
  ddnn_link *transport() const { return link->get(); }

  /// Takes samples until `stop`; only those below `limit` if that is not 0, so
  /// that a member that is started again ends with the others.
  void run(const Samples &samples, const Clock &clock, size_t limit,
           const std::atomic<bool> &stop) {
    Samples::Reader reader(samples);
    uint64_t n = clock.next(wallUs());
    while (!stop && !(limit && n >= limit)) {
      uint64_t now = wallUs(), due = clock.due(n);
      if (now < due) {
        uint64_t ms = (due - now) / 1000;
        if (ms)
          (void)ddnn_member_poll(member,
                                 ms < 50 ? static_cast<uint32_t>(ms) : 50);
        else
          std::this_thread::sleep_for(std::chrono::microseconds(due - now));
        continue;
      }
      uint64_t current = clock.next(now);
      if (current > n + 1) { // there was no time for these
        skipped += current - 1 - n;
        n = current - 1;
      }
      const void *const *inputs =
          reader.read(n % samples.count(), firstInput, model.input_count);
      if (ddnn_member_submit(member, static_cast<uint32_t>(n), inputs) !=
          DDNN_OK)
        ++unsent;
      ++n;
      while (ddnn_member_poll(member, 0) == DDNN_OK)
        ;
    }
    // Who still wants features gets them.
    uint64_t end = ddnn_host_now_us(nullptr) +
                   1000ull * (options.keepMs ? options.keepMs : 1000);
    while (!stop && ddnn_host_now_us(nullptr) < end)
      (void)ddnn_member_poll(member, 20);
  }

  Json json() const {
    ddnn_member_stats s = stats();
    Json object;
    object["member"] = place;
    object["group"] = group;
    object["node"] = broker.node;
    object["samples"] = s.submitted;
    object["skipped"] = skipped;
    object["unsent"] = unsent;
    object["fetched"] = s.fetched;
    object["late"] = s.late;
    object["rejected"] = s.rejected;
    object["refused"] = s.refused;
    object["payload_bytes"] = s.payload_bytes;
    object["bytes"] = s.framed_bytes;
    return object;
  }
  ddnn_member_stats stats() const {
    ddnn_member_stats s;
    ddnn_member_get_stats(member, &s);
    return s;
  }

  uint64_t skipped = 0, unsent = 0;

private:
  const ddnn_model &model;
  const AgentOptions &options;
  std::string place;
  uint16_t group;
  size_t firstInput;
  BrokerOptions broker;
  std::unique_ptr<MqttLink> link;
  ddnn_member *member = nullptr;
};

std::string nodeName(const AgentOptions &options, const Plugin &plugin,
                     uint16_t group, bool alone) {
  if (alone && !options.broker.node.empty())
    return options.broker.node;
  std::string own = "g" + std::to_string(group) + "-" + plugin.placeName();
  return options.broker.node.empty() ? defaultNode(own)
                                     : options.broker.node + "-" + own;
}

} // namespace

int ddnn::tools::runMembers(const AgentOptions &options,
                            const std::vector<Plugin> &places,
                            Signals &signals) {
  for (const Plugin &plugin : places)
    if (plugin.model().hash != places.front().model().hash)
      throw Error("'" + places.front().path() + "' and '" + plugin.path() +
                  "' are members of different deployments");
  std::vector<uint16_t> groups = parseGroups(options.groups);
  Samples samples = readSamples(places, options.images, options.scale);
  for (const std::string &warning : samples.warnings())
    logLine("warning: " + warning);
  JsonOutput json(options.json);
  std::deque<Member> members;
  for (uint16_t group : groups) {
    size_t input = 0;
    for (const Plugin &plugin : places) {
      bool alone = groups.size() == 1 && places.size() == 1;
      members.emplace_back(options, plugin, group,
                           nodeName(options, plugin, group, alone), input);
      input += plugin.model().input_count;
    }
  }
  for (Member &member : members)
    if (!waitForBroker(options, member.transport(), signals))
      return 1;
  const ddnn_model &model = places.front().model();
  logLine("ready: " + std::to_string(members.size()) + " member" +
          (members.size() == 1 ? "" : "s") + " of " + model.name + " (" +
          hashText(model.hash) + "), tier " + options.tier + ", group" +
          (groups.size() == 1 ? " " : "s ") + options.groups + ", aggregator " +
          options.aggregator);

  Clock clock;
  clock.periodUs = 1e6 / (options.rate > 0 ? options.rate : 10);
  // All members of this process start together.
  clock.epochUs = options.epoch > 0 ? options.epoch * 1e6
                                    : static_cast<double>(wallUs() + 20000);
  std::atomic<bool> stop{false};
  std::atomic<size_t> running{members.size()};
  uint64_t start = ddnn_host_now_us(nullptr);
  double processor = processorSeconds();
  std::vector<std::thread> threads;
  for (Member &member : members)
    threads.emplace_back([&] {
      member.run(samples, clock, options.limit, stop);
      --running;
    });
  while (running && !signals.wait(20))
    ;
  stop = true;
  for (std::thread &thread : threads)
    thread.join();

  Json totals;
  uint64_t submitted = 0, fetched = 0, payload = 0, framed = 0, skipped = 0,
           unsent = 0;
  for (const Member &member : members) {
    ddnn_member_stats s = member.stats();
    submitted += s.submitted;
    fetched += s.fetched;
    payload += s.payload_bytes;
    framed += s.framed_bytes;
    skipped += member.skipped;
    unsent += member.unsent;
    if (json.on())
      json.line(member.json());
  }
  totals["members"] = members.size();
  totals["samples"] = submitted;
  totals["skipped"] = skipped;
  totals["unsent"] = unsent;
  totals["fetched"] = fetched;
  totals["payload_bytes"] = payload;
  totals["bytes"] = framed;
  totals["elapsed_s"] =
      static_cast<double>(ddnn_host_now_us(nullptr) - start) / 1e6;
  totals["cpu_s"] = processorSeconds() - processor;
  if (json.on())
    json.line(Json({{"totals", totals}}));
  logLine(format("stopped: %llu samples, %llu skipped, %llu not sent, %llu "
                 "fetched, %llu bytes",
                 static_cast<unsigned long long>(submitted),
                 static_cast<unsigned long long>(skipped),
                 static_cast<unsigned long long>(unsent),
                 static_cast<unsigned long long>(fetched),
                 static_cast<unsigned long long>(framed)));
  return 0;
}
