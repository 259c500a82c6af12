//===- Cost.cpp - FLOPs and bytes of operations ---------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace ddnn;

static int64_t multiply(int64_t a, int64_t b) {
  int64_t result;
  return llvm::MulOverflow(a, b, result) ? INT64_MAX : result;
}

static int64_t add(int64_t a, int64_t b) {
  int64_t result;
  return llvm::AddOverflow(a, b, result) ? INT64_MAX : result;
}

Cost &Cost::operator+=(const Cost &other) {
  flops = add(flops, other.flops);
  bytesRead = add(bytesRead, other.bytesRead);
  bytesWritten = add(bytesWritten, other.bytesWritten);
  return *this;
}

/// Elements of a static shape; 0 for anything else.
static int64_t countElements(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape())
    return 0;
  int64_t count = 1;
  for (int64_t dim : shaped.getShape())
    count = multiply(count, dim);
  return count;
}

int64_t ddnn::getTensorBytes(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.getElementType().isIntOrIndexOrFloat())
    return 0;
  Type element = shaped.getElementType();
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  if (bits == 1 && isa<TensorType>(type))
    return llvm::divideCeil(countElements(type), 8);
  return multiply(countElements(type), llvm::divideCeil(bits, 8));
}

/// FLOPs of one scalar (or element-wise) operation per element.
static int64_t countScalarFlops(Operation *op) {
  if (isa<arith::CmpFOp>(op))
    return 1;
  if (op->getNumResults() != 1 ||
      !isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType())))
    return 0;
  if (isa<arith::ConstantOp, arith::SelectOp, arith::TruncFOp, arith::ExtFOp,
          arith::UIToFPOp, arith::SIToFPOp, arith::BitcastOp>(op))
    return 0;
  if (isa<math::FmaOp>(op))
    return 2;
  if (isa_and_nonnull<arith::ArithDialect, math::MathDialect>(op->getDialect()))
    return 1;
  return 0;
}

static int64_t countLinalgFlops(linalg::LinalgOp op) {
  int64_t iterations = 1;
  for (int64_t range : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(range))
      return 0;
    iterations = multiply(iterations, range);
  }
  int64_t perIteration = 0;
  op.getBlock()->walk(
      [&](Operation *inner) { perIteration += countScalarFlops(inner); });
  return multiply(iterations, perIteration);
}

int64_t ddnn::getFlops(Operation *op) {
  if (readsNoData(op))
    return 0;
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return countLinalgFlops(linalgOp);
  if (op->getNumResults() == 0)
    return 0;
  int64_t elements = countElements(op->getResult(0).getType());
  return TypeSwitch<Operation *, int64_t>(op)
      // Maximum, difference, exponential, sum, quotient.
      .Case([&](linalg::SoftmaxOp) { return multiply(5, elements); })
      .Case([&](BatchNormOp) { return multiply(2, elements); })
      .Case<SignOp, SignWithZeroOp>([&](Operation *) { return elements; })
      // Those of ONNX's operator: a product and a sum for each weight.
      .Case([&](BinaryConv2DOp conv) {
        auto weights = cast<ShapedType>(conv.getWeights().getType());
        return multiply(elements, multiply(2, countElements(weights) /
                                                  weights.getDimSize(0)));
      })
      .Case([&](BinaryMatmulOp matmul) {
        auto weights = cast<ShapedType>(matmul.getWeights().getType());
        return multiply(elements, multiply(2, weights.getDimSize(1)));
      })
      .Case([&](BinaryPoolOp pool) {
        return multiply(elements,
                        multiply(pool.getKernel()[0], pool.getKernel()[1]));
      })
      .Case([&](AggregateOp aggregate) {
        int64_t members = aggregate.getMembers().size();
        switch (aggregate.getKind()) {
        case AggregateKind::max:
          return multiply(members - 1, elements);
        case AggregateKind::mean:
          return multiply(members, elements);
        case AggregateKind::concat:
          return int64_t(0);
        }
        llvm_unreachable("all kinds are handled");
      })
      .Default([&](Operation *other) {
        return multiply(countScalarFlops(other), elements);
      });
}

/// True for operations whose results need no memory traffic of their own; +-1
/// become floats where they are read.
static bool movesNoData(Operation *op) {
  return readsNoData(op) ||
         isa<ExitOp, PlusMinusOneOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, tensor::ReshapeOp, tensor::CastOp>(op);
}

Cost ddnn::getCost(Operation *op) {
  Cost cost;
  cost.flops = getFlops(op);
  if (movesNoData(op))
    return cost;
  auto destination = dyn_cast<DestinationStyleOpInterface>(op);
  auto aggregate = dyn_cast<AggregateOp>(op);
  llvm::SmallPtrSet<Value, 4> seen;
  for (OpOperand &operand : op->getOpOperands()) {
    if (destination && destination.isDpsInit(&operand))
      continue; // counted once, as written
    if (aggregate && llvm::is_contained(aggregate.getBlanks(), operand.get()))
      continue; // read instead of a member
    if (operand.get().getDefiningOp<tensor::EmptyOp>())
      continue; // a pooling window: a shape, no data
    if (seen.insert(operand.get()).second)
      cost.bytesRead =
          add(cost.bytesRead, getTensorBytes(operand.get().getType()));
  }
  for (Type type : op->getResultTypes())
    cost.bytesWritten = add(cost.bytesWritten, getTensorBytes(type));
  return cost;
}

SmallVector<NodeCost> ddnn::getNodeCosts(func::FuncOp func) {
  llvm::MapVector<StringRef, NodeCost> nodes;
  for (Operation &op : func.getOps()) {
    if (readsNoData(&op) || op.hasTrait<OpTrait::IsTerminator>())
      continue;
    StringRef name = getNodeName(&op);
    NodeCost &node = nodes[name];
    node.name = name.str();
    if (node.kind.empty())
      node.kind = getNodeKind(&op).str();
    node.cost += getCost(&op);
  }
  SmallVector<NodeCost> result;
  for (auto &entry : nodes)
    result.push_back(std::move(entry.second));
  return result;
}
