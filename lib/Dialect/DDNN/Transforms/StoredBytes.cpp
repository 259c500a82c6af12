//===- StoredBytes.cpp - What values take in memory -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoredBytes.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ddnn;

bool ddnn::isElementwise(Operation *op, OpOperand &operand) {
  if (isa<SignOp, SignWithZeroOp, PlusMinusOneOp>(op))
    return true;
  if (isa<BatchNormOp>(op))
    return operand.getOperandNumber() == 0;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  return linalgOp && linalgOp.getNumReductionLoops() == 0 &&
         linalgOp.getNumDpsInits() == 1 && linalgOp.isDpsInput(&operand) &&
         linalgOp.getMatchingIndexingMap(&operand).isIdentity() &&
         linalgOp.getMatchingIndexingMap(linalgOp.getDpsInitOperand(0))
             .isIdentity();
}

/// True for floats that are read for their signs alone, after pooling and what
/// is element-wise: a window need not store them.
static bool becomesBits(Value value) {
  while (value.hasOneUse()) {
    OpOperand &use = *value.use_begin();
    Operation *user = use.getOwner();
    if (isa<SignOp>(user))
      return true;
    if (user->getNumResults() != 1 ||
        !(isElementwise(user, use) ||
          isa<tensor::PadOp, linalg::PoolingNchwMaxOp>(user)))
      return false;
    value = user->getResult(0);
  }
  return false;
}

int64_t ddnn::getStoredBytes(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && becomesBits(value))
    type = type.clone(IntegerType::get(value.getContext(), 1));
  return getTensorBytes(type ? type : value.getType());
}
