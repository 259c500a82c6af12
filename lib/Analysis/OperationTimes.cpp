//===- OperationTimes.cpp - What operations take on a tier ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Nodes.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace ddnn;

SmallVector<std::string> ddnn::getNodesOf(Operation *op) {
  SmallVector<std::string> nodes = listNodes(op->getLoc());
  if (auto name = op->getAttrOfType<StringAttr>(kNodeAttr);
      name && nodes.empty())
    nodes.push_back(name.str());
  return nodes;
}

OperationTimes::OperationTimes(func::FuncOp main, TierSpecAttr tier)
    : flopsPerSecond(tier.getFlops().getValueAsDouble()) {
  ArrayAttr profile = tier.getProfile();
  if (!profile)
    return;
  llvm::StringMap<SmallVector<Operation *, 2>> opsOf;
  for (Operation &op : main.getBody().front().without_terminator())
    if (!readsNoData(&op) && !isa<ExitOp>(op))
      for (const std::string &node : getNodesOf(&op))
        opsOf[node].push_back(&op);
  for (auto layer : profile.getAsRange<LayerTimeAttr>()) {
    llvm::SetVector<Operation *> ops;
    for (StringRef node : layer.getNodes().getAsValueRange<StringAttr>())
      if (auto found = opsOf.find(node); found != opsOf.end())
        ops.insert(found->second.begin(), found->second.end());
    double flops = 0.0;
    for (Operation *op : ops)
      flops += double(getFlops(op));
    for (Operation *op : ops)
      measured[op] +=
          layer.getSeconds().getValueAsDouble() *
          (flops > 0.0 ? double(getFlops(op)) / flops : 1.0 / ops.size());
  }
}

double OperationTimes::getSeconds(Operation *op) const {
  if (auto found = measured.find(op); found != measured.end())
    return found->second;
  return flopsPerSecond > 0.0 ? double(getFlops(op)) / flopsPerSecond : 0.0;
}
