//===- FormBinaryWindows.cpp - Binarized blocks as windows ----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of WindowFormer that works on packed images. A sign is a window of
// one tap, for ddnn-fuse-epilogues to move into the convolution before it.
//
//===----------------------------------------------------------------------===//

#include "WindowFormer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace ddnn;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isImageOrRow(Value value) {
  RankedTensorType type = getTensorType(value);
  return type.hasStaticShape() && (type.getRank() == 4 || type.getRank() == 2);
}

/// Pixels are whole bytes on a link, too.
static bool hasWholeBytes(RankedTensorType signs) {
  return (signs.getRank() == 4 || signs.getRank() == 2) &&
         signs.getDimSize(1) % 8 == 0;
}

/// A window pads by less than its kernel.
static bool hasNarrowPads(ArrayRef<int64_t> kernel, ArrayRef<int64_t> dilations,
                          ArrayRef<int64_t> pads) {
  for (unsigned d : {0, 1}) {
    int64_t span = (kernel[d] - 1) * dilations[d] + 1;
    if (pads[d] >= span || pads[2 + d] >= span)
      return false;
  }
  return true;
}

bool ddnn::hasWindow(Operation *op, bool hasVectors) {
  if (auto pool = dyn_cast<BinaryPoolOp>(op))
    return hasNarrowPads(pool.getKernel(), pool.getDilations(), pool.getPads());
  DenseElementsAttr weights;
  if (!matchPattern(op->getOperand(1), m_Constant(&weights)))
    return false;
  auto conv = dyn_cast<BinaryConv2DOp>(op);
  if (!conv)
    return true;
  bool ofFloats = getFloatType(conv.getInput()) != nullptr;
  return (conv.getGroups() == 1 || (ofFloats && hasVectors)) &&
         hasNarrowPads(weights.getType().getShape().drop_front(2),
                       conv.getDilations(), conv.getPads());
}

Value WindowFormer::getPacked(Value signs) {
  Value &packed = packedOf[signs];
  if (packed)
    return packed;
  RankedTensorType pixels = PackOp::getPixelType(getTensorType(signs));
  auto unpack = signs.getDefiningOp<UnpackOp>();
  if (unpack && unpack.getInput().getType() == pixels)
    return packed = unpack.getInput();
  if (unpack && hasWholeBytes(getTensorType(signs))) {
    // The same bytes, with gaps between pixels.
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(unpack);
    SmallVector<int64_t> shape(pixels.getShape());
    shape[4] = getTensorType(signs).getDimSize(1) / 8;
    Location loc = unpack.getLoc();
    Value bytes = tensor::ExpandShapeOp::create(
        b, loc, RankedTensorType::get(shape, b.getI8Type()), unpack.getInput(),
        SmallVector<ReassociationIndices>{{0, 1, 2, 3, 4}});
    Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
    SmallVector<OpFoldResult> low(5, b.getIndexAttr(0)), high = low;
    high[4] = b.getIndexAttr(pixels.getDimSize(4) - shape[4]);
    return packed =
               tensor::PadOp::create(b, loc, pixels, bytes, low, high, zero);
  }
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(signs);
  return packed =
             PackOp::create(b, signs.getLoc(),
                            PackOp::getPixelType(getTensorType(signs)), signs);
}

/// A window on packed images, or to one, with a region of no operation yet.
WindowOp WindowFormer::buildBinary(Operation *op, WindowKind kind, Value input,
                                   Value weights, RankedTensorType type,
                                   const Geometry &geometry) {
  Location loc = op->getLoc();
  Value init =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  auto window = WindowOp::create(
      b, loc, type, kind, input, weights, mlir::ValueRange(), init, Value(),
      geometry.kernel, geometry.strides, geometry.dilations, geometry.pads,
      IntegerAttr(), IntegerAttr(), DenseI8ArrayAttr(), IntegerAttr(),
      DenseI64ArrayAttr(), IntegerAttr(), IntegerAttr());
  Type element = kind == WindowKind::binary
                     ? Type(b.getI32Type())
                     : getTensorType(input).getElementType();
  window.getEpilogue().emplaceBlock().addArgument(element, loc);
  return window;
}

