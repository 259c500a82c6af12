//===- DecomposePacking.cpp - Bits in loops -------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A byte's eight bits are an axis of their own: channels C become B x 8. The
// loop over them is short enough for a C compiler to unroll, so that what
// remains innermost are the pixels of a row.
//
//===----------------------------------------------------------------------===//

#include "DecomposePacking.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace ddnn;

static constexpr int64_t kToLast[] = {0, 2, 3, 1};  // NCHW to NHWC
static constexpr int64_t kToFirst[] = {0, 3, 1, 2}; // and back

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isPixelForm(Value bytes) { return getType(bytes).getRank() > 1; }

static Value buildEmpty(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                        unsigned width) {
  return tensor::EmptyOp::create(b, loc, shape, b.getIntegerType(width));
}

/// The same elements under another shape, by way of a single row.
static Value buildReshape(OpBuilder &b, Location loc, Value value,
                          ArrayRef<int64_t> shape) {
  auto toRow = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups;
    if (rank > 0)
      groups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(0, rank)));
    return groups;
  };
  RankedTensorType type = getType(value);
  if (type.getRank() > 1)
    value =
        tensor::CollapseShapeOp::create(b, loc, value, toRow(type.getRank()));
  if (shape.size() == 1 && type.getRank() > 0)
    return value;
  if (shape.empty()) // of one element
    return tensor::CollapseShapeOp::create(
        b, loc, RankedTensorType::get({}, type.getElementType()), value,
        ArrayRef<ReassociationIndices>());
  return tensor::ExpandShapeOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), value,
      toRow(type.getRank() == 0 ? 0 : shape.size()));
}

static Value buildTranspose(OpBuilder &b, Location loc, Value value,
                            ArrayRef<int64_t> order) {
  SmallVector<int64_t> shape;
  for (int64_t dim : order)
    shape.push_back(getType(value).getDimSize(dim));
  Value init = buildEmpty(b, loc, shape, 1);
  return linalg::TransposeOp::create(b, loc, value, init, order)->getResult(0);
}

/// Appends false along `dim` until there are `size` elements.
static Value buildPad(OpBuilder &b, Location loc, Value value, int64_t dim,
                      int64_t size) {
  RankedTensorType type = getType(value);
  if (type.getDimSize(dim) == size)
    return value;
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = size;
  SmallVector<OpFoldResult> low(type.getRank(), b.getIndexAttr(0)), high = low;
  high[dim] = b.getIndexAttr(size - type.getDimSize(dim));
  Value none = arith::ConstantOp::create(b, loc, b.getBoolAttr(false));
  return tensor::PadOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()), value, low,
      high, none);
}

/// The first `size` elements along `dim`.
static Value buildCut(OpBuilder &b, Location loc, Value value, int64_t dim,
                      int64_t size) {
  RankedTensorType type = getType(value);
  if (type.getDimSize(dim) == size)
    return value;
  SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), b.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes;
  for (int64_t extent : type.getShape())
    sizes.push_back(b.getIndexAttr(extent));
  sizes[dim] = b.getIndexAttr(size);
  return tensor::ExtractSliceOp::create(b, loc, value, offsets, sizes, strides);
}

/// The number of the bit in its byte, which loop `dim` counts.
static Value buildBitNumber(OpBuilder &b, Location loc, int64_t dim) {
  Value index = linalg::IndexOp::create(b, loc, dim);
  return arith::IndexCastOp::create(b, loc, b.getI32Type(), index);
}

/// Ors eight bits into each byte; the last loop counts them.
static Value buildPack(OpBuilder &b, Location loc, Value bits, AffineMap from,
                       ArrayRef<int64_t> shape, AffineMap to) {
  Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
  Value init =
      linalg::FillOp::create(b, loc, zero, buildEmpty(b, loc, shape, 8))
          .getResult(0);
  SmallVector<utils::IteratorType> loops(from.getNumDims(),
                                         utils::IteratorType::parallel);
  loops.back() = utils::IteratorType::reduction;
  return linalg::GenericOp::create(
             b, loc, init.getType(), bits, init, ArrayRef({from, to}), loops,
             [&](OpBuilder &b, Location loc, mlir::ValueRange args) {
               Type i32 = b.getI32Type();
               Value bit = arith::ExtUIOp::create(b, loc, i32, args[0]);
               Value place = arith::ShLIOp::create(
                   b, loc, bit, buildBitNumber(b, loc, loops.size() - 1));
               Value byte =
                   arith::TruncIOp::create(b, loc, b.getI8Type(), place);
               linalg::YieldOp::create(
                   b, loc,
                   arith::OrIOp::create(b, loc, args[1], byte).getResult());
             })
      .getResult(0);
}

/// Takes each byte apart; loop `bit` counts its bits.
static Value buildUnpack(OpBuilder &b, Location loc, Value bytes,
                         AffineMap from, ArrayRef<int64_t> shape, int64_t bit) {
  Value init = buildEmpty(b, loc, shape, 1);
  SmallVector<utils::IteratorType> loops(shape.size(),
                                         utils::IteratorType::parallel);
  AffineMap to = b.getMultiDimIdentityMap(shape.size());
  return linalg::GenericOp::create(
             b, loc, init.getType(), bytes, init, ArrayRef({from, to}), loops,
             [&](OpBuilder &b, Location loc, mlir::ValueRange args) {
               Type i32 = b.getI32Type();
               auto constant = [&](int64_t value) -> Value {
                 return arith::ConstantOp::create(b, loc,
                                                  b.getI32IntegerAttr(value));
               };
               Value byte = arith::ExtUIOp::create(b, loc, i32, args[0]);
               Value moved = arith::ShRUIOp::create(
                   b, loc, byte, buildBitNumber(b, loc, bit));
               Value low = arith::AndIOp::create(b, loc, moved, constant(1));
               linalg::YieldOp::create(
                   b, loc,
                   arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, low,
                                         constant(0))
                       .getResult());
             })
      .getResult(0);
}

