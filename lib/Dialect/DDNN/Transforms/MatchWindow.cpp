//===- MatchWindow.cpp - Which operators are windows ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatchWindow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace ddnn;

static bool isAll(ArrayRef<int64_t> extents, int64_t value) {
  return llvm::all_of(extents, [&](int64_t extent) { return extent == value; });
}

bool Geometry::isPoint() const {
  return isAll(kernel, 1) && isAll(strides, 1) && isAll(pads, 0);
}

bool ddnn::isConstant(Value value, function_ref<bool(const APFloat &)> accept) {
  FloatAttr attr;
  return matchPattern(value, m_Constant(&attr)) && accept(attr.getValue());
}

static bool isZero(const APFloat &value) { return value.isZero(); }
static bool isLowest(const APFloat &value) {
  return value.isInfinity() && value.isNegative();
}

static bool isFilledWith(Value init,
                         function_ref<bool(const APFloat &)> accept) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  return fill && isConstant(fill.getInputs()[0], accept);
}

/// What is padded, if it is padded with the right value in height and width
/// only; the pads go to `geometry`.
static Value skipPad(Value value, Geometry &geometry,
                     function_ref<bool(const APFloat &)> accept) {
  auto pad = value.getDefiningOp<tensor::PadOp>();
  if (!pad || pad.getSourceType().getRank() != 4)
    return value;
  Value constant = pad.getConstantPaddingValue();
  ArrayRef<int64_t> low = pad.getStaticLow(), high = pad.getStaticHigh();
  if (!constant || !isConstant(constant, accept) || low[0] || low[1] ||
      high[0] || high[1] || llvm::any_of(low, ShapedType::isDynamic) ||
      llvm::any_of(high, ShapedType::isDynamic))
    return value;
  geometry.pads = {low[2], low[3], high[2], high[3]};
  return pad.getSource();
}

/// A pad of a whole kernel or more is no padding but an image of its own.
static bool isLegal(const Geometry &geometry) {
  for (unsigned d : {0, 1}) {
    int64_t span = (geometry.kernel[d] - 1) * geometry.dilations[d] + 1;
    if (geometry.pads[d] >= span || geometry.pads[2 + d] >= span)
      return false;
  }
  return llvm::none_of(geometry.pads, [](int64_t pad) { return pad < 0; });
}

/// A row of the kernel is code without a loop: of a few taps for each of the
/// pixels in a convolution, of one for each column in a pool.
static constexpr int64_t kMaxConvWidth = 32, kMaxPoolWidth = 128;

template <typename OpT> static Geometry getGeometry(OpT op) {
  Geometry geometry;
  geometry.strides =
      llvm::to_vector(op.getStrides().template getValues<int64_t>());
  geometry.dilations =
      llvm::to_vector(op.getDilations().template getValues<int64_t>());
  return geometry;
}

DenseElementsAttr ddnn::getFloatConstant(Value value) {
  DenseElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getElementType().isF32())
    return nullptr;
  return attr;
}

RankedTensorType ddnn::getFloatType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32())
    return nullptr;
  return type;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Takes over a pad in front of the window where that is legal.
static Value takePad(Value input, Geometry &geometry,
                     function_ref<bool(const APFloat &)> accept) {
  Value source = skipPad(input, geometry, accept);
  if (isLegal(geometry))
    return source;
  geometry.pads = {0, 0, 0, 0};
  return input;
}

static std::optional<WindowMatch> matchConv(linalg::Conv2DNchwFchwOp op) {
  RankedTensorType type = getFloatType(op.getResult(0));
  DenseElementsAttr weights = getFloatConstant(op.getInputs()[1]);
  if (!type || !weights || !isFilledWith(op.getOutputs()[0], isZero))
    return std::nullopt;
  Geometry geometry = getGeometry(op);
  geometry.kernel = {weights.getType().getDimSize(2),
                     weights.getType().getDimSize(3)};
  Value input = takePad(op.getInputs()[0], geometry, isZero);
  if (!getFloatType(input) || geometry.kernel[1] > kMaxConvWidth)
    return std::nullopt;
  return WindowMatch{WindowKind::conv, op, input, weights, type, geometry};
}

/// collapse_shape(grouped convolution(expand_shape(image))). With one channel
/// in and out of each group it is a depthwise convolution.
static std::optional<WindowMatch> matchGrouped(tensor::CollapseShapeOp op) {
  auto conv = op.getSrc().getDefiningOp<linalg::Conv2DNgchwGfchwOp>();
  RankedTensorType type = getFloatType(op.getResult());
  if (!conv || !type || type.getRank() != 4 ||
      !isFilledWith(conv.getOutputs()[0], isZero))
    return std::nullopt;
  DenseElementsAttr weights = getFloatConstant(conv.getInputs()[1]);
  auto expand = conv.getInputs()[0].getDefiningOp<tensor::ExpandShapeOp>();
  if (!weights || !expand || expand.getSrcType().getRank() != 4)
    return std::nullopt;
  ArrayRef<int64_t> shape = weights.getType().getShape(); // G F C kh kw
  Geometry geometry = getGeometry(conv);
  geometry.kernel = {shape[3], shape[4]};
  Value input = takePad(expand.getSrc(), geometry, isZero);
  if (!getFloatType(input) || geometry.kernel[1] > kMaxConvWidth)
    return std::nullopt;
  bool isDepthwise = shape[1] == 1 && shape[2] == 1;
  weights = weights.reshape(
      RankedTensorType::get({shape[0] * shape[1], shape[2], shape[3], shape[4]},
                            weights.getElementType()));
  return WindowMatch{isDepthwise ? WindowKind::depthwise : WindowKind::conv,
                     conv,
                     input,
                     weights,
                     type,
                     geometry,
                     isDepthwise ? 1 : shape[0]};
}