Value WindowFormer::convertSign(SignOp op) {
  RankedTensorType type = getFloatType(op.getInput());
  if (!type || !isImageOrRow(op.getInput()))
    return nullptr;
  Value input = getBlocked(op.getInput());
  Geometry geometry;
  geometry.kernel = {1, 1};
  RankedTensorType packed = PackOp::getPixelType(getTensorType(op.getResult()));
  WindowOp window =
      buildBinary(op, WindowKind::max, input, Value(), packed, geometry);
  window.setFlops(type.getNumElements());
  Location loc = op.getLoc();
  Block *body = &window.getEpilogue().front();
  // Channels beyond the last one are compared with NaN: their bits are 0.
  int64_t channels = type.getDimSize(1), blocks = window.getBlocks(lanes);
  Value value = body->getArgument(0);
  OpBuilder::InsertionGuard guard(b);
  Value isThere;
  if (channels != blocks * lanes) {
    SmallVector<float> values(blocks * lanes, 0.0f);
    std::fill(values.begin() + channels, values.end(),
              std::numeric_limits<float>::quiet_NaN());
    b.setInsertionPoint(window);
    isThere = arith::ConstantOp::create(
        b, loc,
        DenseElementsAttr::get(
            RankedTensorType::get({blocks, lanes}, b.getF32Type()),
            ArrayRef<float>(values)));
    window.getExtrasMutable().assign(isThere);
    body->addArgument(b.getF32Type(), loc);
  }
  b.setInsertionPointToEnd(body);
  Value limit =
      isThere ? Value(body->getArgument(1))
              : arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
  Value isPositive =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, value, limit);
  YieldOp::create(b, loc, isPositive);
  return window.getResult();
}

/// Channels beyond the last one, whose bits are 0, become -1: they meet zero
/// weights only.
Value WindowFormer::convertPlusMinusOne(PlusMinusOneOp op) {
  Value input = op.getInput();
  if (!packedOf.count(input) && !input.getDefiningOp<UnpackOp>())
    return nullptr;
  if (!isImageOrRow(input) || !getFloatType(op.getResult()))
    return nullptr;
  RankedTensorType type = getBlockedType(getTensorType(op.getResult()));
  // Where a block has more bits than a pixel has bytes for, images are plain
  // first, with a block of one channel.
  int64_t perBlock = lanes, channels = getTensorType(input).getDimSize(1);
  bool isPlain =
      type.getDimSize(1) * lanes > 8 * PackOp::getPixelBytes(channels);
  if (isPlain) {
    perBlock = 1;
    SmallVector<int64_t> shape(type.getShape());
    shape[1] = channels;
    shape[4] = 1;
    type = RankedTensorType::get(shape, type.getElementType());
  }
  Location loc = op.getLoc();
  AffineExpr n, c, h, w, lane;
  bindDims(b.getContext(), n, c, h, w, lane);
  AffineExpr channel = c * perBlock + lane;
  AffineMap map = AffineMap::get(
      5, 0,
      {n, getAffineConstantExpr(0, b.getContext()), h, w, channel.floorDiv(8)},
      b.getContext());
  Value init =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  SmallVector<utils::IteratorType> loops(5, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      b, loc, type, getPacked(input), init, {map, b.getMultiDimIdentityMap(5)},
      loops, [&](OpBuilder &nested, Location loc, mlir::ValueRange args) {
        auto constant = [&](int64_t value) -> Value {
          return arith::ConstantIndexOp::create(nested, loc, value);
        };
        auto index = [&](int64_t dim) -> Value {
          return linalg::IndexOp::create(nested, loc, dim);
        };
        Value bit = arith::AddIOp::create(
            nested, loc,
            arith::MulIOp::create(nested, loc, index(1), constant(perBlock)),
            index(4));
        bit = arith::RemSIOp::create(nested, loc, bit, constant(8));
        Type i32 = nested.getI32Type();
        Value byte = arith::ExtUIOp::create(nested, loc, i32, args[0]);
        bit = arith::IndexCastOp::create(nested, loc, i32, bit);
        Value one = arith::ConstantIntOp::create(nested, loc, i32, 1);
        Value mask = arith::ShLIOp::create(nested, loc, one, bit);
        Value isSet = arith::CmpIOp::create(
            nested, loc, arith::CmpIPredicate::ne,
            arith::AndIOp::create(nested, loc, byte, mask),
            arith::ConstantIntOp::create(nested, loc, i32, 0));
        auto number = [&](float value) -> Value {
          return arith::ConstantOp::create(nested, loc,
                                           nested.getF32FloatAttr(value));
        };
        Value value = arith::SelectOp::create(nested, loc, isSet, number(1.0f),
                                              number(-1.0f));
        linalg::YieldOp::create(nested, loc, value);
      });
  if (!isPlain)
    return generic.getResult(0);
  SmallVector<int64_t> shape(type.getShape().drop_back());
  Value image = tensor::CollapseShapeOp::create(
      b, loc, RankedTensorType::get(shape, type.getElementType()),
      generic.getResult(0),
      SmallVector<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
  return block(image);
}

/// +-1 as floats.
static DenseElementsAttr spreadWeights(DenseElementsAttr signs, OpBuilder &b) {
  SmallVector<float> values;
  for (bool sign : signs.getValues<bool>())
    values.push_back(sign ? 1.0f : -1.0f);
  return DenseElementsAttr::get(
      RankedTensorType::get(signs.getType().getShape(), b.getF32Type()),
      ArrayRef<float>(values));
}

/// Closes the region of a binary convolution: its sum as a float.
static void yieldSum(WindowOp window, OpBuilder &b) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&window.getEpilogue().front());
  Value sum =
      arith::SIToFPOp::create(b, window.getLoc(), b.getF32Type(),
                              window.getEpilogue().front().getArgument(0));
  YieldOp::create(b, window.getLoc(), sum);
}