namespace {

/// What both directions need to know of a tensor of +-1.
struct Shape {
  explicit Shape(RankedTensorType signs)
      : isImage(signs.getRank() == 4), shape(signs.getShape()) {
    stream.assign(shape.begin(), shape.end());
    if (isImage)
      for (auto [to, from] : llvm::enumerate(kToLast))
        stream[to] = shape[from];
  }
  /// The image's, with a pixel for each row of channels.
  SmallVector<int64_t> getImage() const {
    return {shape[0], shape[1], isImage ? shape[2] : 1, isImage ? shape[3] : 1};
  }
  /// The same with the channels in bytes.
  SmallVector<int64_t> getPlanes() const {
    SmallVector<int64_t> image = getImage();
    return {image[0], PackOp::getPixelBytes(image[1]), 8, image[2], image[3]};
  }

  bool isImage;
  ArrayRef<int64_t> shape;
  SmallVector<int64_t> stream; ///< in the order of the bits
};

struct DecomposePack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PackOp op, PatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value bits = op.getInput();
    RankedTensorType signs = getType(bits), type = getType(op.getResult());
    Shape shape(signs);
    if (isPixelForm(op.getResult())) {
      AffineExpr n, byte, h, w, bit;
      bindDims(getContext(), n, byte, h, w, bit);
      SmallVector<int64_t> planes = shape.getPlanes();
      if (!shape.isImage)
        bits = buildReshape(b, loc, bits, shape.getImage());
      bits = buildPad(b, loc, bits, /*dim=*/1, planes[1] * 8);
      bits = tensor::ExpandShapeOp::create(
          b, loc, RankedTensorType::get(planes, signs.getElementType()), bits,
          ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}, {4}});
      b.replaceOp(
          op,
          buildPack(b, loc, bits,
                    AffineMap::get(5, 0, {n, byte, bit, h, w}, getContext()),
                    type.getShape(),
                    AffineMap::get(
                        5, 0,
                        {n, getAffineConstantExpr(0, getContext()), h, w, byte},
                        getContext())));
      return success();
    }
    if (PackOp::isDense(signs)) {
      Value pixels = PackOp::create(b, loc, PackOp::getPixelType(signs), bits);
      b.replaceOp(op, buildReshape(b, loc, pixels, type.getShape()));
      return success();
    }
    if (shape.isImage)
      bits = buildTranspose(b, loc, bits, kToLast);
    bits = buildReshape(b, loc, bits, {signs.getNumElements()});
    bits = buildPad(b, loc, bits, /*dim=*/0, type.getNumElements() * 8);
    bits = buildReshape(b, loc, bits, {type.getNumElements(), 8});
    b.replaceOp(op, buildPack(b, loc, bits, b.getMultiDimIdentityMap(2),
                              type.getShape(),
                              AffineMap::get(2, 0, b.getAffineDimExpr(0))));
    return success();
  }
};

struct DecomposeUnpack : OpRewritePattern<UnpackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(UnpackOp op,
                                PatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value bytes = op.getInput();
    RankedTensorType signs = getType(op.getResult());
    Shape shape(signs);
    if (isPixelForm(bytes)) {
      AffineExpr n, byte, bit, h, w;
      bindDims(getContext(), n, byte, bit, h, w);
      AffineMap from = AffineMap::get(
          5, 0, {n, getAffineConstantExpr(0, getContext()), h, w, byte},
          getContext());
      Value bits =
          buildUnpack(b, loc, bytes, from, shape.getPlanes(), /*bit=*/2);
      bits = tensor::CollapseShapeOp::create(
          b, loc, bits, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}, {4}});
      bits = buildCut(b, loc, bits, /*dim=*/1, signs.getDimSize(1));
      if (!shape.isImage)
        bits = tensor::CollapseShapeOp::create(
            b, loc, bits, ArrayRef<ReassociationIndices>{{0}, {1, 2, 3}});
      b.replaceOp(op, bits);
      return success();
    }
    if (PackOp::isDense(signs)) {
      Value pixels =
          buildReshape(b, loc, bytes, PackOp::getPixelType(signs).getShape());
      b.replaceOpWithNewOp<UnpackOp>(op, signs, pixels);
      return success();
    }
    Value bits =
        buildUnpack(b, loc, bytes, AffineMap::get(2, 0, b.getAffineDimExpr(0)),
                    {getType(bytes).getNumElements(), 8}, /*bit=*/1);
    bits = buildReshape(b, loc, bits, {getType(bits).getNumElements()});
    bits = buildCut(b, loc, bits, /*dim=*/0, signs.getNumElements());
    bits = buildReshape(b, loc, bits, shape.stream);
    if (shape.isImage)
      bits = buildTranspose(b, loc, bits, kToFirst);
    b.replaceOp(op, bits);
    return success();
  }
};

} // namespace

void ddnn::populateDecomposePackingPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposePack, DecomposeUnpack>(patterns.getContext());
}
