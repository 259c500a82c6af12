//===- FormWindows.cpp - Images in blocks, operators as windows -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Goes through a step once, in order. Every operator that has a form on blocked
// images is rebuilt on the blocked forms of its operands; a value that some
// other operator still needs as it was is unblocked for it. A window that
// stands alone among plain images stays on them.
//
//===----------------------------------------------------------------------===//

#include "WindowFormer.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

namespace ddnn {
#define GEN_PASS_DEF_FORMWINDOWS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

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
  if (lanes == 1)
    return tensor::ExpandShapeOp::create(
        b, loc, result, plain,
        SmallVector<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
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
  if (lanes == 1)
    return tensor::CollapseShapeOp::create(
        b, loc, type, blocked,
        SmallVector<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
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
// Windows
//===----------------------------------------------------------------------===//

Value WindowFormer::buildWindow(const WindowMatch &match, Value input,
                                RankedTensorType type, int64_t groups) {
  Location loc = match.op->getLoc();
  Value weights;
  if (match.weights)
    weights = arith::ConstantOp::create(b, loc, match.weights);
  Value init =
      tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  const Geometry &geometry = match.geometry;
  auto window = WindowOp::create(
      b, loc, type, match.kind, input, weights, mlir::ValueRange(), init,
      Value(), geometry.kernel, geometry.strides, geometry.dilations,
      geometry.pads, groups > 1 ? b.getI64IntegerAttr(groups) : IntegerAttr(),
      IntegerAttr(), DenseI8ArrayAttr(), IntegerAttr(), DenseI64ArrayAttr(),
      IntegerAttr(), IntegerAttr());
  if (match.flops != window.countFlops())
    window.setFlopsAttr(b.getI64IntegerAttr(match.flops));
  OpBuilder::InsertionGuard guard(b);
  Block *body = b.createBlock(&window.getEpilogue(), {}, b.getF32Type(), loc);
  YieldOp::create(b, loc, body->getArgument(0));
  return window.getResult();
}

/// Merges groups until each has whole blocks of channels, with zero weights
/// between channels that were of different groups.
std::optional<int64_t> WindowFormer::mergeGroups(WindowMatch &match) {
  if (match.groups == 1)
    return 1;
  ArrayRef<int64_t> shape = match.weights.getType().getShape(); // OIHW
  int64_t ins = shape[1], outs = shape[0] / match.groups;
  auto isWhole = [&](int64_t merged) {
    return ins * merged % lanes == 0 && outs * merged % lanes == 0;
  };
  int64_t merged = 1;
  while (merged < match.groups &&
         (match.groups % merged != 0 || !isWhole(merged)))
    ++merged;
  // Work grows by as much; more than vectors win is not worth it.
  if (merged > lanes)
    return std::nullopt;
  int64_t taps = shape[2] * shape[3];
  SmallVector<float> dense(shape[0] * ins * merged * taps, 0.0f);
  for (auto [i, value] : llvm::enumerate(match.weights.getValues<float>())) {
    int64_t o = i / (ins * taps), rest = i % (ins * taps);
    dense[(o * merged + o / outs % merged) * ins * taps + rest] = value;
  }
  match.weights = DenseElementsAttr::get(
      RankedTensorType::get({shape[0], ins * merged, shape[2], shape[3]},
                            b.getF32Type()),
      ArrayRef<float>(dense));
  return match.groups / merged;
}

Value WindowFormer::convertWindow(WindowMatch match) {
  std::optional<int64_t> groups = mergeGroups(match);
  if (!groups)
    return nullptr;
  Value input = match.kind == WindowKind::conv && *groups == 1
                    ? getConvInput(match.input)
                    : getBlocked(match.input);
  return buildWindow(match, input, getBlockedType(match.type), *groups);
}

/// True where nothing behind `value` in the step works on blocks.
static bool endsPlain(Value value) {
  llvm::SetVector<Operation *> users(value.user_begin(), value.user_end());
  for (size_t i = 0; i < users.size(); ++i) {
    if (users[i]->hasTrait<OpTrait::IsTerminator>())
      continue;
    auto generic = dyn_cast<linalg::GenericOp>(users[i]);
    if (!generic || generic.getNumReductionLoops() != 0)
      return false;
    users.insert(generic->user_begin(), generic->user_end());
  }
  return true;
}

/// True for a part of another image, whose rows may have gaps.
static bool isView(Value value) {
  Operation *def = value.getDefiningOp();
  while (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(def))
    def = def->getOperand(0).getDefiningOp();
  return isa_and_nonnull<tensor::ExtractSliceOp>(def);
}

/// All taps of a window on plain images are code without a loop, and the
/// weights of a channel stay in registers.
static bool hasFewTaps(const WindowMatch &match) {
  ArrayRef<int64_t> kernel = match.geometry.kernel;
  return kernel[1] <= 8 && kernel[0] * kernel[1] <= 64;
}

/// A window between plain images runs its lanes along their rows, where that
/// spares copies into blocks and back and adds up in the same order.
bool WindowFormer::staysPlanar(const WindowMatch &match) {
  RankedTensorType in = getFloatType(match.input);
  ArrayRef<int64_t> out = match.type.getShape();
  if (out.size() != 4 || in.getRank() != 4 || blockedOf.count(match.input) ||
      isView(match.input) || match.groups != 1)
    return false;
  bool isWide;
  if (match.kind == WindowKind::conv)
    isWide = match.geometry.isPoint() && out[2] * out[3] >= lanes;
  else
    isWide = in.getDimSize(3) >= lanes && out[3] >= lanes &&
             match.geometry.strides[1] <= 2 && hasFewTaps(match);
  Operation *root = match.op;
  if (isa<linalg::Conv2DNgchwGfchwOp>(root))
    root = *root->getUsers().begin(); // the collapse_shape
  return isWide && endsPlain(root->getResult(0));
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
               arith::CmpIOp, arith::OrIOp, arith::SelectOp, arith::ConstantOp,
               linalg::YieldOp>(inner);
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
      if (!getFloatType(value) || getFloatConstant(value))
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
    DenseElementsAttr constant = getFloatConstant(value);
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
      value = blockChannels(op.getLoc(), getFloatConstant(operand->get()));
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
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return convertElementwise(generic);
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return convertConcat(concat);
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return forward(op, expand.getSrc());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return forward(op, collapse.getSrc());
  return nullptr;
}

void WindowFormer::run() {
  SmallVector<Operation *> converted;
  for (Operation &op : llvm::make_early_inc_range(
           step.getBody().front().without_terminator())) {
    b.setInsertionPoint(&op);
    if (Value form = convertBinary(&op)) {
      Value result = op.getResult(0);
      bool isPacked = getElementTypeOrSelf(result.getType()).isInteger(1);
      (isPacked ? packedOf : blockedOf)[result] = form;
      converted.push_back(&op);
      continue;
    }
    std::optional<WindowMatch> match =
        lanes > 1 ? matchWindow(&op) : std::nullopt;
    if (match && staysPlanar(*match)) {
      b.replaceOp(&op, buildWindow(*match, match->input, match->type, 1));
      continue;
    }
    if (Value blocked = match ? convertWindow(*match) : convert(&op)) {
      blockedOf[op.getResult(0)] = blocked;
      converted.push_back(&op);
    }
  }
  // Users come before what they use.
  for (Operation *op : llvm::reverse(converted)) {
    Value plain = op->getResult(0);
    auto type = cast<RankedTensorType>(plain.getType());
    if (!plain.use_empty() && packedOf.count(plain)) {
      b.setInsertionPointAfterValue(packedOf[plain]);
      plain.replaceAllUsesWith(
          UnpackOp::create(b, op->getLoc(), type, packedOf[plain]));
    } else if (!plain.use_empty()) {
      plain.replaceAllUsesWith(unblock(blockedOf[plain], type));
    }
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
    WindowFormer(getOperation(), target).run();
  }
};

} // namespace
