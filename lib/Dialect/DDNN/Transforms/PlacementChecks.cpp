//===- PlacementChecks.cpp - What a placement may not do ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlacementChecks.h"
#include "BoundarySearch.h"
#include "StoredBytes.h"

using namespace mlir;
using namespace ddnn;

LogicalResult ddnn::checkTrust(func::FuncOp main, const Places &places,
                               const DenseMap<Operation *, unsigned> &tierOf) {
  LogicalResult result = success();
  for (Value value : getRawValues(main)) {
    unsigned from =
        value.getDefiningOp() ? tierOf.lookup(value.getDefiningOp()) : 0;
    unsigned to = from;
    for (Operation *user : value.getUsers())
      if (Operation *op = main.getBody().findAncestorOpInRegion(*user))
        to = std::max(to, tierOf.lookup(op));
    for (unsigned t = from + 1; t <= to; ++t) {
      // Between tiers, values go past aggregators.
      if (places.getTierSpec(t).getTrusted() ||
          (t != to && places.isAggregator(t)))
        continue;
      InFlightDiagnostic diagnostic = main.emitError("raw input would reach "
                                                     "tier '")
                                      << places.getTierName(t)
                                      << "', which is not trusted";
      diagnostic.attachNote(value.getLoc())
          << "this value shows the input as it is";
      diagnostic.attachNote()
          << "cut after the first convolution or a later node";
      result = failure();
      break;
    }
  }
  return result;
}

void ddnn::checkMemory(func::FuncOp main, const Places &places,
                       const OperationSet &constants) {
  SmallVector<std::pair<int64_t, Operation *>> largest(places.size(),
                                                       {0, nullptr});
  for (Operation &op : main.getOps()) {
    auto name = op.getAttrOfType<StringAttr>(kTierAttr);
    std::optional<unsigned> place =
        name ? places.find(name.getValue()) : std::nullopt;
    if (place)
      largest[*place] = std::max(
          largest[*place], {getWorkingSet(&op, constants, getStoredBytes), &op},
          llvm::less_first());
  }
  for (auto [i, entry] : llvm::enumerate(largest)) {
    TierSpecAttr tier = places.getSpec(i);
    if (tier.getMemory() != 0 && entry.first > tier.getMemory())
      entry.second->emitWarning("needs ")
          << entry.first << " bytes at once, but tier '" << tier.getName()
          << "' has " << tier.getMemory();
  }
}
