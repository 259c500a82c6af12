//===- FormWindows.cpp - Images in blocks, operators as windows -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Goes through a step once, in order. Every operator that has a form on blocked
// images is rebuilt on the blocked forms of its operands; a value that some
// other operator still needs as it was is unblocked for it.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace ddnn {
#define GEN_PASS_DEF_FORMWINDOWS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

/// Geometry of a window: height and width each, pads as in ddnn.window.
struct Geometry {
  SmallVector<int64_t> kernel, strides = {1, 1}, dilations = {1, 1},
                               pads = {0, 0, 0, 0};
};

class WindowFormer {
public:
  WindowFormer(func::FuncOp step, int64_t lanes)
      : step(step), lanes(lanes), b(step.getContext()) {}
  void run();

private:
  // Each returns the blocked form of the operation's result, or null.
  Value convert(Operation *op);
  Value convertConv(linalg::Conv2DNchwFchwOp op);
  Value convertDepthwise(tensor::CollapseShapeOp op);
  Value convertMatmul(linalg::MatmulOp op);
  Value convertPool(linalg::LinalgOp op, WindowKind kind);
  Value convertGlobalPool(linalg::ReduceOp op);
  Value convertElementwise(linalg::GenericOp op);
  Value convertConcat(tensor::ConcatOp op);
  Value forward(Operation *op, Value source);

  RankedTensorType getBlockedType(RankedTensorType plain);
  Value getBlocked(Value plain);
  Value getConvInput(Value plain);
  Value block(Value plain);
  Value unblock(Value blocked, RankedTensorType type);
  Value blockChannels(Location loc, DenseElementsAttr values);
  Value buildWindow(Operation *op, WindowKind kind, Value input, Value weights,
                    RankedTensorType result, const Geometry &geometry);
  Value buildCopy(Location loc, Value source, RankedTensorType type,
                  AffineMap map);

  func::FuncOp step;
  int64_t lanes;
  IRRewriter b;
  /// Plain images and rows (N x C) by their blocked forms.
  DenseMap<Value, Value> blockedOf;
};

} // namespace

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// N x C x H x W, or N x C, as NCHWc.
RankedTensorType WindowFormer::getBlockedType(RankedTensorType plain) {
  ArrayRef<int64_t> shape = plain.getShape();
  bool isRow = shape.size() == 2;
  return RankedTensorType::get(
      {shape[0], int64_t(llvm::divideCeil(shape[1], lanes)),
       isRow ? 1 : shape[2], isRow ? 1 : shape[3], lanes},
      plain.getElementType());
}

/// A tensor of `type` whose elements are those of `source` at `map`.
Value WindowFormer::buildCopy(Location loc, Value source, RankedTensorType type,
                              AffineMap map) {
  Value init =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  SmallVector<utils::IteratorType> loops(type.getRank(),
                                         utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, type, source, init,
             {map, b.getMultiDimIdentityMap(type.getRank())}, loops,
             [](OpBuilder &builder, Location loc, mlir::ValueRange args) {
               linalg::YieldOp::create(builder, loc, args[0]);
             })
      .getResult(0);
}

Value WindowFormer::block(Value plain) {
  auto type = cast<RankedTensorType>(plain.getType());
  Location loc = plain.getLoc();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(plain);
  if (type.getRank() == 2) {
    type = RankedTensorType::get({type.getDimSize(0), type.getDimSize(1), 1, 1},
                                 type.getElementType());
    plain = tensor::ExpandShapeOp::create(
        b, loc, type, plain, SmallVector<ReassociationIndices>{{0}, {1, 2, 3}});
  }
  RankedTensorType result = getBlockedType(type);
  int64_t channels = result.getDimSize(1) * lanes;
  if (channels != type.getDimSize(1)) {
    SmallVector<int64_t> shape(type.getShape());
    shape[1] = channels;
    Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
    SmallVector<OpFoldResult> low(4, b.getIndexAttr(0)), high = low;
    high[1] = b.getIndexAttr(channels - type.getDimSize(1));
    plain = tensor::PadOp::create(
        b, loc, RankedTensorType::get(shape, type.getElementType()), plain, low,
        high, zero);
  }
  AffineExpr n, c, h, w, lane;
  bindDims(b.getContext(), n, c, h, w, lane);
  return buildCopy(
      loc, plain, result,
      AffineMap::get(5, 0, {n, c * lanes + lane, h, w}, b.getContext()));
}