Value WindowFormer::convertBinaryConv(BinaryConv2DOp op) {
  DenseElementsAttr weights;
  if (!hasWindow(op, lanes > 1) ||
      !matchPattern(op.getWeights(), m_Constant(&weights)))
    return nullptr;
  RankedTensorType in = getTensorType(op.getInput());
  RankedTensorType out = getTensorType(op.getResult());
  ArrayRef<int64_t> shape = weights.getType().getShape();
  Geometry geometry{SmallVector<int64_t>(shape.drop_front(2)),
                    SmallVector<int64_t>(op.getStrides()),
                    SmallVector<int64_t>(op.getDilations()),
                    SmallVector<int64_t>(op.getPads())};
  int64_t groups = op.getGroups();
  int64_t flops = 2 * out.getNumElements() * shape[1] * shape[2] * shape[3];
  if (getFloatType(op.getInput())) {
    WindowMatch match{WindowKind::conv, op,     op.getInput(), weights, out,
                      geometry,         groups, flops};
    if (hasFloats)
      match.weights = spreadWeights(weights, b);
    if (lanes > 1)
      return convertWindow(match);
    return buildWindow(match, getBlocked(op.getInput()), getBlockedType(out),
                       1);
  }
  WindowOp window =
      buildBinary(op, WindowKind::binary, getPacked(op.getInput()),
                  op.getWeights(), getBlockedType(out), geometry);
  window.setChannels(in.getDimSize(1));
  window.setFlops(flops);
  yieldSum(window, b);
  return window.getResult();
}

Value WindowFormer::convertBinaryMatmul(BinaryMatmulOp op) {
  DenseElementsAttr weights;
  if (!matchPattern(op.getWeights(), m_Constant(&weights)))
    return nullptr;
  RankedTensorType out = getTensorType(op.getResult());
  ArrayRef<int64_t> shape = weights.getType().getShape();
  int64_t flops = 2 * out.getNumElements() * shape[1];
  Geometry geometry;
  geometry.kernel = {1, 1};
  SmallVector<int64_t> plain = {shape[0], shape[1], 1, 1};
  if (getFloatType(op.getInput())) {
    WindowMatch match{
        WindowKind::conv,
        op,
        op.getInput(),
        weights.reshape(RankedTensorType::get(plain, weights.getElementType())),
        out,
        geometry,
        1,
        flops};
    if (hasFloats)
      match.weights = spreadWeights(match.weights, b);
    if (lanes > 1)
      return convertWindow(match);
    return buildWindow(match, getBlocked(op.getInput()), getBlockedType(out),
                       1);
  }
  // A row that was an image is read where it is: the kernel is as large.
  Value source = op.getInput();
  if (auto collapse = source.getDefiningOp<tensor::CollapseShapeOp>()) {
    RankedTensorType image = getTensorType(collapse.getSrc());
    if (image.getRank() == 4 &&
        image.getDimSize(0) == getTensorType(source).getDimSize(0)) {
      source = collapse.getSrc();
      plain = {shape[0], image.getDimSize(1), image.getDimSize(2),
               image.getDimSize(3)};
      geometry.kernel = {image.getDimSize(2), image.getDimSize(3)};
    }
  }
  Value signs = arith::ConstantOp::create(
      b, op.getLoc(),
      weights.reshape(RankedTensorType::get(plain, weights.getElementType())));
  WindowOp window = buildBinary(op, WindowKind::binary, getPacked(source),
                                signs, getBlockedType(out), geometry);
  window.setChannels(plain[1]);
  window.setFlops(flops);
  yieldSum(window, b);
  return window.getResult();
}

