// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Evaluation.h"
#include "Error.h"
#include "Report.h"

#include "ddnn/gate.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

using namespace ddnn::tools;

float Verdict::value(uint8_t criterion) const {
  ddnn_gate_result result = {entropy, confidence, margin, label, false};
  return ddnn_gated_value(&result, criterion);
}

Verdicts ddnn::tools::computeAll(
    const Deployment &deployment, const Samples &samples, size_t count,
    unsigned threads, const Missing &missing,
    const std::function<void(size_t sample, const ddnn_exit_event &)> &onExit) {
  Verdicts verdicts(count, deployment.first().exit_count);
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  Progress progress("evaluating", count);
  auto work = [&] {
    try {
      Chain chain(deployment);
      Samples::Reader reader(samples);
      for (size_t s; (s = next++) < count;) {
        chain.run(reader.read(s), missing, [&](const ddnn_exit_event &event) {
          const ddnn_gate_result &gate = event.gate;
          verdicts.at(s, event.exit) = {gate.entropy, gate.label,
                                        gate.confidence, gate.margin};
          if (onExit)
            onExit(s, event);
        });
        progress.step();
      }
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex);
      if (!failure)
        failure = std::current_exception();
      next = count;
    }
  };
  if (threads == 0)
    threads = std::thread::hardware_concurrency();
  std::vector<std::thread> pool;
  for (size_t i = 1; i < std::min<size_t>(threads, count); ++i)
    pool.emplace_back(work);
  work();
  for (std::thread &thread : pool)
    thread.join();
  if (failure)
    std::rethrow_exception(failure);
  return verdicts;
}

std::vector<unsigned> ddnn::tools::exitOrder(const Deployment &deployment) {
  std::vector<unsigned> order;
  for (const Plugin &tier : deployment.tiers)
    for (unsigned i = 0; i < tier.model().local_exit_count; ++i)
      order.push_back(tier.model().local_exits[i].exit);
  if (order.size() != deployment.first().exit_count)
    throw Error("'" + deployment.origin +
                "': an exit is computed by no tier or by several");
  return order;
}

SettingResult ddnn::tools::replay(const Verdicts &verdicts,
                                  const ddnn_model &model,
                                  const std::vector<unsigned> &order,
                                  const ThresholdSetting &setting,
                                  const std::vector<uint32_t> &labels,
                                  const std::vector<HopBytes> &hops,
                                  const std::vector<uint32_t> &replies) {
  size_t n = verdicts.samples();
  unsigned near = model.member_counts ? 1 : 0; // a group's aggregator
  std::vector<size_t> taken(model.exit_count);
  size_t right = 0, beyond = 0, beyondRight = 0, ideal = 0;
  double payload = 0, framed = 0, reply = 0;
  for (size_t s = 0; s < n; ++s) {
    unsigned answer = order.back();
    bool any = false, past = true;
    for (unsigned exit : order) {
      const ddnn_exit &e = model.exits[exit];
      const Verdict &v = verdicts.at(s, exit);
      if ((e.tier <= near || e.is_final) && v.label == labels[s])
        any = true;
      if (past && (e.is_final ||
                   ddnn_leaves(v.value(e.criterion), setting[exit].value))) {
        answer = exit;
        past = false;
      }
    }
    ++taken[answer];
    bool good = verdicts.at(s, answer).label == labels[s];
    right += good;
    ideal += any;
    const ddnn_exit &e = model.exits[answer];
    if (e.tier > near || e.is_final) {
      ++beyond;
      beyondRight += good;
    }
    for (unsigned hop = 0; hop < e.tier; ++hop) {
      payload += hops[hop].payload;
      framed += hops[hop].framed;
    }
    reply += replies[answer];
  }
  SettingResult result;
  double all = static_cast<double>(n);
  for (size_t count : taken)
    result.exitRate.push_back(static_cast<double>(count) / all);
  result.accuracy = static_cast<double>(right) / all;
  if (beyond)
    result.serverAccuracy =
        static_cast<double>(beyondRight) / static_cast<double>(beyond);
  result.idealAccuracy = static_cast<double>(ideal) / all;
  result.payloadBytes = payload / all;
  result.framedBytes = framed / all;
  result.replyBytes = reply / all;
  return result;
}

double ddnn::tools::exitAccuracy(const Verdicts &verdicts, unsigned exit,
                                 const std::vector<uint32_t> &labels) {
  size_t right = 0;
  for (size_t s = 0; s < verdicts.samples(); ++s)
    right += verdicts.at(s, exit).label == labels[s];
  return static_cast<double>(right) / static_cast<double>(verdicts.samples());
}
