//===- LowerTransposes.cpp - Into and out of blocked images ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WindowLowering.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace ddnn {
#define GEN_PASS_DEF_LOWERTRANSPOSES
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// A copy between N x C x H x W and N x C/c x H x W x c.
struct Transpose {
  Value plain, blocked;
  bool isToBlocked;
};

} // namespace

/// Matches what ddnn-form-windows builds for both directions.
static std::optional<Transpose> match(linalg::GenericOp op, int64_t lanes) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getBody()->getOperations().size() != 1 ||
      op.getBody()->getTerminator()->getOperand(0) !=
          op.getBody()->getArgument(0) ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return std::nullopt;
  Value from = op.getDpsInputOperand(0)->get();
  Value to = op.getDpsInitOperand(0)->get();
  for (Value value : {from, to}) {
    auto type = dyn_cast<MemRefType>(value.getType());
    if (!type || !type.getLayout().isIdentity() ||
        !type.getElementType().isF32() || !type.hasStaticShape())
      return std::nullopt;
  }
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineExpr n, c, h, w, lane;
  bindDims(op.getContext(), n, c, h, w, lane);
  if (map == AffineMap::get(5, 0, {n, c * lanes + lane, h, w}, op.getContext()))
    return Transpose{from, to, true};
  if (map == AffineMap::get(4, 0, {n, c.floorDiv(lanes), h, w, c % lanes},
                            op.getContext()))
    return Transpose{to, from, false};
  return std::nullopt;
}

/// Squares of the image; the last one overlaps the one before it where the
/// lanes do not divide the pixels.
static void lower(const Transpose &copy, VectorBuilder &w) {
  auto plainShape = cast<MemRefType>(copy.plain.getType()).getShape();
  FlatBuffer plain = w.flatten(copy.plain), blocked = w.flatten(copy.blocked);
  int64_t pixels = plainShape[2] * plainShape[3];
  int64_t blocks = plainShape[1] / w.lanes, rest = plainShape[1] % w.lanes;

  auto square = [&](Value n, Value block, int64_t blockOffset, int64_t rows,
                    Value pixel) {
    Place inPlain = w.at(w.at(w.at({}, n, plain.strides[0]), block,
                              w.lanes * plain.strides[1]),
                         pixel, 1) +
                    blockOffset * w.lanes * plain.strides[1];
    Place inBlocked =
        w.at(w.at(w.at({}, n, blocked.strides[0]), block, blocked.strides[1]),
             pixel, w.lanes) +
        blockOffset * blocked.strides[1];
    // Rows are a whole image apart, often in the same set of the cache: their
    // lines come while the square before them is transposed.
    for (int64_t i = 0; !copy.isToBlocked && i < rows; ++i)
      w.prefetch(plain, inPlain + w.lanes + i * plain.strides[1],
                 /*isWrite=*/true);
    VectorBuilder::Values values;
    for (int64_t i = 0; i < w.lanes; ++i)
      values.push_back(copy.isToBlocked
                           ? w.load(plain, inPlain + i * plain.strides[1])
                           : w.load(blocked, inBlocked + i * w.lanes));
    values = w.transpose(values);
    for (int64_t i = 0; i < rows; ++i) {
      if (copy.isToBlocked)
        w.store(values[i], blocked, inBlocked + i * w.lanes);
      else
        w.store(values[i], plain, inPlain + i * plain.strides[1]);
    }
  };
  auto image = [&](Value n, Value block, int64_t blockOffset, int64_t rows) {
    w.loop(w.constant(0), w.constant(pixels), w.lanes, [&](Value pixel) {
      Value start = pixels % w.lanes
                        ? w.smaller(pixel, w.constant(pixels - w.lanes))
                        : pixel;
      square(n, block, blockOffset, rows, start);
    });
  };
  w.loop(plainShape[0], [&](Value n) {
    if (blocks)
      w.loop(blocks, [&](Value block) { image(n, block, 0, w.lanes); });
    if (rest)
      image(n, Value(), blocks, rest);
  });
}

namespace {

struct LowerTransposesPass
    : ddnn::impl::LowerTransposesBase<LowerTransposesPass> {
  void runOnOperation() override {
    auto tier = getOperation()->getParentOfType<TierOp>();
    if (!tier)
      return;
    VectorTarget target = getVectorTarget(tier.getSpec().getCpu());
    if (!target.hasVectors())
      return;
    SmallVector<linalg::GenericOp> generics;
    getOperation().walk([&](linalg::GenericOp op) { generics.push_back(op); });
    for (linalg::GenericOp op : generics) {
      std::optional<Transpose> copy = match(op, target.lanes);
      if (!copy)
        continue;
      auto shape = cast<MemRefType>(copy->plain.getType()).getShape();
      if (shape[2] * shape[3] < target.lanes)
        continue;
      VectorBuilder builder(op, target.lanes);
      lower(*copy, builder);
      op.erase();
    }
  }
};

} // namespace
