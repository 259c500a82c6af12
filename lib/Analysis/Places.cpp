//===- Places.cpp - Tiers, their members, and aggregators -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Places.h"

using namespace mlir;
using namespace ddnn;

Places::Places(ArrayRef<TierSpecAttr> specs) : specs(specs) {
  for (auto [i, spec] : llvm::enumerate(specs)) {
    if (i == 0 || spec.getTier().empty() ||
        spec.getTier() != specs[i - 1].getTier())
      first.push_back(i);
    tierOf.push_back(first.size() - 1);
  }
}

std::optional<unsigned> Places::find(StringRef name) const {
  for (auto [i, spec] : llvm::enumerate(specs))
    if (spec.getName() == name)
      return i;
  return std::nullopt;
}

StringRef Places::getTierName(unsigned tier) const {
  TierSpecAttr spec = specs[first[tier]];
  return spec.getTier().empty() ? spec.getName() : spec.getTier();
}

TierSpecAttr Places::getTierSpec(unsigned tier) const {
  TierSpecAttr spec = specs[first[tier]];
  if (spec.getTier().empty())
    return spec;
  return TierSpecAttr::get(
      spec.getContext(), spec.getTier(), spec.getTarget(), spec.getCpu(),
      spec.getMemory(), spec.getTrusted(), spec.getFlops(), spec.getBandwidth(),
      spec.getLatency(), spec.getThreads(), spec.getProfile(), spec.getPools(),
      "", 0, spec.getPower(), spec.getLinkEnergy());
}
