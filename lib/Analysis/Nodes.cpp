//===- Nodes.cpp - Which ONNX node an operation is from -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

StringRef ddnn::getNodeName(Operation *op) {
  if (auto name = op->getAttrOfType<StringAttr>("ddnn.node"))
    return name.getValue();
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().getValue();
  return "";
}

StringRef ddnn::getNodeKind(Operation *op) {
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    if (auto kind = dyn_cast<NameLoc>(name.getChildLoc()))
      return kind.getName().getValue();
  return "";
}

bool ddnn::readsNoData(Operation *op) {
  if (isa<arith::ConstantOp, tensor::EmptyOp>(op))
    return true;
  if (!isa<linalg::FillOp>(op))
    return false;
  return llvm::all_of(op->getOperands(), [](Value operand) {
    Operation *def = operand.getDefiningOp();
    return def && isa<arith::ConstantOp, tensor::EmptyOp>(def);
  });
}