Value WindowFormer::unblock(Value blocked, RankedTensorType type) {
  Location loc = blocked.getLoc();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(blocked);
  auto from = cast<RankedTensorType>(blocked.getType());
  ArrayRef<int64_t> shape = from.getShape();
  int64_t channels = type.getDimSize(1);
  if (shape[2] == 1 && shape[3] == 1) {
    // One row of channels is what it was, with zeros behind it.
    Value row = tensor::CollapseShapeOp::create(
        b, loc, blocked, SmallVector<ReassociationIndices>{{0}, {1, 2, 3, 4}});
    if (channels != shape[1] * lanes)
      row = tensor::ExtractSliceOp::create(
          b, loc, row,
          SmallVector<OpFoldResult>{b.getIndexAttr(0), b.getIndexAttr(0)},
          SmallVector<OpFoldResult>{b.getIndexAttr(shape[0]),
                                    b.getIndexAttr(channels)},
          SmallVector<OpFoldResult>(2, b.getIndexAttr(1)));
    if (type.getRank() == 4)
      row = tensor::ExpandShapeOp::create(
          b, loc, type, row, SmallVector<ReassociationIndices>{{0}, {1, 2, 3}});
    return row;
  }
  AffineExpr n, c, h, w;
  bindDims(b.getContext(), n, c, h, w);
  return buildCopy(loc, blocked, type,
                   AffineMap::get(4, 0, {n, c.floorDiv(lanes), h, w, c % lanes},
                                  b.getContext()));
}

Value WindowFormer::getBlocked(Value plain) {
  auto known = blockedOf.find(plain);
  if (known != blockedOf.end())
    return known->second;
  Value made = block(plain);
  blockedOf[plain] = made;
  return made;
}

/// A few channels, as a camera has, are read where they are. The layout fixes
/// the order of additions, so it may depend on the number of channels, but not
/// on what is before: wherever the network is cut, results are the same.
Value WindowFormer::getConvInput(Value plain) {
  auto type = cast<RankedTensorType>(plain.getType());
  // A row is the same in both.
  bool isRow = type.getRank() == 2 && blockedOf.count(plain);
  if (isRow || (type.getRank() == 4 && type.getDimSize(1) * 2 >= lanes))
    return getBlocked(plain);
  OpBuilder::InsertionGuard guard(b);
  if (blockedOf.count(plain))
    plain = unblock(blockedOf[plain], type);
  b.setInsertionPointAfterValue(plain);
  SmallVector<int64_t> shape(type.getShape());
  shape.resize(5, 1);
  auto planar = RankedTensorType::get(shape, type.getElementType());
  SmallVector<ReassociationIndices> groups = {{0}, {1}, {2}, {3, 4}};
  if (type.getRank() == 2)
    groups = {{0}, {1, 2, 3, 4}};
  return tensor::ExpandShapeOp::create(b, plain.getLoc(), planar, plain,
                                       groups);
}

/// C values as C/c x c, filled up with zeros.
Value WindowFormer::blockChannels(Location loc, DenseElementsAttr values) {
  int64_t channels = values.getNumElements();
  SmallVector<float> filled(llvm::alignTo(channels, lanes), 0.0f);
  llvm::copy(values.getValues<float>(), filled.begin());
  auto type = RankedTensorType::get({int64_t(filled.size()) / lanes, lanes},
                                    b.getF32Type());
  return arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, ArrayRef<float>(filled)));
}

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

static bool isConstant(Value value,
                       function_ref<bool(const APFloat &)> accept) {
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

static DenseElementsAttr getConstant(Value value) {
  DenseElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)) || !attr.getElementType().isF32())
    return nullptr;
  return attr;
}

static RankedTensorType getFloatType(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32())
    return nullptr;
  return type;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Value WindowFormer::buildWindow(Operation *op, WindowKind kind, Value input,
                                Value weights, RankedTensorType result,
                                const Geometry &geometry) {
  Location loc = op->getLoc();
  RankedTensorType type = getBlockedType(result);
  Value init =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  auto window = WindowOp::create(
      b, loc, type, kind, input, weights, mlir::ValueRange(), init, Value(),
      geometry.kernel, geometry.strides, geometry.dilations, geometry.pads,
      DenseI64ArrayAttr(), IntegerAttr(), IntegerAttr());
  OpBuilder::InsertionGuard guard(b);
  Block *body = b.createBlock(&window.getEpilogue(), {}, b.getF32Type(), loc);
  YieldOp::create(b, loc, body->getArgument(0));
  return window.getResult();
}

