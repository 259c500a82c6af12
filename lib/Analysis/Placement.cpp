//===- Placement.cpp - What a cut of the graph costs ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Placement.h"
#include "ddnn/Analysis/Nodes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace ddnn;

/// Calls `visit` for the values of the graph that `op` or a region of it uses.
static void forEachOperand(Operation *op, function_ref<void(Value)> visit) {
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (operand.getParentBlock() == op->getBlock())
        visit(operand);
  });
}

OpSet ddnn::getBackwardSlice(ArrayRef<Operation *> roots) {
  OpSet slice;
  SmallVector<Operation *> work(roots);
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (readsNoData(op) || !slice.insert(op))
      continue;
    forEachOperand(op, [&](Value operand) {
      if (Operation *def = operand.getDefiningOp())
        work.push_back(def);
    });
  }
  return slice;
}

SmallVector<ExitOp> ddnn::getExits(func::FuncOp main) {
  SmallVector<ExitOp> exits;
  for (Value result : main.getBody().front().getTerminator()->getOperands())
    if (auto exit = result.getDefiningOp<ExitOp>())
      exits.push_back(exit);
  return exits;
}

Value ddnn::getTravelling(Value value) {
  Value signs = value;
  bool isFloat = false;
  while (Operation *def = signs.getDefiningOp()) {
    if (!isa<PlusMinusOneOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
            def))
      break;
    isFloat |= isa<PlusMinusOneOp>(def);
    signs = def->getOperand(0);
  }
  return isFloat ? signs : value;
}

SmallVector<Value> ddnn::getCrossingValues(func::FuncOp main,
                                           const OpSet &before,
                                           const OpSet &all) {
  llvm::SmallSetVector<Value, 4> crossing;
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (!all.contains(&op) || before.contains(&op))
      continue;
    forEachOperand(&op, [&](Value operand) {
      Operation *def = operand.getDefiningOp();
      if (!def || before.contains(def))
        crossing.insert(getTravelling(operand));
    });
  }
  return crossing.takeVector();
}

int64_t ddnn::getLinkBytes(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !type.hasStaticShape())
    return 0;
  Encoding encoding = type.getElementType().isInteger(8)   ? Encoding::u8
                      : type.getElementType().isInteger(1) ? Encoding::bits
                                                           : Encoding::f32;
  return getWireBytes(type.getNumElements(), encoding);
}

SmallVector<LegalCut> ddnn::listLegalCuts(func::FuncOp main) {
  SmallVector<ExitOp> exits = getExits(main);
  SmallVector<LegalCut> cuts;
  if (exits.empty())
    return cuts;
  OpSet trunk = getBackwardSlice({exits.back()});
  // The last operation of each node, in the order the nodes end.
  llvm::StringSet<> seen;
  SmallVector<std::pair<std::string, OpSet>> nodes;
  for (Operation &op : llvm::reverse(main.getBody().front())) {
    StringRef node = getNodeName(&op);
    if (!trunk.contains(&op) || isa<ExitOp>(op) || node.empty() ||
        !seen.insert(node).second)
      continue;
    nodes.push_back({node.str(), getBackwardSlice({&op})});
  }
  for (auto &[node, before] : llvm::reverse(nodes)) {
    LegalCut cut;
    cut.node = node;
    cut.values = getCrossingValues(main, before, trunk);
    for (Value value : cut.values)
      cut.bytes += getLinkBytes(value);
    cuts.push_back(std::move(cut));
  }
  return cuts;
}
