//===- Expectation.cpp - Expected times of a deployment -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the speeds, bandwidths and latencies that the deployment states for its
// tiers, or times that were measured: what a sample that leaves at each exit is
// expected to take, and what it would take if the raw input were sent to the
// last tier at once.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace ddnn;

static double getLinkSeconds(TierSpecAttr sender, int64_t bytes) {
  return sender.getLatency().getValueAsDouble() +
         bytes / sender.getBandwidth().getValueAsDouble();
}

/// What all steps of a tier take on place `p` of `count`.
static double getSeconds(TierInfoAttr info, size_t p, size_t count) {
  double sum = 0.0;
  for (int64_t step = 0; step < info.getSteps(); ++step)
    sum += info.getSeconds()[step * count + p];
  return sum;
}

/// Up to the end of each tier of a deployment with groups. Members run side by
/// side, and all of a tier send over one link; what goes past an aggregator
/// does so once it has seen the scores, and has asked for it.
static SmallVector<double> expectTiers(ArrayRef<TierSpecAttr> specs,
                                       ArrayRef<TierInfoAttr> infos,
                                       size_t tierCount) {
  SmallVector<double> ends(tierCount, 0.0);
  for (size_t tier = 0; tier < tierCount; ++tier) {
    double begin = 0.0, longest = 0.0;
    DenseMap<int64_t, std::pair<int64_t, TierSpecAttr>> received;
    for (auto [p, info] : llvm::enumerate(infos)) {
      PlaceInfoAttr place = info.getPlace();
      if (place.getPlace().getTier() == int64_t(tier))
        longest = std::max(longest, getSeconds(info, p, infos.size()));
      for (auto [output, target] :
           llvm::zip(info.getOutputs().getValue().take_back(info.getLinks()),
                     place.getTargets())) {
        if (cast<PlaceAttr>(target).getTier() != int64_t(tier))
          continue;
        auto &[bytes, spec] = received[place.getPlace().getTier()];
        bytes += cast<TensorInfoAttr>(output).getWireBytes();
        spec = specs[p];
      }
    }
    for (auto &[from, sent] : received) {
      double start = ends[from] + getLinkSeconds(sent.second, sent.first);
      if (from + 2 == int64_t(tier))
        start = ends[from + 1] + sent.second.getLatency().getValueAsDouble() +
                getLinkSeconds(sent.second, sent.first);
      begin = std::max(begin, start);
    }
    ends[tier] = begin + longest;
  }
  return ends;
}

Expectation ddnn::getExpectation(ModuleOp module, DescriptorOp descriptor) {
  SmallVector<TierSpecAttr> specs;
  SmallVector<TierInfoAttr> infos;
  for (auto info : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    auto tier = module.lookupSymbol<TierOp>(info.getName());
    if (!tier || !info.getSeconds())
      return {};
    infos.push_back(info);
    specs.push_back(tier.getSpec());
  }
  SmallVector<ExitInfoAttr> exits(
      descriptor.getExits().getAsRange<ExitInfoAttr>());
  Expectation expectation;
  // Up to where a sample may leave; one way, the answer is a few bytes.
  size_t count = infos.size();
  for (TierInfoAttr info : infos)
    if (size_t(info.getSeconds().size()) != info.getSteps() * count)
      return {};
  if (infos.front().getPlace()) {
    SmallVector<double> ends =
        expectTiers(specs, infos, TierList(descriptor).names.size());
    for (ExitInfoAttr exit : exits)
      expectation.exits.push_back(ends[exit.getTier()]);
    return expectation;
  }
  expectation.exits.resize(exits.size());
  double sum = 0.0, server = 0.0;
  int64_t inputBytes = 0;
  for (auto input : infos.front().getInputs().getAsRange<TensorInfoAttr>())
    inputBytes += input.getWireBytes();
  for (auto [i, info] : llvm::enumerate(infos)) {
    ArrayRef<double> seconds = info.getSeconds().asArrayRef();
    double &tier = expectation.tiers.emplace_back(0.0);
    for (int64_t step = 0; step < info.getSteps(); ++step) {
      tier += seconds[step * count + i];
      server += seconds[step * count + count - 1];
      for (auto exit : info.getLocalExits().getAsRange<LocalExitAttr>())
        if (exit.getStep() == step)
          expectation.exits[exit.getExit()] = sum + tier;
    }
    sum += tier;
    if (i + 1 == count)
      break;
    int64_t payload = 0;
    for (auto output :
         llvm::drop_begin(info.getOutputs().getAsRange<TensorInfoAttr>(),
                          info.getOutputs().size() - info.getLinks()))
      payload += output.getWireBytes();
    expectation.links.push_back(getLinkSeconds(specs[i], payload));
    sum += expectation.links.back();
    server += getLinkSeconds(specs[i], inputBytes);
  }
  expectation.server = server;
  if (auto placement = module->getAttrOfType<PlacementAttr>(kPlacementAttr)) {
    double mean = 0.0, rest = 1.0;
    for (auto [rate, seconds] : llvm::zip(
             placement.getPoint().getRates().asArrayRef(), expectation.exits)) {
      mean += rate * seconds;
      rest -= rate;
    }
    expectation.mean = mean + std::max(rest, 0.0) * expectation.exits.back();
  }
  return expectation;
}

std::string ddnn::describeExpectation(const Expectation &expectation,
                                      DescriptorOp descriptor) {
  if (expectation.exits.empty())
    return "";
  ArrayRef<double> seconds = expectation.exits;
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [i, exit] :
       llvm::enumerate(descriptor.getExits().getAsRange<ExitInfoAttr>()))
    os << "  a sample that leaves at '" << exit.getName()
       << "': " << llvm::format("%.3g ms\n", 1e3 * seconds[i]);
  if (expectation.mean)
    os << llvm::format("  mean over all samples: %.3g ms\n",
                       1e3 * *expectation.mean);
  if (expectation.tiers.size() < 2 || !expectation.server)
    return text;
  double server = *expectation.server;
  auto last =
      cast<TierInfoAttr>(descriptor.getTiers()[expectation.tiers.size() - 1]);
  os << "  server only, raw input to '" << last.getName()
     << llvm::format("': %.3g ms, ", 1e3 * server);
  int64_t faster =
      llvm::count_if(seconds, [&](double exit) { return exit > server; });
  if (faster == 0)
    os << "slower than every exit\n";
  else if (faster == int64_t(descriptor.getExits().size()))
    os << "faster than every exit: consider --tiers=" << last.getName() << "\n";
  else
    os << "faster than the last " << faster << " of "
       << descriptor.getExits().size()
       << " exits: it depends on how many samples leave early\n";
  return text;
}