Value WindowFormer::convertConv(linalg::Conv2DNchwFchwOp op) {
  RankedTensorType type = getFloatType(op.getResult(0));
  DenseElementsAttr weights = getConstant(op.getInputs()[1]);
  if (!type || !weights || !isFilledWith(op.getOutputs()[0], isZero))
    return nullptr;
  Geometry geometry = getGeometry(op);
  geometry.kernel = {weights.getType().getDimSize(2),
                     weights.getType().getDimSize(3)};
  Value input = skipPad(op.getInputs()[0], geometry, isZero);
  if (!isLegal(geometry)) {
    geometry.pads = {0, 0, 0, 0};
    input = op.getInputs()[0];
  }
  if (!getFloatType(input) || geometry.kernel[1] > kMaxConvWidth)
    return nullptr;
  return buildWindow(op, WindowKind::conv, getConvInput(input),
                     op.getInputs()[1], type, geometry);
}

/// collapse_shape(grouped convolution(expand_shape(image))) with one channel
/// in and out of each group.
Value WindowFormer::convertDepthwise(tensor::CollapseShapeOp op) {
  auto conv = op.getSrc().getDefiningOp<linalg::Conv2DNgchwGfchwOp>();
  RankedTensorType type = getFloatType(op.getResult());
  if (!conv || !type || type.getRank() != 4 ||
      !isFilledWith(conv.getOutputs()[0], isZero))
    return nullptr;
  DenseElementsAttr weights = getConstant(conv.getInputs()[1]);
  auto expand = conv.getInputs()[0].getDefiningOp<tensor::ExpandShapeOp>();
  if (!weights || !expand || expand.getSrcType().getRank() != 4)
    return nullptr;
  ArrayRef<int64_t> shape = weights.getType().getShape(); // G F C kh kw
  if (shape[1] != 1 || shape[2] != 1)
    return nullptr;
  Geometry geometry = getGeometry(conv);
  geometry.kernel = {shape[3], shape[4]};
  Value input = skipPad(expand.getSrc(), geometry, isZero);
  if (!isLegal(geometry)) {
    geometry.pads = {0, 0, 0, 0};
    input = expand.getSrc();
  }
  if (geometry.kernel[1] > kMaxConvWidth)
    return nullptr;
  Value constant = arith::ConstantOp::create(
      b, op.getLoc(),
      weights.reshape(RankedTensorType::get({shape[0], 1, shape[3], shape[4]},
                                            b.getF32Type())));
  return buildWindow(conv, WindowKind::depthwise, getBlocked(input), constant,
                     type, geometry);
}

/// A product with constant weights is a 1x1 convolution of a row.
Value WindowFormer::convertMatmul(linalg::MatmulOp op) {
  RankedTensorType type = getFloatType(op.getResult(0));
  RankedTensorType input = getFloatType(op.getInputs()[0]);
  DenseElementsAttr weights = getConstant(op.getInputs()[1]);
  if (!type || !input || !weights || op.hasUserDefinedMaps() ||
      !isFilledWith(op.getOutputs()[0], isZero))
    return nullptr;
  int64_t rows = weights.getType().getDimSize(0);
  int64_t columns = weights.getType().getDimSize(1);
  SmallVector<float> transposed(rows * columns);
  for (auto [i, value] : llvm::enumerate(weights.getValues<float>()))
    transposed[i % columns * rows + i / columns] = value;
  Value constant = arith::ConstantOp::create(
      b, op.getLoc(),
      DenseElementsAttr::get(
          RankedTensorType::get({columns, rows, 1, 1}, b.getF32Type()),
          ArrayRef<float>(transposed)));
  Geometry geometry;
  geometry.kernel = {1, 1};
  return buildWindow(op, WindowKind::conv, getConvInput(op.getInputs()[0]),
                     constant, type, geometry);
}

