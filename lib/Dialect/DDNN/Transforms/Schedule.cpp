//===- Schedule.cpp - Loop orders that a C compiler vectorises ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace ddnn {
#define GEN_PASS_DEF_SCHEDULE
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// True where stepping loop `dim` by one moves by at most one element in the
/// tensor that `map` reads: the loop is absent, or is the last index.
static bool isContiguous(AffineMap map, unsigned dim) {
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    if (!expr.isFunctionOfDim(dim))
      continue;
    bool isLast = i + 1 == map.getNumResults();
    AffineExpr stride = simplifyAffineExpr(
        expr.replace(getAffineDimExpr(dim, map.getContext()),
                     getAffineDimExpr(dim, map.getContext()) + 1) -
            expr,
        map.getNumDims(), 0);
    auto constant = dyn_cast<AffineConstantExpr>(stride);
    if (!isLast || !constant || constant.getValue() != 1)
      return false;
  }
  return true;
}

/// The loop order with the output's last dimension innermost, or none where the
/// order is right already or every operand would not be walked contiguously.
static std::optional<SmallVector<unsigned>> chooseOrder(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return std::nullopt;
  AffineMap outMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (outMap.getNumResults() == 0)
    return std::nullopt;
  auto last = dyn_cast<AffineDimExpr>(outMap.getResults().back());
  if (!last)
    return std::nullopt;
  unsigned inner = last.getPosition();
  if (op.getStaticLoopRanges()[inner] < 2)
    return std::nullopt;
  for (OpOperand &operand : op->getOpOperands())
    if (!isContiguous(op.getMatchingIndexingMap(&operand), inner))
      return std::nullopt;
  // Other parallel loops, then the reductions, then the contiguous loop.
  SmallVector<unsigned> order;
  for (auto kind :
       {utils::IteratorType::parallel, utils::IteratorType::reduction})
    for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray()))
      if (iterator == kind && i != inner)
        order.push_back(i);
  order.push_back(inner);
  if (llvm::is_sorted(order))
    return std::nullopt;
  return order;
}

/// Lets an element-wise operation write over an operand that nobody reads
/// afterwards, so that the pair takes one buffer.
static void reuseOperand(linalg::GenericOp op, RewriterBase &rewriter) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0)
    return;
  OpOperand *init = op.getDpsInitOperand(0);
  if (!init->get().getDefiningOp<tensor::EmptyOp>() ||
      op.payloadUsesValueFromOperand(init))
    return;
  AffineMap map = op.getMatchingIndexingMap(init);
  for (OpOperand *input : op.getDpsInputOperands()) {
    Value value = input->get();
    Operation *def = value.getDefiningOp();
    if (value.getType() == init->get().getType() && value.hasOneUse() && def &&
        isa<linalg::LinalgOp>(def) && op.getMatchingIndexingMap(input) == map) {
      rewriter.modifyOpInPlace(op, [&] { init->set(value); });
      return;
    }
  }
}

namespace {

struct SchedulePass : ddnn::impl::ScheduleBase<SchedulePass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::LinalgOp> named;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp>(op))
        named.push_back(op);
    });
    for (linalg::LinalgOp op : named) {
      rewriter.setInsertionPoint(op);
      if (failed(linalg::generalizeNamedOp(rewriter, op))) {
        op.emitError("has no generic form");
        return signalPassFailure();
      }
    }
    SmallVector<linalg::GenericOp> generics;
    getOperation()->walk([&](linalg::GenericOp op) { generics.push_back(op); });
    for (linalg::GenericOp op : generics) {
      rewriter.setInsertionPoint(op);
      reuseOperand(op, rewriter);
      if (auto order = chooseOrder(op))
        if (failed(linalg::interchangeGenericOp(rewriter, op, *order))) {
          op.emitError("loops cannot be interchanged");
          return signalPassFailure();
        }
    }
  }
};

} // namespace
