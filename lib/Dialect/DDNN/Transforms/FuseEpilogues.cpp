//===- FuseEpilogues.cpp - Element-wise operations join their window ------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

namespace ddnn {
#define GEN_PASS_DEF_FUSEEPILOGUES
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// What C's vector types can compute.
static bool isVectorizable(Operation *op) {
  if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
    using P = arith::CmpFPredicate;
    static constexpr P kOrdered[] = {P::OEQ, P::OLT, P::OLE,
                                     P::OGT, P::OGE, P::UNE};
    return compare.getLhs().getType().isF32() &&
           llvm::is_contained(kOrdered, compare.getPredicate());
  }
  if (isa<linalg::YieldOp>(op))
    return llvm::all_of(op->getOperandTypes(),
                        [](Type type) { return type.isF32(); });
  return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
             arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::SelectOp, arith::ConstantOp>(op) &&
         op->getResult(0).getType().isF32();
}

/// How an operand of the element-wise operation becomes one of the region.
enum class Role { window, perChannel, whole, scalar, none };

static Role getRole(linalg::GenericOp op, OpOperand *operand, WindowOp window) {
  AffineMap map = op.getMatchingIndexingMap(operand);
  auto type = dyn_cast<RankedTensorType>(operand->get().getType());
  if (!type)
    return operand->get().getType().isF32() ? Role::scalar : Role::none;
  if (!type.getElementType().isF32())
    return Role::none;
  // Vectors of plain images overlap, so nothing may be written over there.
  if (map.isIdentity())
    return operand->get() == window.getResult() ? Role::window
           : window.isPlanar()                  ? Role::none
                                                : Role::whole;
  MLIRContext *ctx = op.getContext();
  SmallVector<AffineExpr> dims = {getAffineDimExpr(1, ctx)};
  if (!window.isPlanar())
    dims.push_back(getAffineDimExpr(4, ctx));
  AffineMap channel = AffineMap::get(op.getNumLoops(), 0, dims, ctx);
  return map == channel ? Role::perChannel : Role::none;
}

/// The last window among the operands that nobody else reads.
static WindowOp findWindow(linalg::GenericOp op) {
  WindowOp last;
  for (Value input : op.getInputs()) {
    auto window = input.getDefiningOp<WindowOp>();
    bool isOnlyUser =
        window && llvm::all_of(window->getUsers(),
                               [&](Operation *user) { return user == op; });
    if (isOnlyUser && window->getBlock() == op->getBlock() &&
        (!last || last->isBeforeInBlock(window)))
      last = window;
  }
  return last;
}

/// Moves the body of `op` into the region of the window that it reads.
static bool fuse(linalg::GenericOp op, IRRewriter &b) {
  if (op.getNumResults() != 1 || op.getNumReductionLoops() != 0 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) ||
      !llvm::all_of(*op.getBody(),
                    [](Operation &inner) { return isVectorizable(&inner); }))
    return false;
  WindowOp window = findWindow(op);
  if (!window || op.getResult(0).getType() != window.getResult().getType())
    return false;
  for (OpOperand *operand : op.getDpsInputOperands())
    if (getRole(op, operand, window) == Role::none)
      return false;

  // The window moves to where all of its new operands are known.
  b.moveOpBefore(window, op);
  Block &body = window.getEpilogue().front();
  auto yield = cast<YieldOp>(body.getTerminator());
  IRMapping map;
  SmallVector<Value> extras(window.getExtras());
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value inner = op.getMatchingBlockArgument(operand);
    switch (getRole(op, operand, window)) {
    case Role::window:
      map.map(inner, yield.getValue());
      break;
    case Role::scalar:
      map.map(inner, operand->get());
      break;
    default:
      map.map(inner, body.addArgument(b.getF32Type(), op.getLoc()));
      extras.push_back(operand->get());
    }
  }
  b.setInsertionPoint(yield);
  for (Operation &inner : op.getBody()->without_terminator())
    b.clone(inner, map);
  Value result =
      map.lookupOrDefault(op.getBody()->getTerminator()->getOperand(0));
  yield.getValueMutable().assign(result);
  window.getExtrasMutable().assign(extras);
  window->setLoc(b.getFusedLoc({window.getLoc(), op.getLoc()}));
  b.replaceOp(op, window.getResult());
  return true;
}