Value WindowFormer::convertPool(linalg::LinalgOp op, WindowKind kind) {
  auto accept = kind == WindowKind::max ? isLowest : isZero;
  RankedTensorType type = getFloatType(op->getResult(0));
  if (!type || !isFilledWith(op.getDpsInits()[0], accept))
    return nullptr;
  Geometry geometry = kind == WindowKind::max
                          ? getGeometry(cast<linalg::PoolingNchwMaxOp>(op))
                          : getGeometry(cast<linalg::PoolingNchwSumOp>(op));
  geometry.kernel = llvm::to_vector(
      cast<ShapedType>(op.getDpsInputs()[1].getType()).getShape());
  Value input = skipPad(op.getDpsInputs()[0], geometry, accept);
  if (!isLegal(geometry)) {
    geometry.pads = {0, 0, 0, 0};
    input = op.getDpsInputs()[0];
  }
  if (geometry.kernel[1] > kMaxPoolWidth)
    return nullptr;
  return buildWindow(op, kind, getBlocked(input), Value(), type, geometry);
}

/// A reduction over height and width is a window as large as the image.
Value WindowFormer::convertGlobalPool(linalg::ReduceOp op) {
  if (op.getInputs().size() != 1 ||
      op.getDimensions() != ArrayRef<int64_t>{2, 3})
    return nullptr;
  RankedTensorType from = getFloatType(op.getInputs()[0]);
  RankedTensorType type = getFloatType(op.getResult(0));
  Block &body = op.getCombiner().front();
  if (!from || !type || from.getRank() != 4 || body.getOperations().size() != 2)
    return nullptr;
  WindowKind kind;
  if (isa<arith::AddFOp>(body.front()))
    kind = WindowKind::sum;
  else if (isa<arith::MaximumFOp>(body.front()))
    kind = WindowKind::max;
  else
    return nullptr;
  if (!isFilledWith(op.getInits()[0],
                    kind == WindowKind::max ? isLowest : isZero))
    return nullptr;
  Geometry geometry;
  geometry.kernel = {from.getDimSize(2), from.getDimSize(3)};
  if (geometry.kernel[1] > kMaxPoolWidth)
    return nullptr;
  return buildWindow(op, kind, getBlocked(op.getInputs()[0]), Value(), type,
                     geometry);
}

/// True where finite operands give finite results: the lanes beyond the last
/// channel are made of zeros, and infinity or NaN there would reach the next
/// sum, where their weights are zero.
static bool keepsFinite(linalg::GenericOp op) {
  return llvm::all_of(*op.getBody(), [](Operation &inner) {
    if (auto divide = dyn_cast<arith::DivFOp>(inner))
      return isConstant(divide.getRhs(), [](const APFloat &value) {
        return value.isFiniteNonZero();
      });
    return isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp,
               arith::MaximumFOp, arith::MinimumFOp, arith::CmpFOp,
               arith::SelectOp, arith::ConstantOp, linalg::YieldOp>(inner);
  });
}

/// The same operation on blocked images, with constants by channel blocked too.
Value WindowFormer::convertElementwise(linalg::GenericOp op) {
  RankedTensorType type =
      op.getNumResults() == 1 ? getFloatType(op.getResult(0)) : nullptr;
  if (!type || (type.getRank() != 4 && type.getRank() != 2) ||
      op.getNumReductionLoops() != 0 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity() ||
      op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)) ||
      op.hasIndexSemantics())
    return nullptr;
  MLIRContext *ctx = b.getContext();
  RankedTensorType blockedType = getBlockedType(type);
  bool anyBlocked = false;
  SmallVector<std::pair<Value, AffineMap>> inputs; // null value: by channel
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    Value value = operand->get();
    if (map.isIdentity()) {
      if (!getFloatType(value) || getConstant(value))
        return nullptr;
      anyBlocked |= blockedOf.count(value);
      inputs.emplace_back(value, b.getMultiDimIdentityMap(5));
      continue;
    }
    bool usesChannel = map.isFunctionOfDim(1);
    if (!usesChannel) {
      inputs.emplace_back(value, AffineMap::get(5, 0, map.getResults(), ctx));
      continue;
    }
    DenseElementsAttr constant = getConstant(value);
    if (!constant || constant.getNumElements() != type.getDimSize(1))
      return nullptr;
    inputs.emplace_back(
        Value(),
        AffineMap::get(
            5, 0, {getAffineDimExpr(1, ctx), getAffineDimExpr(4, ctx)}, ctx));
  }
  if (!anyBlocked || (type.getDimSize(1) % lanes != 0 && !keepsFinite(op)))
    return nullptr;

  SmallVector<Value> values;
  SmallVector<AffineMap> maps;
  for (auto [operand, input] : llvm::zip(op.getDpsInputOperands(), inputs)) {
    auto &[value, map] = input;
    maps.push_back(map);
    if (!value)
      value = blockChannels(op.getLoc(), getConstant(operand->get()));
    else if (map.isIdentity())
      value = getBlocked(value);
    values.push_back(value);
  }
  maps.push_back(b.getMultiDimIdentityMap(5));
  Value init = tensor::EmptyOp::create(b, op.getLoc(), blockedType.getShape(),
                                       blockedType.getElementType());
  SmallVector<utils::IteratorType> loops(5, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(b, op.getLoc(), blockedType, values,
                                           init, maps, loops);
  IRMapping mapping;
  op.getRegion().cloneInto(&generic.getRegion(), mapping);
  return generic.getResult(0);
}

