//===- Values.cpp - Constants and what is pooled --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Largest constant that is worth expanding: 2^28 elements are 2 GiB of double.
static constexpr int64_t kMaxElements = int64_t(1) << 28;

/// Looks through operations that keep the elements and their linear order.
static Value skipReshapes(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ReshapeOp,
             tensor::CastOp, ExitOp>(def))
      break;
    value = def->getOperand(0);
  }
  return value;
}

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

static double toDouble(const APInt &value) {
  return value.getBitWidth() == 1 ? value.getZExtValue()
                                  : value.roundToDouble(/*isSigned=*/true);
}

/// Decodes little-endian elements of a resource.
static std::optional<std::vector<double>>
readResource(DenseResourceElementsAttr attr) {
  Type element = attr.getType().getElementType();
  AsmResourceBlob *blob = attr.getRawHandle().getBlob();
  if (!blob || !element.isIntOrFloat())
    return std::nullopt;
  unsigned bits = element.getIntOrFloatBitWidth();
  if (bits % 8 != 0 || bits > 64)
    return std::nullopt;
  unsigned bytes = bits / 8;
  ArrayRef<char> data = blob->getData();
  int64_t count = attr.getType().getNumElements();
  if (int64_t(data.size()) != count * bytes)
    return std::nullopt;
  std::vector<double> values(count);
  for (int64_t i = 0; i < count; ++i) {
    uint64_t raw = 0;
    for (unsigned b = 0; b < bytes; ++b)
      raw |= uint64_t(uint8_t(data[i * bytes + b])) << (8 * b);
    APInt integer(bits, raw);
    if (auto type = dyn_cast<FloatType>(element))
      values[i] = toDouble(APFloat(type.getFloatSemantics(), integer));
    else
      values[i] = toDouble(integer);
  }
  return values;
}

std::optional<std::vector<double>> ddnn::getConstantElements(Value value) {
  Attribute attr;
  if (!matchPattern(skipReshapes(value), m_Constant(&attr)))
    return std::nullopt;
  if (auto scalar = dyn_cast<FloatAttr>(attr))
    return std::vector<double>{toDouble(scalar.getValue())};
  if (auto scalar = dyn_cast<IntegerAttr>(attr))
    return std::vector<double>{toDouble(scalar.getValue())};
  auto elements = dyn_cast<ElementsAttr>(attr);
  if (!elements || elements.getNumElements() > kMaxElements)
    return std::nullopt;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return readResource(resource);
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return std::nullopt;
  std::vector<double> values;
  values.reserve(dense.getNumElements());
  if (isa<FloatType>(dense.getElementType())) {
    if (dense.isSplat())
      values.assign(dense.getNumElements(),
                    toDouble(dense.getSplatValue<APFloat>()));
    else
      for (const APFloat &element : dense.getValues<APFloat>())
        values.push_back(toDouble(element));
    return values;
  }
  if (!dense.getElementType().isInteger())
    return std::nullopt;
  for (const APInt &element : dense.getValues<APInt>())
    values.push_back(toDouble(element));
  return values;
}

std::optional<double> ddnn::getConstantSplat(Value value) {
  value = skipReshapes(value);
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    return getConstantSplat(fill.getInputs().front());
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  if (auto scalar = dyn_cast<FloatAttr>(attr))
    return toDouble(scalar.getValue());
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (dense && dense.isSplat() && isa<FloatType>(dense.getElementType()))
    return toDouble(dense.getSplatValue<APFloat>());
  std::optional<std::vector<double>> elements = getConstantElements(value);
  if (!elements || elements->empty())
    return std::nullopt;
  for (double element : *elements)
    if (!(element == elements->front()))
      return std::nullopt;
  return elements->front();
}

//===----------------------------------------------------------------------===//
// Max pooling
//===----------------------------------------------------------------------===//

/// Value of an affine expression of dims, sums and products by constants.
static std::optional<int64_t> evaluate(AffineExpr expr,
                                       ArrayRef<int64_t> dims) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<int64_t> lhs = evaluate(binary.getLHS(), dims);
  std::optional<int64_t> rhs = evaluate(binary.getRHS(), dims);
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return *lhs + *rhs;
  if (expr.getKind() == AffineExprKind::Mul)
    return *lhs * *rhs;
  return std::nullopt;
}

/// True if for every value of the parallel loops in `expr` some value of its
/// reduction loops gives an index within [begin, end).
static bool everyWindowMeets(linalg::LinalgOp op, AffineExpr expr,
                             int64_t begin, int64_t end) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  SmallVector<unsigned> outer, inner;
  int64_t work = 1;
  for (unsigned d = 0; d < ranges.size(); ++d) {
    if (!expr.isFunctionOfDim(d))
      continue;
    if (ShapedType::isDynamic(ranges[d]))
      return false;
    work *= ranges[d];
    if (work > 10'000'000)
      return false;
    (kinds[d] == utils::IteratorType::parallel ? outer : inner).push_back(d);
  }
  SmallVector<int64_t> dims(ranges.size(), 0);
  // Steps through all values of some loops; false once they are through.
  auto advance = [&](ArrayRef<unsigned> loops) {
    for (unsigned d : loops) {
      if (++dims[d] < ranges[d])
        return true;
      dims[d] = 0;
    }
    return false;
  };
  do {
    bool meets = false;
    do {
      std::optional<int64_t> index = evaluate(expr, dims);
      if (!index)
        return false;
      meets |= *index >= begin && *index < end;
    } while (advance(inner));
    if (!meets)
      return false;
  } while (advance(outer));
  return true;
}