/// Constants by channel for as many blocks; none for what is not constant.
static Value growChannels(Value extra, int64_t blocks, IRRewriter &b) {
  auto type = cast<RankedTensorType>(extra.getType());
  if (type.getDimSize(0) == blocks)
    return extra;
  DenseElementsAttr values;
  if (!matchPattern(extra, m_Constant(&values)))
    return Value();
  int64_t lanes = type.getDimSize(1);
  SmallVector<float> grown(values.getValues<float>());
  grown.resize(blocks * lanes, 0.0f);
  return arith::ConstantOp::create(
      b, extra.getLoc(),
      DenseElementsAttr::get(
          RankedTensorType::get({blocks, lanes}, b.getF32Type()),
          ArrayRef<float>(grown)));
}

/// Moves a sign, a window of one tap with packed bits as its result, into the
/// convolution whose only reader it is.
static bool fuseSign(WindowOp sign, IRRewriter &b) {
  if (!sign.isPacked() || sign.getKind() != WindowKind::max)
    return false;
  auto window = sign.getInput().getDefiningOp<WindowOp>();
  if (!window || !window.getResult().hasOneUse() || !window.isConvolution() ||
      window.isPacked() || window.isPlanar() || window.getGroups() ||
      window->getBlock() != sign->getBlock())
    return false;
  b.setInsertionPoint(sign);
  SmallVector<Value> extras;
  for (Value extra : window.getExtras()) {
    if (!WindowOp::isPerChannel(extra.getType()))
      return false;
    extras.push_back(growChannels(extra, sign.getBlocks(window.getLanes()), b));
    if (!extras.back())
      return false;
  }
  Block &from = window.getEpilogue().front(), &to = sign.getEpilogue().front();
  llvm::append_range(extras, sign.getExtras());
  auto fused = WindowOp::create(
      b, b.getFusedLoc({window.getLoc(), sign.getLoc()}),
      sign.getResult().getType(), window.getKind(), window.getInput(),
      window.getWeights(), extras, sign.getInit(), Value(), window.getKernel(),
      window.getStrides(), window.getDilations(), window.getPads(),
      IntegerAttr(), window.getChannelsAttr(), DenseI8ArrayAttr(),
      b.getI64IntegerAttr(window.countFlops()), DenseI64ArrayAttr(),
      IntegerAttr(), IntegerAttr());
  fused.getEpilogue().takeBody(window.getEpilogue());
  Value value = cast<YieldOp>(from.getTerminator()).getValue();
  b.eraseOp(from.getTerminator());
  SmallVector<Value> arguments = {value};
  for (BlockArgument argument : to.getArguments().drop_front())
    arguments.push_back(
        from.addArgument(argument.getType(), argument.getLoc()));
  b.inlineBlockBefore(&to, &from, from.end(), arguments);
  b.replaceOp(sign, fused.getResult());
  b.eraseOp(window);
  return true;
}

/// Writes over an extra that nobody reads afterwards.
static void reuseExtra(WindowOp window) {
  for (Value extra : window.getExtras()) {
    auto def = extra.getDefiningOp<WindowOp>();
    if (def && extra.hasOneUse() &&
        extra.getType() == window.getInit().getType() &&
        window.getInit().getDefiningOp<tensor::EmptyOp>()) {
      window.getInitMutable().assign(extra);
      return;
    }
  }
}

namespace {

struct FuseEpiloguesPass : ddnn::impl::FuseEpiloguesBase<FuseEpiloguesPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> generics;
    getOperation()->walk([&](linalg::GenericOp op) { generics.push_back(op); });
    for (linalg::GenericOp op : generics)
      numFused += fuse(op, rewriter);
    SmallVector<WindowOp> windows;
    getOperation()->walk([&](WindowOp op) { windows.push_back(op); });
    for (WindowOp op : windows)
      numFused += fuseSign(op, rewriter);
    getOperation()->walk(reuseExtra);
  }
};

} // namespace