Value WindowFormer::convertConcat(tensor::ConcatOp op) {
  RankedTensorType type = getFloatType(op.getResult());
  if (op.getDim() != 1 || !type || type.getRank() != 4)
    return nullptr;
  SmallVector<Value> inputs;
  for (Value input : op.getInputs()) {
    if (!blockedOf.count(input) ||
        getFloatType(input).getDimSize(1) % lanes != 0)
      return nullptr;
    inputs.push_back(blockedOf[input]);
  }
  return tensor::ConcatOp::create(b, op.getLoc(), 1, inputs);
}

/// N x C and N x C x 1 x 1 have the same blocked form.
Value WindowFormer::forward(Operation *op, Value source) {
  auto isRow = [&](Value value) {
    RankedTensorType type = getFloatType(value);
    return type && (type.getRank() == 2 ||
                    (type.getRank() == 4 && type.getDimSize(2) == 1 &&
                     type.getDimSize(3) == 1));
  };
  if (!blockedOf.count(source) || !isRow(source) || !isRow(op->getResult(0)) ||
      getFloatType(source).getDimSize(1) !=
          getFloatType(op->getResult(0)).getDimSize(1))
    return nullptr;
  return blockedOf[source];
}

Value WindowFormer::convert(Operation *op) {
  if (auto conv = dyn_cast<linalg::Conv2DNchwFchwOp>(op))
    return convertConv(conv);
  if (auto matmul = dyn_cast<linalg::MatmulOp>(op))
    return convertMatmul(matmul);
  if (auto pool = dyn_cast<linalg::PoolingNchwMaxOp>(op))
    return convertPool(pool, WindowKind::max);
  if (auto pool = dyn_cast<linalg::PoolingNchwSumOp>(op))
    return convertPool(pool, WindowKind::sum);
  if (auto reduce = dyn_cast<linalg::ReduceOp>(op))
    return convertGlobalPool(reduce);
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return convertElementwise(generic);
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return convertConcat(concat);
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return forward(op, expand.getSrc());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    Value blocked = forward(op, collapse.getSrc());
    return blocked ? blocked : convertDepthwise(collapse);
  }
  return nullptr;
}

void WindowFormer::run() {
  SmallVector<Operation *> converted;
  for (Operation &op : llvm::make_early_inc_range(
           step.getBody().front().without_terminator())) {
    b.setInsertionPoint(&op);
    if (Value blocked = convert(&op)) {
      blockedOf[op.getResult(0)] = blocked;
      converted.push_back(&op);
    }
  }
  // Users come before what they use.
  for (Operation *op : llvm::reverse(converted)) {
    Value plain = op->getResult(0);
    if (!plain.use_empty())
      plain.replaceAllUsesWith(
          unblock(blockedOf[plain], cast<RankedTensorType>(plain.getType())));
    op->erase();
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(step.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

namespace {

struct FormWindowsPass : ddnn::impl::FormWindowsBase<FormWindowsPass> {
  void runOnOperation() override {
    auto tier = getOperation()->getParentOfType<TierOp>();
    if (!tier)
      return;
    VectorTarget target = getVectorTarget(tier.getSpec().getCpu());
    if (target.hasVectors())
      WindowFormer(getOperation(), target.lanes).run();
  }
};

} // namespace
