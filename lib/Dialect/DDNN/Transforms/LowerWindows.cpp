//===- LowerWindows.cpp - Windows as loops over register tiles ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace ddnn {
#define GEN_PASS_DEF_LOWERWINDOWS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Images lie in memory row by row, vectors in one piece.
static LogicalResult checkLayout(WindowOp op, const VectorTarget &target) {
  if (op.getResult())
    return op.emitOpError("still works on tensors");
  if (!op.getTile() && target.hasVectors())
    return op.emitOpError("has no register tile; run ddnn-pack-weights");
  if (op.getWinograd() && !op.getScratch())
    return op.emitOpError("has no scratch; run ddnn-allocate-scratch");
  for (Value image : {op.getInput(), op.getInit()}) {
    SmallVector<int64_t> strides;
    int64_t offset;
    auto type = cast<MemRefType>(image.getType());
    if (failed(type.getStridesAndOffset(strides, offset)) ||
        ShapedType::isDynamic(offset) ||
        llvm::any_of(strides, ShapedType::isDynamic))
      return op.emitOpError("works on a view without constant strides: ")
             << type;
    if (strides.back() != 1 && type.getShape().back() != 1)
      return op.emitOpError("works on a view with gaps between channels: ")
             << type;
    if (!op.isPlanar())
      continue;
    bool isRow = op.getKind() == WindowKind::conv; // all of the image is
    int64_t width = type.getDimSize(3);
    if (isRow && strides[2] != width)
      return op.emitOpError("works on a view with gaps between rows: ") << type;
    if (width * (isRow ? type.getDimSize(2) : 1) < target.lanes)
      return op.emitOpError("has rows of fewer elements than the ")
             << target.lanes << " lanes of a vector: " << type;
  }
  SmallVector<int64_t> out =
      cast<MemRefType>(op.getInit().getType()).getStridesAndOffset().first;
  for (Value extra : op.getExtras()) {
    SmallVector<int64_t> strides =
        cast<MemRefType>(extra.getType()).getStridesAndOffset().first;
    if (strides.back() != 1 ||
        (strides.size() > 2 && (strides[2] != out[2] || strides[3] != out[3])))
      return op.emitOpError("an extra has other rows than the result: ")
             << extra.getType();
  }
  return success();
}

namespace {

struct LowerWindowsPass : ddnn::impl::LowerWindowsBase<LowerWindowsPass> {
  void runOnOperation() override {
    SmallVector<WindowOp> windows;
    getOperation().walk([&](WindowOp op) { windows.push_back(op); });
    VectorTarget target = getVectorTarget(getOperation().getSpec().getCpu());
    for (WindowOp op : windows) {
      if (failed(checkLayout(op, target)))
        return signalPassFailure();
      WindowBuilder builder(op, target);
      if (op.getKind() == WindowKind::any)
        lowerAny(builder);
      else if (!target.hasVectors())
        lowerScalarBinary(builder);
      else if (op.getKind() == WindowKind::binary)
        lowerBinary(builder);
      else if (op.isPacked() && op.getKind() == WindowKind::max)
        lowerSigns(builder);
      else if (op.isPlanar())
        lowerPlanar(builder);
      else if (op.getWinograd())
        lowerWinograd(builder);
      else if (op.isDense())
        lowerDense(builder);
      else if (op.getKind() == WindowKind::max ||
               op.getKind() == WindowKind::sum)
        lowerPool(builder);
      else
        lowerDirect(builder);
      op.erase();
    }
  }
};

} // namespace
