//===- Decompose.cpp - Rewrite ddnn operations into linalg ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DecomposePacking.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace ddnn {
#define GEN_PASS_DEF_DECOMPOSE
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

using Body = function_ref<Value(OpBuilder &, Location, ValueRange)>;

/// An element-wise linalg.generic of `inputs`, read through `maps`, into a new
/// tensor of `type`; `body` computes one element.
static Value buildElementwise(PatternRewriter &rewriter, Operation *op,
                              RankedTensorType type, ValueRange inputs,
                              ArrayRef<AffineMap> maps, Body body) {
  Value init = tensor::EmptyOp::create(rewriter, op->getLoc(), type.getShape(),
                                       type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, op->getLoc(), type, inputs, init, allMaps, loops,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args.drop_back()));
      });
  return generic.getResult(0);
}

static Value buildFloat(OpBuilder &b, Location loc, Type type, double value) {
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
}

namespace {

struct DropExit : OpRewritePattern<ExitOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExitOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, op.getScores());
    return success();
  }
};

struct DecomposeSign : OpRewritePattern<SignOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SignOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op, type, op.getInput(), id,
                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  return arith::CmpFOp::create(
                      b, loc, arith::CmpFPredicate::OGE, args[0],
                      buildFloat(b, loc, args[0].getType(), 0.0));
                }));
    return success();
  }
};

struct DecomposePlusMinusOne : OpRewritePattern<PlusMinusOneOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PlusMinusOneOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op, type, op.getInput(), id,
                [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  Type t = type.getElementType();
                  return arith::SelectOp::create(b, loc, args[0],
                                                 buildFloat(b, loc, t, 1.0),
                                                 buildFloat(b, loc, t, -1.0));
                }));
    return success();
  }
};

struct DecomposeBatchNorm : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap channel =
        AffineMap::get(type.getRank(), 0, rewriter.getAffineDimExpr(1));
    rewriter.replaceOp(
        op,
        buildElementwise(
            rewriter, op, type, {op.getInput(), op.getScale(), op.getShift()},
            {id, channel, channel},
            [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
              Value scaled = arith::MulFOp::create(b, loc, args[0], args[1]);
              return arith::AddFOp::create(b, loc, scaled, args[2]);
            }));
    return success();
  }
};

struct DecomposeAggregate : OpRewritePattern<AggregateOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AggregateOp op,
                                PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (op.getKind() == AggregateKind::concat) {
      rewriter.replaceOpWithNewOp<tensor::ConcatOp>(op, type, /*dim=*/1,
                                                    op.getMembers());
      return success();
    }
    bool isMax = op.getKind() == AggregateKind::max;
    AffineMap id = rewriter.getMultiDimIdentityMap(type.getRank());
    SmallVector<AffineMap> maps(op.getMembers().size(), id);
    rewriter.replaceOp(
        op,
        buildElementwise(
            rewriter, op, type, op.getMembers(), maps,
            [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
              Value sum = args.front();
              for (Value arg : args.drop_front())
                sum = isMax
                          ? arith::MaximumFOp::create(b, loc, sum, arg)
                                .getResult()
                          : arith::AddFOp::create(b, loc, sum, arg).getResult();
              if (isMax)
                return sum;
              return arith::DivFOp::create(
                  b, loc, sum, buildFloat(b, loc, sum.getType(), args.size()));
            }));
    return success();
  }
};

struct DecomposeSoftmax : OpRewritePattern<linalg::SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::SoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (failed(results))
      return failure();
    rewriter.replaceOp(op, *results);
    return success();
  }
};

struct DecomposePass : ddnn::impl::DecomposeBase<DecomposePass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<DropExit, DecomposeSign, DecomposePlusMinusOne,
                 DecomposeBatchNorm, DecomposeAggregate, DecomposeSoftmax>(
        &getContext());
    populateDecomposePackingPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
