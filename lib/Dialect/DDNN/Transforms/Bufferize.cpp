//===- Bufferize.cpp - A tier's tensors become buffers --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"

namespace ddnn {
#define GEN_PASS_DEF_BUFFERIZE
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

static MemRefType getBufferType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

/// True for what writes the same number everywhere.
static bool isFill(Operation *op) {
  auto fill = dyn_cast_or_null<linalg::GenericOp>(op);
  return fill && fill->getNumResults() == 1 &&
         llvm::none_of(
             fill.getDpsInputs(),
             [](Value in) { return isa<TensorType>(in.getType()); }) &&
         fill.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>();
}

/// Each operation that starts from a fill gets one of its own. A fill for
/// several would be copied for all but one of them; and where they make
/// results, upstream takes the caller's memory of one result for it, writes the
/// others there, too, and that one over them before they are read.
static void separateFills(func::FuncOp step) {
  step.walk([](DestinationStyleOpInterface op) {
    for (OpOperand &init : op.getDpsInitsMutable()) {
      Operation *fill = init.get().getDefiningOp();
      if (!isFill(fill) || fill->hasOneUse())
        continue;
      OpBuilder b(fill);
      Operation *copy = b.clone(*fill);
      OpOperand &empty = cast<linalg::GenericOp>(copy).getDpsInitsMutable()[0];
      b.setInsertionPoint(copy);
      empty.set(b.clone(*empty.get().getDefiningOp())->getResult(0));
      init.set(copy->getResult(0));
    }
  });
}

/// What is inserted into a tensor is made there as well. Upstream lets it be
/// made in the empty tensor that the insertions began with, and then gives only
/// the first insertion that tensor's new place.
static void alignInsertions(func::FuncOp step) {
  DominanceInfo dominance(step);
  step.walk([&](tensor::InsertSliceOp insert) {
    auto made = insert.getSource().getDefiningOp<DestinationStyleOpInterface>();
    if (!made || made.getNumDpsInits() != 1)
      return;
    auto place = made.getDpsInits()[0].getDefiningOp<tensor::ExtractSliceOp>();
    if (place && place.getSource() != insert.getDest() &&
        place.getSource().getDefiningOp<tensor::EmptyOp>() &&
        place.getSource().getType() == insert.getDest().getType() &&
        place.getMixedOffsets() == insert.getMixedOffsets() &&
        place.getMixedSizes() == insert.getMixedSizes() &&
        place.getMixedStrides() == insert.getMixedStrides() &&
        dominance.dominates(insert.getDest(), place))
      place.getSourceMutable().assign(insert.getDest());
  });
}

namespace {

struct BufferizePass : ddnn::impl::BufferizeBase<BufferizePass> {
  void runOnOperation() override;

private:
  void convertBoundary(func::FuncOp step);
  void convertConstants(func::FuncOp step);
  LogicalResult bufferize(func::FuncOp step);

  DenseMap<Attribute, memref::GlobalOp> globals; // one for equal constants
};

} // namespace

/// Tensor arguments become read-only buffers, results destination arguments.
void BufferizePass::convertBoundary(func::FuncOp step) {
  Block &body = step.getBody().front();
  OpBuilder b = OpBuilder::atBlockBegin(&body);
  for (BlockArgument arg : body.getArguments()) {
    auto tensor = dyn_cast<RankedTensorType>(arg.getType());
    if (!tensor)
      continue;
    arg.setType(getBufferType(tensor));
    auto asTensor = bufferization::ToTensorOp::create(
        b, arg.getLoc(), tensor, arg, /*restrict=*/true, /*writable=*/false);
    arg.replaceAllUsesExcept(asTensor, asTensor);
  }
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  b.setInsertionPoint(ret);
  SmallVector<DictionaryAttr> attrs;
  step.getAllArgAttrs(attrs);
  for (auto [i, result] : llvm::enumerate(ret.getOperands())) {
    BlockArgument out =
        body.addArgument(getBufferType(result.getType()), ret.getLoc());
    attrs.push_back(step.getResultAttrDict(i));
    bufferization::MaterializeInDestinationOp::create(
        b, result.getLoc(), TypeRange(), result, out, /*restrict=*/true,
        /*writable=*/true);
  }
  ret->setOperands({});
  step.setFunctionType(b.getFunctionType(body.getArgumentTypes(), {}));
  step.removeResAttrsAttr();
  step.setAllArgAttrs(attrs);
}

/// Constant tensors become globals of the tier; upstream would put them into
/// the module, outside of this pass's reach.
void BufferizePass::convertConstants(func::FuncOp step) {
  TierOp tier = getOperation();
  SmallVector<arith::ConstantOp> constants;
  step.walk([&](arith::ConstantOp op) {
    if (isa<RankedTensorType>(op.getType()))
      constants.push_back(op);
  });
  for (arith::ConstantOp op : constants) {
    MemRefType type = getBufferType(op.getType());
    memref::GlobalOp &global = globals[op.getValue()];
    if (!global) {
      OpBuilder b = OpBuilder::atBlockBegin(&tier.getBody().front());
      if (globals.size() > 1)
        b.setInsertionPoint(
            &*llvm::find_if(tier.getBody().front(), [](Operation &o) {
              return !isa<memref::GlobalOp>(o);
            }));
      global = memref::GlobalOp::create(
          b, op.getLoc(), "weights" + std::to_string(globals.size() - 1),
          b.getStringAttr("private"), type, op.getValue(), /*constant=*/true,
          /*alignment=*/IntegerAttr());
    }
    // In the step itself even for a constant inside of a loop's body: what a
    // step names, its kernels get as an argument.
    OpBuilder b(step.getBody().front().findAncestorOpInBlock(*op));
    Value buffer =
        memref::GetGlobalOp::create(b, op.getLoc(), type, global.getSymName());
    Value tensor = bufferization::ToTensorOp::create(
        b, op.getLoc(), op.getType(), buffer, /*restrict=*/true,
        /*writable=*/false);
    op.replaceAllUsesWith(tensor);
    op.erase();
  }
}

LogicalResult BufferizePass::bufferize(func::FuncOp step) {
  bufferization::OneShotBufferizationOptions options;
  options.allowUnknownOps = false;
  options.memCpyFn = [](OpBuilder &b, Location loc, Value from, Value to) {
    linalg::CopyOp::create(b, loc, from, to);
    return success();
  };
  // Only this function: its neighbours and the globals are no concern of it.
  bufferization::OneShotAnalysisState analysis(step, options);
  if (failed(bufferization::analyzeOp(step, analysis)))
    return failure();
  IRRewriter rewriter(&getContext());
  if (failed(bufferization::eliminateEmptyTensors(rewriter, step, analysis)))
    return failure();
  alignInsertions(step);
  bufferization::BufferizationState state;
  return bufferization::runOneShotBufferize(step, options, state);
}

void BufferizePass::runOnOperation() {
  globals.clear(); // the pass object goes from tier to tier
  for (func::FuncOp step : getOperation().getSteps()) {
    separateFills(step);
    convertBoundary(step);
    convertConstants(step);
    if (failed(bufferize(step)))
      return signalPassFailure();
    WalkResult walk = step.walk([](Operation *op) {
      auto isTensor = [](Type type) { return isa<TensorType>(type); };
      if (llvm::any_of(op->getOperandTypes(), isTensor) ||
          llvm::any_of(op->getResultTypes(), isTensor)) {
        op->emitError("still works on tensors after bufferization");
        return WalkResult::interrupt();
      }
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
  }
}