Value ddnn::getPooledSource(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return {};
  Block *body = op.getBlock();
  Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  Operation *combine = body->getTerminator()->getOperand(0).getDefiningOp();
  bool isMax = isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(combine);
  bool isMin = isa_and_nonnull<arith::MinimumFOp, arith::MinNumFOp>(combine);
  if (!isMax && !isMin)
    return {};
  Value other;
  if (combine->getOperand(0) == accumulator)
    other = combine->getOperand(1);
  else if (combine->getOperand(1) == accumulator)
    other = combine->getOperand(0);
  auto argument = dyn_cast_if_present<BlockArgument>(other);
  if (!argument || argument.getOwner() != body || argument == accumulator)
    return {};
  OpOperand *input = op.getMatchingOpOperand(argument);
  auto pad = input->get().getDefiningOp<tensor::PadOp>();
  if (!pad)
    return input->get();

  // The padding must lose against any finite value.
  Value padding = pad.getConstantPaddingValue();
  double neutral = isMax ? -kInfinity : kInfinity;
  double value =
      padding ? getConstantSplat(padding).value_or(-neutral) : -neutral;
  auto type = cast<RankedTensorType>(pad.getSource().getType());
  auto element = dyn_cast<FloatType>(type.getElementType());
  if (!element || !type.hasStaticShape())
    return input->get();
  double largest = toDouble(APFloat::getLargest(element.getFloatSemantics()));
  if (isMax ? value > -largest : value < largest)
    return input->get();

  AffineMap map = op.getMatchingIndexingMap(input);
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    if (llvm::count_if(map.getResults(), [&](AffineExpr expr) {
          return expr.isFunctionOfDim(d);
        }) > 1)
      return input->get(); // the axes' windows depend on one another
  for (auto [axis, low] : llvm::enumerate(pad.getStaticLow())) {
    int64_t high = pad.getStaticHigh()[axis];
    if (low == 0 && high == 0)
      continue;
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high) || low < 0 ||
        high < 0 ||
        !everyWindowMeets(op, map.getResult(axis), low,
                          low + type.getDimSize(axis)))
      return input->get();
  }
  return pad.getSource();
}

std::pair<BlockArgument, BlockArgument>
ddnn::matchMultiplyAdd(linalg::LinalgOp op) {
  Block *body = op.getBlock();
  auto sum =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum || op.getNumDpsInits() != 1)
    return {};
  Value accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  Value product = sum.getLhs() == accumulator   ? sum.getRhs()
                  : sum.getRhs() == accumulator ? sum.getLhs()
                                                : Value();
  auto multiply = product ? product.getDefiningOp<arith::MulFOp>() : nullptr;
  if (!multiply)
    return {};
  auto lhs = dyn_cast<BlockArgument>(multiply.getLhs());
  auto rhs = dyn_cast<BlockArgument>(multiply.getRhs());
  if (!lhs || !rhs || lhs.getOwner() != body || rhs.getOwner() != body)
    return {};
  return {lhs, rhs};
}

SmallVector<Value> ddnn::getConcatenatedParts(Value value) {
  if (auto concat = value.getDefiningOp<tensor::ConcatOp>())
    return SmallVector<Value>(concat.getInputs());
  struct Box {
    SmallVector<int64_t> begin, end;
  };
  SmallVector<Box> boxes;
  SmallVector<Value> parts;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  int64_t missing = type && type.hasStaticShape() ? type.getNumElements() : -1;
  while (auto insert = value.getDefiningOp<tensor::InsertSliceOp>()) {
    Box box;
    int64_t size = 1;
    for (auto [offset, extent, stride] :
         llvm::zip(insert.getStaticOffsets(), insert.getStaticSizes(),
                   insert.getStaticStrides())) {
      if (stride != 1 || ShapedType::isDynamic(offset) ||
          ShapedType::isDynamic(extent))
        return {};
      box.begin.push_back(offset);
      box.end.push_back(offset + extent);
      size *= extent;
    }
    for (const Box &other : boxes) {
      bool overlaps = true;
      for (size_t axis = 0; axis < box.begin.size(); ++axis)
        overlaps &= box.begin[axis] < other.end[axis] &&
                    other.begin[axis] < box.end[axis];
      if (overlaps)
        return {};
    }
    boxes.push_back(box);
    parts.push_back(insert.getSource());
    missing -= size;
    value = insert.getDest();
  }
  if (missing != 0 || !value.getDefiningOp<tensor::EmptyOp>())
    return {};
  std::reverse(parts.begin(), parts.end());
  return parts;
}
