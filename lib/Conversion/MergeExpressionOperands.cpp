//===- MergeExpressionOperands.cpp - Each value of an expression once -----===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Conversion/Passes.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"

namespace ddnn {
#define GEN_PASS_DEF_MERGEEXPRESSIONOPERANDS
#include "ddnn/Conversion/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

static void mergeOperands(emitc::ExpressionOp op) {
  Block &body = op.getRegion().front();
  llvm::SmallDenseMap<Value, unsigned> first;
  for (unsigned i = 0; i < op->getNumOperands();) {
    auto [place, isNew] = first.try_emplace(op->getOperand(i), i);
    if (isNew) {
      ++i;
      continue;
    }
    body.getArgument(i).replaceAllUsesWith(body.getArgument(place->second));
    body.eraseArgument(i);
    op->eraseOperand(i);
  }
}

namespace {

struct MergeExpressionOperandsPass
    : ddnn::impl::MergeExpressionOperandsBase<MergeExpressionOperandsPass> {
  void runOnOperation() override { getOperation()->walk(mergeOperands); }
};

} // namespace
