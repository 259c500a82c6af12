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
        longest = std::max(longest, info.getSeconds().asArrayRef()[p]);
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

std::string ddnn::describeExpectation(ModuleOp module,
                                      DescriptorOp descriptor) {
  SmallVector<TierSpecAttr> specs;
  SmallVector<TierInfoAttr> infos;
  for (auto info : descriptor.getTiers().getAsRange<TierInfoAttr>()) {
    auto tier = module.lookupSymbol<TierOp>(info.getName());
    if (!tier || !info.getSeconds())
      return "";
    infos.push_back(info);
    specs.push_back(tier.getSpec());
  }
  if (infos.front().getPlace()) {
    std::string text;
    llvm::raw_string_ostream os(text);
    SmallVector<double> ends =
        expectTiers(specs, infos, TierList(descriptor).names.size());
    for (auto exit : descriptor.getExits().getAsRange<ExitInfoAttr>())
      os << "  a sample that leaves at '" << exit.getName()
         << "': " << llvm::format("%.3g ms\n", 1e3 * ends[exit.getTier()]);
    return text;
  }
  // Up to the end of each tier; one way, the answer is a few bytes.
  SmallVector<double> seconds;
  double sum = 0.0, server = 0.0;
  int64_t inputBytes = 0;
  for (auto input : infos.front().getInputs().getAsRange<TensorInfoAttr>())
    inputBytes += input.getWireBytes();
  for (auto [i, info] : llvm::enumerate(infos)) {
    ArrayRef<double> onTiers = info.getSeconds().asArrayRef();
    if (onTiers.size() != infos.size())
      return "";
    sum += onTiers[i];
    seconds.push_back(sum);
    server += onTiers.back();
    if (i + 1 == infos.size())
      break;
    int64_t payload = 0;
    for (auto output :
         llvm::drop_begin(info.getOutputs().getAsRange<TensorInfoAttr>(),
                          info.getOutputs().size() - info.getLinks()))
      payload += output.getWireBytes();
    sum += getLinkSeconds(specs[i], payload);
    server += getLinkSeconds(specs[i], inputBytes);
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto exit : descriptor.getExits().getAsRange<ExitInfoAttr>())
    os << "  a sample that leaves at '" << exit.getName()
       << "': " << llvm::format("%.3g ms\n", 1e3 * seconds[exit.getTier()]);
  if (infos.size() < 2)
    return text;
  os << "  server only, raw input to '" << infos.back().getName()
     << llvm::format("': %.3g ms, ", 1e3 * server);
  int64_t faster = llvm::count_if(
      descriptor.getExits().getAsRange<ExitInfoAttr>(),
      [&](ExitInfoAttr exit) { return seconds[exit.getTier()] > server; });
  if (faster == 0)
    os << "slower than every exit\n";
  else if (faster == int64_t(descriptor.getExits().size()))
    os << "faster than every exit: consider --tiers=" << infos.back().getName()
       << "\n";
  else
    os << "faster than the last " << faster << " of "
       << descriptor.getExits().size()
       << " exits: it depends on how many samples leave early\n";
  return text;
}
