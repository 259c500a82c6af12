//===- LowerOwnOps.cpp - ddnn operations as plain loops -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LowerOwnOps.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace ddnn;

/// linalg.generic over all elements of the first operand; others are [C] along
/// axis 1.
static void
replaceByGeneric(RewriterBase &b, Operation *op,
                 function_ref<Value(OpBuilder &, Location, ValueRange)> body) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(type.getRank())};
  for (unsigned i = 1; i < op->getNumOperands(); ++i)
    maps.push_back(AffineMap::get(type.getRank(), 0, b.getAffineDimExpr(1)));
  maps.push_back(maps.front());
  b.setInsertionPoint(op);
  Value empty = tensor::EmptyOp::create(b, op->getLoc(), type.getShape(),
                                        type.getElementType());
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, op->getLoc(), TypeRange{type}, op->getOperands(), ValueRange{empty},
      maps, loops, [&](OpBuilder &nested, Location loc, ValueRange args) {
        linalg::YieldOp::create(nested, loc, body(nested, loc, args));
      });
  b.replaceOp(op, generic.getResults());
}

/// All members are there.
static Value joinMembers(RewriterBase &b, AggregateOp op) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op.getType());
  if (op.getKind() == AggregateKind::concat)
    return tensor::ConcatOp::create(b, loc, type, /*dim=*/1, op.getMembers());
  bool isMax = op.getKind() == AggregateKind::max;
  SmallVector<AffineMap> maps(op.getMembers().size() + 1,
                              b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  Value empty =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  auto body = [&](OpBuilder &n, Location loc, ValueRange args) {
    Value result = args[0];
    for (Value arg : args.drop_front().drop_back())
      result = isMax
                   ? arith::MaximumFOp::create(n, loc, result, arg).getResult()
                   : arith::AddFOp::create(n, loc, result, arg).getResult();
    if (!isMax)
      result = arith::DivFOp::create(
          n, loc, result,
          arith::ConstantOp::create(n, loc,
                                    n.getF32FloatAttr(op.getMembers().size())));
    linalg::YieldOp::create(n, loc, result);
  };
  return linalg::GenericOp::create(b, loc, TypeRange{type}, op.getMembers(),
                                   ValueRange{empty}, maps, loops, body)
      .getResult(0);
}

LogicalResult ddnn::test::lowerOwnOps(ModuleOp module) {
  IRRewriter b(module.getContext());
  auto number = [](OpBuilder &n, Location loc, float value) -> Value {
    return arith::ConstantOp::create(n, loc, n.getF32FloatAttr(value));
  };
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa<DDNNDialect>(op->getDialect()) || isa<linalg::SoftmaxOp>(op))
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    b.setInsertionPoint(op);
    if (auto softmax = dyn_cast<linalg::SoftmaxOp>(op)) {
      FailureOr<SmallVector<Value>> values = softmax.decomposeOperation(b);
      if (failed(values))
        return failure();
      b.replaceOp(op, *values);
    } else if (isa<BatchNormOp>(op)) {
      replaceByGeneric(b, op, [](OpBuilder &n, Location loc, ValueRange v) {
        Value product = arith::MulFOp::create(n, loc, v[0], v[1]);
        return arith::AddFOp::create(n, loc, product, v[2]).getResult();
      });
    } else if (isa<SignOp>(op)) {
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        return arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OGE, v[0],
                                     number(n, loc, 0.0f))
            .getResult();
      });
    } else if (isa<PlusMinusOneOp>(op)) {
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        return arith::SelectOp::create(n, loc, v[0], number(n, loc, 1.0f),
                                       number(n, loc, -1.0f))
            .getResult();
      });
    } else if (auto sign = dyn_cast<SignWithZeroOp>(op)) {
      bool isKept = sign.getAtZero().isZero();
      replaceByGeneric(b, op, [&](OpBuilder &n, Location loc, ValueRange v) {
        Value zero = number(n, loc, 0.0f), minus = number(n, loc, -1.0f);
        Value below = arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OLT,
                                            v[0], zero);
        Value above = arith::CmpFOp::create(n, loc, arith::CmpFPredicate::OGT,
                                            v[0], zero);
        Value rest = arith::SelectOp::create(n, loc, below, minus,
                                             isKept ? v[0] : minus);
        return arith::SelectOp::create(n, loc, above, number(n, loc, 1.0f),
                                       rest)
            .getResult();
      });
    } else if (auto aggregate = dyn_cast<AggregateOp>(op)) {
      b.replaceOp(op, joinMembers(b, aggregate));
    } else if (auto exit = dyn_cast<ExitOp>(op)) {
      b.replaceOp(op, exit.getScores());
    } else {
      return op->emitError("cannot be run");
    }
  }
  return success();
}