/// A product with constant weights is a 1x1 convolution of a row.
static std::optional<WindowMatch> matchMatmul(linalg::MatmulOp op) {
  RankedTensorType type = getFloatType(op.getResult(0));
  RankedTensorType input = getFloatType(op.getInputs()[0]);
  DenseElementsAttr weights = getFloatConstant(op.getInputs()[1]);
  if (!type || !input || !weights || op.hasUserDefinedMaps() ||
      !isFilledWith(op.getOutputs()[0], isZero))
    return std::nullopt;
  int64_t rows = weights.getType().getDimSize(0);
  int64_t columns = weights.getType().getDimSize(1);
  SmallVector<float> transposed(rows * columns);
  for (auto [i, value] : llvm::enumerate(weights.getValues<float>()))
    transposed[i % columns * rows + i / columns] = value;
  auto filters = DenseElementsAttr::get(
      RankedTensorType::get({columns, rows, 1, 1}, weights.getElementType()),
      ArrayRef<float>(transposed));
  Geometry geometry;
  geometry.kernel = {1, 1};
  return WindowMatch{WindowKind::conv, op,   op.getInputs()[0],
                     filters,          type, geometry};
}

static std::optional<WindowMatch> matchPool(linalg::LinalgOp op,
                                            WindowKind kind) {
  auto accept = kind == WindowKind::max ? isLowest : isZero;
  RankedTensorType type = getFloatType(op->getResult(0));
  if (!type || !isFilledWith(op.getDpsInits()[0], accept))
    return std::nullopt;
  Geometry geometry = kind == WindowKind::max
                          ? getGeometry(cast<linalg::PoolingNchwMaxOp>(op))
                          : getGeometry(cast<linalg::PoolingNchwSumOp>(op));
  geometry.kernel = llvm::to_vector(
      cast<ShapedType>(op.getDpsInputs()[1].getType()).getShape());
  Value input = takePad(op.getDpsInputs()[0], geometry, accept);
  if (!getFloatType(input) || geometry.kernel[1] > kMaxPoolWidth)
    return std::nullopt;
  return WindowMatch{kind, op, input, nullptr, type, geometry};
}

/// A reduction over height and width is a window as large as the image.
static std::optional<WindowMatch> matchGlobalPool(linalg::ReduceOp op) {
  if (op.getInputs().size() != 1 ||
      op.getDimensions() != ArrayRef<int64_t>{2, 3})
    return std::nullopt;
  RankedTensorType from = getFloatType(op.getInputs()[0]);
  RankedTensorType type = getFloatType(op.getResult(0));
  Block &body = op.getCombiner().front();
  if (!from || !type || from.getRank() != 4 || body.getOperations().size() != 2)
    return std::nullopt;
  WindowKind kind;
  if (isa<arith::AddFOp>(body.front()))
    kind = WindowKind::sum;
  else if (isa<arith::MaximumFOp>(body.front()))
    kind = WindowKind::max;
  else
    return std::nullopt;
  if (!isFilledWith(op.getInits()[0],
                    kind == WindowKind::max ? isLowest : isZero))
    return std::nullopt;
  Geometry geometry;
  geometry.kernel = {from.getDimSize(2), from.getDimSize(3)};
  if (geometry.kernel[1] > kMaxPoolWidth)
    return std::nullopt;
  return WindowMatch{kind, op, op.getInputs()[0], nullptr, type, geometry};
}

static std::optional<WindowMatch> matchOperator(Operation *op) {
  if (auto conv = dyn_cast<linalg::Conv2DNchwFchwOp>(op))
    return matchConv(conv);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return matchGrouped(collapse);
  if (auto matmul = dyn_cast<linalg::MatmulOp>(op))
    return matchMatmul(matmul);
  if (auto pool = dyn_cast<linalg::PoolingNchwMaxOp>(op))
    return matchPool(pool, WindowKind::max);
  if (auto pool = dyn_cast<linalg::PoolingNchwSumOp>(op))
    return matchPool(pool, WindowKind::sum);
  if (auto reduce = dyn_cast<linalg::ReduceOp>(op))
    return matchGlobalPool(reduce);
  return std::nullopt;
}

std::optional<WindowMatch> ddnn::matchWindow(Operation *op) {
  std::optional<WindowMatch> match = matchOperator(op);
  if (!match)
    return std::nullopt;
  const Geometry &geometry = match->geometry;
  match->flops =
      match->type.getNumElements() * geometry.kernel[0] * geometry.kernel[1];
  if (match->weights) // O I H W: a product and a sum for each input
    match->flops *= 2 * match->weights.getType().getDimSize(1);
  return match;
}
