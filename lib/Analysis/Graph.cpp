//===- Graph.cpp - Slices of a network's graph ----------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Graph.h"

using namespace mlir;
using namespace ddnn;

func::FuncOp ddnn::getGraph(ModuleOp module) {
  auto func = module.lookupSymbol<func::FuncOp>("main");
  if (!func || !llvm::hasSingleElement(func.getBody()))
    return {};
  return func;
}

void ddnn::forEachUsedValue(Operation *op, function_ref<void(Value)> visit) {
  for (Value operand : op->getOperands())
    visit(operand);
  if (op->getNumRegions() == 0)
    return;
  Block *block = op->getBlock();
  op->walk([&](Operation *inner) {
    if (inner == op)
      return;
    for (Value operand : inner->getOperands())
      if (operand.getParentBlock() == block)
        visit(operand);
  });
}

OperationSet ddnn::getBackwardSlice(Value value) {
  OperationSet slice;
  SmallVector<Value> worklist = {value};
  Block *block = value.getParentBlock();
  while (!worklist.empty()) {
    Operation *def = worklist.pop_back_val().getDefiningOp();
    if (!def || def->getBlock() != block || !slice.insert(def).second)
      continue;
    forEachUsedValue(def, [&](Value used) { worklist.push_back(used); });
  }
  return slice;
}

OperationSet ddnn::getConstantOps(func::FuncOp func) {
  OperationSet constants;
  for (Operation &op : func.getBody().front().without_terminator()) {
    bool isConstant = true;
    forEachUsedValue(&op, [&](Value used) {
      Operation *def = used.getDefiningOp();
      isConstant &= def && constants.contains(def);
    });
    if (isConstant)
      constants.insert(&op);
  }
  return constants;
}