Value WindowFormer::convertBinaryPool(BinaryPoolOp op) {
  if (!hasWindow(op, lanes > 1))
    return nullptr;
  Geometry geometry{SmallVector<int64_t>(op.getKernel()),
                    SmallVector<int64_t>(op.getStrides()),
                    SmallVector<int64_t>(op.getDilations()),
                    SmallVector<int64_t>(op.getPads())};
  RankedTensorType type = PackOp::getPixelType(getTensorType(op.getResult()));
  WindowOp window = buildBinary(op, WindowKind::any, getPacked(op.getInput()),
                                Value(), type, geometry);
  window.setFlops(getTensorType(op.getResult()).getNumElements() *
                  geometry.kernel[0] * geometry.kernel[1]);
  std::optional<ArrayRef<bool>> all = op.getAll();
  if (all && llvm::is_contained(*all, true)) {
    SmallVector<int8_t> flips(type.getDimSize(4), 0);
    for (auto [channel, isAll] : llvm::enumerate(*all))
      flips[channel / 8] |= isAll << channel % 8;
    window.setFlips(flips);
  }
  Block *body = &window.getEpilogue().front();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(body);
  YieldOp::create(b, op.getLoc(), body->getArgument(0));
  return window.getResult();
}

/// What is packed already need not be unpacked first.
void WindowFormer::forwardPacked(PackOp op) {
  Value packed = packedOf.lookup(op.getInput());
  if (!packed)
    return;
  RankedTensorType signs = getTensorType(op.getInput());
  if (op.getType() == packed.getType())
    return b.replaceAllUsesWith(op.getResult(), packed);
  if (!hasWholeBytes(signs))
    return;
  // On a link there are no gaps between pixels.
  Location loc = op.getLoc();
  SmallVector<int64_t> shape(getTensorType(packed).getShape());
  shape[4] = signs.getDimSize(1) / 8;
  SmallVector<OpFoldResult> offsets(5, b.getIndexAttr(0)),
      strides(5, b.getIndexAttr(1)), sizes;
  for (int64_t size : shape)
    sizes.push_back(b.getIndexAttr(size));
  Value bytes = tensor::ExtractSliceOp::create(
      b, loc, RankedTensorType::get(shape, b.getI8Type()), packed, offsets,
      sizes, strides);
  Value init = tensor::EmptyOp::create(b, loc, shape, b.getI8Type());
  bytes = linalg::CopyOp::create(b, loc, bytes, init).getResult(0);
  b.replaceAllUsesWith(op.getResult(),
                       tensor::CollapseShapeOp::create(
                           b, loc, cast<RankedTensorType>(op.getType()), bytes,
                           SmallVector<ReassociationIndices>{{0, 1, 2, 3, 4}})
                           .getResult());
}

Value WindowFormer::convertBinary(Operation *op) {
  if (auto sign = dyn_cast<SignOp>(op))
    return convertSign(sign);
  if (auto floats = dyn_cast<PlusMinusOneOp>(op))
    return convertPlusMinusOne(floats);
  if (auto conv = dyn_cast<BinaryConv2DOp>(op))
    return convertBinaryConv(conv);
  if (auto matmul = dyn_cast<BinaryMatmulOp>(op))
    return convertBinaryMatmul(matmul);
  if (auto pool = dyn_cast<BinaryPoolOp>(op))
    return convertBinaryPool(pool);
  if (auto pack = dyn_cast<PackOp>(op))
    forwardPacked(pack);
  return nullptr;
}
